"""Made-up scores of models that differ in their number of latent dimensions, and of several runs of some."""

import numpy as np
import pandas as pd

from pipeline.investigations.compare.dimensions import dimension_table
from pipeline.investigations.compare.pairs import compare_pairs
from tests.support.parameters import PARAMS

EIGHT = (2, 4, 8, 12, 16, 20, 32, 64)
REGIONS = ("centre", "pc1-low", "pc1-high", "within-low", "within-high")
COST = {"centre": 95, "pc1-low": 5, "pc1-high": 210, "within-low": 100, "within-high": 140}
"""Nats that an image of each region costs with few dimensions: times exp(-d / 3)."""


def make_sizes(dims=EIGHT, several=(20, 32), images=3000):
    """Make up the scores of a model of each size, and of three runs of the sizes in `several`.

    Returns:
        Parameters, scores by model, and active units by model.
    """
    rng = np.random.default_rng(0)
    base = PARAMS.model("vae-20")
    subset = rng.choice(["train", "validation", "test"], images, p=[0.4, 0.2, 0.4])
    region = np.where(subset == "test", rng.choice(REGIONS, images, p=[0.8, *[0.05] * 4]), "centre")
    hard = rng.normal(-87, 15, images)
    models, scores = {}, {}
    for latent_dim in dims:
        for seed in range(3 if latent_dim in several else 1):
            name = f"vae-{latent_dim:02}" + (f"-seed-{seed}" if seed else "")
            models[name] = base.model_copy(update={"latent_dim": latent_dim, "seed": seed})
            excess = np.array([COST[one] for one in region]) * np.exp(-latent_dim / 3)
            level = hard - excess + 0.2 * rng.normal() + 1.4 * (subset == "train") + rng.normal(0, 3, images)
            columns = {"log_likelihood": level, "elbo": level - 3 - 0.1 * excess + rng.normal(0, 0.5, images)}
            whole = pd.DataFrame({"id": np.arange(images), "label": 0, "subset": subset, "region": region, **columns})
            scores[name] = whole[whole["subset"] == "test"] if seed else whole
    intervals = PARAMS.intervals.model_copy(update={"resamples": 100})
    roles = PARAMS.roles.model_copy(update={"small": f"vae-{dims[0]:02}", "large": f"vae-{dims[-1]:02}"})
    params = PARAMS.model_copy(update={"models": models, "intervals": intervals, "roles": roles})
    active = {f"vae-{latent_dim:02}": min(latent_dim, 16) for latent_dim in dims}
    return params, scores, active


def make_table(dims):
    """Return the table of latent dimensions of `make_sizes`."""
    params, scores, active = make_sizes(dims)
    return dimension_table(params, scores, active, compare_pairs(params, scores))

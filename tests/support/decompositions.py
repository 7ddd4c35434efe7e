"""A made-up decomposition of the log likelihood."""

from functools import partial

import numpy as np
import pandas as pd

from pipeline.core.rng import stream
from pipeline.investigations.decompose.baselines import baselines
from pipeline.investigations.decompose.estimates import Control, order_estimates, tabulate, variance_estimates
from pipeline.investigations.decompose.tables import DRAWS, GRADIENTS, REDRAWS, Decomposition
from pipeline.investigations.decompose.work import Operations, gradient_estimates
from tests.support.parameters import PARAMS


def make_decomposition(scores, images, split):
    """Averages that approach the middle model's scores, redraws that shift them, gradients, and estimates of them."""
    own = scores["vae-20"]
    test = own[own["subset"] == "test"].reset_index(drop=True)
    others = {name: scores[name] for name in ("vae-20-threshold", "vae-20-seed-1") if name in scores}
    intervals = PARAMS.intervals.model_copy(update={"resamples": 100})
    source, redraws, gradients = partial(stream, 0), _redraw(test[:12]), make_gradients()
    name = "vae-20-threshold"
    control = Control(name, others[name], own) if name in others else None
    rows = [
        *variance_estimates(own, redraws, control, images.grey, split, intervals, source),
        *order_estimates(own, others, intervals, source),
        *gradient_estimates(gradients, Operations(8.0, 10.0), intervals, source("gradients")),
    ]
    known = baselines(images.binary_stochastic, split)
    return Decomposition("vae-20", _average(test[:30]), redraws, gradients, tabulate(rows), known)


def _average(test):
    parts = [
        pd.DataFrame(
            {
                "id": test["id"],
                "label": test["label"],
                "draws": np.int32(draws),
                "repetitions": np.int32(1024 // draws * 4),
                "inside": test["log_likelihood"] - (test["log_likelihood"] - test["elbo"]) / np.sqrt(draws),
                "inside_spread": 3 / np.sqrt(draws),
                "outside": test["elbo"],
                "outside_spread": 4 / np.sqrt(draws),
            }
        )
        for draws in (1, 16, 1024)
    ]
    return pd.concat(parts, ignore_index=True)[DRAWS.names]


def _redraw(test):
    rng, parts = np.random.default_rng(4), []
    for row in test.to_dict("records"):
        found = row["log_likelihood"] + rng.normal(0, 5, 4)
        columns = {"id": np.int32(row["id"]), "redraw": np.arange(4, dtype=np.int32), "log_likelihood": found}
        parts.append(pd.DataFrame(columns | {"standard_error": 0.1}))
    return pd.concat(parts, ignore_index=True)[REDRAWS.names]


def make_gradients(images=40, noise=(("encoder", 30.0), ("decoder", 4.0)), spread=1.0):
    """Gradients whose expectations vary by 5 between images; more draws divide their noise, and little else."""
    factor = 1 + spread * (np.random.default_rng(5).random(images) - 0.5)
    parts = [
        pd.DataFrame(
            {
                "network": network,
                "objective": objective,
                "draws": np.int32(draws),
                "id": np.arange(images, dtype=np.int32),
                "signal": 6 * factor / factor.mean(),
                "noise": size / draws,
                "common": 1.0,
            }
        )
        for network, size in noise
        for objective, draws in (("outside", 1), ("inside", 1), ("inside", 16))
    ]
    types = {"network": "category", "objective": "category"}
    return pd.concat(parts, ignore_index=True)[GRADIENTS.names].astype(types)

"""Averages and random streams of the decomposition."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch

from pipeline.core.rng import stream
from pipeline.core.statistics import bootstrap_counts
from pipeline.investigations.decompose.estimates import order_rows
from pipeline.investigations.decompose.gradients import inside, measure_gradients, outside
from pipeline.investigations.decompose.orders import rank_correlation
from pipeline.investigations.decompose.redraws import score_redraws
from pipeline.models.density import elbo
from tests.support.densities import every_image, small_vae
from tests.support.parameters import PARAMS

CPU = torch.device("cpu")
SCORE = PARAMS.score


@torch.no_grad()
def test_outside_the_logarithm_the_bound_is_averaged_over_draws_and_inside_it_is_above():
    model, x = small_vae(pixels=6), torch.tensor([[1.0, 0, 1, 1, 0, 0]])
    noise = torch.randn(64, 1, 2, generator=torch.Generator().manual_seed(0))
    each = torch.stack([elbo(model, x, one) for one in noise])
    assert torch.allclose(outside(model, x, noise), each.mean())
    assert inside(model, x, noise) > each.mean() + 0.01


def test_every_redraw_of_every_image_has_random_numbers_of_its_own():
    asked = []

    def source(*names):
        asked.append(names)
        return stream(0, *names)

    chosen = pd.DataFrame({"id": np.array([4, 5, 6]), "label": np.zeros(3, np.int8)})
    grey = np.full((3, 6), 128, np.uint8)
    effort = SCORE.model_copy(update={"prior_points": 50, "draws": 16, "levels": 1, "block": 12})
    on_images = partial(int)
    score_redraws(small_vae(pixels=6), grey, chosen, 4, effort, source, CPU, on_images)
    purposes = [names for names in asked if names[-1] == "draws"]
    assert len(purposes) == 12
    assert len(set(asked)) == len(asked)


def test_gradients_inside_the_logarithm_are_those_of_the_mean_weight():
    model, few = small_vae(pixels=6), PARAMS.decompose
    few = few.model_copy(update={"gradient_repetitions": 3, "gradient_draws": (8,)})
    x, chosen = every_image(6)[[5, 44]], pd.DataFrame({"id": [5, 44], "label": np.int8(0)})
    table = measure_gradients(model, x, chosen, few, partial(stream, 0), CPU)
    table = table.set_index(["network", "objective"]).sort_index()
    parameters = list(model.decoder.parameters())
    for name, objective, draws in (("inside", inside, 8), ("outside", outside, 1)):
        noise = []
        for image, pixels in zip(chosen["id"], torch.from_numpy(x).float(), strict=True):
            rng = stream(0, name, draws, image)
            drawn = torch.from_numpy(rng.standard_normal((3, draws, 1, 2), dtype=np.float32))
            values = [objective(model, pixels[None], one) for one in drawn]
            gradients = [torch.autograd.grad(value, parameters) for value in values]
            flat = torch.stack([torch.cat([part.flatten() for part in one]) for one in gradients])
            noise.append(flat.var(dim=0).sum().item())
        assert table.loc[("decoder", name), "noise"].tolist() == pytest.approx(noise, rel=1e-4)


def test_intervals_are_the_central_share_of_the_resamples():
    rng = np.random.default_rng(0)
    paired = pd.DataFrame({"label": 4, "a": rng.standard_normal(60)})
    paired["b"] = paired["a"] + rng.standard_normal(60)
    params = PARAMS.intervals.model_copy(update={"resamples": 400, "confidence": 0.8})
    row = next(iter(order_rows("other", paired, params, np.random.default_rng(1))))
    counts = bootstrap_counts(60, 400, np.random.default_rng(1))
    found = rank_correlation(paired["a"].to_numpy(), paired["b"].to_numpy(), counts)
    assert row["value"] == found[0]
    assert (row["low"], row["high"]) == pytest.approx(tuple(np.quantile(found[1:], [0.1, 0.9])))

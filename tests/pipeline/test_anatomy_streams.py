"""What an anatomy averages, and that no two of its random numbers are the same."""

from functools import partial

import numpy as np
import pandas as pd
import torch

from pipeline.anatomy.gradients import inside, outside
from pipeline.anatomy.redraws import score_redraws
from pipeline.config import load_params
from pipeline.rng import stream
from pipeline.vae.density import elbo
from tests.densities import small_vae
from tests.tiny import ROOT

SCORE = load_params(ROOT / "params.yaml").score


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

    chosen = pd.DataFrame({"id": np.array([4, 5, 6]), "digit": np.zeros(3, np.int8)})
    grey = np.full((3, 6), 128, np.uint8)
    effort = SCORE.model_copy(update={"points": 50, "draws": 16, "levels": 1, "block": 12})
    on_images = partial(int)
    score_redraws(small_vae(pixels=6), grey, chosen, 4, effort, source, torch.device("cpu"), on_images)
    purposes = [names for names in asked if names[-1] == "draws"]
    assert len(purposes) == 12
    assert len(set(asked)) == len(asked)

"""How often the scores miss a mode, by an independent second search."""

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import beta

from pipeline.core.rng import stream
from pipeline.core.streams import StreamFactory
from pipeline.likelihood.images import Images
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals import Effort
from pipeline.likelihood.proposals.modes_of_prior import propose
from pipeline.numbers.certify import search_numbers
from pipeline.validation.certify.estimates import Certifier
from pipeline.validation.certify.tables import SEARCH
from tests.pipeline.likelihood.test_proposals import TwoHills
from tests.support.parameters import PARAMS

CPU = torch.device("cpu")


def table(first, second):
    """Return the estimates of two searches, with the mode that one of them misses worth two nats."""
    ids = np.arange(len(first))
    both = {"score": -90.0 - 2.0 * first, SEARCH: -90.0 - 2.0 * second}
    return pd.concat(
        [
            pd.DataFrame({"id": ids, "subset": "test", "method": method, "log_likelihood": values, "error": 0.1})
            for method, values in both.items()
        ]
    )


def test_images_of_which_only_one_search_found_the_modes_give_the_rate_of_missed_ones():
    first, second = np.arange(40) < 2, np.arange(40) > 38
    found = search_numbers(table(first, second), 0.95)
    assert (found["images"], found["missed"]) == (40, 2)
    wanted = [2 / 39, beta.ppf(0.025, 2, 38), beta.ppf(0.975, 3, 37)]
    assert [found[f"missed_per_thousand.{end}"] / 1000 for end in ("value", "low", "high")] == pytest.approx(wanted)


def test_no_missed_mode_leaves_an_upper_end_and_no_second_search_leaves_no_numbers():
    nothing = np.zeros(2000, dtype=bool)
    found = search_numbers(table(nothing, nothing), 0.95)
    assert found["missed_per_thousand.value"] == found["missed_per_thousand.low"] == 0
    assert found["missed_per_thousand.high"] == pytest.approx(1000 * (1 - 0.025 ** (1 / 2000)))
    one = table(nothing, nothing)
    assert search_numbers(one[one["method"] == "score"], 0.95) == {}


def test_the_interval_covers_the_rate_of_the_first_search_at_least_as_often_as_it_says():
    rng, covered, rates = np.random.default_rng(0), [], []
    for _ in range(300):
        found = search_numbers(table(rng.random(400) < 0.01, rng.random(400) < 0.03), 0.9)
        covered.append(found["missed_per_thousand.low"] <= 10 <= found["missed_per_thousand.high"])
        rates.append(found["missed_per_thousand.value"])
    assert np.mean(covered) > 0.9
    assert np.mean(rates) == pytest.approx(10, abs=4 * np.std(rates) / math.sqrt(300))


class Unguided(TwoHills):
    """A model whose encoder must not be asked."""

    def posterior(self, x):  # noqa: ARG002 (it must not be called)
        raise AssertionError


@torch.no_grad()
def test_the_second_search_finds_both_modes_without_the_encoder():
    streams = StreamFactory([partial(stream, 0)], CPU)
    images = Images(Unguided(), torch.tensor([[2.0]]), torch.zeros(1, dtype=torch.long), streams)
    points = torch.from_numpy(np.random.default_rng(0).standard_normal((2000, 1))).float()
    found = propose(images, Screen(images.family, points), Effort(4, 3, 64), PARAMS.score)
    assert sorted(found.mixture.mean.flatten().unique().round(decimals=1).tolist()) == [-1, 1]


def test_scores_that_lack_one_of_two_modes_are_told_from_scores_that_have_both():
    x, ids = np.array([[2], [4]] * 6, np.uint8), np.arange(12, dtype=np.int32)
    grid, pixels = torch.linspace(-6, 6, 200_001)[:, None, None], torch.from_numpy(x).float()
    model = TwoHills()
    joint = (model.likelihood(grid.expand(-1, 12, -1)).log_prob(pixels) + model.prior.log_prob(grid)).double()
    exact = (torch.logsumexp(joint, dim=0) + math.log(12 / 200_000)).numpy()
    scores = pd.DataFrame({"id": ids, "subset": "test", "log_likelihood": exact, "standard_error": 0.01})
    scores.loc[:2, "log_likelihood"] -= math.log(2)
    effort = PARAMS.score.model_copy(update={"prior_points": 2000, "draws": 1000, "block": 4})
    certifier = Certifier(model, PARAMS.certify, lambda *names: stream(0, "certify", *names), CPU, lambda images: None)
    found = certifier.searched(x, np.zeros(12, np.uint8), scores, effort)
    assert len(found) == 24
    counts = search_numbers(found, 0.95)
    assert (counts["images"], counts["missed"]) == (12, 3)

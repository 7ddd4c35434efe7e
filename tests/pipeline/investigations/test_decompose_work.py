"""The number of draws that makes the most of a given work, and signal to noise with its intervals."""

import numpy as np
import pytest
import torch

from pipeline.core.statistics import bootstrap_counts
from pipeline.investigations.decompose.estimates import tabulate
from pipeline.investigations.decompose.work import (
    Operations,
    best_draws,
    count_operations,
    gradient_estimates,
    same_work,
)
from pipeline.models.plain import VAE
from tests.support.decompositions import make_gradients
from tests.support.parameters import PARAMS

INTERVALS = PARAMS.intervals.model_copy(update={"resamples": 400})


def found(gradients):
    rows = gradient_estimates(gradients, Operations(image=8.0, draw=10.0), INTERVALS, np.random.default_rng(0))
    return tabulate(rows).set_index(["quantity", "part"])


def test_operations_are_those_of_the_layers_forward_and_backward():
    model = VAE(pixels=9, hidden=(7, 5), latent_dim=2)
    encoder, decoder = 9 * 7 + 7 * 5 + 5 * 4, 2 * 5 + 5 * 7 + 7 * 9
    # Backward takes as much again for the weights and for the inputs of a layer, but not for the pixels; log p(x | z)
    # has a product of the pixels and the logits.
    expected = (2 * (3 * encoder - 9 * 7), 2 * (3 * decoder + 2 * 9))
    assert count_operations(model, 9, torch.device("cpu")) == expected


def test_the_best_number_of_draws_has_the_least_variance_among_batches_of_one_cost():
    rng = np.random.default_rng(0)
    operations, work = Operations(image=6.0, draw=2.0), 240
    variance = {}
    for draws in (1, 2, 3, 4, 6, 9, 12):
        images = round(work / (operations.image + draws * operations.draw))
        ideal = rng.standard_normal((20_000, images))
        noise = rng.standard_normal((20_000, images, draws)) * np.sqrt(3)
        variance[draws] = (ideal + noise.mean(axis=2)).mean(axis=1).var()
    between, noise = np.array([1.0]), np.array([3.0])
    assert best_draws(between, noise, operations) == pytest.approx([3.0])
    assert min(variance, key=variance.get) == 3
    for draws, value in variance.items():
        relative = same_work(between, noise, operations, draws)[0]
        assert value / variance[1] == pytest.approx(relative, rel=0.04)


def test_one_draw_is_best_where_images_cost_no_more_than_draws_that_vary_as_little():
    table = found(make_gradients(noise=(("encoder", 5.0), ("decoder", 4.0))))
    assert table.loc[("best_draws", "encoder"), "value"] == pytest.approx(np.sqrt(5 * 8 / (5 * 10)))
    assert table.loc[("same_work", "draws"), "value"] == 1
    assert table.loc[("same_work", "encoder"), ["low", "high"]].tolist() == [0, 0]


def test_more_draws_are_best_for_a_network_whose_draws_vary_much_and_cost_the_other():
    table = found(make_gradients(noise=(("encoder", 30.0), ("decoder", 4.0))))
    assert table.loc[("best_draws", "encoder"), "value"] == pytest.approx(np.sqrt(30 * 8 / (5 * 10)))
    assert table.loc[("same_work", "draws"), "value"] == 2
    assert table.loc[("same_work", "encoder"), "value"] == pytest.approx(20 / 35 * 28 / 18 - 1)
    assert table.loc[("same_work", "encoder"), "high"] < 0 < table.loc[("same_work", "decoder"), "low"]


def test_signal_to_noise_is_a_ratio_of_deviations_over_all_images_with_an_interval_over_them():
    gradients = make_gradients()
    table = found(gradients)
    own = gradients.query("network == 'encoder' and objective == 'inside' and draws == 16")
    row = table.loc[("signal_to_noise.encoder.inside", "16")]
    assert row["value"] == pytest.approx(np.sqrt(own["signal"].mean() / own["noise"].mean()))
    counts = bootstrap_counts(len(own), 400, np.random.default_rng(0))
    samples = np.sqrt(counts @ own["signal"].to_numpy() / (counts @ own["noise"].to_numpy()))[1:]
    assert (row["low"], row["high"]) == pytest.approx(tuple(np.quantile(samples, [0.025, 0.975])))
    one, many = (table.loc[("signal_to_noise.encoder.outside", draws), "value"] for draws in ("1", "16"))
    assert many == pytest.approx(4 * one)


@pytest.mark.parametrize(("common", "resolved"), [(True, True), (False, False)])
def test_a_fall_of_the_ratio_is_resolved_only_where_it_is_common_to_the_images(common, resolved):
    gradients = make_gradients(images=30, spread=1.9)
    more = (gradients["objective"] == "inside") & (gradients["draws"] == 16)
    gradients.loc[more, "noise"] *= 16 * 1.2
    if not common:
        gradients.loc[more, "signal"] = gradients.loc[more, "signal"].to_numpy()[::-1]
    table = found(gradients)
    change = table.loc[("signal_to_noise_change.encoder", "1-16")]
    assert change["value"] < 0
    assert (change["high"] < 0) == resolved
    one, many = (table.loc[("signal_to_noise.encoder.inside", draws)] for draws in ("1", "16"))
    assert change["value"] == pytest.approx(many["value"] - one["value"])
    assert many["high"] > one["low"]

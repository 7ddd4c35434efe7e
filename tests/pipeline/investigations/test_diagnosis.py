"""Latent spaces whose properties are known in closed form."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import kstest

from pipeline.investigations.diagnose.aggregate import (
    decomposition,
    gaussian_divergence,
    log_aggregate,
    log_prior,
    unit_divergences,
)
from pipeline.investigations.diagnose.diagnose import unseen_rows
from pipeline.investigations.diagnose.encodings import Encodings, divergences, encode
from pipeline.investigations.diagnose.learning import evaluate, learn_ratio
from pipeline.investigations.diagnose.twosample import (
    accuracy,
    divergence_bound,
    moments_accuracy,
    norm_levels,
    relative_norm,
    void_mass,
)
from pipeline.investigations.diagnose.units import activity, removal
from pipeline.numbers.diagnose import diagnosis_numbers
from tests.support.densities import every_image, small_vae

CPU = torch.device("cpu")
MIDDLE = math.erf(0.5 / math.sqrt(2))
"""Share of a normal distribution that is within half a standard deviation of its mean."""


def linear_encodings(images, slope=0.9, latent=2, seed=0):
    """Return posteriors N(slope u, 1 - slope^2) of u ~ N(0, I), whose aggregate is the prior itself."""
    u = np.random.default_rng(seed).standard_normal((images, latent))
    return Encodings(slope * u, np.full((images, latent), math.sqrt(1 - slope**2)))


def gap_encodings(images, seed=0):
    """Return posteriors whose aggregate is empty around zero and has the prior's variance in the first unit."""
    rng = np.random.default_rng(seed)
    side = rng.choice([-1, 1], images)
    mean = np.stack([0.98 * side, 0.9 * rng.standard_normal(images)], axis=1)
    return Encodings(mean, np.tile([math.sqrt(1 - 0.98**2), math.sqrt(1 - 0.9**2)], (images, 1)))


def draws_and_ratios(learned, held, steps=250):
    network = learn_ratio(learned, 32, steps, np.random.default_rng(1), CPU)
    posterior = held.draw(np.random.default_rng(2))
    prior = np.random.default_rng(3).standard_normal(posterior.shape)
    return posterior, prior, evaluate(network, posterior, CPU)[:, 0], evaluate(network, prior, CPU)[:, 0]


def twice(*ratios):
    """Return log ratios of two networks that do not differ."""
    return [np.stack([one, one]) for one in ratios]


@pytest.fixture(scope="module")
def full():
    return draws_and_ratios(linear_encodings(4000), linear_encodings(4000, seed=5))


@pytest.fixture(scope="module")
def gapped():
    return draws_and_ratios(gap_encodings(4000), gap_encodings(4000, seed=5))


def test_the_decomposition_is_that_of_the_closed_form():
    slope, latent = 0.9, 2
    found = decomposition(linear_encodings(8000, slope), 2000, np.random.default_rng(1))
    information = -0.5 * latent * math.log(1 - slope**2)
    assert found["divergence"] == pytest.approx(information, abs=0.03)
    assert found["information"] == pytest.approx(information, abs=0.13)
    assert found["marginal"] == pytest.approx(0, abs=0.14)
    assert found["units"] == pytest.approx(0, abs=0.005)


def test_the_decomposition_adds_up():
    found = decomposition(gap_encodings(500), 200, np.random.default_rng(1))
    assert found["information"] + found["marginal"] == pytest.approx(found["divergence"])
    assert found["units"] + found["total_correlation"] == pytest.approx(found["marginal"])
    assert found["divergence"] == pytest.approx(divergences(gap_encodings(500)).sum(axis=1).mean())


def test_information_stops_at_the_logarithm_of_the_number_of_images():
    narrow = linear_encodings(50, slope=0.999999)
    found = decomposition(narrow, 50, np.random.default_rng(1))
    assert found["information"] == pytest.approx(math.log(50), abs=0.05)
    assert found["divergence"] > 10


def test_the_aggregates_density_integrates_to_one_and_is_the_mixtures():
    some, grid = gap_encodings(40).select(np.array([True, False])), np.linspace(-9, 9, 4001)[:, None]
    log_q = log_aggregate(grid, some)
    assert np.exp(log_q).sum() * (grid[1, 0] - grid[0, 0]) == pytest.approx(1, abs=1e-6)
    z = (grid[1234] - some.mean[:, 0]) / some.deviation[:, 0]
    assert log_q[1234] == pytest.approx(
        math.log(np.mean(np.exp(-0.5 * z**2) / some.deviation[:, 0] / math.sqrt(2 * math.pi)))
    )
    assert log_prior(np.zeros((1, 3)))[0] == pytest.approx(-1.5 * math.log(2 * math.pi))


def test_a_normal_aggregate_has_the_divergence_of_its_moments():
    n = 2001
    shifted = Encodings(np.full((n, 1), 0.5), np.full((n, 1), 1.5))
    exact = (1.5**2 + 0.5**2 - 1) / 2 - math.log(1.5)
    assert gaussian_divergence(shifted) == pytest.approx(exact)
    assert unit_divergences(Encodings(shifted.mean[:3], shifted.deviation[:3]))[0] == pytest.approx(exact, abs=1e-6)


def test_the_moments_divergence_is_never_above_the_whole():
    gap = gap_encodings(3000)
    assert gaussian_divergence(gap) < 0.01 < unit_divergences(gap)[0]


def test_norms_of_draws_from_the_prior_are_calibrated():
    z = np.random.default_rng(0).standard_normal((4000, 5))
    level, relative = norm_levels(z), relative_norm(z, 0.95)
    assert np.all(np.diff(level) >= 0)
    assert kstest(level, "uniform").pvalue > 0.05 > kstest(norm_levels(1.1 * z), "uniform").pvalue
    assert relative["low"] < 1 < relative["high"]
    assert relative["value"] - relative["low"] == pytest.approx(1.96 * math.sqrt(2 / 5 / 4000), rel=0.1)
    crowded = relative_norm(1.1 * z, 0.95)
    assert 1.15 < crowded["low"] < 1.21 < crowded["high"] < 1.27


def test_an_aggregate_that_is_the_prior_cannot_be_distinguished_from_it(full):
    _, _, posterior, prior = full
    found = accuracy(posterior, prior, 0.95)
    assert found["low"] < 0.5 + 0.015
    assert found["high"] > 0.5 - 0.015
    assert abs(found["value"] - 0.5) < 0.02
    assert void_mass(*twice(posterior, prior), 0.1, 0.95)["prior"]["value"] == 0
    assert abs(divergence_bound(posterior, prior, 0.95)["value"]) < 0.02


def test_a_gap_in_the_aggregate_is_found_where_its_moments_show_none(gapped):
    posterior, prior, of_posterior, of_prior = gapped
    assert accuracy(of_posterior, of_prior, 0.95)["low"] > 0.7
    moments = moments_accuracy(gap_encodings(4000), posterior, prior, np.random.default_rng(4), 0.95)
    assert abs(moments["value"] - 0.5) < 0.2
    assert moments["value"] < accuracy(of_posterior, of_prior, 0.95)["value"] + 0.01
    mass = void_mass(*twice(of_posterior, of_prior), 0.1, 0.95)
    assert mass["prior"]["value"] > 0.2
    assert mass["posterior"]["value"] < 0.1 * mass["prior"]["value"]


def thinned(share, draws=10_000):
    """Return log q/p at draws of q and of p, where q is p with all but `share` of it taken away from |z| < 1/2."""
    rng = np.random.default_rng(0)
    middle = np.abs(rng.standard_normal((2, 2 * draws))) < 0.5
    kept = ~middle[0] | (rng.random(2 * draws) < share)
    whole = 1 - (1 - share) * MIDDLE
    ratio = np.where(middle, math.log(share / whole), -math.log(whole))
    return ratio[0][kept][:draws], ratio[1][:draws]


def test_masses_at_several_ratios_tell_an_empty_region_from_a_thinned_one():
    """At one ratio the prior's mass in the two regions is the same."""
    thin, empty = (
        {ratio: void_mass(*twice(*thinned(share)), ratio, 0.95) for ratio in (0.01, 0.1, 0.5)}
        for share in (0.06, 0.0005)
    )
    for found in (thin[0.1], empty[0.1], thin[0.5], empty[0.01]):
        assert found["prior"]["low"] < MIDDLE < found["prior"]["high"]
    assert thin[0.01]["prior"]["value"] == 0
    assert thin[0.1]["posterior"]["value"] == pytest.approx(0.06 * MIDDLE / (1 - 0.94 * MIDDLE), abs=0.006)
    assert empty[0.1]["posterior"]["high"] < 0.002


def test_the_interval_of_a_void_covers_what_other_networks_would_find():
    """The region of five networks is -z < 0; those at hand move its edge. Wilson's interval alone covers too little."""
    rng, covered = np.random.default_rng(0), {"whole": 0, "alone": 0}
    for _ in range(400):
        moved = rng.normal(0, 0.1, 5)[:, None] - rng.standard_normal(2000)
        for name, ratios in (("whole", moved), ("alone", twice(moved.mean(axis=0))[0])):
            found = void_mass(ratios, ratios, 1.0, 0.95)["prior"]
            covered[name] += found["low"] < 0.5 < found["high"]
    assert covered["whole"] / 400 > 0.93
    assert covered["alone"] / 400 < 0.82


def test_the_bound_of_the_divergence_is_below_it_and_near(gapped):
    _, _, of_posterior, of_prior = gapped
    whole = unit_divergences(gap_encodings(4000)).sum()
    found = divergence_bound(of_posterior, of_prior, 0.95)
    assert found["low"] < whole
    assert found["value"] > 0.6 * whole


def test_active_units_are_those_whose_mean_moves():
    rng = np.random.default_rng(0)
    mean = rng.standard_normal((5000, 4)) * np.sqrt([1.0, 0.5, 0.0001, 0.02])
    found = activity(Encodings(mean, np.ones_like(mean)))
    assert found == pytest.approx([1.0, 0.5, 0.0001, 0.02], rel=0.1)
    assert (found > 0.01).tolist() == [True, True, False, True]


@pytest.fixture
def unused():
    """Return a model whose decoder ignores the last unit, and whose encoder leaves it at the prior."""
    model = small_vae(latent_dim=3)
    with torch.no_grad():
        model.decoder[0].weight[:, 2] = 0
        for row in (2, 5):
            model.encoder[-1].weight[row] = 0
            model.encoder[-1].bias[row] = 0
    return model


def test_removing_a_dead_unit_changes_nothing(unused):
    kept = np.array([True, True, False])
    found = removal(unused, every_image(10)[::20], kept, 8, np.random.default_rng(0), CPU)
    assert max(np.abs(found["elbo"]).max(), np.abs(found["log_likelihood"]).max()) < 1e-4


def test_removing_an_active_unit_changes_the_log_likelihood_as_an_independent_estimate_does(unused):
    kept, x = np.array([True, False, True]), every_image(10)[::20]
    found = removal(unused, x, kept, 4000, np.random.default_rng(0), CPU)
    without = small_vae(latent_dim=3)
    without.load_state_dict(unused.state_dict())
    pixels, z = torch.from_numpy(x).float(), torch.randn(60_000, 3, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        without.decoder[0].weight[:, 1] = 0
        levels = [
            torch.logsumexp(model.likelihood(z[:, None]).log_prob(pixels), 0) - math.log(len(z))
            for model in (without, unused)
        ]
    assert found["log_likelihood"] == pytest.approx((levels[0] - levels[1]).numpy(), abs=0.06)
    assert np.abs(found["log_likelihood"]).max() > 0.1


def test_encodings_are_the_encoders_normals():
    model, x = small_vae(), every_image(10)[:7]
    q = model.posterior(torch.from_numpy(x).float())
    found = encode(model, x, CPU)
    assert found.mean == pytest.approx(q.mean.detach().numpy())
    assert found.deviation == pytest.approx(q.stddev.detach().numpy())


def test_unseen_images_are_of_the_kind_that_was_trained_on(study):
    split = study.tables.split
    core, whole = unseen_rows(split, "core"), unseen_rows(split, "matched")
    assert set(split["subset"].iloc[whole]) == {"test"}
    assert set(split["region"].iloc[core]) == {"centre"}
    assert 0 < len(core) < len(whole)


def test_generated_images_are_compared_with_real_ones_of_the_same_kind(study):
    params, scores = study.params, study.tables.scores
    numbers = diagnosis_numbers(params, study.tables.diagnosed, study.tables.latent, scores)
    table = scores["vae-20"]
    real = table.loc[(table["subset"] == "test") & (table["region"] == "centre"), "log_likelihood"]
    assert numbers["diagnose.vae-20.gap.value"] == pytest.approx(-110 - real.mean())
    assert numbers["diagnose.vae-20.gap.low"] < -110 - real.mean() - 2
    assert numbers["diagnose.vae-20.void.prior.value"] == pytest.approx(32)
    inside = 100 * (study.tables.latent["vae-20"]["level"] < 0.1).mean()
    assert numbers["diagnose.vae-20.inner.low"] < numbers["diagnose.vae-20.inner.value"] == pytest.approx(inside)
    assert numbers["diagnose.vae-20.marginal_least"] == pytest.approx(1.1)


def test_the_report_shows_the_main_models_and_the_other_lengths_of_the_middle_one(study):
    params, found, arrays = study.params, study.tables.diagnosed, study.tables.latent
    numbers = diagnosis_numbers(params, found, arrays, study.tables.scores)
    assert numbers["diagnose.lengths"] == "vae-20-epochs-008 vae-20"
    assert numbers["diagnose.models"] == "vae-04 vae-20 vae-32 vae-20-epochs-008"
    assert numbers["diagnose.vae-20.below.0.5.posterior.value"] == pytest.approx(9)
    wide = params.models["vae-20-epochs-008"].model_copy(update={"latent_dim": 64})
    more = params.model_copy(update={"models": params.models | {"vae-64-epochs-008": wide}})
    twice = ({"vae-64-epochs-008": one["vae-20"]} for one in (found, arrays))
    every = diagnosis_numbers(
        more, *(own | new for own, new in zip((found, arrays), twice, strict=True)), study.tables.scores
    )
    assert every["diagnose.models"] == numbers["diagnose.models"]
    assert not [key for key in diagnosis_numbers(params, {"vae-20": found["vae-20"]}, arrays, {}) if ".gap." in key]

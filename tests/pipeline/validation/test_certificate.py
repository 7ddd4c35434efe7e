import numpy as np
import pandas as pd
import pytest
import torch

from pipeline.config import CertifyParams
from pipeline.core.errors import DataError, NumericalError
from pipeline.core.rng import stream
from pipeline.data.sampled_images import choose
from pipeline.models.conditional import ConditionalVAE
from pipeline.numbers.certify import certificate, certificate_numbers, contradictory, mean_over_models
from pipeline.validation.certify import estimates
from pipeline.validation.certify.agreement import compare_methods
from pipeline.validation.certify.bidirectional import simulate
from pipeline.validation.certify.estimates import Certifier, transitions
from pipeline.validation.certify.tables import read_certified, write_certified
from tests.support.annealed import CPU, noise_of
from tests.support.densities import every_image, grid_log_likelihood, small_vae

PARAMS = CertifyParams(
    models=(),
    images=3,
    simulated=5,
    searched=9,
    searched_latent=8,
    searched_high=4,
    chains=6,
    temperatures=40,
    leapfrogs=1,
    quadrature_latent=1,
    nodes=41,
    block=24,
)


def scores_of(model, x, y):
    truth = grid_log_likelihood(model.given(torch.from_numpy(y).long()), torch.from_numpy(x).float())
    subsets = np.array(["test", "pc1-low"])[np.arange(len(x)) % 2]
    return pd.DataFrame(
        {"id": np.arange(len(x)) * 7, "subset": subsets, "log_likelihood": truth.numpy(), "standard_error": 0.01}
    )


def source(run, name):
    return stream(0, "certify", run, name)


@pytest.fixture(scope="module")
def certified():
    """A model of one latent dimension, its images, their truth, all estimates, and the reported progress."""
    model, steps = small_vae(pixels=8, latent_dim=1, conditional=True, scale=1.0), []
    x, y = every_image(8)[::23], (np.arange(12) % 10).astype(np.uint8)
    scores = scores_of(model, x, y)
    certifier = Certifier(model, PARAMS, source, CPU, steps.append)
    table = pd.concat([certifier.real(x, y, scores), certifier.simulated(y)], ignore_index=True)
    return model, x, y, scores, table, steps


def methods(table, subset):
    return table[(table["subset"] == subset) | (subset == "real") & (table["subset"] != "simulated")].pivot_table(
        index="id", columns="method", values=["log_likelihood", "error"]
    )


def test_every_method_has_every_image_once(certified):
    *_, scores, table, _ = certified
    assert not table.duplicated(["id", "subset", "method"]).any()
    for method in ("score", "annealing", "quadrature"):
        found = table[(table["method"] == method) & (table["subset"] != "simulated")]
        assert found[["id", "subset"]].to_numpy().tolist() == scores[["id", "subset"]].to_numpy().tolist()
    assert set(table.loc[table["subset"] == "simulated", "method"]) == {"annealing", "reverse"}


def test_every_method_agrees_with_the_truth_at_its_labels(certified):
    found = methods(certified[4], "real")
    truth = certified[3].set_index("id")["log_likelihood"]
    values = found["log_likelihood"]
    assert (values["quadrature"] - truth).abs().max() < 0.02
    assert ((values["annealing"] - truth).abs() < 4.5 * found["error", "annealing"]).all()
    assert (values["score"] == truth).all()


def test_the_bounds_of_simulated_images_meet(certified):
    values = methods(certified[4], "simulated")["log_likelihood"]
    assert len(values) == PARAMS.simulated
    assert (values["reverse"] - values["annealing"]).abs().max() < 0.3


def test_simulated_images_have_the_given_labels():
    model, y = ConditionalVAE(10, (10,), 1), torch.arange(10)
    first, last = model.decoder[0], model.decoder[-1]
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        first.weight[:, 1:] = torch.eye(10)
        last.weight.copy_(40 * torch.eye(10))
        last.bias.fill_(-20)
        drawn = simulate(model, y, noise_of(range(10), "simulate"))
    assert torch.equal(drawn.x, torch.eye(10))
    assert len(torch.unique(drawn.z)) == 10


def test_all_transitions_are_reported_as_progress(certified):
    assert sum(certified[5]) == transitions(len(certified[1]), PARAMS)


def test_an_image_on_which_annealing_contradicts_the_score_is_annealed_again(certified):
    model, x, y, scores, table, _ = certified
    wrong = scores.assign(log_likelihood=scores["log_likelihood"] - 5 * (scores["id"] == 14))
    certifier = Certifier(model, PARAMS, source, CPU, lambda images: None)
    found = certifier.real(x, y, wrong)
    again = found[found["method"] == "annealing-again"]
    assert again["id"].tolist() == [14]
    first = found[(found["method"] == "annealing") & (found["id"] == 14)]
    before = table[(table["method"] == "annealing") & (table["id"] == 14) & (table["subset"] != "simulated")]
    assert first["log_likelihood"].item() == before["log_likelihood"].item() != again["log_likelihood"].item()
    truth = scores.set_index("id")["log_likelihood"][14]
    assert abs(again["log_likelihood"].item() - truth) < 4.5 * again["error"].item() < 0.5
    assert "annealing-again" not in set(table["method"])


def test_a_repeated_run_gives_the_same_table(certified):
    model, x, y, scores, table, _ = certified
    again = Certifier(model, PARAMS, source, CPU, lambda images: None).real(x, y, scores)
    assert again.equals(table[table["subset"] != "simulated"])


def test_the_estimates_of_an_image_do_not_depend_on_the_other_images(certified):
    model, x, y, scores, table, _ = certified
    few = [3, 8]
    alone = Certifier(model, PARAMS, source, CPU, lambda images: None).real(x[few], y[few], scores.iloc[few])
    both = alone.merge(table[table["subset"] != "simulated"], on=["id", "method"], validate="one_to_one")
    assert len(both) == len(alone) == 6
    assert both["log_likelihood_x"].to_numpy() == pytest.approx(both["log_likelihood_y"].to_numpy(), abs=1e-3)


def test_a_contradicted_image_is_annealed_at_more_temperatures(certified, monkeypatch):
    model, x, y, scores, *_ = certified
    runs, plain = [], estimates.Block.forward

    def forward(block, steps):
        runs.append((len(block.x), block.params.temperatures, len(steps)))
        return plain(block, steps)

    monkeypatch.setattr(estimates.Block, "forward", forward)
    wrong = scores[:2].assign(log_likelihood=[-1000.0, scores["log_likelihood"][1]])
    Certifier(model, PARAMS, source, CPU, lambda images: None).real(x[:2], y[:2], wrong)
    longer = estimates.LONGER * PARAMS.temperatures
    assert runs == [(2, PARAMS.temperatures, PARAMS.temperatures - 1), (1, longer, longer - 1)]
    assert longer > PARAMS.temperatures


def test_the_table_is_that_of_its_schema(certified, tmp_path):
    write_certified(tmp_path / "certified.parquet", certified[4])
    assert len(read_certified(tmp_path / "certified.parquet")) == len(certified[4])


def test_an_image_that_has_a_method_twice_is_not_written(certified, tmp_path):
    twice = pd.concat([certified[4], certified[4][:1]])
    with pytest.raises(DataError, match=r"id 0, subset test, method score is repeated"):
        write_certified(tmp_path / "certified.parquet", twice)
    assert not (tmp_path / "certified.parquet").exists()


def test_many_latent_dimensions_have_no_quadrature(certified):
    _, x, y, scores, *_ = certified
    model = small_vae(pixels=8, latent_dim=5)
    table = Certifier(model, PARAMS, source, CPU, lambda images: None).real(x[:2], y[:2], scores[:2])
    assert {"score", "annealing"} <= set(table["method"])
    assert "quadrature" not in set(table["method"])


def test_weights_that_are_not_finite_are_an_error_with_the_image(certified):
    _, x, y, scores, *_ = certified
    model = small_vae(pixels=8, latent_dim=5)
    with torch.no_grad():
        model.decoder[-1].bias[0] = torch.nan
    with pytest.raises(NumericalError, match=r"image 0 \(test\) by annealing is nan"):
        Certifier(model, PARAMS, source, CPU, lambda images: None).real(x, y, scores)


def table_of_scores(subsets):
    return pd.DataFrame({"id": np.arange(len(subsets)), "subset": pd.Categorical(subsets), "log_likelihood": -1.0})


def by_subset(name):
    return stream(0, name)


def test_the_given_number_of_images_of_every_subset_is_chosen():
    scores = table_of_scores(["test"] * 50 + ["train"] * 30 + ["pc1-low"] * 2)
    chosen = choose(scores, 5, by_subset)
    assert chosen["subset"].value_counts().to_dict() == {"test": 5, "train": 5, "pc1-low": 2}
    assert chosen["id"].is_monotonic_increasing
    assert chosen["id"].is_unique


def test_a_smaller_choice_is_part_of_a_larger_one_and_other_subsets_do_not_matter():
    scores = table_of_scores(["test"] * 50 + ["train"] * 30)
    few, many = (choose(scores, images, by_subset) for images in (5, 20))
    assert set(few["id"]) < set(many["id"])
    alone = choose(scores[scores["subset"] == "test"], 5, by_subset)
    assert few[few["subset"] == "test"]["id"].tolist() == alone["id"].tolist()


def rows(method, values, error, subset="test"):
    return pd.DataFrame(
        {"id": range(len(values)), "subset": subset, "method": method, "log_likelihood": values, "error": error}
    )


@pytest.fixture
def estimated():
    """Estimates for three test images, contradictory ones for the last of them, and for two simulated images."""
    return pd.concat(
        [
            rows("score", [-90.0, -80.0, -70.0], 0.03),
            rows("annealing", [-90.1, -80.1, -68.0], 0.04),
            rows("annealing-again", [-69.9], 0.04).assign(id=2),
            rows("reverse", [-60.0, -50.0], 0.1, "simulated"),
            rows("annealing", [-60.1, -50.3], 0.1, "simulated"),
        ]
    )


def test_the_certificate_has_the_size_of_differences_and_the_number_of_contradictions(estimated):
    found = certificate({"vae": estimated}).set_index(["subset", "method_a", "method_b"])
    pair = ("score", "annealing")
    assert list(found.index) == [("real", *pair), ("simulated", "reverse", "annealing"), ("test", *pair)]
    _, gap, off = found.to_dict("records")
    assert gap["mean_difference"] == pytest.approx(0.2)
    assert gap["largest_difference"] == pytest.approx(0.3)
    assert off["images"] == 3
    assert off["mean_difference"] == pytest.approx((0.1 + 0.1 - 2) / 3)
    assert off["mean_error"] == pytest.approx(0.05 / np.sqrt(3))
    assert off["largest_difference"] == pytest.approx(2)
    assert off["contradictions"] == 1


def test_the_error_of_the_mean_gap_contains_what_the_chains_of_an_image_share():
    """All chains that lead back from an image start from one draw: their own errors say nothing of its share."""
    gaps = np.random.default_rng(0).normal(0.2, 1.0, 100)
    bounds = (rows("reverse", -60 + gaps, 1e-4, "simulated"), rows("annealing", -60 + 0 * gaps, 1e-4, "simulated"))
    (gap,) = certificate({"vae": pd.concat(bounds)}).query("subset == 'simulated'").to_dict("records")
    assert gap["mean_error"] == pytest.approx(gaps.std(ddof=1) / 10)


def test_the_subsets_together_are_all_real_images(estimated):
    table = pd.concat([estimated, rows("score", [-50.0], 0.1, "train"), rows("annealing", [-51.0], 0.1, "train")])
    found = certificate({"vae": table}).set_index(["subset", "method_b"])
    assert found.loc[("real", "annealing"), "images"] == 4
    assert found.loc[("real", "annealing"), "mean_difference"] == pytest.approx((0.1 + 0.1 - 2 + 1) / 4)
    assert found.loc[("train", "annealing"), "contradictions"] == 1


def test_methods_are_compared_on_the_images_that_both_have(estimated):
    both = compare_methods(estimated, "annealing-again", "score")
    assert both[["id", "subset"]].to_numpy().tolist() == [[2, "test"]]
    assert both["difference"].item() == pytest.approx(0.1)
    assert compare_methods(estimated, "score", "quadrature").empty


def test_all_estimates_of_a_contradictory_image_are_kept(estimated):
    found = contradictory(estimated)
    assert found["id"].tolist() == [2, 2, 2]
    assert dict(zip(found["method"], found["log_likelihood"], strict=True)) == {
        "score": -70.0,
        "annealing": -68.0,
        "annealing-again": -69.9,
    }
    assert contradictory(estimated[estimated["method"] != "annealing"]).empty


def test_the_certificate_in_numbers(estimated):
    numbers = certificate_numbers({"vae": estimated, "agreed": estimated[estimated["id"] < 2]}, 0.95)
    assert numbers["certificate.vae.test.score.annealing.contradictions"] == 1
    assert numbers["certificate.vae.real.score.annealing.images"] == 3
    gap = {key: numbers[f"certificate.vae.gap.{key}"] for key in ("images", "mean", "error", "largest")}
    assert gap == pytest.approx({"images": 2, "mean": 0.2, "error": 0.1, "largest": 0.3})
    one = {key: value for key, value in numbers.items() if key.startswith("certificate.vae.contradictory.")}
    assert {key.split(".")[3] for key in one} == {"2"}
    assert not [key for key in numbers if key.startswith("certificate.agreed.contradictory.")]
    assert one["certificate.vae.contradictory.2.annealing.log_likelihood"] == -68
    assert (one["certificate.vae.contradictory.2.id"], one["certificate.vae.contradictory.2.subset"]) == ("2", "test")
    assert not [key for key in numbers if ".simulated." in key]


def test_models_with_different_numbers_of_images_count_the_same():
    found = mean_over_models([np.array([1.0, 3.0]), np.array([-1.0, 0.0, 1.0])], 0.95)
    assert found.value == pytest.approx(1)
    assert found.half == pytest.approx(1.96 * np.sqrt(1 + 1 / 3) / 2, rel=1e-4)


def together(means, error):
    """The mean over models of the estimator minus annealing, from 26 images per model.

    The errors that the estimates state are far too small; the images spread so that each mean has this error.
    """
    spread = np.where(np.arange(26) % 2, 5 * error, -5 * error)
    tables = {
        f"model-{place}": pd.concat(
            [rows("score", -90.0 + mean + spread, 1e-4), rows("annealing", spread * 0 - 90, 1e-4)]
        )
        for place, mean in enumerate(means)
    }
    numbers = certificate_numbers(tables, 0.95)
    return [numbers[f"certificate.together.{end}"] for end in ("models", "value", "low", "high")]


def test_differences_that_are_each_within_their_error_can_differ_from_zero_together():
    means, error = [0.03, 0.05, 0.04, 0.05, 0.03, 0.04], 0.03
    assert all(mean < 2 * error for mean in means)
    models, value, low, high = together(means, error)
    assert (models, value) == (6, pytest.approx(0.04))
    half = 1.96 * error / np.sqrt(6)
    assert (low, high) == pytest.approx((0.04 - half, 0.04 + half), abs=1e-5)
    assert low > 0


def test_one_model_beyond_its_error_among_others_of_both_signs_resolves_nothing():
    _, value, low, high = together([0.065, -0.03, 0.02, -0.04, 0.01, -0.02], 0.03)
    assert low < 0 < value < high

import numpy as np
import pandas as pd
import pytest
import torch

from pipeline.certification.certificate import certificate
from pipeline.certification.opinions import Certifier, work
from pipeline.certification.sample import choose
from pipeline.certification.tables import CERTIFIED, read_certified
from pipeline.config import CertifyParams
from pipeline.errors import NumericalError
from pipeline.rng import stream
from pipeline.tables import write_table
from tests.annealed import CPU
from tests.densities import every_image, grid_log_likelihood, small_vae

PARAMS = CertifyParams(
    images=3, simulated=5, chains=6, temperatures=40, leapfrogs=1, quadrature_latent=4, nodes=41, block=24
)


def scores_of(model, x, y):
    truth = grid_log_likelihood(model.given(torch.from_numpy(y).long()), torch.from_numpy(x).float())
    sets = np.array(["test", "pc1-low"])[np.arange(len(x)) % 2]
    return pd.DataFrame(
        {"id": np.arange(len(x)) * 7, "set": sets, "log_likelihood": truth.numpy(), "standard_error": 0.01}
    )


def source(run, name):
    return stream(0, "certify", run, name)


@pytest.fixture(scope="module")
def asked():
    """A model of one latent dimension, its images, their truth, what was said of them and what progress was told."""
    model, steps = small_vae(pixels=8, latent_dim=1, conditional=True, scale=1.0), []
    x, y = every_image(8)[::23], (np.arange(12) % 10).astype(np.uint8)
    scores = scores_of(model, x, y)
    certifier = Certifier(model, PARAMS, source, CPU, steps.append)
    table = pd.concat([certifier.real(x, y, scores), certifier.simulated(y)], ignore_index=True)
    return model, x, y, scores, table, steps


def methods(table, one_set):
    return table[(table["set"] == one_set) | (one_set == "real") & (table["set"] != "simulated")].pivot_table(
        index="image", columns="method", values=["log_likelihood", "error"]
    )


def test_every_method_has_every_image_once(asked):
    *_, scores, table, _ = asked
    assert not table.duplicated(["image", "set", "method"]).any()
    for method in ("score", "annealing", "quadrature"):
        found = table[(table["method"] == method) & (table["set"] != "simulated")]
        assert found[["image", "set"]].to_numpy().tolist() == scores[["id", "set"]].to_numpy().tolist()
    assert set(table.loc[table["set"] == "simulated", "method"]) == {"annealing", "reverse"}


def test_every_method_agrees_with_the_truth_at_its_labels(asked):
    found = methods(asked[4], "real")
    truth = asked[3].set_index("id")["log_likelihood"]
    values = found["log_likelihood"]
    assert (values["quadrature"] - truth).abs().max() < 0.02
    assert ((values["annealing"] - truth).abs() < 4.5 * found["error", "annealing"]).all()
    assert (values["score"] == truth).all()


def test_the_bounds_of_simulated_images_meet(asked):
    values = methods(asked[4], "simulated")["log_likelihood"]
    assert len(values) == PARAMS.simulated
    assert (values["reverse"] - values["annealing"]).abs().max() < 0.3


def test_progress_is_told_of_all_the_work(asked):
    assert sum(asked[5]) == work(len(asked[1]), PARAMS)


def test_the_same_question_has_the_same_answer(asked):
    model, x, y, scores, table, _ = asked
    again = Certifier(model, PARAMS, source, CPU, lambda images: None).real(x, y, scores)
    assert again.equals(table[table["set"] != "simulated"])


def test_the_table_is_that_of_its_schema(asked, tmp_path):
    write_table(tmp_path / "certified.parquet", asked[4], CERTIFIED)
    assert len(read_certified(tmp_path / "certified.parquet")) == len(asked[4])


def test_many_latent_dimensions_have_no_quadrature(asked):
    _, x, y, scores, *_ = asked
    model = small_vae(pixels=8, latent_dim=5)
    table = Certifier(model, PARAMS, source, CPU, lambda images: None).real(x[:2], y[:2], scores[:2])
    assert set(table["method"]) == {"score", "annealing"}


def test_weights_that_are_not_numbers_are_told_of(asked):
    _, x, y, scores, *_ = asked
    model = small_vae(pixels=8, latent_dim=5)
    with torch.no_grad():
        model.decoder[-1].bias[0] = torch.nan
    with pytest.raises(NumericalError, match=r"image 0 \(test\) by annealing is nan"):
        Certifier(model, PARAMS, source, CPU, lambda images: None).real(x, y, scores)


def table_of_scores(sets):
    return pd.DataFrame({"id": np.arange(len(sets)), "set": pd.Categorical(sets), "log_likelihood": -1.0})


def by_set(name):
    return stream(0, name)


def test_so_many_images_of_every_set_are_chosen():
    scores = table_of_scores(["test"] * 50 + ["train"] * 30 + ["pc1-low"] * 2)
    chosen = choose(scores, 5, by_set)
    assert chosen["set"].value_counts().to_dict() == {"test": 5, "train": 5, "pc1-low": 2}
    assert chosen["id"].is_monotonic_increasing
    assert chosen["id"].is_unique


def test_fewer_images_are_among_more_and_other_sets_move_none():
    scores = table_of_scores(["test"] * 50 + ["train"] * 30)
    few, many = (choose(scores, images, by_set) for images in (5, 20))
    assert set(few["id"]) < set(many["id"])
    alone = choose(scores[scores["set"] == "test"], 5, by_set)
    assert few[few["set"] == "test"]["id"].tolist() == alone["id"].tolist()


def rows(method, values, error, one_set="test"):
    return pd.DataFrame(
        {"image": range(len(values)), "set": one_set, "method": method, "log_likelihood": values, "error": error}
    )


def test_the_certificate_says_how_far_off_and_how_often():
    table = pd.concat(
        [
            rows("score", [-90.0, -80.0, -70.0], 0.03),
            rows("annealing", [-90.1, -80.1, -68.0], 0.04),
            rows("reverse", [-60.0, -50.0], 0.1, "simulated"),
            rows("annealing", [-60.1, -50.3], 0.1, "simulated"),
        ]
    )
    found = certificate({"vae": table}).set_index(["set", "method_a", "method_b"])
    assert list(found.index) == [("simulated", "reverse", "annealing"), ("test", "score", "annealing")]
    gap, off = found.to_dict("records")
    assert gap["mean_difference"] == pytest.approx(0.2)
    assert gap["largest_difference"] == pytest.approx(0.3)
    assert off["images"] == 3
    assert off["mean_difference"] == pytest.approx((0.1 + 0.1 - 2) / 3)
    assert off["mean_error"] == pytest.approx(0.05 / np.sqrt(3))
    assert off["largest_difference"] == pytest.approx(2)
    assert off["contradictions"] == 1

import numpy as np
import pandas as pd
import pytest
import torch

from pipeline.config import CertifyParams
from pipeline.core.errors import NumericalError
from pipeline.core.rng import stream
from pipeline.core.tables import write_table
from pipeline.data.sampled_images import choose
from pipeline.models.conditional import ConditionalVAE
from pipeline.numbers.certificate import certificate, contested
from pipeline.numbers.certify import certificate_numbers
from pipeline.validation.certify import opinions
from pipeline.validation.certify.agreement import side_by_side
from pipeline.validation.certify.bidirectional import simulate
from pipeline.validation.certify.opinions import Certifier, work
from pipeline.validation.certify.tables import CERTIFIED, read_certified
from tests.support.annealed import CPU, noise_of
from tests.support.densities import every_image, grid_log_likelihood, small_vae

PARAMS = CertifyParams(
    models=(), images=3, simulated=5, chains=6, temperatures=40, leapfrogs=1, quadrature_latent=4, nodes=41, block=24
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


def test_simulated_images_are_of_the_labels_that_were_asked_for():
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


def test_progress_is_told_of_all_the_work(asked):
    assert sum(asked[5]) == work(len(asked[1]), PARAMS)


def test_an_image_on_which_annealing_contradicts_the_score_is_annealed_again(asked):
    model, x, y, scores, table, _ = asked
    wrong = scores.assign(log_likelihood=scores["log_likelihood"] - 5 * (scores["id"] == 14))
    certifier = Certifier(model, PARAMS, source, CPU, lambda images: None)
    found = certifier.real(x, y, wrong)
    again = found[found["method"] == "annealing-again"]
    assert again["image"].tolist() == [14]
    first = found[(found["method"] == "annealing") & (found["image"] == 14)]
    before = table[(table["method"] == "annealing") & (table["image"] == 14) & (table["set"] != "simulated")]
    assert first["log_likelihood"].item() == before["log_likelihood"].item() != again["log_likelihood"].item()
    truth = scores.set_index("id")["log_likelihood"][14]
    assert abs(again["log_likelihood"].item() - truth) < 4.5 * again["error"].item() < 0.5
    assert "annealing-again" not in set(table["method"])


def test_the_same_question_has_the_same_answer(asked):
    model, x, y, scores, table, _ = asked
    again = Certifier(model, PARAMS, source, CPU, lambda images: None).real(x, y, scores)
    assert again.equals(table[table["set"] != "simulated"])


def test_an_image_has_the_same_opinions_whatever_stands_beside_it(asked):
    model, x, y, scores, table, _ = asked
    few = [3, 8]
    alone = Certifier(model, PARAMS, source, CPU, lambda images: None).real(x[few], y[few], scores.iloc[few])
    both = alone.merge(table[table["set"] != "simulated"], on=["image", "method"], validate="one_to_one")
    assert len(both) == len(alone) == 6
    assert both["log_likelihood_x"].to_numpy() == pytest.approx(both["log_likelihood_y"].to_numpy(), abs=1e-3)


def test_a_contradicted_image_is_annealed_at_more_temperatures(asked, monkeypatch):
    model, x, y, scores, *_ = asked
    runs, plain = [], opinions.Block.forward

    def forward(block, steps):
        runs.append((len(block.x), block.params.temperatures, len(steps)))
        return plain(block, steps)

    monkeypatch.setattr(opinions.Block, "forward", forward)
    wrong = scores[:2].assign(log_likelihood=[-1000.0, scores["log_likelihood"][1]])
    Certifier(model, PARAMS, source, CPU, lambda images: None).real(x[:2], y[:2], wrong)
    longer = opinions.LONGER * PARAMS.temperatures
    assert runs == [(2, PARAMS.temperatures, PARAMS.temperatures - 1), (1, longer, longer - 1)]
    assert longer > PARAMS.temperatures


def test_the_table_is_that_of_its_schema(asked, tmp_path):
    write_table(tmp_path / "certified.parquet", asked[4], CERTIFIED)
    assert len(read_certified(tmp_path / "certified.parquet")) == len(asked[4])


def test_many_latent_dimensions_have_no_quadrature(asked):
    _, x, y, scores, *_ = asked
    model = small_vae(pixels=8, latent_dim=5)
    table = Certifier(model, PARAMS, source, CPU, lambda images: None).real(x[:2], y[:2], scores[:2])
    assert {"score", "annealing"} <= set(table["method"])
    assert "quadrature" not in set(table["method"])


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


@pytest.fixture
def said():
    """What methods say of three test images, the last of which is contested, and of two simulated ones."""
    return pd.concat(
        [
            rows("score", [-90.0, -80.0, -70.0], 0.03),
            rows("annealing", [-90.1, -80.1, -68.0], 0.04),
            rows("annealing-again", [-69.9], 0.04).assign(image=2),
            rows("reverse", [-60.0, -50.0], 0.1, "simulated"),
            rows("annealing", [-60.1, -50.3], 0.1, "simulated"),
        ]
    )


def test_the_certificate_says_how_far_off_and_how_often(said):
    found = certificate({"vae": said}).set_index(["set", "method_a", "method_b"])
    pairs = [("score", "annealing"), ("score", "annealing-again")]
    wanted = [*(("real", *pair) for pair in pairs), ("simulated", "reverse", "annealing")]
    assert list(found.index) == [*wanted, *(("test", *pair) for pair in pairs)]
    _, again, gap, off, _ = found.to_dict("records")
    assert gap["mean_difference"] == pytest.approx(0.2)
    assert gap["largest_difference"] == pytest.approx(0.3)
    assert off["images"] == 3
    assert off["mean_difference"] == pytest.approx((0.1 + 0.1 - 2) / 3)
    assert off["mean_error"] == pytest.approx(0.05 / np.sqrt(3))
    assert off["largest_difference"] == pytest.approx(2)
    assert off["contradictions"] == 1
    assert (again["images"], again["contradictions"]) == (1, 0)


def test_the_sets_together_are_all_real_images(said):
    table = pd.concat([said, rows("score", [-50.0], 0.1, "train"), rows("annealing", [-51.0], 0.1, "train")])
    found = certificate({"vae": table}).set_index(["set", "method_b"])
    assert found.loc[("real", "annealing"), "images"] == 4
    assert found.loc[("real", "annealing"), "mean_difference"] == pytest.approx((0.1 + 0.1 - 2 + 1) / 4)
    assert found.loc[("train", "annealing"), "contradictions"] == 1


def test_methods_are_compared_on_the_images_that_both_have(said):
    both = side_by_side(said, "annealing-again", "score")
    assert both[["image", "set"]].to_numpy().tolist() == [[2, "test"]]
    assert both["difference"].item() == pytest.approx(0.1)
    assert side_by_side(said, "score", "quadrature").empty


def test_every_word_on_a_contested_image_is_kept(said):
    found = contested(said)
    assert found["image"].tolist() == [2, 2, 2]
    assert dict(zip(found["method"], found["log_likelihood"], strict=True)) == {
        "score": -70.0,
        "annealing": -68.0,
        "annealing-again": -69.9,
    }
    assert contested(said[said["method"] != "annealing"]).empty


def test_the_certificate_in_numbers(said):
    numbers = certificate_numbers({"vae": said, "agreed": said[said["image"] < 2]}, PARAMS)
    assert (numbers["certificate.contested"], numbers["certificate.nodes"]) == (1, PARAMS.nodes)
    assert numbers["certificate.vae.test.score.annealing.contradictions"] == 1
    assert numbers["certificate.vae.real.score.annealing.images"] == 3
    gap = {key: numbers[f"certificate.vae.gap.{key}"] for key in ("images", "mean", "error", "largest")}
    assert gap == pytest.approx({"images": 2, "mean": 0.2, "error": 0.1, "largest": 0.3})
    one = {key: value for key, value in numbers.items() if key.startswith("certificate.vae.contested.")}
    assert {key.split(".")[3] for key in one} == {"2"}
    assert one["certificate.vae.contested.2.annealing.log_likelihood"] == -68
    assert (one["certificate.vae.contested.2.image"], one["certificate.vae.contested.2.set"]) == ("2", "test")
    assert not [key for key in numbers if ".simulated." in key]

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.config import ClassifyParams, ModelParams
from pipeline.core.errors import DataError
from pipeline.core.rng import stream
from pipeline.data.examples import examples_for
from pipeline.data.subsets import TAILS
from pipeline.investigations.classify.labels import label_shares, sample, score_labels
from pipeline.investigations.classify.tables import read_classified, write_classified
from pipeline.models.conditional import ConditionalVAE
from pipeline.numbers.bayes import log_mixture, mixture_error, posterior, predict
from pipeline.numbers.calibration import calibration_error, reliability
from tests.support.densities import every_image, grid_log_likelihood, small_vae
from tests.support.parameters import PARAMS

SCORE = PARAMS.score.model_copy(update={"prior_points": 64, "draws": 128, "block": 64})
PRIOR = np.linspace(1, 10, 10) / 55
PIXELS = 4


def classify(model, x, label, prior=PRIOR, purpose="classify"):
    n = len(x)
    chosen = pd.DataFrame({"id": np.arange(n, dtype=np.int32), "label": label.astype(np.int8)})
    chosen = chosen.assign(subset=pd.Categorical(["test"] * n), region=pd.Categorical(["centre"] * n))
    source = partial(stream, 0, purpose)
    return score_labels(model, x, chosen, prior, SCORE, source, torch.device("cpu"), lambda images: None)


def exact(model, x):
    """Log p(x | y) of every image under every label, by the trapezium rule."""
    pixels = torch.from_numpy(x).float()
    columns = [grid_log_likelihood(model.given(torch.full((len(x),), y)), pixels) for y in range(10)]
    return torch.stack(columns, dim=1).numpy()


def template_model():
    """A model of ten pixels whose label sets one of them, for any z: log p(x | y) is a sum of ten terms."""
    model = ConditionalVAE(10, (10,), 1)
    first, last = model.decoder[0], model.decoder[-1]
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        first.weight[:, 1:] = torch.eye(10)
        last.weight.copy_(16 * torch.eye(10))
        last.bias.fill_(-8)
    return model


@pytest.fixture(scope="module")
def small():
    """A small conditional model, all its images, and their scores under every label."""
    model, x = small_vae(PIXELS, 1, conditional=True), every_image(PIXELS)
    return model, x, classify(model, x, np.arange(len(x)) % 10)


def test_the_mixture_over_labels_sums_to_one_over_all_images(small):
    model, x, _ = small
    log_likelihood = exact(model, x)
    assert np.ptp(log_likelihood, axis=1).max() > 1
    assert np.exp(log_mixture(log_likelihood, PRIOR)).sum() == pytest.approx(1, abs=1e-6)


def test_scores_are_the_likelihood_under_each_label(small):
    model, x, table = small
    found = table["log_likelihood"].to_numpy().reshape(len(x), 10)
    errors = (found - exact(model, x)) / np.maximum(table["standard_error"].to_numpy().reshape(len(x), 10), 1e-3)
    assert np.abs(errors).max() < 5


def test_the_scored_mixture_sums_to_one_within_its_error(small):
    model, x, table = small
    found = predict(table)
    assert np.allclose(found["mixture"], log_mixture(exact(model, x), PRIOR), atol=5 * found["standard_error"].max())
    error = math.sqrt(np.square(np.exp(found["mixture"]) * found["standard_error"]).sum())
    assert abs(np.exp(found["mixture"]).sum() - 1) < 4 * error + 1e-4


def test_each_label_is_scored_with_random_numbers_of_its_own():
    x = every_image(PIXELS)
    found = classify(small_vae(PIXELS, 1), x, np.zeros(len(x)))
    assert (found.groupby("id")["log_likelihood"].nunique() == 10).all()


def test_images_that_their_labels_tell_apart_are_named_and_weighed_as_in_closed_form():
    x, label = np.eye(10, dtype=np.uint8), np.arange(10)
    found = predict(classify(template_model(), x, label))
    own = 10 * -math.log1p(math.exp(-8))
    other = own - 2 * 8
    assert found["correct"].all()
    assert np.array_equal(found["predicted"], label)
    assert found["given"].to_numpy() == pytest.approx(own, abs=0.15)
    mixture = np.log(PRIOR * math.exp(own) + (1 - PRIOR) * math.exp(other))
    assert found["mixture"].to_numpy() == pytest.approx(mixture, abs=0.15)
    assert (found["confidence"] > 1 - 1e-5).all()


def test_a_wrong_label_is_counted_as_wrong():
    found = predict(classify(template_model(), np.eye(10, dtype=np.uint8), np.roll(np.arange(10), 1)))
    assert not found["correct"].any()
    assert found["given"].max() < found["mixture"].min() - 8


@given(arrays(float, (3, 10), elements=st.floats(-1e4, 0)), arrays(float, 10, elements=st.floats(0, 1)))
def test_posteriors_are_shares_of_one_however_unlikely_the_image(log_likelihood, weight):
    prior = (weight + np.eye(10)[0]) / (weight.sum() + 1)
    found = posterior(log_likelihood, prior)
    assert found.min() >= 0
    assert found.sum(axis=1) == pytest.approx(1)
    assert (found[:, prior == 0] == 0).all()


def test_the_prior_decides_where_the_image_does_not():
    assert posterior(np.full((1, 10), -90.0), PRIOR)[0] == pytest.approx(PRIOR)


def test_the_error_of_the_mixture_is_the_spread_of_its_estimates():
    rng = np.random.default_rng(0)
    log_likelihood = -90 - rng.gamma(1, 1, (1, 10))
    error = rng.uniform(0.01, 0.05, (1, 10))
    estimates = log_mixture(log_likelihood + error * rng.standard_normal((20_000, 10)), PRIOR)
    assert mixture_error(posterior(log_likelihood, PRIOR), error) == pytest.approx(estimates.std(), rel=0.03)


def test_predictions_do_not_depend_on_the_order_of_rows(small):
    shuffled = small[2].sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(predict(shuffled).reset_index(drop=True), predict(small[2]).reset_index(drop=True))


def test_the_sample_is_seeded_and_the_same_whatever_the_order(study):
    split, sizes = study.tables.split, ClassifyParams(models=(), test=40, tail=10, levels=1)
    found = sample(split, sizes, partial(stream, 0))
    assert (
        found["subset"].value_counts().to_dict() | {"train": 0, "validation": 0}
        == found["subset"].value_counts().to_dict()
    )
    assert {name: int((found["subset"] == name).sum()) for name in ("test", *TAILS)} == {"test": 40} | dict.fromkeys(
        TAILS, 10
    )
    shuffled = sample(split.sample(frac=1, random_state=1), sizes, partial(stream, 0))
    pd.testing.assert_frame_equal(shuffled, found)
    assert not sample(split, sizes, partial(stream, 1))["id"].equals(found["id"])


def test_a_larger_sample_contains_the_smaller_and_a_small_subset_is_taken_whole(study):
    split = study.tables.split
    few, many = (
        sample(split, ClassifyParams(models=(), test=n, tail=n, levels=1), partial(stream, 0)) for n in (10, 10_000)
    )
    assert set(few["id"]) < set(many["id"])
    assert set(many["id"]) == set(split.loc[split["subset"].isin(["test", *TAILS]), "id"])


@pytest.mark.parametrize("train_on", ["core", "matched", "all"])
def test_the_prior_counts_the_images_that_the_model_learned_from(study, train_on):
    model = ModelParams(**(PARAMS.models["cvae-20"].model_dump() | {"train_on": train_on}))
    images, split = study.tables.images, study.tables.split
    learned, _ = examples_for(model, images, split, stream(0, "train", "matched"))
    shares = label_shares(split, train_on, stream(0, "train", "matched"), 12)
    assert shares[:10] == pytest.approx([np.mean(learned.label == y) for y in range(10)])
    assert shares[10:].tolist() == [0, 0]


def test_a_table_is_read_as_it_was_written(small, tmp_path):
    path = tmp_path / "cvae.parquet"
    write_classified(path, small[2])
    assert read_classified(path)["log_likelihood"].equals(small[2]["log_likelihood"])


def test_a_table_in_which_an_image_lacks_a_label_is_not_read(small, tmp_path):
    path = tmp_path / "cvae.parquet"
    write_classified(path, small[2][1:])
    with pytest.raises(DataError, match="159 rows, not one for each of 16 images and 10 labels"):
        read_classified(path)


def test_a_table_in_which_an_image_has_a_label_twice_is_not_written(small, tmp_path):
    with pytest.raises(DataError, match="id 15, given_label 9 is repeated"):
        write_classified(tmp_path / "cvae.parquet", pd.concat([small[2][1:], small[2][-1:]]))


def test_a_classifier_with_accuracy_equal_to_its_confidence_is_calibrated():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.1, 1, 200_000)
    honest = pd.DataFrame({"confidence": confidence, "correct": rng.random(len(confidence)) < confidence})
    assert calibration_error(reliability(honest, 0.95)) < 0.005
    assert calibration_error(reliability(honest.assign(confidence=honest["confidence"] ** 3), 0.95)) > 0.1


def test_the_calibration_error_weighs_bins_by_their_images():
    table = pd.DataFrame({"confidence": [0.9] * 10 + [0.5] * 30, "correct": [True] * 6 + [False] * 4 + [True] * 30})
    bins = reliability(table, 0.95)
    assert bins["images"].tolist() == [30, 10]
    assert calibration_error(bins) == pytest.approx((30 * 0.5 + 10 * 0.3) / 40)


def test_bins_are_closed_above_and_certainty_has_its_place():
    table = pd.DataFrame({"confidence": [1 / 3, 1 / 3 + 1e-9, 1.0], "correct": True})
    assert reliability(table, 0.95)["images"].tolist() == [1, 1, 1]

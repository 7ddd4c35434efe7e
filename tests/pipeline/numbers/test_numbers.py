import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.core.errors import DataError
from pipeline.data.images import freeze
from pipeline.numbers.collect import (
    axis_numbers,
    headline,
    history_numbers,
    mean_binarisation_entropy,
    score_numbers,
)
from pipeline.numbers.compare import effect_numbers
from pipeline.numbers.keys import hidden_layers
from pipeline.publication.readme import fill, result_table
from tests.support.parameters import PARAMS
from tests.support.studies import study_numbers


@pytest.fixture(scope="module")
def numbers(study):
    return study_numbers(study)


def test_every_number_is_finite_or_a_word(numbers):
    assert all(isinstance(value, str) or math.isfinite(value) for value in numbers.values())


def test_what_was_not_scored_has_no_key(numbers):
    assert "vae-20.train.log_likelihood" in numbers
    assert not [key for key in numbers if key.startswith("cvae-20.train.")]


def test_a_mean_is_that_of_its_images(study, numbers):
    scores = study.tables.scores["vae-20"]
    own = scores[scores["subset"] == "pc1-low"]["log_likelihood"]
    assert numbers["vae-20.pc1-low.log_likelihood"] == pytest.approx(own.mean())
    assert numbers["vae-20.pc1-low.images"] == len(own)


def test_estimates_that_are_imprecise_unreliable_or_made_with_more_effort_are_counted():
    rows = {"id": range(4), "log_likelihood": [-90.0, -91, -92, -93], "standard_error": [0.1, 0.36, 0.35, 0.4]}
    rows |= {"pareto_k": [0.1, 0.6, 0.6, 0.1], "draws": [256, 256, 1024, 256]}  # 0.585 is the limit with 256 draws
    scores = pd.DataFrame(rows).assign(subset="test", region="centre", elbo=-95.0, passes=[500.0, 500, 1700, 500])
    found = score_numbers("vae", scores, 0.35, {})
    assert (found["vae.imprecise"], found["vae.unreliable_percent"]) == (2, 25)
    assert (found["vae.more_effort_percent"], found["vae.passes"]) == (25, 800)


def test_the_last_bounds_are_those_of_the_last_epoch():
    history = pd.DataFrame({"epoch": [1, 2], "train_elbo": [-100.0, -90.0], "validation_elbo": [-101.0, -95.0]})
    assert history_numbers("vae", history) == {"vae.last.train_elbo": -90, "vae.last.validation_elbo": -95}


def test_intervals_of_two_runs_that_leave_out_zero_are_counted_beside_those_that_chance_would_give():
    ends = {"low": [0.1, -0.5, -0.1, -1.0], "high": [0.5, -0.1, 0.1, 0.2]}
    names = {"kind": "seed_pairs", "model_a": "a", "model_b": "b", "quantity": "log_likelihood", "stratum": "test"}
    found = effect_numbers(PARAMS, pd.DataFrame(ends).assign(**names, value=0.0, size=9))
    assert {key.removeprefix("compare.seed_pairs."): value for key, value in found.items()} == {
        "compared": 4,
        "clear": 2,
        "expected": pytest.approx(0.2),
    }


def test_an_axis_is_correlated_with_ink_over_the_images_that_it_was_fitted_to(study, numbers):
    pool = study.tables.split.query("official == 'train'")
    expected = np.corrcoef(pool["pc1"], pool["ink"])[0, 1]
    assert numbers["data.pc1.ink_correlation"] == pytest.approx(expected, abs=1e-9)


def test_the_axis_within_classes_is_correlated_with_traits_within_them():
    rng = np.random.default_rng(0)
    label = np.repeat([0, 1], 200)
    place, own = rng.normal(0, 0.1, 400), rng.normal(0, 0.1, 400)
    up, across = 8 - np.arange(17)[:, None], np.arange(17)[None, :] - 8
    lean = place + 0.8 * label
    strokes = np.exp(-((across - lean[:, None, None] * up) ** 2)) * (abs(up) < 6)
    table = {"id": np.arange(400), "label": label, "official": "train", "ink": 2 + own - 0.4 * label}
    split = pd.DataFrame(table | {"pc1": own, "pc1_within_class": place})
    found = axis_numbers((255 * strokes).astype(np.uint8).reshape(400, -1), split)
    assert found["data.pc1_within_class.slant_correlation"] > 0.98
    assert abs(found["data.pc1_within_class.ink_correlation"]) < 0.15
    assert found["data.pc1.ink_correlation"] == pytest.approx(split["pc1"].corr(split["ink"]))
    assert max(found["data.pc1.ink_correlation"], np.corrcoef(lean, place)[0, 1]) < 0.5


def test_an_image_without_ink_has_no_slant_and_is_left_out():
    grey = np.random.default_rng(0).integers(0, 256, (50, 16), dtype=np.uint8)
    columns = {"id": np.arange(50), "label": 0, "official": "train", "ink": grey.mean(axis=1) / 255}
    split = pd.DataFrame(columns | {"pc1": np.arange(50.0), "pc1_within_class": np.arange(50.0)})
    blank = np.concatenate([grey, np.zeros((1, 16), np.uint8)])
    more = pd.concat([split, split[:1].assign(id=50, ink=0.0, pc1=900.0)], ignore_index=True)
    assert axis_numbers(blank, more) == axis_numbers(grey, split)


def test_shares_of_the_classes_add_up_to_a_hundred(numbers):
    shares = [value for key, value in numbers.items() if key.startswith("data.test.percent_")]
    assert sum(shares) == pytest.approx(100)


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ([16], "one hidden layer of 16"),
        ([512, 512], "two hidden layers of 512"),
        ([512, 256], "hidden layers of 512, 256"),
        ([8] * 5, "hidden layers of 8, 8, 8, 8, 8"),
    ],
)
def test_equal_hidden_layers_are_counted_and_others_listed(units, words):
    assert hidden_layers(units) == words


def test_the_headline_has_at_most_ten_numbers_none_named_after_a_model(study, numbers):
    found = headline(numbers)
    assert 5 < len(found) <= 10
    assert not [key for key in found for name in study.models if name in key]
    assert found["test_log_likelihood.small"] == numbers["vae-04.test.log_likelihood"]


def test_certain_pixels_have_no_entropy_and_pixels_of_even_chance_have_most():
    rng, label = np.random.default_rng(0), np.zeros(5, np.uint8)
    sure = freeze(np.full((5, 9), 255, np.uint8), label, rng)
    fair = freeze(np.full((5, 9), 128, np.uint8), label, rng)
    assert mean_binarisation_entropy(sure) == 0
    assert mean_binarisation_entropy(fair) == pytest.approx(9 * math.log(2), rel=1e-4)


def test_the_binarisation_entropy_is_the_sum_over_the_pixels():
    grey = np.array([[0, 51, 128, 255]], np.uint8)
    p = grey[0][[1, 2]] / 255
    exact = -(p * np.log(p) + (1 - p) * np.log(1 - p)).sum()
    images = freeze(grey, np.zeros(1, np.uint8), np.random.default_rng(0))
    assert mean_binarisation_entropy(images) == pytest.approx(exact)


def test_the_readmes_table_has_one_row_per_model_and_a_dash_for_what_is_absent(study, numbers):
    known = {key: value for key, value in numbers.items() if key != "vae-04.test.pc1-low.log_likelihood"}
    lines = result_table(known, study.models).splitlines()
    assert len(lines) == 2 + len(study.models)
    assert f"{abs(numbers['vae-04.test.log_likelihood']):.2f}" in lines[2]
    assert "\N{EN DASH}" in lines[2]
    assert "\N{EN DASH}" not in lines[3]


def test_only_what_is_between_the_marks_is_replaced():
    text = "a\n<!-- x -->\nold\n<!-- /x -->\nb <!-- y -->\n"
    assert fill(text, "x", "new", Path("a.md")) == "a\n<!-- x -->\nnew\n<!-- /x -->\nb <!-- y -->\n"
    with pytest.raises(DataError, match=r"^a\.md has 0 pairs of comments <!-- x --> .* it must have exactly one$"):
        fill("nothing", "x", "new", Path("a.md"))

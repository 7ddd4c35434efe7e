"""Experiments are compared over the one parameter in which they differ."""

import re

import pytest

from pipeline.core.errors import ParameterError
from pipeline.publication.sweep import COMMITTED, Experiment, choose, compared, flat, means, page

PARAMS = {"roles": {"middle": "vae-20"}, "models": {"vae-20": {"latent_dim": 20}}, "train": {"learning_rate": 0.002}}
NUMBERS = {
    f"{model}.{subset}.{part}": value
    for model, level in (("vae-20", -87.0), ("vae-04", -113.0))
    for subset, part, value in (
        ("test", "log_likelihood", level),
        ("test", "sampling_error", 0.25),
        ("pc1-low", "log_likelihood", level + 40),
        ("pc1-low", "sampling_error", 0.5),
        ("pc1-high", "log_likelihood", level - 20),
    )
}


def experiment(name, changes=None, **numbers):
    return Experiment(name, flat(PARAMS) | (changes or {}), NUMBERS | numbers)


HEAD = experiment(COMMITTED)
SIZE, RATE = "models.vae-20.latent_dim", "train.learning_rate"


def test_parameters_are_named_by_their_paths():
    assert flat({"a": {"b": 1, "c": [2, 3]}, "d": None}) == {"a.b": 1, "a.c": [2, 3], "d": None}


def test_experiments_are_sorted_by_value_and_those_with_other_changes_left_out():
    tried = [
        experiment("wide", {SIZE: 100}),
        experiment("narrow", {SIZE: 3}),
        experiment("both", {SIZE: 5, RATE: 0.1}),
        experiment("fast", {RATE: 0.1}),
    ]
    assert [one.name for one in compared(HEAD, tried, SIZE)] == ["narrow", COMMITTED, "wide"]
    assert [one.name for one in compared(HEAD, tried, RATE)] == [COMMITTED, "fast"]


def test_the_only_changed_parameter_need_not_be_named():
    assert choose(HEAD, [experiment("wide", {SIZE: 30}), experiment("both", {SIZE: 5, RATE: 0.1})], "") == SIZE


@pytest.mark.parametrize(
    ("tried", "asked", "said"),
    [
        ([], "", "no finished experiment changed one parameter alone"),
        ([experiment("same")], "", "no finished experiment changed one parameter alone"),
        (
            [experiment("a", {SIZE: 30}), experiment("b", {RATE: 0.1})],
            "",
            f"name one, as in PARAM={SIZE}: {SIZE}, {RATE}",
        ),
        (
            [experiment("a", {SIZE: 30})],
            RATE,
            f"no finished experiment changed {RATE} alone; changed alone were {SIZE}",
        ),
    ],
)
def test_an_unclear_wish_is_one_line(tried, asked, said):
    with pytest.raises(ParameterError, match=re.escape(said)):
        choose(HEAD, tried, asked)


def test_a_models_own_parameter_shows_that_model_and_any_other_the_middle_one():
    model, table = means([HEAD, experiment("new", {"models.vae-04.epochs": 9})], "models.vae-04.epochs")
    assert (model, set(table["log_likelihood"])) == ("vae-04", {-113.0, -73.0})
    model, table = means([HEAD, experiment("fast", {RATE: 0.1})], RATE)
    assert (model, set(table["log_likelihood"])) == ("roles.middle", {-87.0, -47.0})


def test_subsets_without_an_error_are_left_out():
    assert set(means([HEAD], RATE)[1]["subset"]) == {"test", "pc1-low"}


def test_the_page_holds_every_mean_with_its_error_and_escapes_names():
    fast = experiment("<fast>", {RATE: 0.1}, **{"vae-20.test.log_likelihood": -88.126})
    model, table = means([HEAD, fast], RATE)
    made = page(RATE, model, table, {"test": b"<svg/>"})
    cells = re.findall(r"<td>(.*?)</td>", made)
    assert cells[:4] == ["0.002", COMMITTED, "-87.00 ± 0.25", "-47.00 ± 0.50"]
    assert cells[4:] == ["0.1", "&lt;fast&gt;", "-88.13 ± 0.25", "-47.00 ± 0.50"]

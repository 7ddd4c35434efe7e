"""The table of latent dimensions: every model that is the middle one but for its size, and its runs."""

import numpy as np
import pandas as pd
import pytest

from pipeline.core.errors import ParameterError
from pipeline.core.statistics import difference_pooled, difference_welch
from pipeline.investigations.compare.dimensions import dimension_table
from pipeline.investigations.compare.pairs import compare_pairs, pairs_of
from pipeline.investigations.compare.seeds import seed_effects
from pipeline.investigations.compare.tables import FIT
from tests.support.sizes import EIGHT, make_sizes

SEVERAL = (20, 32)


@pytest.fixture(scope="module")
def made():
    """Eight sizes, of which two were trained three times: parameters, scores, active units and pairs."""
    params, scores, active = make_sizes()
    return params, scores, active, compare_pairs(params, scores)


@pytest.fixture(scope="module")
def table(made):
    return dimension_table(*made).set_index(["model", "quantity", "stratum"])


def mean(scores, quantity="log_likelihood", region=None):
    test = scores[scores["subset"] == "test"]
    return (test[test["region"] == region] if region else test)[quantity].mean()


def test_every_size_has_every_quantity_once_the_smallest_first(table):
    assert not table.index.has_duplicates
    assert table["latent_dim"].drop_duplicates().tolist() == list(EIGHT)
    assert table.groupby("model").size().unique().tolist() == [6 + 6 + 2 + 1]


def test_a_level_is_the_mean_over_the_runs(made, table):
    scores = made[1]
    for quantity, where, region in (("log_likelihood", "test", None), ("elbo", "test.pc1-high", "pc1-high")):
        own = [mean(scores[f"vae-20{run}"], quantity, region) for run in ("", "-seed-1", "-seed-2")]
        row = table.loc[("vae-20", quantity, where)]
        assert (row["value"], row["runs"]) == (pytest.approx(np.mean(own)), 3)
        assert table.loc[("vae-08", quantity, where), "value"] == pytest.approx(
            mean(scores["vae-08"], quantity, region)
        )


def test_where_both_have_several_runs_the_difference_is_over_runs(made, table):
    scores = made[1]
    runs = [[mean(scores[f"vae-{d}{run}"]) for run in ("", "-seed-1", "-seed-2")] for d in SEVERAL[::-1]]
    row = table.loc[("vae-32", "log_likelihood", "test")]
    expected = difference_welch(*map(np.array, runs), 0.95)
    assert tuple(row[["difference", "difference_low", "difference_high"]]) == pytest.approx(expected)
    assert row["over"] == "runs"


def test_where_one_has_a_single_run_the_difference_is_from_the_mean_of_the_others_runs(made, table):
    scores, ends = made[1], ["difference", "difference_low", "difference_high"]
    for name, region in (("vae-64", "pc1-low"), ("vae-08", None)):
        runs = [mean(scores[f"vae-20{run}"], region=region) for run in ("", "-seed-1", "-seed-2")]
        row = table.loc[(name, "log_likelihood", f"test.{region}" if region else "test")]
        expected = difference_pooled(np.array([mean(scores[name], region=region)]), np.array(runs), 0.95)
        assert tuple(row[ends]) == pytest.approx(expected)
        assert row["over"] == "single-run"


def test_all_differences_are_those_of_the_values(table):
    for (_, quantity, where), row in table.drop(index=FIT, level="stratum").iterrows():
        assert row["difference"] == pytest.approx(row["value"] - table.loc[("vae-20", quantity, where), "value"])


def test_a_difference_of_single_runs_is_that_of_the_pair_with_its_own_interval():
    params, scores, active = make_sizes(several=())
    table = dimension_table(params, scores, active, compare_pairs(params, scores))
    table = table.set_index(["model", "quantity", "stratum"])
    pairs = compare_pairs(params, scores).set_index(["model_a", "model_b", "subset", "region"]).sort_index()
    ends = ["difference", "difference_low", "difference_high"]
    larger = pairs.loc[("vae-64", "vae-20", "test", "pc1-low"), ["difference", "low", "high"]]
    assert tuple(table.loc[("vae-64", "log_likelihood", "test.pc1-low"), ends]) == tuple(larger)
    smaller = pairs.loc[("vae-20", "vae-08", "test", "all"), ["difference", "high", "low"]]
    assert tuple(table.loc[("vae-08", "log_likelihood", "test"), ends]) == tuple(-smaller)
    assert table.loc[("vae-08", "log_likelihood", "test"), "over"] == "images"


def test_the_middle_model_does_not_differ_from_itself(table):
    own = table.loc["vae-20"]
    assert (own[["difference", "difference_low", "difference_high"]] == 0).all(axis=None)


def test_what_is_said_of_overfitting_is_of_single_weights_unless_several_runs_were_scored(made):
    params, scores, active, pairs = made
    whole = make_sizes(several=())[1]["vae-20"]
    once = dimension_table(params, scores, active, pairs).set_index(["model", "quantity", "stratum"])
    row = once.loc[("vae-32", "log_likelihood", FIT)]
    assert (row["runs"], row["over"]) == (1, "images")
    gaps = np.array([0.2, 1.0, 2.4])
    again = dict(scores)
    for run, gap in zip(("", "-seed-1", "-seed-2"), gaps, strict=True):
        for latent_dim, more in ((20, 0.0), (32, 0.5)):
            value = np.where(whole["subset"] == "train", gap + more, 0.0)
            again[f"vae-{latent_dim}{run}"] = whole.assign(log_likelihood=value, elbo=value)
    found = dimension_table(params, again, active, pairs).set_index(["model", "quantity", "stratum"])
    row = found.loc[("vae-32", "log_likelihood", FIT)]
    assert (row["runs"], row["over"]) == (3, "runs")
    expected = difference_welch(gaps + 0.5, gaps, 0.95)
    assert tuple(row[["difference", "difference_low", "difference_high"]]) == pytest.approx(expected)
    assert row["difference_low"] < 0 < row["difference"]


def test_training_makes_training_images_likelier_by_the_gap_to_validation(made):
    params, scores, active, pairs = made
    value = np.where(scores["vae-20"]["subset"] == "train", 5.0, 0.0)
    flat = {name: scores[name].assign(log_likelihood=value, elbo=value - 2) for name in ("vae-20", "vae-64")}
    found = dimension_table(params, flat, active, pairs).set_index(["model", "quantity", "stratum"])
    for quantity, gap in (("log_likelihood", 5), ("elbo", 5)):
        assert tuple(found.loc[("vae-64", quantity, FIT), ["value", "difference"]]) == pytest.approx((gap, 0))


def test_active_units_are_there_only_of_models_that_were_diagnosed(made, table):
    params, scores, _, pairs = made
    assert table.loc[("vae-64", "active", "test"), ["value", "difference"]].tolist() == [16, 0]
    assert table.loc[("vae-08", "active", "test"), ["value", "difference"]].tolist() == [8, -8]
    few = dimension_table(params, scores, {"vae-20": 16, "vae-64": 15}, pairs)
    assert few.loc[few["quantity"] == "active", "model"].tolist() == ["vae-20", "vae-64"]


def test_other_models_are_no_sizes(made):
    params, scores, active, pairs = made
    other = {"seed": 0, "latent_dim": 48}
    changes = {"wide": {"train_on": "matched"}, "grey": {"binarisation": "threshold"}, "long": {"epochs": 240}}
    models = {name: params.model("vae-20").model_copy(update=other | change) for name, change in changes.items()}
    more = params.model_copy(update={"models": params.models | models})
    found = dimension_table(more, scores | dict.fromkeys(models, scores["vae-64"]), active, pairs)
    assert not set(models) & set(found["model"])


def test_a_study_without_the_base_says_what_is_missing(made):
    params, scores, active, pairs = made
    with pytest.raises(ParameterError, match=r"compare.base, vae-20, .* `make models`"):
        dimension_table(params, {"vae-08": scores["vae-08"]}, active, pairs)


@pytest.fixture(scope="module")
def longer(made):
    """Return the same with three main models that were trained longer, to which all others are shorter runs."""
    params, scores, active, _ = made
    own = params.model("vae-20").model_copy(update={"epochs": 240})
    dims = {"long-04": 4, "long-20": 20, "long-32": 32}
    models = {name: own.model_copy(update={"latent_dim": latent}) for name, latent in dims.items()}
    roles = params.roles.model_copy(update={"small": "long-04", "middle": "long-20", "large": "long-32"})
    more = params.model_copy(update={"models": models | params.models, "roles": roles})
    better = {name: scores[f"vae-{latent:02}"].copy() for name, latent in dims.items()}
    for table in better.values():
        table["log_likelihood"] += 1.5
    whole = better | scores
    return more, whole, active, compare_pairs(more, whole)


def test_the_table_is_of_the_length_of_the_base(longer, table):
    found = dimension_table(*longer).set_index(["model", "quantity", "stratum"])
    assert found.index.equals(table.index)
    assert found.loc["vae-32"].equals(table.loc["vae-32"])


def test_models_of_two_lengths_are_no_pair(longer):
    params, scores, *_ = longer
    found = pairs_of(params, scores)
    lengths = [{params.model(name).epochs for name in pair} for pair in found]
    assert all(len(one) == 1 for one in lengths)
    assert {("long-20", "long-04"), ("long-32", "long-20"), ("vae-20", "vae-04"), ("vae-32", "vae-20")} <= set(found)


def test_shorter_runs_have_a_spread_and_intervals_over_runs_and_main_models_have_none(longer):
    params, scores, _, pairs = longer
    rows = pd.DataFrame(seed_effects(params, scores, pairs))
    kinds = {
        kind: set(part[["model_a", "model_b"]].itertuples(index=False, name=None))
        for kind, part in rows.groupby("kind")
    }
    assert kinds["runs"] == {("vae-32", "vae-20")}
    assert kinds["spread"] == {("vae-20", "vae-20"), ("vae-32", "vae-32")}


def test_a_variant_of_the_label_with_one_run_is_compared_with_all_runs_of_the_conditional_model(longer):
    params, scores, *_ = longer
    own = params.model("vae-20").model_copy(update={"label": "one-hot", "encoder_sees_label": True})
    runs = {f"label-{seed}": own.model_copy(update={"seed": seed}) for seed in range(3)}
    variants = {"blind": own.model_copy(update={"encoder_sees_label": False})}
    variants |= {"number": own.model_copy(update={"label": "number"})}
    shifts = {"label-0": 0.0, "label-1": 0.2, "label-2": -0.2, "blind": -2.0, "number": 0.1}
    base = scores["vae-20"]
    table = scores | {name: base.assign(log_likelihood=base["log_likelihood"] + d) for name, d in shifts.items()}
    compared = (("blind", "label-0"), ("number", "label-0"), ("label-0", "vae-20"))
    compare = params.compare.model_copy(update={"pairs": compared})
    whole = params.model_copy(update={"models": params.models | runs | variants, "compare": compare})
    pairs = compare_pairs(whole, table)
    rows = pd.DataFrame(seed_effects(whole, table, pairs))
    test = rows[rows["stratum"] == "test"].set_index(["kind", "model_a", "model_b"])
    blind = test.loc[("single-run", "blind", "label-0")]
    assert blind["value"] == pytest.approx(-2)
    assert blind["high"] < 0
    assert (
        test.loc[("single-run", "number", "label-0"), "low"] < 0 < test.loc[("single-run", "number", "label-0"), "high"]
    )
    assert test.loc[("runs", "label-0", "vae-20"), "size"] == 3
    assert test.loc[("spread", "label-0", "label-0"), "value"] == pytest.approx(0.2)


def test_each_pair_is_compared_once_and_every_size_with_the_middle(made):
    params, scores, *_ = made
    found = pairs_of(params, scores)
    assert {(f"vae-{d}", "vae-20") for d in (32, 64)} <= set(found)
    assert {("vae-20", f"vae-{d:02}") for d in (2, 4, 8, 12, 16)} <= set(found)
    assert len({frozenset(pair) for pair in found}) == len(found) == len(EIGHT) - 1
    turned = params.compare.model_copy(update={"pairs": (("vae-08", "vae-20"),)})
    assert pairs_of(params.model_copy(update={"compare": turned}), scores)[0] == ("vae-20", "vae-08")


def test_no_pair_at_all_is_an_error(made):
    params, scores, *_ = made
    with pytest.raises(ParameterError, match="make models"):
        compare_pairs(params, {"vae-20": scores["vae-20"]})


def test_a_turned_pair_gives_the_same_difference():
    params, scores, active = make_sizes(several=())
    table = dimension_table(params, scores, active, compare_pairs(params, scores))
    table = table.set_index(["model", "quantity", "stratum"])
    turned = params.compare.model_copy(update={"pairs": (("vae-08", "vae-20"),)})
    again = params.model_copy(update={"compare": turned})
    few = {name: scores[name] for name in ("vae-08", "vae-20")}
    found = dimension_table(again, few, active, compare_pairs(again, few))
    row = found.set_index(["model", "quantity", "stratum"]).loc[("vae-08", "log_likelihood", "test")]
    assert isinstance(row, pd.Series)
    assert row["difference"] == pytest.approx(table.loc[("vae-08", "log_likelihood", "test"), "difference"])
    assert row["difference_low"] < row["difference"] < row["difference_high"]

import numpy as np
import pytest

from pipeline.data.subsets import REGIONS, SUBSETS
from pipeline.figures.differences import differences

ROWS = [*SUBSETS, *(f"test, {region}" for region in REGIONS)]


def dots_of(axes):
    """Return height, difference and line object of each dot."""
    return [(line.get_ydata()[0], line.get_xdata()[0], line) for line in axes.get_lines() if line.get_marker() == "o"]


@pytest.fixture(scope="module")
def shown(study):
    """Return the pairs of models that are both shown; pairs of variants are in the table too."""
    pairs = study.tables.pairs
    own = pairs[pairs["model_a"].isin(list(study.marks)) & pairs["model_b"].isin(list(study.marks))]
    assert len(own) < len(pairs)
    return own


def panels_of(figure):
    return [axes for axes in figure.axes if axes.axison]


def test_each_pair_has_a_panel_that_names_both_models(figures, study, shown):
    titles = [axes.get_title(loc="left") for axes in panels_of(figures["differences"])]
    pairs = shown.drop_duplicates(["model_a", "model_b"])
    assert len(titles) == len(pairs) == 6
    for title, row in zip(titles, pairs.to_dict("records"), strict=True):
        assert title == f"{study.marks[row['model_a']].label}\nminus {study.marks[row['model_b']].label}"


def test_rows_are_the_subsets_and_then_the_regions_of_test(figures):
    labels = [label.get_text().split(" (")[0] for label in figures["differences"].axes[0].get_yticklabels()]
    assert labels == ROWS


def test_dots_and_intervals_are_those_of_the_table_and_no_others(figures, shown):
    for axes, (_, table) in zip(
        panels_of(figures["differences"]), shown.groupby(["model_a", "model_b"], sort=False), strict=True
    ):
        names = table["subset"].where(table["region"] == "all", "test, " + table["region"])
        expected = sorted((ROWS.index(name), value) for name, value in zip(names, table["difference"], strict=True))
        assert [(place, value) for place, value, _ in sorted(dots_of(axes))] == pytest.approx(np.array(expected))
        bars = [line.get_xdata() for line in axes.get_lines() if line.get_solid_capstyle() == "butt"]
        assert np.array(bars) == pytest.approx(table[["low", "high"]].to_numpy())


def test_a_dot_has_the_colour_of_the_likelier_model_and_is_hollow_where_zero_is_possible(study):
    pairs = study.tables.pairs.query("model_a == 'vae-20'")[:3].copy()
    pairs[["difference", "low", "high"]] = [[2.0, 1, 3], [-2, -3, -1], [0.5, -1, 2]]
    dots = [line for *_, line in dots_of(differences(pairs, study.marks).axes[0])]
    plain, rich = study.marks["vae-04"].colour, study.marks["vae-20"].colour
    assert [dot.get_color() for dot in dots] == [rich, plain, rich]
    assert [dot.get_markerfacecolor() for dot in dots] == [rich, plain, "white"]


def test_zero_is_marked_in_every_panel(figures):
    for axes in panels_of(figures["differences"]):
        low, high = axes.get_xlim()
        assert low < 0 < high
        assert any(np.array_equal(line.get_xdata(), [0, 0]) for line in axes.get_lines())


@pytest.mark.parametrize("pairs", [1, 3])
def test_any_number_of_pairs_fits(study, shown, pairs):
    first = shown.drop_duplicates(["model_a", "model_b"])[["model_a", "model_b"]][:pairs]
    figure = differences(shown.merge(first), study.marks)
    assert sum(axes.axison for axes in figure.axes) == pairs

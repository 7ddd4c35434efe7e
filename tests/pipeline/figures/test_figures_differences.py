import itertools

import numpy as np
import pytest

from pipeline.data.subsets import REGIONS
from pipeline.figures.differences import differences
from pipeline.figures.palette import INK

ROWS = ["test", *REGIONS]


def dots_of(axes):
    """Return height, difference and line object of each dot."""
    return [(line.get_ydata()[0], line.get_xdata()[0], line) for line in axes.get_lines() if line.get_marker() == "o"]


@pytest.fixture(scope="module")
def shown(study):
    """Return the pairs of models that are both shown, on test images; the table has pairs of variants too."""
    pairs = study.tables.pairs[study.tables.pairs["subset"] == "test"]
    own = pairs[pairs["model_a"].isin(list(study.marks)) & pairs["model_b"].isin(list(study.marks))]
    assert len(own) < len(pairs)
    return own


@pytest.fixture(scope="module")
def panels(figures):
    names = (f"differences-{place}" for place in itertools.count(1))
    return [figures[name] for name in itertools.takewhile(figures.__contains__, names)]


def test_each_pair_has_a_panel_that_names_both_models(panels, study, shown):
    titles = [" ".join(figure.get_suptitle().split()) for figure in panels]
    pairs = shown.drop_duplicates(["model_a", "model_b"])
    assert len(titles) == len(pairs) == 6
    for title, row in zip(titles, pairs.to_dict("records"), strict=True):
        assert title == f"{study.marks[row['model_a']].label} minus {study.marks[row['model_b']].label}"


def test_rows_of_every_panel_are_test_and_its_regions(panels):
    for figure in panels:
        assert [label.get_text().split(" (")[0] for label in figure.axes[0].get_yticklabels()] == ROWS


def test_all_panels_have_one_scale_that_holds_every_interval(panels, shown):
    ((low, high),) = {figure.axes[0].get_xlim() for figure in panels}
    assert low < shown["low"].min() < 0 < shown["high"].max() < high


def test_dots_and_intervals_are_those_of_the_table_and_no_others(panels, shown):
    tables = (table for _, table in shown.groupby(["model_a", "model_b"], sort=False))
    for figure, table in zip(panels, tables, strict=True):
        axes = figure.axes[0]
        names = table["region"].astype(str).replace("all", "test")
        expected = sorted((ROWS.index(name), value) for name, value in zip(names, table["difference"], strict=True))
        assert [(place, value) for place, value, _ in sorted(dots_of(axes))] == pytest.approx(np.array(expected))
        bars = [bar.get_segments()[0][:, 0] for bar in axes.collections]
        assert np.array(bars) == pytest.approx(table[["low", "high"]].to_numpy())


def test_dots_have_one_colour_and_are_hollow_where_zero_is_possible(study):
    pairs = study.tables.pairs.query("model_a == 'vae-20' and subset == 'test'")[:3].copy()
    pairs[["difference", "low", "high"]] = [[2.0, 1, 3], [-2, -3, -1], [0.5, -1, 2]]
    dots = [line for *_, line in dots_of(differences(pairs, study.marks)[0].axes[0])]
    assert [dot.get_color() for dot in dots] == [INK] * 3
    assert [dot.get_markerfacecolor() for dot in dots] == [INK, INK, "white"]


def test_zero_is_marked_in_every_panel(panels):
    for figure in panels:
        assert any(np.array_equal(line.get_xdata(), [0, 0]) for line in figure.axes[0].get_lines())


@pytest.mark.parametrize("pairs", [1, 3])
def test_any_number_of_pairs_fits(study, shown, pairs):
    first = shown.drop_duplicates(["model_a", "model_b"])[["model_a", "model_b"]][:pairs]
    assert len(differences(shown.merge(first), study.marks)) == pairs

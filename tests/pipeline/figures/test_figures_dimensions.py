"""Curves against the number of latent dimensions, of three sizes and of eight."""

import itertools

import numpy as np
import pytest

from pipeline.data.subsets import REGIONS
from pipeline.figures.dimensions import LINES, WIDTHS, dimensions
from pipeline.investigations.compare.tables import FIT
from tests.pipeline.figures.test_figures_readable import apart, texts_of
from tests.support.sizes import EIGHT, make_table

PLACES = {
    f"{place.replace('.', ', ')}: difference from vae-20": place
    for place in ("test", *(f"test.{region}" for region in REGIONS))
}
SIZES = {"three": (4, 20, 32), "eight": EIGHT}


@pytest.fixture(scope="module", params=SIZES)
def drawn(request):
    table = make_table(SIZES[request.param])
    return SIZES[request.param], table, dimensions(table, "vae-20")


def panels_of(figure):
    return {" ".join(panel.get_suptitle().split()): panel.axes[0] for panel in figure}


def test_every_place_has_the_differences_of_both_quantities_and_of_no_other(drawn):
    dims, table, figure = drawn
    panels = panels_of(figure)
    for title, place in PLACES.items():
        lines = [line for line in panels[title].get_lines() if len(line.get_xdata()) == len(dims)]
        for line, quantity in zip(lines, LINES, strict=True):
            own = table[(table["stratum"] == place) & (table["quantity"] == quantity)]
            assert line.get_ydata() == pytest.approx(own["difference"].to_numpy())
            assert np.abs(np.log2(line.get_xdata() / np.array(dims))).max() < 0.1


def test_intervals_over_runs_are_thin_and_all_are_those_of_the_table(drawn):
    _, table, figure = drawn
    own = table[(table["stratum"] == "test.pc1-high") & (table["quantity"] == "log_likelihood")]
    bars = panels_of(figure)["test, pc1-high: difference from vae-20"].collections[0]
    assert list(bars.get_linewidths()) == [WIDTHS[over] for over in own["over"]]
    assert set(own["over"]) == {"runs", "single-run"}
    ends = np.array([path.vertices[:, 1] for path in bars.get_paths()])
    assert ends == pytest.approx(own[["difference_low", "difference_high"]].to_numpy())


def test_all_places_have_one_scale_and_a_tick_at_every_size_with_labels_that_have_room(drawn):
    dims, _, figure = drawn
    for panel in figure:
        panel.draw_without_rendering()
    panels = panels_of(figure)
    assert len({panels[title].get_ylim() for title in PLACES}) == 1
    assert {panels[title].get_yscale() for title in PLACES} == {"symlog"}
    for axes in panels.values():
        assert sorted([*axes.get_xticks(), *axes.get_xticks(minor=True)]) == list(dims)
        labels = [text.get_text() for text in axes.get_xticklabels()]
        assert labels == [f"{size:g}" for size in axes.get_xticks()]
        assert {str(dims[0]), "20", str(dims[-1])} <= set(labels)
        assert len(labels) >= len(dims) - 1
        assert axes.get_xscale() == "log"


def test_active_units_stand_below_the_line_of_all_units(drawn):
    dims, _, figure = drawn
    every, own = panels_of(figure)["active units"].get_lines()
    assert list(every.get_ydata()) == list(dims)
    assert list(own.get_ydata()) == [min(size, 16) for size in dims]


def test_overfitting_is_that_of_both_quantities_with_their_intervals(drawn):
    _, table, figure = drawn
    axes = panels_of(figure)["train minus validation"]
    for bars, quantity in zip(axes.collections, LINES, strict=True):
        own = table[(table["stratum"] == FIT) & (table["quantity"] == quantity)]
        ends = np.array([path.vertices[:, 1] for path in bars.get_paths()])
        assert ends == pytest.approx(own[["low", "high"]].to_numpy())


def test_texts_are_apart_with_eight_sizes_too(drawn):
    for figure in drawn[2]:
        for (text, box), (other, other_box) in itertools.combinations(texts_of(figure), 2):
            assert apart(box, other_box), (text, other)


def test_what_was_not_measured_has_no_panel():
    table = make_table((4, 20, 64))
    few = table[(table["quantity"] != "active") & (table["stratum"] != FIT)]
    assert set(panels_of(dimensions(few, "vae-20"))) == set(PLACES)

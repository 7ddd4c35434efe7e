import dataclasses

import numpy as np
import pytest

from pipeline.figures.regress import (
    LABELS,
    MEASURES,
    contributions,
    fits,
    moves,
    regression_figures,
    traces,
    variants,
)
from pipeline.investigations.regress.rates import compare, tally
from pipeline.numbers.regress import costs
from tests.support.regressions import PARAMS, make_regression


@pytest.fixture(scope="module")
def found():
    return make_regression()


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_each_variant_is_compared_with_the_plain_model_with_intervals(found, confidence):
    sums = tally(found.levels)
    names = [name for name in PARAMS.variants if name != "varying"]
    wanted = {name: compare(sums[name], sums["varying"], confidence) for name in names}
    order = sorted(names, key=lambda name: wanted[name]["dip_rate_difference"].value)
    for panel, key in zip(variants(found.levels, confidence), MEASURES, strict=True):
        (axes,) = panel.axes
        assert [label.get_text() for label in axes.get_yticklabels()] == order
        *values, nothing = axes.get_lines()
        drawn = [
            (value.get_xdata()[0], *bar.get_segments()[0][:, 0], value.get_ydata()[0])
            for bar, value in zip(axes.collections, values, strict=True)
        ]
        assert drawn == [(*wanted[name][key], row) for row, name in enumerate(order)]
        assert nothing.get_xdata()[0] == (0 if key == "dip_rate_difference" else 1)


def test_moves_of_like_cost_are_drawn_as_their_median(found):
    table = found.moves.assign(
        cost=np.repeat([2.0, 40.0], [len(found.moves) // 2, len(found.moves) - len(found.moves) // 2])
    )
    table["shortfall"] = 3 * table["cost"]
    shortfall, ratio = (panel.axes[0] for panel in moves(table, 30.0))
    for axes, factor in ((shortfall, 3), (ratio, None)):
        lines = [line for line in axes.get_lines() if line.get_label() in LABELS.values()]
        assert len(lines) == 2
        for line in lines:
            expected = 3 * line.get_xdata() if factor else np.full(len(line.get_xdata()), 3.0)
            assert line.get_ydata() == pytest.approx(expected)
        assert 30.0 in [line.get_xdata()[0] for line in axes.get_lines()]


def test_the_truth_is_drawn_beside_both_fits_and_subtracted_from_them(found):
    panels = [panel.axes[0] for panel in fits(found.fits)]
    own = found.fits[found.fits["seed"] == 0]
    for axes, name in zip(panels[:2], LABELS, strict=True):
        part = own[own["variant"] == name].sort_values("x")
        points, f, line, low, high = (drawn.get_ydata() for drawn in axes.get_lines())
        assert np.array_equal(points, part["y"])
        assert np.array_equal(f, part["f"])
        assert np.array_equal(line, part["line"])
        assert (high - low) / 4 == pytest.approx(part["noise"].to_numpy())
        band = axes.collections[0].get_paths()[0].vertices[:, 1]
        assert band.max() == pytest.approx((part["f"] + 2 * part["sigma"]).max())
        missed = next(drawn for drawn in panels[3].get_lines() if drawn.get_label() == LABELS[name])
        assert missed.get_ydata() == pytest.approx((part["f"] - part["line"]).to_numpy())
    assert panels[0].get_ylim() == panels[1].get_ylim()
    assert [line.get_label() for line in panels[2].get_lines()] == [*LABELS.values(), "truth"]


def test_the_shortfall_of_every_stretch_is_the_largest_below_the_best_so_far(found):
    panels = [panel.axes[0] for panel in traces(found.traces, 30.0)]
    for axes, name in zip(panels[2:], LABELS, strict=True):
        table = found.traces
        chosen = (table["seed"] == 0) & (table["subset"] == "train") & (table["variant"] == name)
        own = table.loc[chosen, "log_likelihood"].to_numpy()
        below = np.maximum.accumulate(own) - own
        line, dip = axes.get_lines()
        assert line.get_ydata() == pytest.approx(below.clip(0.1))
        assert dip.get_ydata()[0] == 30
        assert axes.get_ylim()[1] > below.max()
        assert axes.get_yscale() == "log"
    assert panels[2].get_ylim() == panels[3].get_ylim()


def test_a_dip_is_drawn_from_the_best_step_before_it(found):
    deepest = contributions(found.falls)
    names = [name for name in LABELS if (found.falls["variant"] == name).any()]
    assert len(deepest) == 2 * len(names)
    for place, name in enumerate(names):
        points = costs(found.falls[found.falls["variant"] == name])
        own = points[points["seed"] == points.groupby("seed")["cost"].sum().idxmax()].sort_values("x")
        move, sigma = deepest[place].axes[0].get_lines()
        assert move.get_ydata() == pytest.approx((own["f_bottom"] - own["f_peak"]).abs().clip(1e-4).to_numpy())
        assert np.array_equal(sigma.get_ydata(), own["sigma_peak"])
        (cost,) = deepest[len(names) + place].axes[0].get_lines()
        assert cost.get_ydata() == pytest.approx(own["cost"].clip(1e-4).to_numpy())


def test_figures_of_dips_are_drawn_only_of_a_study_with_dips(found):
    assert set(regression_figures(found, 30.0, 0.95)) == {
        "regress-fits",
        "regress-traces",
        "regress-variants",
        "regress-moves",
        "regress-contributions",
    }
    empty = dataclasses.replace(found, dips=found.dips.iloc[:0], falls=found.falls.iloc[:0])
    assert "regress-contributions" not in regression_figures(empty, 30.0, 0.95)

import dataclasses

import numpy as np
import pytest

from pipeline.figures.regress import moves, regression_figures, variants
from pipeline.investigations.regress.rates import rates, tally
from tests.support.regressions import PARAMS, make_regression


@pytest.fixture(scope="module")
def found():
    return make_regression()


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_each_variant_is_drawn_beside_the_plain_model_with_intervals(found, confidence):
    axes = variants(found.levels, confidence).axes
    names = [name for name in PARAMS.variants if name != "varying"]
    assert [one.get_title(loc="left") for one in axes[: len(names)]] == names
    middles, sums = tally(found.levels)
    for one, name in zip(axes, names, strict=False):
        for bars, whose in zip(one.collections, ("varying", name), strict=True):
            found_here = [(at, i) for at, i in zip(middles, rates(sums[whose], confidence), strict=True) if i]
            wanted = [(at, max(i.low, 0), i.high) for at, i in found_here]
            drawn = [(bar[0, 0], bar[0, 1], bar[1, 1]) for bar in bars.get_segments()]
            assert np.array(drawn) == pytest.approx(np.array(wanted))
            assert max(high for *_, high in drawn) <= one.get_ylim()[1]


def test_moves_of_like_cost_are_drawn_as_their_median(found):
    table = found.moves.assign(
        cost=np.repeat([2.0, 40.0], [len(found.moves) // 2, len(found.moves) - len(found.moves) // 2])
    )
    table["shortfall"] = 3 * table["cost"]
    for axes in moves(table).axes:
        assert axes.lines[0].get_ydata().tolist() == (3 * axes.lines[0].get_xdata()).tolist()


def test_figures_of_dips_are_drawn_only_of_a_study_with_dips(found):
    assert set(regression_figures(found, 0.95)) == {
        "regress-fits",
        "regress-traces",
        "regress-variants",
        "regress-moves",
        "regress-contributions",
    }
    empty = dataclasses.replace(found, dips=found.dips.iloc[:0], falls=found.falls.iloc[:0])
    assert "regress-contributions" not in regression_figures(empty, 0.95)

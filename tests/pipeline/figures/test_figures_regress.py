import numpy as np
import pytest

from pipeline.core.statistics import mean_t
from pipeline.figures.regress import regression_figures, variants
from tests.support.regressions import PARAMS, make_regression


@pytest.fixture(scope="module")
def found():
    return make_regression()


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_intervals_of_the_variants_have_the_confidence_and_end_at_zero(found, confidence):
    axes = variants(found.outcomes, confidence).axes[1]
    name = next(name for name in PARAMS.variants if name != "varying")
    own = found.outcomes.loc[found.outcomes["variant"] == name, "deepest"]
    wanted = mean_t(own.to_numpy(np.float64), confidence)
    drawn = [segment[:, 0] for bar in axes.collections for segment in bar.get_segments()]
    assert drawn[1] == pytest.approx([max(wanted.low, 0), wanted.high])


def test_figures_of_dips_are_drawn_only_of_a_study_with_dips(found):
    assert set(regression_figures(found, 0.95)) == {
        "regress-fits",
        "regress-traces",
        "regress-variants",
        "regress-contributions",
        "regress-prediction",
    }
    empty = type(found)(found.traces, found.dips.iloc[:0], found.falls.iloc[:0], found.fits, found.outcomes)
    assert set(regression_figures(empty, 0.95)) == {"regress-fits", "regress-traces", "regress-variants"}

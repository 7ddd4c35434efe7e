import numpy as np
import pytest

from pipeline.figures.diagnose import training_lengths, voids
from pipeline.figures.palette import marks
from tests.support.latent_spaces import diagnosed

LABELS = {"a": "20 latent dimensions", "b": "4 latent dimensions"}


@pytest.fixture(scope="module")
def arrays():
    rng = np.random.default_rng(0)
    ratios = {"posterior_ratio": rng.normal(1, 1, 1000), "prior_ratio": rng.normal(-1, 1, 1000)}
    return {name: ratios | {"level": rng.random(100), "generated": rng.random(100)} for name in LABELS}


def draw(arrays, void):
    rng = np.random.default_rng(0)
    found = {name: diagnosed(4, rng) for name in LABELS}
    return voids(found, arrays, {"a": rng.normal(size=50)}, marks(LABELS), void).axes


@pytest.mark.parametrize("void", [0.1, 0.5])
def test_the_line_of_voids_stands_at_the_threshold(arrays, void):
    *_, line = draw(arrays, void)[1].get_lines()
    assert list(line.get_xdata()) == [void] * 2


def test_masses_below_a_ratio_are_those_of_both_kinds_of_draws_of_every_model(arrays):
    panel = draw(arrays, 0.1)[1]
    posterior, prior = panel.get_lines()[:2]
    assert len(panel.get_lines()) == 2 * len(LABELS) + 1
    assert (posterior.get_linestyle(), prior.get_linestyle()) == ("-", "--")
    for line, kind in ((posterior, "posterior_ratio"), (prior, "prior_ratio")):
        for ratio, share in list(zip(line.get_xdata(), line.get_ydata(), strict=True))[::50]:
            below = 100 * (arrays["a"][kind] < np.log(ratio)).mean()
            assert share == below or (np.isnan(share) and below == 0)


def test_runs_stand_at_their_epochs_with_their_intervals():
    numbers = {
        f"diagnose.{name}.void.prior.{end}": 30.0 + value
        for name in LABELS
        for end, value in (("value", 0.0), ("low", -2.0), ("high", 3.0))
    }
    panels = training_lengths(numbers, {"b": 10, "a": 80}).axes
    assert [text.get_text() for text in panels[3].get_xticklabels()] == ["10", "80"]
    panel = panels[1]
    assert panel.get_lines()[0].get_xdata().tolist() == [10, 80]
    assert [bar[:, 1].tolist() for bar in panel.collections[0].get_segments()] == [[28, 33]] * 2

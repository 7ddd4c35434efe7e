import numpy as np
import pytest

from pipeline.figures.diagnose import training_lengths, voids
from pipeline.figures.palette import marks
from tests.support.latent_spaces import diagnosed

LABELS = {"a": "20 latent dimensions", "b": "4 latent dimensions"}


def draw(void):
    rng = np.random.default_rng(0)
    found = {name: diagnosed(4, rng) for name in LABELS}
    kinds = ("level", "posterior_ratio", "prior_ratio", "generated")
    arrays = {name: {kind: rng.random(100) for kind in kinds} for name in LABELS}
    return voids(found, arrays, {"a": rng.normal(size=50)}, marks(LABELS), "a", void).axes


@pytest.mark.parametrize("void", [0.1, 0.5])
def test_the_line_of_voids_stands_at_the_threshold(void):
    (line,) = draw(void)[1].get_lines()
    assert list(line.get_xdata()) == pytest.approx([np.log(void)] * 2)


def test_the_density_ratio_is_titled_with_the_label_of_its_model_and_not_its_name():
    assert draw(0.1)[1].get_title(loc="left").replace("\n", " ") == "density ratio, 20 latent dimensions"


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

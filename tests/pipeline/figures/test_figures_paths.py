import numpy as np
import pytest
from scipy.stats import chi2

from pipeline.figures.board import shade
from pipeline.figures.paths import interpolation, paths
from tests.pipeline.figures.test_figures_sample import cell, labels


@pytest.fixture
def arrays(study):
    """Return the arrays of the middle model."""
    return study.tables.latent["vae-20"]


def test_the_figures_of_a_study_are_those_of_its_middle_model(figures, arrays):
    for place in (1, 2):
        assert [axes.get_title(loc="left") for axes in figures[f"interpolation-{place}"].axes] == [
            "means",
            "samples",
            "distribution, new noise",
            "distribution, one noise",
            "great circle",
        ]
    lines = figures["paths-3"].axes[0].get_lines()
    entropy = arrays["path_entropy"].mean(axis=2)
    assert [line.get_ydata().tolist() for line in lines] == (entropy - entropy[0]).tolist()


def test_images_of_a_way_stand_between_those_that_it_joins(arrays):
    probabilities, drawn = interpolation(arrays)
    side = int(np.sqrt(arrays["path_original"].shape[1]))
    for way in (0, 4):
        axes = probabilities.axes[way]
        shown = [cell(axes, side, 0, column).ravel() for column in (0, 2, 6)]
        first, last = arrays["path_original"].astype(float)
        for own, expected in zip(shown, (first, arrays["path_probabilities"][way, 1], last), strict=True):
            assert np.array_equal(own, shade(expected.astype(float)))
        pixels = shade(arrays["path_draws"][way, 4].astype(float))
        assert np.array_equal(cell(drawn.axes[way], side, 0, 5).ravel(), pixels)
    assert labels(probabilities.axes[-1].get_xticklabels()) == ["real", "0", "", "0.5", "", "1", "real"]


def test_the_shaded_shell_contains_the_given_share_of_the_prior_over_the_units_in_use(arrays):
    panel = paths(arrays | {"path_units": np.array(3)}, 0.1, 0.5)[0]
    (axes,) = panel.axes
    low, high = axes.patches[0].get_y(), axes.patches[0].get_y() + axes.patches[0].get_height()
    assert np.diff(chi2.cdf([low**2, high**2], 3)) == pytest.approx(0.5)
    assert "3 active units" in panel.get_suptitle()


def test_the_share_of_paths_in_voids_is_drawn_at_every_step(arrays):
    ratio = np.zeros_like(arrays["path_log_ratio"])
    ratio[-1, 2, :2] = np.log(0.09)
    lines = paths(arrays | {"path_log_ratio": ratio}, 0.1, 0.95)[1].axes[0].get_lines()
    assert lines[-1].get_label() == "great circle"
    assert lines[-1].get_ydata().tolist() == [0, 0, 100 * 2 / ratio.shape[2], 0, 0]
    assert not lines[0].get_ydata().any()

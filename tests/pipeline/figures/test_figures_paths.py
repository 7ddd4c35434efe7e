import numpy as np
import pytest
from scipy.stats import chi2

from pipeline.figures.board import shade
from pipeline.figures.paths import interpolation, paths
from tests.pipeline.figures.test_figures_pictures import cell, labels


@pytest.fixture
def arrays(study):
    """Return the arrays of the middle model."""
    return study.tables.latent["vae-20"]


def test_the_figures_of_a_study_are_those_of_its_middle_model(figures, arrays):
    assert labels(figures["interpolation"].axes[0].get_yticklabels())[::2] == [
        "means",
        "samples",
        "distribution,\nnew noise",
        "distribution,\none noise",
        "great circle",
    ]
    lines = figures["paths"].axes[2].get_lines()
    assert [line.get_ydata().tolist() for line in lines] == arrays["path_entropy"].mean(axis=2).tolist()


def test_images_of_a_way_stand_between_those_that_it_joins(arrays):
    axes = interpolation(arrays).axes[0]
    side = int(np.sqrt(arrays["path_original"].shape[1]))
    for way, row in ((0, 0), (4, 8)):
        shown = [cell(axes, side, row, column).ravel() for column in (0, 2, 6)]
        first, last = arrays["path_original"].astype(float)
        for own, expected in zip(shown, (first, arrays["path_probabilities"][way, 1], last), strict=True):
            assert np.array_equal(own, shade(expected.astype(float)))
        assert np.array_equal(cell(axes, side, row + 1, 5).ravel(), shade(arrays["path_draws"][way, 4].astype(float)))


def test_the_shaded_shell_contains_the_given_share_of_the_prior_over_the_units_in_use(arrays):
    axes = paths(arrays | {"path_units": np.array(3)}, 0.1, 0.5).axes[0]
    low, high = axes.patches[0].get_y(), axes.patches[0].get_y() + axes.patches[0].get_height()
    assert np.diff(chi2.cdf([low**2, high**2], 3)) == pytest.approx(0.5)
    assert "3 active units" in axes.get_ylabel()


def test_the_share_of_paths_in_voids_is_drawn_at_every_step(arrays):
    ratio = np.zeros_like(arrays["path_log_ratio"])
    ratio[-1, 2, :2] = np.log(0.09)
    lines = paths(arrays | {"path_log_ratio": ratio}, 0.1, 0.95).axes[1].get_lines()
    assert lines[-1].get_label() == "great circle"
    assert lines[-1].get_ydata().tolist() == [0, 0, 100 * 2 / ratio.shape[2], 0, 0]
    assert not lines[0].get_ydata().any()

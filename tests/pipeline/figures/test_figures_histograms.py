import numpy as np
import pytest

from pipeline.figures.histograms import histograms
from pipeline.figures.palette import COLOURS


@pytest.fixture
def test_images(study):
    scores = study.tables.scores["vae-20"]
    return scores[scores["subset"] == "test"]


def test_each_class_has_a_row_in_its_colour_with_all_its_test_images(figures, test_images):
    _, *rows = figures["histograms"].axes
    assert [int(axes.get_ylabel()) for axes in rows] == list(range(10))
    for label, axes in enumerate(rows):
        (area,) = axes.patches
        assert area.get_facecolor()[:3] == pytest.approx([int(COLOURS[label][i : i + 2], 16) / 255 for i in (1, 3, 5)])
        corners = area.get_xy()
        tops = corners[1 : np.argmax(corners[:, 0]) + 1 : 2, 1]
        assert tops.sum() == (test_images["label"] == label).sum()


def test_rows_share_one_axis_in_nats(figures, study):
    limits = {axes.get_xlim() for axes in figures["histograms"].axes}
    assert len(limits) == 1
    label = study.marks["vae-20"].label
    assert figures["histograms"].axes[-1].get_xlabel() == f"log likelihood under {label} (nats)"


def test_a_line_stands_at_the_median_of_each_class(figures, test_images):
    medians = test_images.groupby("label")["log_likelihood"].median()
    drawn = [axes.get_lines()[0].get_xdata()[0] for axes in figures["histograms"].axes[1:]]
    assert drawn == pytest.approx(medians.to_list())


def test_a_class_without_test_images_has_no_row(study, test_images):
    figure = histograms(test_images[test_images["label"] != 3], study.marks["vae-20"])
    assert [axes.get_ylabel() for axes in figure.axes[1:]] == list("012456789")

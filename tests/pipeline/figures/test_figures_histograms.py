import numpy as np
import pytest

from pipeline.figures.histograms import HEIGHT, histograms
from pipeline.figures.style import PANEL, bin_count


@pytest.fixture
def test_images(study):
    scores = study.tables.scores["vae-20"]
    return scores[scores["subset"] == "test"]


def ridges_of(figure):
    """Class, baseline, heights and edges of each histogram, from the top."""
    axes = figure.axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()][::-1]
    for label, patch in zip(labels, axes.patches, strict=True):
        values, edges, base = patch.get_data()
        yield int(label), base, values - base, edges


def test_classes_stand_in_the_order_of_their_medians(figures, test_images):
    medians = test_images.groupby("label")["log_likelihood"].median().sort_values(ascending=False)
    found = list(ridges_of(figures["histograms-1"]))
    assert [label for label, *_ in found] == medians.index.tolist()
    assert [base for _, base, *_ in found] == list(range(9, -1, -1))


def test_each_class_has_all_its_test_images_in_common_bins(figures, test_images):
    shared = np.histogram_bin_edges(test_images["log_likelihood"], bin_count(len(test_images)))
    for label, _, heights, edges in ridges_of(figures["histograms-1"]):
        counts, _ = np.histogram(test_images.loc[test_images["label"] == label, "log_likelihood"], shared)
        assert edges == pytest.approx(shared)
        assert counts.sum() == (test_images["label"] == label).sum()
        assert heights == pytest.approx(HEIGHT * counts / counts.max())


def test_the_scale_is_in_nats_under_the_model(figures, study):
    label = study.marks["vae-20"].label
    axes = figures["histograms-1"].axes[0]
    assert " ".join(axes.get_xlabel().split()) == f"log likelihood under {label} (nats per image)"
    assert figures["histograms-1"].get_figwidth() == PANEL


def test_a_line_and_a_number_stand_at_the_median_of_each_class(figures, test_images):
    axes = figures["histograms-1"].axes[0]
    medians = test_images.groupby("label")["log_likelihood"].median().sort_values(ascending=False)
    lines = [bars.get_segments()[0][0, 0] for bars in axes.collections[1::2]]
    assert lines == pytest.approx(medians.to_list())
    assert [text.get_text() for text in axes.texts[:-1]] == [
        f"{median:.1f}".replace("-", "\N{MINUS SIGN}") for median in medians
    ]


def test_a_class_without_test_images_has_no_row(study, test_images):
    (figure,) = histograms(test_images[test_images["label"] != 3], study.marks["vae-20"])
    assert sorted(label for label, *_ in ridges_of(figure)) == [0, 1, 2, 4, 5, 6, 7, 8, 9]

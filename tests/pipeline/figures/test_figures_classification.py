import numpy as np
import pytest

from pipeline.figures.classify import classification
from pipeline.figures.style import to_svg
from pipeline.numbers.bayes import predict
from pipeline.numbers.calibration import reliability


@pytest.fixture(scope="module")
def found(study):
    return predict(study.tables.classified["cvae-20"])


def test_marks_stand_at_accuracy_over_confidence_with_the_number_of_images_below(figures, found):
    test = found["subset"] == "test"
    for panel, part in (("classification-1", found[test]), ("classification-2", found[~test])):
        axes, bins = figures[panel].axes[0], reliability(part, 0.95)
        line, drawn = axes.get_lines()
        assert drawn.get_xdata() == pytest.approx(bins["confidence"].to_numpy())
        assert drawn.get_ydata() == pytest.approx(bins["accuracy"].to_numpy())
        counts = [text.get_text() for text in axes.texts if text.get_text() != "images:"]
        assert counts == [f"{count:,}" for count in bins["images"]]
        assert f": {len(part):,} " in " ".join(figures[panel].get_suptitle().split())
        assert np.array_equal(line.get_xydata(), [[0, 0], [1, 1]])


def test_counts_stand_where_the_mistakes_are(figures, found):
    axes = figures["classification-3"].axes[0]
    wrong = found[~found["correct"]]
    shown = np.zeros((10, 10), int)
    for text in axes.texts:
        x, y = text.get_position()
        shown[int(y), int(x)] = int(text.get_text())
    assert shown.sum() == len(wrong) > 0
    assert not shown.diagonal().any()
    for label, predicted in zip(wrong["label"], wrong["predicted"], strict=True):
        assert shown[label, predicted] == ((wrong["label"] == label) & (wrong["predicted"] == predicted)).sum()
    assert f"{len(wrong):,} of {len(found):,}" in figures["classification-3"].get_suptitle()


def test_a_classifier_without_mistakes_can_be_drawn(study):
    table = study.tables.classified["cvae-20"]
    best = table["log_likelihood"].where(table["given_label"] != table["label"], 0)
    test = table[table["subset"] == "test"].assign(log_likelihood=best)
    reliable, confusion = classification(test, study.marks["cvae-20"], 0.95)
    assert to_svg(reliable).startswith(b"<?xml")
    assert to_svg(confusion).startswith(b"<?xml")
    assert not confusion.axes[0].texts

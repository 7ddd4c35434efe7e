import numpy as np
import pytest

from pipeline.figures.classify import classification
from pipeline.figures.style import to_svg
from pipeline.numbers.bayes import predict
from pipeline.numbers.calibration import reliability


@pytest.fixture(scope="module")
def found(study):
    return predict(study.tables.classified["cvae-20"])


def test_marks_stand_at_accuracy_over_confidence(figures, found):
    left, _ = figures["classification"].axes
    test, tails, line = left.get_lines()
    for drawn, part in ((test, found[found["subset"] == "test"]), (tails, found[found["subset"] != "test"])):
        bins = reliability(part, 0.95)
        assert drawn.get_xdata() == pytest.approx(bins["confidence"].to_numpy())
        assert drawn.get_ydata() == pytest.approx(bins["accuracy"].to_numpy())
        assert drawn.get_label().endswith(f"({len(part):,} images)")
    assert line.get_slope() == 1


def test_counts_stand_where_the_mistakes_are(figures, found):
    _, right = figures["classification"].axes
    wrong = found[~found["correct"]]
    shown = np.array([int(text.get_text() or 0) for text in right.texts]).reshape(10, 10)
    assert shown.sum() == len(wrong) > 0
    assert not shown.diagonal().any()
    for label, predicted in zip(wrong["label"], wrong["predicted"], strict=True):
        assert shown[label, predicted] == ((wrong["label"] == label) & (wrong["predicted"] == predicted)).sum()
    assert f"{len(wrong):,} of {len(found):,}" in right.get_title(loc="left")


def test_a_classifier_without_mistakes_can_be_drawn(study):
    table = study.tables.classified["cvae-20"]
    best = table["log_likelihood"].where(table["given_label"] != table["label"], 0)
    figure = classification(table[table["subset"] == "test"].assign(log_likelihood=best), study.marks["cvae-20"], 0.95)
    assert to_svg(figure).startswith(b"<?xml")
    assert not [text for text in figure.axes[1].texts if text.get_text()]

import numpy as np
import pytest

from pipeline.figures.mistakes import mistakes, probability, worst
from pipeline.figures.style import to_svg
from pipeline.figures.worth import KINDS, worth
from pipeline.numbers.bayes import predict
from pipeline.numbers.worth import label_worth
from tests.pipeline.figures.test_figures_comparison import captions_of, tiles_of


@pytest.fixture(scope="module")
def table(study):
    return study.tables.classified["cvae-20"]


def test_the_worst_mistakes_are_those_of_largest_odds(table):
    found = predict(table)
    wrong = found[~found["correct"]]
    shown = worst(table, 5)
    assert all(part["odds"].is_monotonic_decreasing and not part["correct"].any() for part in shown.values())
    assert sum(int(title.split(" of ")[-1].split()[0]) for title in shown) == len(wrong)
    test = (wrong["subset"] == "test").sum()
    assert [len(part) for part in shown.values()] == [min(5, test), min(5, len(wrong) - test)]


def test_under_each_mistake_stand_truth_prediction_posterior_and_odds(figures, table):
    for panel, part in zip(("mistakes-1", "mistakes-2"), worst(table, 12).values(), strict=True):
        assert captions_of(figures[panel]) == [
            f"{row['label']} as {row['predicted']}\n{probability(row['confidence'])}\n{row['odds']:.1f} nats"
            for row in part.to_dict("records")
        ]


def test_the_images_above_are_the_ones_that_are_meant(study, figures, table):
    for panel, part in zip(("mistakes-1", "mistakes-2"), worst(table, 12).values(), strict=True):
        assert np.array_equal(tiles_of(figures[panel], 28), study.tables.images.binary_stochastic[part["id"]] == 1)


def test_the_figure_of_a_classifier_without_mistakes_has_a_sentence_instead(study, table):
    best = table["log_likelihood"].where(table["given_label"] != table["label"], 0)
    images = study.tables.images
    (drawn,) = mistakes(table.assign(log_likelihood=best), images.binary_stochastic, images.id, study.marks["cvae-20"])
    assert "no image is misclassified" in " ".join(drawn.texts[0].get_text().split())
    assert to_svg(drawn).startswith(b"<?xml")


def test_a_posterior_is_not_rounded_to_certainty():
    assert [probability(one) for one in (0.5, 0.9994, 0.9996, 1.0)] == ["0.500", "0.999", "> 0.999", "> 0.999"]


def test_marks_of_a_class_are_at_its_means_in_the_colour_of_their_kind(study, figures, table):
    found = label_worth(table, study.tables.scores["vae-20"])
    test = found[found["subset"] == "test"]
    axes = figures["worth-1"].axes[0]
    marks = [line for line in axes.get_lines() if line.get_marker() in {"o", "s"}]
    assert len(marks) == 2 * test["label"].nunique()
    for line in marks:
        label = round(line.get_xdata()[0])
        kind = "worth" if line.get_marker() == "o" else "gain"
        assert line.get_color() == KINDS[kind][2]
        assert line.get_ydata()[0] == pytest.approx(test.loc[test["label"] == label, kind].mean())


def test_each_classifier_has_a_panel_on_the_same_axis(study, table):
    pair = (table, study.tables.scores["vae-20"])
    drawn = worth({"cvae-20": pair, "vae-32": pair}, study.marks, 0.95)
    assert [figure.get_suptitle() for figure in drawn] == [study.marks[name].label for name in ("cvae-20", "vae-32")]
    assert drawn[0].axes[0].get_ylim() == drawn[1].axes[0].get_ylim()
    assert [len(figure.legends) for figure in drawn] == [1, 0]

import numpy as np
import pytest

from pipeline.data.subsets import REGIONS, SUBSETS
from pipeline.figures.likelihood import likelihood_by_region, likelihood_by_set


def rows_of(figure):
    """Where each row is, by the name that stands beside it."""
    axes = figure.axes[0]
    return {
        label.get_text().split(" (")[0]: place
        for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    }


def dots_of(figure, marks):
    """Mean and half-length of the bar by model and row, as drawn."""
    rows = rows_of(figure)
    found = {}
    for place, bars in enumerate(figure.axes[0].containers):
        model = list(marks)[place]
        for x, y, bar in zip(*bars.lines[0].get_data(), bars.lines[2][0].get_segments(), strict=True):
            row = min(rows, key=lambda name: abs(rows[name] - y))
            found.setdefault((model, row), [x]).append(np.ptp(bar[:, 0]) / 2)
    return found


@pytest.mark.parametrize(
    ("name", "column", "order"), [("likelihood", "subset", SUBSETS), ("regions", "region", REGIONS)]
)
def test_each_row_of_the_summary_is_a_dot_with_its_sampling_error_and_no_other_is(figures, study, name, column, order):
    table = study.summary
    table = table[(table["region"] == "all") if column == "subset" else (table["region"] != "all")]
    assert tuple(rows_of(figures[name])) == order
    dots = dots_of(figures[name], study.marks)
    assert set(dots) == set(zip(table["model"], table[column], strict=True))
    for row in table.to_dict("records"):
        expected = [row["log_likelihood"], 2 * row["sampling_error"]]
        assert dots[row["model"], row[column]] == pytest.approx(expected)


def test_a_mean_that_was_not_scored_is_absent_and_the_legend_mentions_it(figures, study):
    dots = dots_of(figures["likelihood"], study.marks)
    assert ("vae-04", "train") in dots
    assert ("cvae-20", "train") not in dots
    assert "not scored" in figures["likelihood"].legends[0].get_title().get_text()
    assert "not scored" not in figures["regions"].legends[0].get_title().get_text()


def test_one_missing_region_is_absent_and_the_legend_mentions_it(study):
    summary = study.summary
    fewer = summary[(summary["model"] != "vae-32") | (summary["region"] != "pc1-low")]
    figure = likelihood_by_region(fewer, study.marks)
    assert ("vae-32", "pc1-low") not in dots_of(figure, study.marks)
    assert "not scored" in figure.legends[0].get_title().get_text()


def test_a_model_has_the_same_lane_in_every_row(figures, study):
    rows = list(rows_of(figures["likelihood"]).values())
    for place, bars in enumerate(figures["likelihood"].axes[0].containers):
        offsets = {round(y - min(rows, key=lambda row: abs(row - y)), 6) for y in bars.lines[0].get_ydata()}
        assert offsets == {place - (len(study.marks) - 1) / 2}


def test_dots_are_in_their_models_colours(figures, study):
    for place, bars in enumerate(figures["likelihood"].axes[0].containers):
        assert bars.lines[0].get_color() == list(study.marks.values())[place].colour


def test_a_subset_of_one_image_has_a_dot_without_a_bar(study):
    summary = study.summary.query("model == 'vae-04' and region == 'all'").copy()
    summary.loc[summary["subset"] == "pc1-low", "sampling_error"] = float("nan")
    dots = likelihood_by_set(summary, {"vae-04": study.marks["vae-04"]}).axes[0].containers[0].lines[0]
    assert len(dots.get_xdata()) == len(SUBSETS)

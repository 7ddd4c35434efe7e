import numpy as np
import pytest

from pipeline.core.statistics import mean_normal
from pipeline.data.subsets import REGIONS, TAILS
from pipeline.figures.likelihood import GROUPS, differences_from, likelihood

MIDDLE = "vae-20"
ROWS = {"likelihood-1": ["all", *REGIONS], "likelihood-2": ["train", "validation", *TAILS]}


@pytest.fixture(scope="module")
def others(study):
    return [name for name in study.marks if name != MIDDLE]


def rows_of(figure):
    """Where each row is, by the name that stands beside it."""
    axes = figure.axes[0]
    return {
        label.get_text().split(" (")[0]: place
        for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    }


def dots_of(figure, others):
    """Mean and ends of the bar by model and row, as drawn."""
    axes, rows, found = figure.axes[0], rows_of(figure), {}
    for name, dots, bars in zip(others, axes.get_lines(), axes.collections, strict=False):
        for x, y, bar in zip(*dots.get_data(), bars.get_segments(), strict=True):
            row = min(rows, key=lambda label: abs(rows[label] - y))
            found[name, row] = [x, *bar[:, 0]]
    return found


def test_each_place_has_the_paired_difference_of_every_model_that_was_scored_on_it(figures, study, others):
    reference = study.tables.scores[MIDDLE].set_index("id")["log_likelihood"]
    for panel, rows in ROWS.items():
        assert list(rows_of(figures[panel])) == rows
        dots = dots_of(figures[panel], others)
        places = next(group for group in GROUPS.values() if list(group.values()) == rows)
        for name in others:
            scores = study.tables.scores[name]
            for (subset, region), row in places.items():
                part = scores[(scores["subset"] == subset) & ((region == "all") | (scores["region"] == region))]
                values = part["log_likelihood"].to_numpy() - reference.loc[part["id"]].to_numpy()
                assert ((name, row) in dots) == (len(values) > 0)
                if len(values):
                    assert dots[name, row] == pytest.approx([*mean_normal(values, 0.95)])


def test_the_middle_model_s_own_mean_and_number_of_images_label_the_rows(figures, study):
    labels = [label.get_text() for label in figures["likelihood-1"].axes[0].get_yticklabels()]
    scores = study.tables.scores[MIDDLE]
    test = scores[scores["subset"] == "test"]
    mean = f"{test['log_likelihood'].mean():.1f}".replace("-", "\N{MINUS SIGN}")
    assert labels[0] == f"all ({len(test):,})\n{mean} nats"
    assert f"under {study.marks[MIDDLE].label}" in " ".join(figures["likelihood-1"].axes[0].get_xlabel().split())


def test_a_model_that_was_not_scored_on_a_set_has_no_dot_there(figures, others):
    dots = dots_of(figures["likelihood-2"], others)
    assert ("vae-04", "train") in dots
    assert ("cvae-20", "train") not in dots


def test_both_panels_have_one_scale_and_one_legend(figures, study, others):
    first, second = figures["likelihood-1"], figures["likelihood-2"]
    assert first.axes[0].get_xlim() == second.axes[0].get_xlim()
    assert [text.get_text() for text in first.legends[0].get_texts()] == [study.marks[name].label for name in others]
    assert not second.legends


def test_a_model_has_the_same_lane_in_every_row(figures, others):
    rows = list(rows_of(figures["likelihood-1"]).values())
    lines = figures["likelihood-1"].axes[0].get_lines()
    for place, line in enumerate(lines[: len(others)]):
        offsets = {round(y - min(rows, key=lambda row: abs(row - y)), 6) for y in line.get_ydata()}
        assert offsets == {place - (len(others) - 1) / 2}


def test_dots_are_in_their_models_colours(figures, study, others):
    for name, line in zip(others, figures["likelihood-1"].axes[0].get_lines(), strict=False):
        assert line.get_color() == study.marks[name].colour


def test_images_are_paired_by_id_and_one_image_has_no_interval(study):
    a, b = study.tables.scores["vae-04"], study.tables.scores[MIDDLE]
    one = a[a["subset"] == "pc1-low"][:1]
    found = differences_from({"vae-04": one, MIDDLE: b.sample(frac=1, random_state=0)}, MIDDLE, ["vae-04"], 0.95)
    wanted = one["log_likelihood"].item() - b.loc[b["id"] == one["id"].item(), "log_likelihood"].item()
    assert np.array_equal(found[["difference", "low", "high"]].to_numpy()[0], [wanted] * 3)


def test_models_scored_on_the_test_file_alone_have_one_panel(study):
    scores = {name: table[table["subset"] == "test"] for name, table in study.tables.scores.items()}
    assert len(likelihood(scores, study.marks, MIDDLE, 0.95)) == 1

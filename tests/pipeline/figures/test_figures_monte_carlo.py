import numpy as np
import pytest


@pytest.fixture
def tables(study):
    return study.tables.decomposition.draws, study.tables.scores["vae-20"]


def test_both_averages_are_drawn_less_the_scores_of_the_same_images(figures, tables):
    draws, scores = tables
    axes = figures["monte-carlo-1"].axes[0]
    own = scores.set_index("id").loc[draws["id"].unique(), "log_likelihood"].mean()
    means = draws.groupby("draws")[["inside", "outside"]].mean() - own
    for container, name in zip(axes.containers, means, strict=True):
        assert container.lines[0].get_xdata().tolist() == means.index.tolist()
        assert container.lines[0].get_ydata() == pytest.approx(means[name].to_numpy())


def test_bars_are_two_standard_deviations_of_the_mean_over_images(figures, tables):
    draws, _ = tables
    axes = figures["monte-carlo-1"].axes[0]
    first = draws[draws["draws"] == 1]
    bar = axes.containers[0].lines[2][0].get_segments()[0][:, 1]
    assert np.ptp(bar) == pytest.approx(4 * np.sqrt((first["inside_spread"] ** 2).sum()) / len(first))


def test_both_averages_and_the_line_of_no_difference_are_named(figures):
    axes = figures["monte-carlo-1"].axes[0]
    names = {" ".join(text.get_text().split()) for text in axes.texts}
    assert names == {"log of the mean weight", "mean log weight", "the study's log p(x)"}
    assert 0 in [line.get_ydata()[0] for line in axes.get_lines()]


def test_gaps_are_drawn_by_class(figures, tables):
    _, scores = tables
    axes = figures["monte-carlo-2"].axes[0]
    test = scores[scores["subset"] == "test"]
    medians = [line.get_xdata()[0] for line in axes.get_lines() if line.get_color() == "white"]
    gaps = (test["log_likelihood"] - test["elbo"]).groupby(test["label"]).median()
    assert medians == pytest.approx(gaps.to_numpy())
    assert axes.get_xlim()[0] == 0

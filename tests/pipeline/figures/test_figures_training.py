import numpy as np
import pandas as pd
import pytest

from pipeline.figures.contrast import legible
from pipeline.figures.palette import marks
from pipeline.figures.training import training


@pytest.fixture
def panels(figures):
    return [figures[f"training-{place}"].axes[0] for place in (1, 2, 3)]


def test_each_model_has_its_validation_curve_in_its_colour(panels, study):
    lines = panels[0].get_lines()
    assert len(lines) == len(study.models)
    for line, (name, mark) in zip(lines, study.marks.items(), strict=True):
        own = study.history[study.history["model"] == name]
        assert np.array_equal(line.get_xdata(), own["epoch"])
        assert np.array_equal(line.get_ydata(), own["validation_elbo"])
        assert line.get_color() == legible(mark.colour)


def test_the_second_half_is_drawn_less_the_last_value(panels, study):
    for line, name in zip(panels[1].get_lines(), study.marks, strict=False):
        own = study.history[study.history["model"] == name]["validation_elbo"].to_numpy()
        assert line.get_xdata().tolist() == list(range(-50, 1))
        assert line.get_ydata() == pytest.approx(own[49:] - own[-1])


def test_the_gap_between_training_and_validation_is_averaged_over_a_tenth_of_the_epochs(panels, study):
    for line, name in zip(panels[2].get_lines(), study.marks, strict=False):
        own = study.history[study.history["model"] == name]
        gap = (own["train_elbo"] - own["validation_elbo"]).to_numpy()
        assert line.get_ydata()[40] == pytest.approx(gap[35:45].mean())
        assert len(line.get_ydata()) == len(gap)


def test_the_first_tenth_of_the_epochs_does_not_set_the_range(panels, study):
    low, high = panels[0].get_ylim()
    elbo = study.history["validation_elbo"]
    settled = elbo[study.history["epoch"] > 10]
    assert low < settled.min()
    assert settled.max() < high
    assert high - low < 1.2 * np.ptp(settled)
    assert elbo.min() < low


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_run_of_an_epoch_or_two_is_drawn(epochs):
    history = pd.DataFrame({"model": "a", "epoch": range(1, epochs + 1), "train_elbo": -3.0, "validation_elbo": -3.0})
    for panel, value in zip(training(history, marks({"a": "a"})), (-3, 0, 0), strict=True):
        (axes,) = panel.axes
        low, high = axes.get_ylim()
        assert low < value < high
        assert (axes.get_lines()[0].get_marker() == ".") == (epochs == 1)


def test_every_panel_names_every_line(panels, study):
    for axes in panels:
        names = [" ".join(text.get_text().split()) for text in axes.texts]
        assert sorted(names) == sorted(mark.label for mark in study.marks.values())

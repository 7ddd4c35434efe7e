import numpy as np
import pandas as pd
import pytest

from pipeline.figures.palette import marks
from pipeline.figures.training import training


@pytest.fixture
def axes(figures):
    return figures["training"].axes[0]


def test_each_model_has_both_curves_in_its_colour(axes, study):
    history, lines = study.history, axes.get_lines()
    assert len(lines) == 2 * len(study.models)
    for place, (name, mark) in enumerate(study.marks.items()):
        own = history[history["model"] == name]
        solid, dashed = lines[2 * place : 2 * place + 2]
        assert np.array_equal(solid.get_xdata(), own["epoch"])
        assert np.array_equal(solid.get_ydata(), own["validation_elbo"])
        assert np.array_equal(dashed.get_ydata(), own["train_elbo"])
        assert solid.get_color() == dashed.get_color() == mark.colour
        assert (solid.get_linestyle(), dashed.get_linestyle()) == ("-", "--")


def test_the_first_tenth_of_the_epochs_does_not_set_the_range(axes, study):
    low, high = axes.get_ylim()
    history = study.history
    elbo = history[["train_elbo", "validation_elbo"]]
    settled = elbo[history["epoch"] > 10]
    assert low < settled.min().min()
    assert settled.max().max() < high
    assert high - low < 1.2 * np.ptp(settled)
    assert elbo.min().min() < low


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_run_of_an_epoch_or_two_is_drawn(epochs):
    history = pd.DataFrame({"model": "a", "epoch": range(1, epochs + 1), "train_elbo": -3.0, "validation_elbo": -3.0})
    axes = training(history, marks({"a": "a"})).axes[0]
    low, high = axes.get_ylim()
    assert low < -3 < high
    assert (axes.get_lines()[0].get_marker() == ".") == (epochs == 1)


def test_the_legend_names_models_and_curves(figures, study):
    texts = [text.get_text() for text in figures["training"].legends[0].get_texts()]
    assert texts == [*(mark.label for mark in study.marks.values()), "validation", "training"]

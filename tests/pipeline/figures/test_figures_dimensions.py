"""Figures of training runs and of unseen tails show the rows of their own models, each from one table."""

import numpy as np
import pandas as pd
import pytest

from pipeline.figures.dimensions import between, training_runs, unseen

TAILS = {"vae-04": "vae-04-matched", "vae-20": "vae-20-matched"}


def test_the_worth_of_a_tail_is_that_of_the_pair(study):
    tables = study.tables
    axes = unseen(tables.pairs, tables.effects, study.marks, TAILS).axes[0]
    for core, seen in TAILS.items():
        own = between(tables.pairs, seen, core)
        (dots,) = [line for line in axes.get_lines() if line.get_color() == study.marks[core].colour]
        assert sorted(dots.get_xdata()) == pytest.approx(sorted(own["difference"]))
    thick, none, _, thin = (
        np.array([path.vertices[:, 0] for path in bars.get_paths()]) for bars in axes.collections[:4]
    )
    assert len(none) == 0
    for bars, table in (
        (thick, between(tables.pairs, "vae-04-matched", "vae-04")),
        (thin, between(tables.effects, "vae-20-matched", "vae-20")),
    ):
        wanted = table[["low", "high"]].to_numpy()
        assert bars[bars[:, 0].argsort()] == pytest.approx(wanted[wanted[:, 0].argsort()])


def test_the_runs_are_those_of_the_two_kinds_whichever_others_have_runs(study):
    effects = study.tables.effects
    other = effects[effects["kind"] == "runs"].assign(model_a="cvae-20", value=50.0)
    more = pd.concat([effects, other], ignore_index=True)
    figures = (training_runs(one, study.tables.pairs, study.marks, ("vae-32", "vae-20")) for one in (effects, more))
    first, second = ([tuple(line.get_xdata()) for line in figure.axes[1].get_lines()] for figure in figures)
    assert first == second

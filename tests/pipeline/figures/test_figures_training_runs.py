"""Figures of training runs and of unseen tails show the rows of their own models, each from one table."""

import numpy as np
import pandas as pd
import pytest

from pipeline.figures.training_runs import IMAGES, RUNS, STRATA, between, training_runs
from pipeline.figures.unseen import unseen

TAILS = {"vae-04": "vae-04-matched", "vae-20": "vae-20-matched"}


def test_the_worth_of_a_tail_is_that_of_the_pair(study):
    tables = study.tables
    (figure,) = unseen(tables.pairs, tables.effects, study.marks, TAILS)
    axes = figure.axes[0]
    for core, seen in TAILS.items():
        single, several = between(tables.pairs, seen, core), between(tables.effects, seen, core)
        dots, ticks = (line for line in axes.get_lines() if line.get_color() == study.marks[core].colour)
        assert sorted(dots.get_xdata()) == pytest.approx(sorted(single["difference"]))
        assert sorted(ticks.get_xdata()) == pytest.approx(sorted(several["value"]))
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
    first, second = ([tuple(line.get_xdata()) for line in both.axes[0].get_lines()] for _, both in figures)
    assert first == second


def test_the_difference_has_one_interval_over_images_and_one_over_runs_in_every_row(study):
    tables, models = study.tables, ("vae-32", "vae-20")
    axes = training_runs(tables.effects, tables.pairs, study.marks, models)[1].axes[0]
    own = tables.effects.query("kind == 'runs' and model_a == 'vae-32' and model_b == 'vae-20'").set_index("stratum")
    single = between(tables.pairs, *models).set_index("stratum")
    drawn = [(bars.get_segments()[0][:, 0], bars.get_linewidths()[0]) for bars in axes.collections]
    wanted = [
        (table.loc[one, ["low", "high"]].to_numpy(float), width)
        for one in (stratum for stratum in STRATA if stratum in own.index)
        for table, width in ((single, IMAGES), (own, RUNS))
    ]
    assert [width for _, width in drawn] == [width for _, width in wanted]
    assert np.array([ends for ends, _ in drawn]) == pytest.approx(np.array([ends for ends, _ in wanted]))


def test_of_two_models_with_one_look_the_first_is_open(study):
    marks = study.marks | {"vae-20-seed-1": study.marks["vae-20"]}
    tails = {"vae-20": "vae-20-matched", "vae-20-seed-1": "vae-20-matched"}
    (figure,) = unseen(study.tables.pairs, study.tables.effects, marks, tails)
    dots = [line for line in figure.axes[0].get_lines() if line.get_marker() == study.marks["vae-20"].marker]
    assert [line.get_fillstyle() for line in dots] == ["none", "full"]

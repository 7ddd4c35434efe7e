"""Simulated tables of the regression study: traces that rise and dip, and moves of f with their costs."""

import numpy as np
import pandas as pd

from pipeline.investigations.regress.data import Points, truth
from pipeline.investigations.regress.study import OF_TWO_MODELS, dips, levels, outcomes, traces
from pipeline.investigations.regress.tables import CONSTANT, SCHEMAS, VARYING, Regression
from pipeline.investigations.regress.training import Run, total
from tests.support.parameters import PARAMS as STUDY

PARAMS = STUDY.regress
STEPS, SEEDS, POINTS = 400, 6, 30


def make_run(points, shift, sigma, rng):
    """Return a run whose fit approaches the true function, and is moved away by `shift` at every twentieth step."""
    line, _ = truth(points.x, PARAMS)
    away = np.exp(-np.arange(STEPS) / 20)[:, None, None] * rng.normal(size=(1, SEEDS, 1))
    thrown = (np.arange(STEPS) % 20 == 10)[:, None] * rng.uniform(0.5, 1.5, (STEPS, SEEDS)) * shift
    f = line + away + thrown[:, :, None]
    smaller = sigma * (1 + np.exp(-np.arange(STEPS) / 50))[:, None, None] + np.zeros_like(f)
    train = np.stack([total(points.y, *both) for both in zip(f, smaller, strict=True)])
    looks = np.arange(0, STEPS, 20)
    return Run(train, looks, train[looks] - 3, f.astype(np.float32), smaller.astype(np.float32))


def make_regression():
    """Return the tables of every variant of the study, from runs without training."""
    rng = np.random.default_rng(5)
    x = np.sort(rng.uniform(0, 4, (SEEDS, POINTS)))
    line, noise = truth(x, PARAMS)
    points = Points(x, line + noise * rng.normal(size=x.shape))
    parts = {name: [] for name in SCHEMAS}
    for place, name in enumerate(PARAMS.variants):
        sigma = 0.3 + 0 * x if name == CONSTANT else np.maximum(noise, 0.02 * place)
        run = make_run(points, 0.7 if name == CONSTANT else 0.2, sigma, rng)
        tables = {"traces": traces(run), "levels": levels(run, PARAMS), "dips": dips(run, points, PARAMS)}
        tables["outcomes"] = outcomes(run, points, PARAMS)
        if name in (CONSTANT, VARYING):
            tables |= {kind: make(run, points, PARAMS) for kind, make in OF_TWO_MODELS.items()}
        for kind, table in tables.items():
            parts[kind].append(table.assign(variant=name))
    return Regression(**{name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()})

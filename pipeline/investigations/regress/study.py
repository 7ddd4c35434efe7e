"""The regression study: every variant trained from every seed, with its dips found and decomposed."""

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import pandas as pd

from pipeline.config import RegressParams
from pipeline.core.rng import Stream
from pipeline.investigations.regress.contributions import Contributions, decompose
from pipeline.investigations.regress.data import Points, draw, truth
from pipeline.investigations.regress.dips import Dip, Trace, best_steps, find_dips, peak, span
from pipeline.investigations.regress.rates import steps_by_level
from pipeline.investigations.regress.tables import CONSTANT, SCHEMAS, VARYING, Regression
from pipeline.investigations.regress.training import Run, train


def study(params: RegressParams, source: Stream, step: Callable[[int, str], None]) -> Regression:
    """Train all variants from all seeds, and tabulate their traces, dips and fits.

    Args:
        params: data, variants, and thresholds of a dip.
        source: returns a generator from a purpose and a seed.
        step: called after each variant with 1 and its name.
    """
    points = draw(params, params.points, partial(source, "points"))
    holdout = draw(params, params.holdout, partial(source, "holdout"))
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in SCHEMAS}
    for name, variant in params.variants.items():
        run = train(variant, points, holdout, source, params.steps, params.look_every)
        tables = {
            "traces": traces(run),
            "levels": levels(run, params),
            "outcomes": outcomes(run, holdout, params),
            "dips": dips(run, points, params),
        }
        if name in (CONSTANT, VARYING):
            tables |= {kind: make(run, points, params) for kind, make in OF_TWO_MODELS.items()}
        for kind, table in tables.items():
            found[kind].append(table.assign(variant=name))
        step(1, name)
    return Regression(**{kind: _join(parts) for kind, parts in found.items()})


def traces(run: Run) -> pd.DataFrame:
    """Tabulate the log likelihoods of training and holdout points, one row per seed and step; see `TRACES`."""
    parts = []
    for subset, steps, values in (
        ("train", np.arange(len(run.train)), run.train),
        ("holdout", run.looks, run.holdout),
    ):
        seeds = range(values.shape[1])
        columns = {"seed": np.repeat(seeds, len(steps)), "step": np.tile(steps, len(seeds)), "subset": subset}
        parts.append(pd.DataFrame(columns | {"log_likelihood": values.T.ravel()}))
    return pd.concat(parts, ignore_index=True)


def levels(run: Run, params: RegressParams) -> pd.DataFrame:
    """Tabulate the steps of every seed by the best log likelihood so far; see `LEVELS`."""
    parts = []
    for seed, trace in enumerate(run.train.T):
        f, sigma = (path[:, seed].astype(np.float64) for path in (run.f, run.sigma))
        squares = np.diff(f, axis=0) ** 2
        cost = (squares / (2 * sigma[:-1] ** 2)).sum(-1)
        found = steps_by_level(trace, squares.mean(-1), cost, params.dip, params.settle, params.bin)
        parts.append(found.assign(seed=seed))
    return _join(parts)


def dips(run: Run, points: Points, params: RegressParams) -> pd.DataFrame:
    """Tabulate the dips of every seed, with the contributions to their depths; see `DIPS`."""
    rows = []
    for seed, trace in enumerate(run.train.T):
        for dip in find_dips(trace, params.dip, params.settle):
            rows.append({"seed": seed, "depth": dip.depth} | _contributions(run, points, seed, trace, dip))
    return pd.DataFrame(rows)


def outcomes(run: Run, holdout: Points, params: RegressParams) -> pd.DataFrame:
    """Tabulate the result of every seed, one row each; see `OUTCOMES`."""
    rows = []
    for seed, trace in enumerate(run.train.T):
        depths = [dip.depth for dip in find_dips(trace, params.dip, params.settle)]
        relative = find_dips(trace, params.dip_share * span(trace), params.settle)
        look = trace[run.looks].argmax()
        rows.append(
            {
                "seed": seed,
                "holdout": run.holdout[look, seed] / holdout.x.shape[1],
                "smallest": run.sigma[trace.argmax(), seed].min(),
                "dips": len(depths),
                "dips_share": len(relative),
                "deepest": max(depths, default=0.0),
            }
        )
    return pd.DataFrame(rows)


def moves(run: Run, points: Points, params: RegressParams) -> pd.DataFrame:
    """Tabulate every step at which a seed's log likelihood is below its running best; see `MOVES`."""
    parts = []
    for seed, trace in enumerate(run.train.T):
        best = best_steps(trace)
        below = np.flatnonzero((trace < trace[best]) & (np.arange(len(trace)) >= params.settle))
        old, new = ((run.f[at, seed], run.sigma[at, seed]) for at in (best[below], below))
        found = decompose(np.broadcast_to(points.y[seed], new[0].shape), *old, *new)
        columns = {"shortfall": -found.total, "cost": -found.second}
        sums = {name: values.sum(-1).astype(np.float32) for name, values in columns.items()}
        parts.append(pd.DataFrame({"seed": seed} | sums))
    return _join(parts)


def falls(run: Run, points: Points, params: RegressParams) -> pd.DataFrame:
    """Tabulate the training points of each seed's deepest dip, of the seeds that have one; see `FALLS`."""
    parts = []
    for seed, trace in enumerate(run.train.T):
        found = find_dips(trace, params.dip, params.settle)
        if found:
            dip = max(found, key=lambda one: one.depth)
            best = peak(trace, dip)
            columns = {"f_peak": run.f[best, seed], "f_bottom": run.f[dip.bottom, seed]}
            columns |= {"sigma_peak": run.sigma[best, seed]}
            parts.append(pd.DataFrame({"seed": seed, "x": points.x[seed]} | columns))
    return _join(parts)


def fits(run: Run, points: Points, params: RegressParams) -> pd.DataFrame:
    """Tabulate each seed's fit at its best step beside the truth, one row per training point; see `FITS`."""
    parts = []
    for seed, best in enumerate(run.train.argmax(0)):
        x = points.x[seed].astype(np.float64)
        line, noise = truth(x, params)
        columns = {"seed": seed, "x": x, "y": points.y[seed], "line": line, "noise": noise}
        parts.append(pd.DataFrame(columns | {"f": run.f[best, seed], "sigma": run.sigma[best, seed]}))
    return _join(parts)


OF_TWO_MODELS = {"moves": moves, "falls": falls, "fits": fits}
"""Tables of the two models alone, and the functions that make them."""


def _contributions(run: Run, points: Points, seed: int, trace: Trace, dip: Dip) -> dict[str, float]:
    """Return the contributions from the peak to the bottom, and as `step_first` the first order in the last step."""
    whole = _change(run, points, seed, peak(trace, dip), dip.bottom)
    last = _change(run, points, seed, dip.bottom - 1, dip.bottom)
    parts = {"first": whole.first, "second": whole.second, "noise": whole.noise, "step_first": last.first}
    return {name: float(values.sum()) for name, values in parts.items()}


def _change(run: Run, points: Points, seed: int, before: int, after: int) -> Contributions:
    old, new = ((run.f[step, seed], run.sigma[step, seed]) for step in (before, after))
    return decompose(points.y[seed], *old, *new)


def _join(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    whole = [table for table in tables if len(table)]
    return pd.concat(whole, ignore_index=True) if whole else pd.DataFrame()

"""The regression study: every variant trained from every seed, its dips found and taken apart."""

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import pandas as pd

from pipeline.config import RegressParams
from pipeline.investigations.regress.contributions import Parts, decompose
from pipeline.investigations.regress.data import Points, draw, truth
from pipeline.investigations.regress.dips import Dip, brink, find_dips, span
from pipeline.investigations.regress.equal import matched
from pipeline.investigations.regress.tables import CONSTANT, SCHEMAS, VARYING, Regression
from pipeline.investigations.regress.training import Run, train

Source = Callable[..., np.random.Generator]
PAIR = (CONSTANT, VARYING)


def study(params: RegressParams, source: Source, step: Callable[[int, str], None]) -> Regression:
    """Train all variants and gather what happened.

    Args:
        params: the data, the variants and what counts as a dip.
        source: of random numbers, by purpose and seed.
        step: called after each variant with 1 and its name.
    """
    points = draw(params, params.points, partial(source, "points"))
    holdout = draw(params, params.holdout, partial(source, "holdout"))
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in SCHEMAS}
    trace: dict[str, np.ndarray] = {}
    for name, variant in params.variants.items():
        run = train(variant, points, holdout, source, params.steps, params.look_every)
        found["traces"].append(_name(name, traces(run)))
        trace[name] = run.train.T
        found["outcomes"].append(_name(name, outcomes(run, points, holdout, params)))
        found["dips"].append(_name(name, dips(run, points, params)))
        if name in PAIR:
            found["falls"].append(_name(name, falls(run, points, params)))
            found["fits"].append(_name(name, fits(run, points, params)))
        step(1, name)
    tables = {name: _join(parts) for name, parts in found.items()}
    rows = [
        matched(one, other, params.dip, params.settle)
        for name in params.variants
        for one, other in zip(trace[name], trace[VARYING], strict=True)
    ]
    return Regression(**tables | {"outcomes": pd.concat([tables["outcomes"], pd.DataFrame(rows)], axis=1)})


def traces(run: Run) -> pd.DataFrame:
    """Both log likelihoods of every seed, one row a step; see `TRACES`."""
    parts = []
    for one_set, steps, values in (
        ("train", np.arange(len(run.train)), run.train),
        ("holdout", run.looks, run.holdout),
    ):
        seeds = range(values.shape[1])
        columns = {"seed": np.repeat(seeds, len(steps)), "step": np.tile(steps, len(seeds)), "set": one_set}
        parts.append(pd.DataFrame(columns | {"log_likelihood": values.T.ravel()}))
    return pd.concat(parts, ignore_index=True)


def dips(run: Run, points: Points, params: RegressParams) -> pd.DataFrame:
    """Every dip of every seed by both measures, with its anatomy; see `DIPS`."""
    rows = []
    for seed, trace in enumerate(run.train.T):
        for measure, threshold in (("nats", params.dip), ("share", params.dip_share * span(trace))):
            for dip in find_dips(trace, threshold, params.settle):
                row = {"seed": seed, "measure": measure, "brink": brink(trace, dip), "start": dip.start}
                row |= {"bottom": dip.bottom, "duration": dip.duration, "depth": dip.depth}
                rows.append(row | {"share": dip.depth / span(trace)} | _anatomy(run, points, seed, trace, dip))
    return pd.DataFrame(rows)


def outcomes(run: Run, points: Points, holdout: Points, params: RegressParams) -> pd.DataFrame:
    """What became of each seed: the first columns of `OUTCOMES`."""
    rows = []
    for seed, trace in enumerate(run.train.T):
        nats = [dip.depth for dip in find_dips(trace, params.dip, params.settle)]
        share = find_dips(trace, params.dip_share * span(trace), params.settle)
        look = int(np.argmax(trace[run.looks]))
        row = {"seed": seed, "best": trace.max() / points.x.shape[1]}
        row |= {
            "holdout": run.holdout[look, seed] / holdout.x.shape[1],
            "smallest": run.sigma[trace.argmax(), seed].min(),
        }
        rows.append(row | {"dips_all": len(nats), "dips_share": len(share), "deepest_all": max(nats, default=0.0)})
    return pd.DataFrame(rows)


def falls(run: Run, points: Points, params: RegressParams) -> pd.DataFrame:
    """The points of each seed's deepest dip, if it has one by nats; see `FALLS`."""
    parts = []
    for seed, trace in enumerate(run.train.T):
        found = find_dips(trace, params.dip, params.settle)
        if found:
            dip = max(found, key=lambda one: one.depth)
            places = {"brink": brink(trace, dip), "before": dip.bottom - 1, "bottom": dip.bottom}
            columns = {f"f_{when}": run.f[at, seed] for when, at in places.items()}
            columns |= {f"sigma_{when}": run.sigma[at, seed] for when, at in places.items()}
            parts.append(pd.DataFrame({"seed": seed, "x": points.x[seed], "y": points.y[seed]} | columns))
    return _join(parts)


def fits(run: Run, points: Points, params: RegressParams) -> pd.DataFrame:
    """Each seed's fit at its best step, beside the truth; see `FITS`."""
    parts = []
    for seed, best in enumerate(run.train.argmax(0)):
        x = points.x[seed].astype(np.float64)
        line, noise = truth(x, params)
        columns = {"seed": seed, "x": x, "y": points.y[seed], "line": line, "noise": noise}
        parts.append(pd.DataFrame(columns | {"f": run.f[best, seed], "sigma": run.sigma[best, seed]}))
    return _join(parts)


def _anatomy(run: Run, points: Points, seed: int, trace: np.ndarray, dip: Dip) -> dict[str, float]:
    whole = _change(run, points, seed, brink(trace, dip), dip.bottom)
    last = _change(run, points, seed, dip.bottom - 1, dip.bottom)
    return {
        **{part: float(getattr(whole, part).sum()) for part in ("first", "second", "noise")},
        **{f"step_{part}": float(getattr(last, part).sum()) for part in ("first", "second", "noise")},
    }


def _change(run: Run, points: Points, seed: int, before: int, after: int) -> Parts:
    old, new = ((run.f[step, seed], run.sigma[step, seed]) for step in (before, after))
    return decompose(points.y[seed], *old, *new)


def _name(variant: str, table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(variant=variant)


def _join(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    whole = [table for table in tables if len(table)]
    return pd.concat(whole, ignore_index=True) if whole else pd.DataFrame()

"""Numbers of the regression study that the report quotes."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.config import RegressParams, VariantParams
from pipeline.core.statistics import Interval, mean_t
from pipeline.investigations.regress.data import END
from pipeline.investigations.regress.rates import Sums, compare, price, price_ratio, tally
from pipeline.investigations.regress.tables import CONSTANT, VARYING, Regression
from pipeline.numbers.keys import Numbers, hidden_layers, with_interval

ENDS = 0.1
"""Share of each seed's points that counts as the quiet end of x, and as the loud end."""
SPREAD = 0.9
"""Share of the steps that lies between the two quantiles by which their spread is reported."""


def regression_numbers(params: RegressParams, found: Regression, confidence: float) -> Numbers:
    """Summarise dips, their causes, and the fit of every variant.

    Args:
        params: data, variants, and thresholds of a dip.
        found: tables of the study.
        confidence: of the intervals, which are Student's t over seeds.

    Returns:
        Numbers under `regress.`; those of a variant under `regress.VARIANT.`. Log likelihoods, depths and costs are in
        nats. A number that needs dips is absent where none was found.
    """
    numbers: Numbers = {"regress.dip_percent": 100 * params.dip_share, "regress.end": END}
    numbers |= {"regress.spread_percent": 100 * SPREAD, "regress.variants": " ".join(params.variants)}
    outcomes = found.outcomes.assign(holdout=found.outcomes["holdout"] * params.holdout)
    own = {name: outcomes[outcomes["variant"] == name].reset_index(drop=True) for name in params.variants}
    sums = tally(found.levels)
    plain = _settings(params.variants[VARYING])
    numbers |= _named(VARYING, {key: plain[key] for key in ("hidden", "learning_rate")})
    others = [name for name in params.variants if name != VARYING]
    for name in others:
        changed = {key: value for key, value in _settings(params.variants[name]).items() if plain.get(key) != value}
        numbers |= _named(name, {**changed, "holdout": float(own[name]["holdout"].mean())})
    for name in (CONSTANT, VARYING):
        numbers |= _named(name, _outcome(own[name], confidence) | _least_move(sums[name], params.dip))
    tables = found.falls, found.dips, found.moves, found.fits
    falls, dips, moves, fits = (table[table["variant"] == VARYING] for table in tables)
    numbers |= _named(VARYING, _contributions(costs(falls), dips) | _far(moves, params.dip) | _ends(fits))
    for key in ("holdout", "dips"):
        gain = _mean(own[VARYING][key] - own[CONSTANT][key], confidence)
        numbers |= _named(VARYING, with_interval(f"{key}_difference", gain))
    dearer = price_ratio(sums[VARYING], sums[CONSTANT], confidence)
    numbers |= {} if dearer is None else _named(VARYING, with_interval("price_ratio", dearer))
    return numbers | _rates(sums, others, confidence)


def costs(falls: pd.DataFrame) -> pd.DataFrame:
    """Compute the second-order cost of f's move from the peak to the bottom of the deepest dips, at each point.

    Args:
        falls: points of the deepest dips under one model; see `FALLS`.

    Returns:
        The rows of `falls` with two more columns: `cost`, (Δf)² / 2σ² with σ at the peak, in nats; and `costliest`,
        true for the fewest points that make up half of the seed's cost.
    """
    found = falls.assign(cost=(falls["f_bottom"] - falls["f_peak"]) ** 2 / (2 * falls["sigma_peak"] ** 2))
    ordered = found.sort_values("cost", ascending=False, kind="stable")
    before = ordered.groupby("seed")["cost"].cumsum() - ordered["cost"]
    total = ordered.groupby("seed")["cost"].transform("sum")
    return ordered.assign(costliest=before < total / 2).sort_index()


def _named(name: str, numbers: Mapping[str, float | int | str]) -> Numbers:
    return {f"regress.{name}.{key}": value for key, value in numbers.items()}


def _least_move(sums: Sums, threshold: float) -> Numbers:
    """Return the root mean square move of f that costs the threshold at the price of an average step."""
    found = price(sums)
    return {"least_move": math.sqrt(threshold / found)} if found > 0 else {}


def _mean(values: pd.Series, confidence: float) -> Interval:
    return mean_t(values.to_numpy(np.float64), confidence)


def _settings(variant: VariantParams) -> Numbers:
    found = variant.model_dump(exclude={"sigma"}, exclude_none=True)
    return found | {"hidden": hidden_layers(variant.hidden)}


def _outcome(own: pd.DataFrame, confidence: float) -> Numbers:
    """Return the mean number of dips per seed with its interval, other means, extremes, and the median smallest σ.

    Args:
        own: outcomes of a variant.
        confidence: of the interval.
    """
    numbers: Numbers = {f"{key}_most": float(own[key].max()) for key in ("dips", "deepest")}
    numbers |= {"dips_fewest": float(own["dips"].min()), "smallest": float(own["smallest"].median())}
    numbers |= {key: float(own[key].mean()) for key in ("dips_share", "deepest")}
    return numbers | with_interval("dips", _mean(own["dips"], confidence))


def _rates(sums: dict[str, Sums], names: list[str], confidence: float) -> Numbers:
    """Compare each variant's steps with those of `varying` at equal log likelihood; see `compare`."""
    numbers: Numbers = {}
    for name in names:
        if found := compare(sums[name], sums[VARYING], confidence):
            numbers |= _named(name, {key: found[key].value for key in ("dip_rate", "dip_rate_plain")})
            for key in ("dip_rate_difference", "move_ratio", "price_ratio"):
                numbers |= _named(name, with_interval(key, found[key]))
    return numbers


def _ends(fits: pd.DataFrame) -> Numbers:
    """Return medians over seeds of σ and of the noise's true standard deviation, at the quiet and the loud end of x."""
    place = fits.groupby("seed")["x"].rank(pct=True)
    numbers: Numbers = {}
    for end, at in (("quiet", place <= ENDS), ("loud", place > 1 - ENDS)):
        middle = fits[at].groupby("seed")[["sigma", "noise"]].median().median()
        numbers |= {f"{key}_{end}": float(middle[key]) for key in ("sigma", "noise")}
    return numbers


def _contributions(points: pd.DataFrame, dips: pd.DataFrame) -> Numbers:
    """Summarise the seeds' deepest dips and the points that bore half of the cost of f's move.

    Args:
        points: see `costs`.
        dips: those of the same model.

    Returns:
        Means over seeds of the depth and its contributions. `costliest_percent` of the points bore half of the cost;
        `uphill_percent` of all dips have a positive first order in their last step.
    """
    if points.empty:
        return {}
    deepest = dips.loc[dips.groupby("seed")["depth"].idxmax()]
    return {
        **{f"deepest_{part}": float(deepest[part].mean()) for part in ("depth", "first", "second", "noise")},
        "costliest_percent": 100 * float(points["costliest"].mean()),
        "uphill_percent": 100 * float((dips["step_first"] > 0).mean()),
    }


def _far(moves: pd.DataFrame, threshold: float) -> Numbers:
    """Compare shortfalls of the log likelihood with the second-order cost of the move of f from the best step.

    The steps are chosen by that cost, so that their shortfalls are not cut off at any depth.

    Args:
        moves: of one model; see `MOVES`.
        threshold: least cost, in nats.

    Returns:
        `far_steps`, the number of steps with at least this cost; and `far_ratio`, the median over them of shortfall
        over cost, with `far_ratio_least` and `far_ratio_most` between which the share `SPREAD` of them lies.
    """
    far = moves[moves["cost"] >= threshold]
    if far.empty:
        return {}
    ratio = (far["shortfall"] / far["cost"]).astype(np.float64)
    tail = (1 - SPREAD) / 2
    return {
        "far_steps": len(far),
        "far_ratio": float(ratio.median()),
        "far_ratio_least": float(ratio.quantile(tail)),
        "far_ratio_most": float(ratio.quantile(1 - tail)),
    }

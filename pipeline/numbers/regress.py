"""Numbers of the regression study that the report quotes."""

import math

import numpy as np
import pandas as pd

from pipeline.config import RegressParams, VariantParams
from pipeline.core.statistics import Interval, mean_t
from pipeline.investigations.regress.data import END
from pipeline.investigations.regress.rates import Sums, compare, price, price_ratio, tally
from pipeline.investigations.regress.tables import CONSTANT, VARYING, Regression

Numbers = dict[str, float | int | str]
SETTINGS = ("points", "holdout", "quiet", "loud", "seeds", "steps", "look_every", "settle", "dip", "bin")
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
    numbers: Numbers = {f"regress.{key}": getattr(params, key) for key in SETTINGS}
    numbers |= {"regress.dip_percent": 100 * params.dip_share, "regress.end": END}
    numbers |= {"regress.spread_percent": 100 * SPREAD, "regress.variants": " ".join(params.variants)}
    outcomes = found.outcomes.assign(holdout=found.outcomes["holdout"] * params.holdout)
    own = {name: outcomes[outcomes["variant"] == name].reset_index(drop=True) for name in params.variants}
    _, sums = tally(found.levels)
    plain = _settings(params.variants[VARYING])
    numbers |= _named(VARYING, {key: plain[key] for key in ("hidden", "rate")})
    for name, variant in params.variants.items():
        changed = {key: value for key, value in _settings(variant).items() if plain.get(key) != value}
        numbers |= _named(name, {**changed, "holdout": float(own[name]["holdout"].mean())})
    for name in (CONSTANT, VARYING):
        dips = found.dips[(found.dips["variant"] == name) & (found.dips["measure"] == "nats")]
        points = costs(found.falls[found.falls["variant"] == name])
        parts = (
            _outcome(own[name], confidence),
            _contributions(points, dips),
            _far(found.moves[found.moves["variant"] == name], params.dip, confidence),
            {"misfit_loud": _misfit(found.fits[found.fits["variant"] == name])},
            _least_move(sums[name], params.dip),
        )
        numbers |= _named(name, {key: value for part in parts for key, value in part.items()})
    numbers |= _named(VARYING, _fit(found.fits[found.fits["variant"] == VARYING]))
    for key in ("holdout", "dips"):
        gain = _mean(own[VARYING][key] - own[CONSTANT][key], confidence)
        numbers |= _named(VARYING, _interval(f"{key}_difference", gain))
    dearer = price_ratio(sums[VARYING], sums[CONSTANT], confidence)
    numbers |= {} if dearer is None else _named(VARYING, _interval("price_ratio", dearer))
    return numbers | _rates(sums, [name for name in params.variants if name != VARYING], confidence)


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


def _named(name: str, numbers: Numbers) -> Numbers:
    return {f"regress.{name}.{key}": value for key, value in numbers.items()}


def _interval(key: str, found: Interval) -> Numbers:
    return {key: found.value, f"{key}_low": found.low, f"{key}_high": found.high}


def _least_move(sums: Sums, threshold: float) -> Numbers:
    """Return the root mean square move of f that costs the threshold at the price of an average step."""
    found = price(sums)
    return {"least_move": math.sqrt(threshold / found)} if found > 0 else {}


def _mean(values: pd.Series, confidence: float) -> Interval:
    return mean_t(values.to_numpy(np.float64), confidence)


def _settings(variant: VariantParams) -> Numbers:
    return {
        "hidden": "–".join(map(str, variant.hidden)),
        "rate": variant.learning_rate,
        "rate_sigma": variant.learning_rate_sigma,
        "floor": variant.floor,
        "power": variant.beta,
        **({} if variant.clip is None else {"clip": variant.clip}),
    }


def _outcome(own: pd.DataFrame, confidence: float) -> Numbers:
    """Return means over seeds with intervals, the largest and smallest, and the median of the smallest σ.

    Args:
        own: outcomes of a variant, with the holdout's log likelihood summed over its points.
        confidence: of the intervals.
    """
    numbers: Numbers = {f"{key}_most": float(own[key].max()) for key in ("dips", "deepest")}
    numbers |= {"dips_fewest": float(own["dips"].min()), "smallest": float(own["smallest"].median())}
    numbers |= {key: float(own[key].mean()) for key in ("dips_share", "deepest")}
    return (
        numbers
        | _interval("dips", _mean(own["dips"], confidence))
        | _interval("holdout", _mean(own["holdout"], confidence))
    )


def _rates(sums: dict[str, Sums], names: list[str], confidence: float) -> Numbers:
    """Compare each variant's steps with those of `varying` at equal log likelihood.

    Returns:
        The intervals of `compare` for each variant. Variants whose rate of dips is resolved to be lower are counted in
        `regress.rarer`, and those of them whose moves or whose price are resolved to be lower in
        `regress.rarer_explained`; with higher in place of lower, in `regress.commoner` and
        `regress.commoner_explained`. `regress.unexplained` names the others of these variants.
    """
    numbers: Numbers = {}
    explained: dict[str, dict[str, bool]] = {"rarer": {}, "commoner": {}}
    for name in names:
        found = compare(sums[name], sums[VARYING], confidence)
        if not found:
            continue
        numbers |= _named(name, {key: found[key].value for key in ("dip_rate", "dip_rate_plain")})
        for key in ("dip_rate_difference", "move_ratio", "price_ratio"):
            numbers |= _named(name, _interval(key, found[key]))
        causes = (found["move_ratio"], found["price_ratio"])
        if found["dip_rate_difference"].high < 0:
            explained["rarer"][name] = any(one.high < 1 for one in causes)
        if found["dip_rate_difference"].low > 0:
            explained["commoner"][name] = any(one.low > 1 for one in causes)
    for side, of in explained.items():
        numbers |= {f"regress.{side}": len(of), f"regress.{side}_explained": sum(of.values())}
    without = [name for of in explained.values() for name, whether in of.items() if not whether]
    return numbers | {"regress.unexplained": " ".join(without)}


def _fit(fits: pd.DataFrame) -> Numbers:
    """Compare σ(x) with the true standard deviation at either end of x, and where f misses the true function.

    Returns:
        Medians over seeds of σ and of the noise at both ends. `missed_percent`, the share of the points in the louder
        half at which f is further from the true function than one standard deviation of the noise; and the median over
        points of σ relative to that deviation, at these points (`sigma_missed`) and at the others there (`sigma_met`).
    """
    place = fits.groupby("seed")["x"].rank(pct=True)
    numbers: Numbers = {}
    for end, at in (("quiet", place <= ENDS), ("loud", place > 1 - ENDS)):
        middle = fits[at].groupby("seed")[["sigma", "noise"]].median().median()
        numbers |= {f"{key}_{end}": float(middle[key]) for key in ("sigma", "noise")}
    loud = _louder(fits)
    ratio, missed = loud["sigma"] / loud["noise"], (loud["f"] - loud["line"]).abs() > loud["noise"]
    numbers["missed_percent"] = 100 * float(missed.mean())
    if missed.any() and not missed.all():
        numbers |= {"sigma_missed": float(ratio[missed].median()), "sigma_met": float(ratio[~missed].median())}
    return numbers


def _louder(fits: pd.DataFrame) -> pd.DataFrame:
    """Return the half of each seed's points at which the noise is louder."""
    return fits[fits.groupby("seed")["x"].rank(pct=True) > 1 / 2]


def _misfit(fits: pd.DataFrame) -> float:
    """Return the root mean square error of f in the louder half, the median over seeds."""
    loud = _louder(fits)
    return float((((loud["f"] - loud["line"]) ** 2).groupby(loud["seed"]).mean() ** 0.5).median())


def _contributions(points: pd.DataFrame, dips: pd.DataFrame) -> Numbers:
    """Summarise the seeds' deepest dips and the points that bore half of the cost of f's move.

    Args:
        points: see `costs`.
        dips: those of the same model, found by nats.

    Returns:
        Means over seeds of the depth and its contributions; medians over the costliest points of σ and residuals.
        `uphill_percent` of all dips have a positive first order in their last step.
    """
    if points.empty:
        return {}
    costliest = points[points["costliest"]]
    residual = {when: (costliest["y"] - costliest[f"f_{when}"]).abs() for when in ("before", "bottom")}
    deepest = dips.loc[dips.groupby("seed")["depth"].idxmax()]
    return {
        **{f"deepest_{part}": float(deepest[part].mean()) for part in ("depth", "first", "second", "noise")},
        "seeds_with_dips": int(points["seed"].nunique()),
        "costliest_percent": 100 * float(points["costliest"].mean()),
        "costliest_sigma": float(costliest["sigma_before"].median()),
        "costliest_sigma_bottom": float(costliest["sigma_bottom"].median()),
        "all_sigma": float(points["sigma_before"].median()),
        **{f"costliest_residual_{when}": float(values.median()) for when, values in residual.items()},
        "uphill_percent": 100 * float((dips["step_first"] > 0).mean()),
    }


def _far(moves: pd.DataFrame, threshold: float, confidence: float) -> Numbers:
    """Compare shortfalls of the log likelihood with the second-order cost of the move of f from the best step.

    The steps are chosen by that cost, so that their shortfalls are not cut off at any depth.

    Args:
        moves: of one model; see `MOVES`.
        threshold: least cost, in nats.
        confidence: of the interval.

    Returns:
        `far_steps`, the number of steps with at least this cost; `far_ratio`, the median over them of shortfall over
        cost, with `far_ratio_least` and `far_ratio_most` between which the share `SPREAD` of them lies; and
        `far_noise_percent`, the contribution of σ in per cent of the cost, the mean over seeds of their medians, with
        its interval.
    """
    far = moves[moves["cost"] >= threshold]
    if far["seed"].nunique() < 2:
        return {}
    ratio = (far["shortfall"] / far["cost"]).astype(np.float64)
    tail = (1 - SPREAD) / 2
    noise = (100 * far["noise"] / far["cost"]).groupby(far["seed"]).median()
    return {
        "far_steps": len(far),
        "far_ratio": float(ratio.median()),
        "far_ratio_least": float(ratio.quantile(tail)),
        "far_ratio_most": float(ratio.quantile(1 - tail)),
        **_interval("far_noise_percent", _mean(noise, confidence)),
    }

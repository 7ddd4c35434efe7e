"""Numbers of the regression study that the report quotes."""

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from pipeline.config import RegressParams, VariantParams
from pipeline.core.statistics import Interval, mean_t
from pipeline.investigations.regress.tables import CONSTANT, VARYING, Regression

Numbers = dict[str, float | int | str]
OUTCOMES = ("best", "holdout", "dips_all", "dips_share", "deepest_all", "smallest")
SETTINGS = ("points", "holdout", "quiet", "loud", "seeds", "steps", "look_every", "settle", "dip")
ENDS = 0.1
"""Share of each seed's points that counts as the quiet end of x, and as the loud end."""


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
    numbers |= {"regress.dip_percent": 100 * params.dip_share, "regress.variants": " ".join(params.variants)}
    outcomes = found.outcomes.assign(holdout=found.outcomes["holdout"] * params.holdout)
    base = outcomes[outcomes["variant"] == VARYING].reset_index(drop=True)
    for name, variant in params.variants.items():
        own = outcomes[outcomes["variant"] == name].reset_index(drop=True)
        parts = (_settings(variant), _outcome(own, base, confidence), _rates(own, params.settle, confidence))
        numbers |= {f"regress.{name}.{key}": value for part in parts for key, value in part.items()}
    for name in (CONSTANT, VARYING):
        dips = found.dips[(found.dips["variant"] == name) & (found.dips["measure"] == "nats")]
        points = costs(found.falls[found.falls["variant"] == name], found.fits)
        parts = (
            _prediction(dips),
            _fit(found.fits[found.fits["variant"] == name]),
            _contributions(points, dips, params.dip),
        )
        numbers |= {f"regress.{name}.{key}": value for part in parts for key, value in part.items()}
    return numbers


def costs(falls: pd.DataFrame, fits: pd.DataFrame) -> pd.DataFrame:
    """Compute the second-order cost of f's move from the peak to the bottom of the deepest dips, at each point.

    Args:
        falls: points of the deepest dips under one model; see `FALLS`.
        fits: fits of both models; see `FITS`.

    Returns:
        The rows of `falls` with three more columns: `cost`, (Δf)² / 2σ² with σ at the peak, in nats; `cost_constant`,
        the same with the σ of the seed's constant fit; and `costliest`, true for the fewest points that make up half
        of the seed's cost.
    """
    constant_sigma = fits.loc[fits["variant"] == CONSTANT].groupby("seed")["sigma"].first()
    move = falls["f_bottom"] - falls["f_peak"]
    found = falls.assign(cost=move**2 / (2 * falls["sigma_peak"] ** 2))
    found["cost_constant"] = move**2 / (2 * falls["seed"].map(constant_sigma).astype(float) ** 2)
    ordered = found.sort_values("cost", ascending=False, kind="stable")
    before = ordered.groupby("seed")["cost"].cumsum() - ordered["cost"]
    total = ordered.groupby("seed")["cost"].transform("sum")
    return ordered.assign(costliest=before < total / 2).sort_index()


def _settings(variant: VariantParams) -> Numbers:
    return {
        "hidden": "–".join(map(str, variant.hidden)),
        "floor": variant.floor,
        "power": variant.beta,
        "rate": variant.learning_rate,
        "rate_sigma": variant.learning_rate_sigma,
        **({} if variant.clip is None else {"clip": variant.clip}),
    }


def _outcome(own: pd.DataFrame, base: pd.DataFrame, confidence: float) -> Numbers:
    """Return means over seeds with intervals: over all steps, and up to the log likelihood in common with `varying`.

    Args:
        own: outcomes of a variant, with the holdout's log likelihood summed over its points.
        base: those of `varying`.
        confidence: of the intervals.
    """
    differences = {
        "dips_difference": own["dips"] - own["dips_other"],
        "deepest_difference": own["deepest"] - own["deepest_other"],
        "holdout_gain": own["holdout"] - base["holdout"],
        "dips_all_difference": own["dips_all"] - base["dips_all"],
    }
    numbers: Numbers = {f"{key}_most": float(own[key].max()) for key in ("dips_all", "deepest_all")}
    numbers |= {key: float(own[key].mean()) for key in ("level", "steps", "steps_other")}
    numbers["dips_all_fewest"] = float(own["dips_all"].min())
    columns = [*OUTCOMES, "dips", "dips_other", "deepest", "deepest_other"]
    for key, values in {**{key: own[key] for key in columns}, **differences}.items():
        found = _mean(values, confidence)
        numbers |= {key: found.value, f"{key}_low": found.low, f"{key}_high": found.high}
    return numbers


def _rates(own: pd.DataFrame, settle: int, confidence: float) -> Numbers:
    """Return the number of dips per thousand steps up to the common level, of a variant and of `varying`.

    A rate is a ratio of means over seeds, because a seed may reach the level before the first step that counts. The
    interval of the difference of the two rates is Student's t of their linearised contributions per seed (the delta
    method). Without any step that counts there is no rate.
    """
    rates = []
    contributions = []
    for suffix in ("", "_other"):
        counted = (own[f"steps{suffix}"] + 1 - settle).clip(lower=0)
        if not counted.any():
            return {}
        rate = own[f"dips{suffix}"].sum() / counted.sum()
        rates.append(1000 * float(rate))
        contributions.append(1000 * (own[f"dips{suffix}"] - rate * counted) / counted.mean())
    found = _mean(contributions[0] - contributions[1] + (rates[0] - rates[1]), confidence)
    return {
        "dip_rate": rates[0],
        "dip_rate_other": rates[1],
        "steps_ratio": float(own["steps"].mean() / own["steps_other"].mean()),
        "rate_difference_low": found.low,
        "rate_difference_high": found.high,
    }


def _mean(values: pd.Series, confidence: float) -> Interval:
    return mean_t(values.to_numpy(np.float64), confidence)


def _fit(fits: pd.DataFrame) -> Numbers:
    """Compare σ with the true standard deviation at either end of x, and f with the true function in the louder half.

    Returns:
        Medians over seeds of σ and of the noise at both ends, and of the root mean square error of f in the louder
        half. `missed_percent`, the share of the points there at which f is further from the true function than one
        standard deviation of the noise; and the median over points of σ relative to that deviation, at these points
        (`sigma_missed`) and at the others (`sigma_met`).
    """
    place = fits.groupby("seed")["x"].rank(pct=True)
    numbers: Numbers = {}
    for end, at in (("quiet", place <= ENDS), ("loud", place > 1 - ENDS)):
        middle = fits[at].groupby("seed")[["sigma", "noise"]].median().median()
        numbers |= {f"{key}_{end}": float(middle[key]) for key in ("sigma", "noise")}
    loud = fits[place > 1 / 2]
    off, ratio = (loud["f"] - loud["line"]).abs(), loud["sigma"] / loud["noise"]
    missed = off > loud["noise"]
    numbers["misfit_loud"] = float(((off**2).groupby(loud["seed"]).mean() ** 0.5).median())
    numbers["missed_percent"] = 100 * float(missed.mean())
    if missed.any() and not missed.all():
        numbers |= {"sigma_missed": float(ratio[missed].median()), "sigma_met": float(ratio[~missed].median())}
    return numbers


def _prediction(dips: pd.DataFrame) -> Numbers:
    """Compare the depths of dips with their prediction, Σ(Δf)²/2σ² from the peak to the bottom.

    Returns:
        Correlations, the slope of the regression through the origin, and the median ratio of depth to prediction.
        `half_percent` of the dips are less than half as deep as predicted; in `half_noise_percent` of these the
        contribution of σ is a gain; `rest_slope` and `rest_correlation` are those of all other dips.
        `uphill_percent` of the dips have a positive first order in their last step.
    """
    if len(dips) < 3:
        return {"dips_seen": len(dips)}
    depth = dips["depth"].to_numpy()
    predicted = -dips["second"].to_numpy()
    half = depth < predicted / 2
    rest = {"half_percent": 100 * float(half.mean())}
    if half.any():
        rest["half_noise_percent"] = 100 * float((dips["noise"][half] > 0).mean())
    if (~half).sum() > 2:
        rest |= {f"rest_{key}": value for key, value in _line(depth[~half], predicted[~half]).items()}
    return {
        "dips_seen": len(dips),
        "duration": float(np.median(dips["duration"])),
        **_line(depth, predicted),
        "rank_correlation": float(spearmanr(depth, predicted).statistic),
        "ratio": float(np.median(depth / predicted)),
        **rest,
        "uphill_percent": 100 * float((dips["step_first"] > 0).mean()),
    }


def _line(depth: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    return {
        "correlation": float(np.corrcoef(depth, predicted)[0, 1]),
        "slope": float(depth @ predicted / (predicted @ predicted)),
    }


def _contributions(points: pd.DataFrame, dips: pd.DataFrame, threshold: float) -> Numbers:
    """Summarise the seeds' deepest dips and the points that bore half of the cost of f's move.

    Args:
        points: see `costs`.
        dips: those of the same model, found by nats.
        threshold: that makes a dip, in nats.

    Returns:
        Means over seeds of the depth, its contributions and costs; medians over the costliest points of σ, x and
        residuals. `least_move` is the root mean square Δf at which the move of the deepest dip, scaled down, would cost
        `threshold` to second order; the median over seeds.
    """
    if points.empty:
        return {}
    costliest = points[points["costliest"]]
    residual = {when: (costliest["y"] - costliest[f"f_{when}"]).abs() for when in ("before", "bottom")}
    deepest = dips.loc[dips.groupby("seed")["depth"].idxmax()]
    cost = points.groupby("seed")["cost"].sum()
    square = ((points["f_bottom"] - points["f_peak"]) ** 2).groupby(points["seed"]).mean()
    return {
        **{f"deepest_{part}": float(deepest[part].mean()) for part in ("depth", "first", "second", "noise")},
        "seeds_with_dips": int(points["seed"].nunique()),
        "least_move": float((square * threshold / cost).pow(0.5).median()),
        "costliest_percent": 100 * float(points["costliest"].mean()),
        "costliest_sigma": float(costliest["sigma_before"].median()),
        "costliest_sigma_bottom": float(costliest["sigma_bottom"].median()),
        "all_sigma": float(points["sigma_before"].median()),
        "costliest_x": float(costliest["x"].median()),
        **{f"costliest_residual_{when}": float(values.median()) for when, values in residual.items()},
        "cost": float(cost.mean()),
        "cost_constant": float(points.groupby("seed")["cost_constant"].sum().mean()),
    }

"""What the page quotes of the regression study."""

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from pipeline.config import RegressParams, VariantParams
from pipeline.investigations.regress.equal import interval
from pipeline.investigations.regress.tables import CONSTANT, VARYING, Regression

Numbers = dict[str, float | int | str]
OUTCOMES = ("best", "holdout", "dips_all", "dips_share", "deepest_all", "smallest")
SETTINGS = ("points", "holdout", "quiet", "loud", "seeds", "steps", "look_every", "settle", "dip")
ENDS = 0.1
"""Share of each seed's points, from either end of x, at which σ is looked up."""


def regression_numbers(params: RegressParams, found: Regression, confidence: float) -> Numbers:
    """Counts of dips, what carried them, and what became of them under every variant.

    Args:
        params: the data and what counts as a dip.
        found: the tables.
        confidence: of the intervals, which are Student's t over seeds.
    """
    numbers: Numbers = {f"regress.{key}": getattr(params, key) for key in SETTINGS}
    numbers |= {"regress.dip_percent": 100 * params.dip_share, "regress.variants": " ".join(params.variants)}
    outcomes = found.outcomes.assign(holdout=found.outcomes["holdout"] * params.holdout)
    base = outcomes[outcomes["variant"] == VARYING].reset_index(drop=True)
    for name, variant in params.variants.items():
        own = outcomes[outcomes["variant"] == name].reset_index(drop=True)
        numbers |= {f"regress.{name}.{key}": value for key, value in _settings(variant).items()}
        numbers |= {f"regress.{name}.{key}": value for key, value in _outcome(own, base, confidence).items()}
        numbers |= {f"regress.{name}.{key}": value for key, value in _rates(own, params.settle, confidence).items()}
    for name in (CONSTANT, VARYING):
        dips = found.dips[(found.dips["variant"] == name) & (found.dips["measure"] == "nats")]
        numbers |= {f"regress.{name}.{key}": value for key, value in _prediction(dips).items()}
        fits = found.fits[found.fits["variant"] == name]
        numbers |= {f"regress.{name}.{key}": value for key, value in _fit(fits).items()}
        points = anatomy(found.falls[found.falls["variant"] == name], found.fits)
        numbers |= {f"regress.{name}.{key}": value for key, value in _anatomy(points, dips, params.dip).items()}
    return numbers


def anatomy(falls: pd.DataFrame, fits: pd.DataFrame) -> pd.DataFrame:
    """What each point of the deepest dips paid for f's move from the brink, and would have paid under a constant σ.

    Returns:
        The rows of `falls` with `paid` = (Δf)² / 2σ² at the brink's σ, `paid_constant` the same at the σ of the
        seed's constant fit, in nats, and `carrier`: whether it is of the fewest points that carry half of their sum.
    """
    one = fits.loc[fits["variant"] == CONSTANT].groupby("seed")["sigma"].first()
    move = falls["f_bottom"] - falls["f_brink"]
    found = falls.assign(paid=move**2 / (2 * falls["sigma_brink"] ** 2))
    found["paid_constant"] = move**2 / (2 * falls["seed"].map(one).astype(float) ** 2)
    ordered = found.sort_values("paid", ascending=False, kind="stable")
    before = ordered.groupby("seed")["paid"].cumsum() - ordered["paid"]
    total = ordered.groupby("seed")["paid"].transform("sum")
    return ordered.assign(carrier=before < total / 2).sort_index()


def _settings(variant: VariantParams) -> Numbers:
    rates = {"rate": variant.learning_rate, "rate_sigma": variant.learning_rate_sigma}
    clip = {} if variant.clip is None else {"clip": variant.clip}
    return {
        "hidden": "–".join(map(str, variant.hidden)),
        "floor": variant.floor,
        "power": variant.beta,
        **rates,
        **clip,
    }


def _outcome(own: pd.DataFrame, base: pd.DataFrame, confidence: float) -> Numbers:
    """Means over seeds with intervals, over all steps and, beside `varying`, up to the common log likelihood.

    Log likelihoods of the holdout are in nats over all its points.
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
        found = interval(values.to_numpy(), confidence)
        numbers |= {key: found.mean, f"{key}_low": found.low, f"{key}_high": found.high}
    return numbers


def _rates(own: pd.DataFrame, settle: int, confidence: float) -> Numbers:
    """Dips in a thousand counted steps up to the common level, of a variant and of `varying`, and their difference.

    Rates are ratios of means over seeds, as a seed may have no step to count; the interval is Student's t of the rates'
    linear parts. Nothing where no seed has a step to count.
    """
    rates, parts = [], []
    for suffix in ("", "_other"):
        counted = (own[f"steps{suffix}"] + 1 - settle).clip(lower=0)
        if not counted.any():
            return {}
        rate = own[f"dips{suffix}"].sum() / counted.sum()
        rates.append(1000 * float(rate))
        parts.append(1000 * (own[f"dips{suffix}"] - rate * counted) / counted.mean())
    difference = rates[0] - rates[1]
    found = interval((parts[0] - parts[1]).to_numpy() + difference, confidence)
    ends = {"rate_difference_low": found.low, "rate_difference_high": found.high}
    ratio = float(own["steps"].mean() / own["steps_other"].mean())
    return {"dip_rate": rates[0], "dip_rate_other": rates[1], "steps_ratio": ratio, **ends}


def _fit(fits: pd.DataFrame) -> Numbers:
    """σ beside the noise at either end of x, and in the half of the points with more noise what f misses of the line.

    Medians over seeds, but for `sigma_missed` and `sigma_met`: medians over points of σ over the true standard
    deviation, where f is further than that from the true line, and elsewhere.
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
    """How well Σ(Δf)²/2σ² from brink to bottom tells the depth: correlation, slope through the origin, median ratio.

    `half_percent` of the dips are less than half as deep as told; in `half_noise_percent` of these σ's part is a gain;
    `rest_slope` and `rest_correlation` are of all others.
    """
    if len(dips) < 3:
        return {"dips_seen": len(dips)}
    depth, told = dips["depth"].to_numpy(), -dips["second"].to_numpy()
    half = depth < told / 2
    rest = {"half_percent": 100 * float(half.mean())}
    if half.any():
        rest["half_noise_percent"] = 100 * float((dips["noise"][half] > 0).mean())
    if (~half).sum() > 2:
        rest |= {f"rest_{key}": value for key, value in _line(depth[~half], told[~half]).items()}
    return {
        "dips_seen": len(dips),
        "duration": float(np.median(dips["duration"])),
        **_line(depth, told),
        "rank_correlation": float(spearmanr(depth, told).statistic),
        "ratio": float(np.median(depth / told)),
        **rest,
        "uphill_percent": 100 * float((dips["step_first"] > 0).mean()),
    }


def _line(depth: np.ndarray, told: np.ndarray) -> dict[str, float]:
    return {"correlation": float(np.corrcoef(depth, told)[0, 1]), "slope": float(depth @ told / (told @ told))}


def _anatomy(points: pd.DataFrame, dips: pd.DataFrame, threshold: float) -> Numbers:
    """Means over the seeds' deepest dips, and medians over the points that carried half of what f's move cost.

    `least_move` is the root mean square Δf at which a move shaped as that of the deepest dip costs `threshold` nats to
    second order, the median over seeds.
    """
    if points.empty:
        return {}
    carriers = points[points["carrier"]]
    residual = {when: (points["y"] - points[f"f_{when}"]).abs() for when in ("before", "bottom")}
    deepest = dips.loc[dips.groupby("seed")["depth"].idxmax()]
    paid = points.groupby("seed")["paid"].sum()
    square = ((points["f_bottom"] - points["f_brink"]) ** 2).groupby(points["seed"]).mean()
    parts = {f"deepest_{part}": float(deepest[part].mean()) for part in ("depth", "first", "second", "noise")}
    return {
        **parts,
        "seeds_with_dips": int(points["seed"].nunique()),
        "least_move": float((square * threshold / paid).pow(0.5).median()),
        "carriers_percent": 100 * float(points["carrier"].mean()),
        "carriers_sigma": float(carriers["sigma_before"].median()),
        "carriers_sigma_bottom": float(carriers["sigma_bottom"].median()),
        "all_sigma": float(points["sigma_before"].median()),
        "carriers_x": float(carriers["x"].median()),
        **{f"carriers_residual_{when}": float(one[points["carrier"]].median()) for when, one in residual.items()},
        "paid": float(paid.mean()),
        "paid_constant": float(points.groupby("seed")["paid_constant"].sum().mean()),
    }

"""What the page quotes of the regression study."""

import numpy as np
import pandas as pd

from pipeline.config import RegressParams, VariantParams
from pipeline.regression.equal import interval
from pipeline.regression.tables import CONSTANT, VARYING, Regression

Numbers = dict[str, float | int | str]
OUTCOMES = ("best", "holdout", "dips_all", "dips_share", "deepest_all", "smallest")
SETTINGS = ("points", "holdout", "quiet", "loud", "seeds", "steps", "settle", "dip")


def regression_numbers(params: RegressParams, found: Regression, confidence: float) -> Numbers:
    """Counts of dips, what carried them, and what became of them under every variant.

    Args:
        params: the data and what counts as a dip.
        found: the tables.
        confidence: of the intervals, which are Student's t over seeds.
    """
    numbers: Numbers = {f"regress.{key}": getattr(params, key) for key in SETTINGS}
    numbers |= {"regress.dip_percent": 100 * params.dip_share, "regress.variants": " ".join(params.variants)}
    base = found.outcomes[found.outcomes["variant"] == VARYING].reset_index(drop=True)
    for name, variant in params.variants.items():
        own = found.outcomes[found.outcomes["variant"] == name].reset_index(drop=True)
        numbers |= {f"regress.{name}.{key}": value for key, value in _settings(variant).items()}
        numbers |= {f"regress.{name}.{key}": value for key, value in _outcome(own, base, confidence).items()}
    for name in (CONSTANT, VARYING):
        dips = found.dips[(found.dips["variant"] == name) & (found.dips["measure"] == "nats")]
        numbers |= {f"regress.{name}.{key}": value for key, value in _prediction(dips).items()}
        points = anatomy(found.falls[found.falls["variant"] == name], found.fits)
        numbers |= {f"regress.{name}.{key}": value for key, value in _anatomy(points, dips).items()}
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
    return {"hidden": "–".join(map(str, variant.hidden)), "floor": variant.floor, "rate": variant.learning_rate}


def _outcome(own: pd.DataFrame, base: pd.DataFrame, confidence: float) -> Numbers:
    """Means over seeds with intervals, over all steps and, beside `varying`, up to the common log likelihood."""
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


def _prediction(dips: pd.DataFrame) -> Numbers:
    """How well Σ(Δf)²/2σ² from brink to bottom tells the depth: correlation, slope through the origin, median ratio."""
    if len(dips) < 3:
        return {"dips_seen": len(dips)}
    depth, told = dips["depth"].to_numpy(), -dips["second"].to_numpy()
    return {
        "dips_seen": len(dips),
        "duration": float(np.median(dips["duration"])),
        "correlation": float(np.corrcoef(depth, told)[0, 1]),
        "slope": float(depth @ told / (told @ told)),
        "ratio": float(np.median(depth / told)),
        "uphill_percent": 100 * float((dips["step_first"] > 0).mean()),
    }


def _anatomy(points: pd.DataFrame, dips: pd.DataFrame) -> Numbers:
    """Means over the seeds' deepest dips, and medians over the points that carried half of what f's move cost."""
    if points.empty:
        return {}
    carriers = points[points["carrier"]]
    residual = {when: (points["y"] - points[f"f_{when}"]).abs() for when in ("before", "bottom")}
    deepest = dips.loc[dips.groupby("seed")["depth"].idxmax()]
    parts = {f"deepest_{part}": float(deepest[part].mean()) for part in ("depth", "first", "second", "noise")}
    return {
        **parts,
        "seeds_with_dips": int(points["seed"].nunique()),
        "carriers_percent": 100 * float(points["carrier"].mean()),
        "carriers_sigma": float(carriers["sigma_before"].median()),
        "carriers_sigma_bottom": float(carriers["sigma_bottom"].median()),
        "all_sigma": float(points["sigma_before"].median()),
        "carriers_x": float(carriers["x"].median()),
        **{f"carriers_residual_{when}": float(one[points["carrier"]].median()) for when, one in residual.items()},
        "paid": float(points.groupby("seed")["paid"].sum().mean()),
        "paid_constant": float(points.groupby("seed")["paid_constant"].sum().mean()),
    }

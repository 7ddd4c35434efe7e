"""Numbers of the comparison of models by their latent dimension."""

import pandas as pd
from scipy.stats import norm

from pipeline.config import Params
from pipeline.core.statistics import normal_interval
from pipeline.investigations.compare.negative_gains import gains_of, negative_gains
from pipeline.investigations.compare.strata import Scores, runs

Numbers = dict[str, float | int | str]


def dimension_numbers(params: Params, effects: pd.DataFrame, scores: Scores) -> Numbers:
    """Return every effect, by kind, models, quantity and stratum, and the counts of images that gain less than 0.

    Args:
        params: roles, confidence, and the bar of `compare.joint_errors`.
        effects: see `EFFECTS`.
        scores: of every model, one row per image.
    """
    numbers: Numbers = {}
    for row in effects.to_dict("records"):
        key = ".".join(["compare", *(row[name] for name in ("kind", "model_a", "model_b", "quantity", "stratum"))])
        numbers |= {f"{key}.{name}": row[name] for name in ("value", "low", "high", "size_a", "size_b")}
    for kind in ("runs", "unseen-runs"):
        own = effects[effects["kind"] == kind]
        if len(own):
            numbers |= {f"compare.{kind}.compared": len(own), f"compare.{kind}.resolved": _clear(own)}
    seed_pairs = effects[effects["kind"] == "seed_pairs"]
    if len(seed_pairs):
        numbers["compare.seed_pairs.compared"] = len(seed_pairs)
        numbers["compare.seed_pairs.clear"] = _clear(seed_pairs)
        numbers["compare.seed_pairs.largest"] = float(seed_pairs["value"].abs().max())
        numbers["compare.seed_pairs.expected"] = float(len(seed_pairs) * (1 - params.intervals.confidence))
    pair = params.roles.middle, params.roles.small
    return numbers | (negative_gain_numbers(params, scores, pair) if set(pair) <= set(scores) else {})


def _clear(effects: pd.DataFrame) -> int:
    """Count the intervals that leave out zero."""
    return int(((effects["low"] > 0) | (effects["high"] < 0)).sum())


def negative_gain_numbers(params: Params, scores: Scores, pair: tuple[str, str]) -> Numbers:
    """Count the holdout images that are likelier under the second model of the pair, and those expected by chance.

    If the models did not differ, a gain would be normal about zero with its joint Monte Carlo error: `expected` images
    would then be beyond the bar, `joint_errors` below zero, by chance. `certain` are the images that remain when the
    whole family of tests has the level of one test (Bonferroni).
    """
    gains, bar = gains_of(scores[pair[0]], scores[pair[1]]), params.compare.joint_errors
    clear = negative_gains(gains, bar)
    share, chance = len(clear) / len(gains), float(norm.cdf(-bar))
    error = (share * (1 - share) / len(gains)) ** 0.5
    excess = normal_interval(share - chance, error, params.intervals.confidence)
    strict = norm.ppf((1 - params.intervals.confidence) / len(gains))
    numbers: Numbers = {
        "joint_errors": bar,
        "images": len(gains),
        "negative": int((gains["gain"] < 0).sum()),
        "clear": len(clear),
        "clear_percent": 100 * share,
        "excess_percent": 100 * excess.value,
        "excess_percent_low": 100 * excess.low,
        "excess_percent_high": 100 * excess.high,
        "small_everywhere": float(gains["b"].mean()),
        "trusted": int(clear["trusted"].sum()),
        "expected": len(gains) * chance,
        "certain": int((gains["gain"] < strict * gains["joint_error"]).sum()),
        "certain_errors": float(-strict),
        "largest": float(gains["gain"].min()),
        "largest_error": float(gains["joint_error"].to_numpy()[gains["gain"].argmin()]),
    }
    for label, own in gains.groupby("label"):
        below = own["gain"] < -bar * own["joint_error"]
        numbers |= {f"label_{label}.percent": 100 * float(below.mean()), f"label_{label}.clear": int(below.sum())}
    if len(clear):
        most = int(clear["label"].mode()[0])
        numbers |= {"most_label": str(most), "small_there": float(clear["b"].mean())}
        numbers["most_label_percent"] = numbers[f"label_{most}.percent"]
        numbers["most_label_share_percent"] = 100 * float((clear["label"] == most).mean())
    numbers |= _under_all_runs(params, scores, gains, pair)
    return {f"compare.negative_gains.{key}": value for key, value in numbers.items()}


def _under_all_runs(params: Params, scores: Scores, gains: pd.DataFrame, pair: tuple[str, str]) -> Numbers:
    """Count the test images whose gain is clearly negative under every training run of the first model."""
    members, bar = runs(params, pair[0], scores), params.compare.joint_errors
    if len(members) == 1:
        return {}
    below = [
        set(negative_gains(gains_of(scores[name], scores[pair[1]]), bar).query("subset == 'test'")["id"])
        for name in members
    ]
    return {
        "runs": len(members),
        "test": int((gains["subset"] == "test").sum()),
        "test_clear": len(below[0]),
        "all_runs": len(set.intersection(*below)),
    }

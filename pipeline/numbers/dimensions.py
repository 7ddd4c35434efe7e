"""What the page says of the number of latent dimensions."""

import pandas as pd
from scipy.stats import norm

from pipeline.config import Params
from pipeline.investigations.compare.negative_gains import clear_losses, gains_of
from pipeline.investigations.compare.strata import Scores, runs

Numbers = dict[str, float | int | str]


def dimensions_numbers(params: Params, effects: pd.DataFrame, scores: Scores) -> Numbers:
    """Every effect by kind, models, quantity and place; and how often fewer dimensions are better."""
    numbers: Numbers = {}
    for row in effects.to_dict("records"):
        key = ".".join(["dimensions", *(row[name] for name in ("kind", "model_a", "model_b", "quantity", "place"))])
        numbers |= {f"{key}.{name}": row[name] for name in ("value", "low", "high", "size_a", "size_b")}
    for kind in ("runs", "unseen-runs"):
        own = effects[effects["kind"] == kind]
        numbers |= (
            {f"dimensions.{kind}.compared": len(own), f"dimensions.{kind}.resolved": _clear(own)} if len(own) else {}
        )
    twins = effects[effects["kind"] == "twins"]
    if len(twins):
        numbers["dimensions.twins.compared"] = len(twins)
        numbers["dimensions.twins.clear"] = _clear(twins)
        numbers["dimensions.twins.largest"] = float(twins["value"].abs().max())
        numbers["dimensions.twins.expected"] = float(len(twins) * (1 - params.compare.confidence))
    pair = params.roles.middle, params.roles.small
    return numbers | (loss_numbers(params, scores, pair) if set(pair) <= set(scores) else {})


def _clear(effects: pd.DataFrame) -> int:
    """How many of the intervals leave out zero."""
    return int(((effects["low"] > 0) | (effects["high"] < 0)).sum())


def loss_numbers(params: Params, scores: Scores, pair: tuple[str, str]) -> Numbers:
    """How many holdout images the second model of the pair makes likelier, and how many by chance.

    Under no difference a gain would be normal about zero with its joint Monte Carlo error: `expected` images
    would then be clear losses if no image at all differed. `certain` are those that remain when the level of the
    whole family of tests is that of one (Bonferroni).
    """
    gains, bar = gains_of(scores[pair[0]], scores[pair[1]]), params.dimensions.joint_errors
    clear = clear_losses(gains, bar)
    share, chance = len(clear) / len(gains), float(norm.cdf(-bar))
    half = float(norm.ppf((1 + params.compare.confidence) / 2) * (share * (1 - share) / len(gains)) ** 0.5)
    strict = norm.ppf((1 - params.compare.confidence) / len(gains))
    numbers: Numbers = {
        "joint_errors": bar,
        "images": len(gains),
        "negative": int((gains["gain"] < 0).sum()),
        "clear": len(clear),
        "clear_percent": 100 * share,
        "excess_percent": 100 * (share - chance),
        "excess_percent_low": 100 * (share - chance - half),
        "excess_percent_high": 100 * (share - chance + half),
        "small_everywhere": float(gains["b"].mean()),
        "trusted": int(clear["trusted"].sum()),
        "expected": len(gains) * chance,
        "certain": int((gains["gain"] < strict * gains["joint_error"]).sum()),
        "certain_errors": float(-strict),
        "largest": float(gains["gain"].min()),
        "largest_error": float(gains["joint_error"].to_numpy()[gains["gain"].argmin()]),
    }
    for digit, own in gains.groupby("digit"):
        lost = own["gain"] < -bar * own["joint_error"]
        numbers |= {f"digit_{digit}.percent": 100 * float(lost.mean()), f"digit_{digit}.clear": int(lost.sum())}
    if len(clear):
        most = int(clear["digit"].mode()[0])
        numbers |= {"most_digit": str(most), "small_there": float(clear["b"].mean())}
        numbers["most_digit_percent"] = numbers[f"digit_{most}.percent"]
        numbers["most_digit_share_percent"] = 100 * float((clear["digit"] == most).mean())
    numbers |= _against_all_runs(params, scores, gains, pair)
    return {f"dimensions.losses.{key}": value for key, value in numbers.items()}


def _against_all_runs(params: Params, scores: Scores, gains: pd.DataFrame, pair: tuple[str, str]) -> Numbers:
    """On how many test images the small model beats every training run of the middle one, clearly each."""
    members, bar = runs(params, pair[0], scores), params.dimensions.joint_errors
    if len(members) == 1:
        return {}
    lost = [
        set(clear_losses(gains_of(scores[name], scores[pair[1]]), bar).query("set == 'test'")["id"]) for name in members
    ]
    return {
        "runs": len(members),
        "test": int((gains["set"] == "test").sum()),
        "test_clear": len(lost[0]),
        "all_runs": len(set.intersection(*lost)),
    }

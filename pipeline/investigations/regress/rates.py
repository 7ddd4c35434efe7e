"""Dips per step, compared between variants at equal log likelihood.

A variant that learns little stays at low log likelihoods, and one that learns more soon leaves them, so that their dips
up to a common level are counted over unequal numbers of steps. Here the unit is a step taken outside a dip, which ends
in a dip or not, and it is compared with steps from the same bin of the best log likelihood so far.
"""

import numpy as np
import pandas as pd
from jaxtyping import Float

from pipeline.core.statistics import Interval, jackknife_t
from pipeline.investigations.regress.dips import Trace

SUMS = ("steps", "dips", "square", "cost")
"""Columns of `LEVELS` that are added up over seeds."""

Sums = Float[np.ndarray, "seeds sums bins"]
"""Sums over the steps of each seed and bin, in the order of `SUMS`."""
Total = Float[np.ndarray, "*variants sums bins"]
"""The same, added up over seeds."""


def steps_by_level(
    trace: Trace,
    square: Float[np.ndarray, " moves"],
    cost: Float[np.ndarray, " moves"],
    threshold: float,
    settle: int,
    width: float,
) -> pd.DataFrame:
    """Add up the steps of one training run by the best log likelihood so far.

    Args:
        trace: log likelihood before every step, in nats.
        square: mean square of the move of f in every step but the last.
        cost: second-order cost of that move, in nats.
        threshold: nats below the running best that make a dip.
        settle: first step that counts.
        width: of a bin, in nats.

    Returns:
        One row per bin: its middle `level`, in nats; and over the steps that begin in it, and not inside a dip, their
        number `steps`, the number `dips` of those that end in a dip, and the sums of `square` and `cost`.
    """
    best = np.maximum.accumulate(trace)
    inside = best - trace > threshold
    counted = (~inside[:-1]).astype(int)
    level = width * (np.floor(best[:-1] / width) + 0.5)
    sums = {"steps": counted, "dips": counted * inside[1:], "square": counted * square, "cost": counted * cost}
    found: pd.DataFrame = pd.DataFrame({"level": level} | sums)[settle:].groupby("level", as_index=False).sum()
    return found


def tally(levels: pd.DataFrame) -> dict[str, Sums]:
    """Arrange the rows of `LEVELS` by variant, seed and bin, with zeros where a seed was never in a bin."""
    table = levels.assign(variant=levels["variant"].astype(str)).set_index(["variant", "seed", "level"])[list(SUMS)]
    names, seeds, bins = (np.sort(table.index.unique(level)) for level in table.index.names)
    whole = table.reindex(pd.MultiIndex.from_product([names, seeds, bins]), fill_value=0).to_numpy(np.float64)
    sums = whole.reshape(len(names), len(seeds), len(bins), len(SUMS)).swapaxes(2, 3)
    return dict(zip(names, sums, strict=True))


def compare(own: Sums, plain: Sums, confidence: float) -> dict[str, Interval]:
    """Compare the steps of two variants at equal log likelihood.

    With n_b and m_b steps of the two in bin b, a mean over steps is the mean of the bins' own means with the weights
    n_b m_b / (n_b + m_b) of Mantel and Haenszel, which are the same for both variants.

    Args:
        own: sums of a variant.
        plain: sums of the variant that it is compared with, from the same seeds.
        confidence: of the intervals over seeds, which are paired.

    Returns:
        `dip_rate` and `dip_rate_plain`, dips per thousand steps; `dip_rate_difference`, the first less the second;
        `move_ratio`, the quotient of the root mean square moves of f; and `price_ratio`, that of the prices, the
        second-order cost per squared move. Nothing if no bin is common to both, or only through one seed.

    References:
        Greenland and Robins (1985), Estimation of a common effect parameter from sparse follow-up data, Biometrics 41,
        55-68.
    """
    keys = ("dip_rate", "dip_rate_plain", "dip_rate_difference", "move_ratio", "price_ratio")
    found = dict(zip(keys, jackknife_t(_compared, np.stack([own, plain], axis=1), confidence), strict=True))
    whole = {key: one for key, one in found.items() if one is not None}
    for key in ("move_ratio", "price_ratio"):
        if key in whole:
            whole[key] = Interval(*np.exp(whole[key]).tolist())
    return whole if len(whole) == len(keys) else {}


def price(sums: Sums) -> float:
    """Return the second-order cost per squared move of f, in nats, over all steps of all seeds; zero without a move."""
    _, _, square, cost = sums.sum(axis=(0, 2))
    return float(cost / square) if square > 0 else 0.0


def price_ratio(own: Sums, other: Sums, confidence: float) -> Interval | None:
    """Return the quotient of two variants' prices over all their steps, at whatever log likelihood."""
    both = np.stack([own, other], axis=1).sum(axis=-1, keepdims=True)
    (found,) = jackknife_t(lambda total: _log_price(total[0]) - _log_price(total[1]), both, confidence)
    return None if found is None else Interval(*np.exp(found).tolist())


def _compared(total: Float[np.ndarray, "2 sums bins"]) -> Float[np.ndarray, "5"]:
    steps = total[:, 0]
    weights = np.where(steps.all(axis=0), _ratio(steps[0] * steps[1], steps.sum(axis=0)), 0)
    means = np.where(weights > 0, _ratio(total[:, 1:], steps[:, None]), 0) @ weights / weights.sum()
    (dips, square, cost), (dips_plain, square_plain, cost_plain) = means
    squares = np.log(square / square_plain)
    rate, rate_plain = 1000 * dips, 1000 * dips_plain
    return np.array([rate, rate_plain, rate - rate_plain, squares / 2, np.log(cost / cost_plain) - squares])


def _log_price(total: Float[np.ndarray, "sums bins"]) -> Float[np.ndarray, " bins"]:
    found: Float[np.ndarray, " bins"] = np.log(_ratio(total[3], total[2]))
    return found


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = a / b
    return found

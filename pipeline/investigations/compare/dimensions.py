"""Log likelihood, bound, active units and overfitting against the number of latent dimensions."""

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.core.statistics import Interval, difference_pooled, difference_welch, mean_t
from pipeline.investigations.compare.pairs import compare
from pipeline.investigations.compare.strata import Row, Scores, by_latent_dim, by_stratum, runs, side_by_side, stratum
from pipeline.investigations.compare.tables import DIMENSIONS, FIT

QUANTITIES = ("log_likelihood", "elbo")


def dimension_table(params: Params, scores: Scores, active: Mapping[str, int], pairs: pd.DataFrame) -> pd.DataFrame:
    """Compute the table of all models that are `compare.base` but for the number of latent dimensions.

    Args:
        params: `compare` names the base; `intervals` has the confidence.
        scores: of every model, one row per image.
        active: number of active units of the models that were diagnosed.
        pairs: mean differences between single models; see `PAIRS`.

    Returns:
        One row per model, quantity and stratum; see `DIMENSIONS`.

    Raises:
        ParameterError: the base has not been scored.
    """
    base = params.compare.base
    if base not in scores:
        raise ParameterError(f"dvc.yaml lists no scores of compare.base, {base}, under gather; run `make models`")
    rows: list[Row] = []
    for name in by_latent_dim(params, base, scores):
        own, reference = (runs(params, one, scores) for one in (name, base))
        found = chain(
            _means(params, scores, own, reference, pairs),
            _fit(params, scores, own, reference),
            _active(own, reference, active, params.intervals.confidence),
        )
        size: Row = {"model": name, "latent_dim": np.int32(params.model(name).latent_dim)}
        rows += [size | row for row in found]
    return pd.DataFrame(rows, columns=DIMENSIONS.names)


def _means(params: Params, scores: Scores, own: list[str], reference: list[str], pairs: pd.DataFrame) -> Iterator[Row]:
    """Yield the mean log likelihood and bound of each stratum of `test`."""
    confidence = params.intervals.confidence
    for quantity in QUANTITIES:
        single = _single(params, scores, (own[0], reference[0]), pairs, quantity) if own != reference else None
        members = list(dict.fromkeys([*own, *reference]))
        for where, part in by_stratum(side_by_side(scores, members, quantity)):
            a, b = (part[names].mean().to_numpy() for names in (own, reference))
            level = mean_t(a if len(a) > 1 else part[own[0]].to_numpy(), confidence)
            yield _row(
                quantity, where, level, len(a), *_difference(a, b, single[where] if single else None, confidence)
            )


def _single(
    params: Params, scores: Scores, models: tuple[str, str], pairs: pd.DataFrame, quantity: str
) -> dict[str, Interval]:
    """Return the difference of two single models by stratum, over images: of log likelihoods, that of `pairs`."""
    a, b = models
    if quantity == "log_likelihood":
        table = pairs[pairs["model_a"].isin(models) & pairs["model_b"].isin(models)]
    else:
        own, other = (scores[name][scores[name]["subset"] == "test"] for name in models)
        rng = stream(params.seed, "compare", a, b, quantity)
        table = compare(own, other, params.intervals, rng, quantity).assign(model_a=a)
    found = {}
    for row in table.to_dict("records"):
        ends = row["difference"], row["low"], row["high"]
        turned = ends if row["model_a"] == a else (-ends[0], -ends[2], -ends[1])
        found[stratum(row["subset"], row["region"])] = Interval(*turned)
    return found


def _fit(params: Params, scores: Scores, own: list[str], reference: list[str]) -> Iterator[Row]:
    """Yield how much likelier training images are than validation images, of models trained on the centre alone.

    Both are draws from the same file and region, so the difference of their means is an effect of training. In the
    difference of two single models the difficulty of each image cancels, which makes its interval much narrower.
    """
    core = params.model(own[0]).train_on == "core"
    own, reference = (
        [run for run in members if core and (scores[run]["subset"] == "train").any()] for members in (own, reference)
    )
    confidence = params.intervals.confidence
    for quantity in QUANTITIES if own and reference else ():
        values = {name: _values(scores[name], quantity) for name in (*own, *reference)}
        gaps = {name: _gap(table, confidence) for name, table in values.items()}
        a, b = (np.array([gaps[run].value for run in members]) for members in (own, reference))
        level = mean_t(a, confidence) if len(a) > 1 else gaps[own[0]]
        table = values[own[0]].assign(value=values[own[0]]["value"] - values[reference[0]]["value"]).dropna()
        single = _gap(table, confidence) if own != reference else None
        yield _row(quantity, FIT, level, len(a), *_difference(a, b, single, confidence))


def _values(scores: pd.DataFrame, quantity: str) -> pd.DataFrame:
    return scores.set_index("id")[["subset", quantity]].rename(columns={quantity: "value"})


def _gap(table: pd.DataFrame, confidence: float) -> Interval:
    """Return the mean over training images less that over validation images, with Welch's interval over images."""
    trained, held_out = (table.loc[table["subset"] == one, "value"].to_numpy() for one in ("train", "validation"))
    return difference_welch(trained, held_out, confidence)


def _active(own: list[str], reference: list[str], active: Mapping[str, int], confidence: float) -> Iterator[Row]:
    """Yield the number of active units, if a run of both kinds was diagnosed."""
    a, b = (np.array([active[run] for run in members if run in active], float) for members in (own, reference))
    if len(a) and len(b):
        level = mean_t(a, confidence) if len(a) > 1 else Interval(*[float(a[0])] * 3)
        single = Interval(*[float(a[0] - b[0])] * 3) if own != reference else None
        yield _row("active", "test", level, len(a), *_difference(a, b, single, confidence))


def _difference(a: np.ndarray, b: np.ndarray, single: Interval | None, confidence: float) -> tuple[Interval, str]:
    """Return the difference from the kind of the base, and what its interval is over; see `DIMENSIONS`.

    Args:
        a: one value per run.
        b: one value per run of the base.
        single: the difference of the single models, over images; None for the base itself.
        confidence: of the interval over runs.
    """
    fewest, most = sorted((len(a), len(b)))
    over = "runs" if fewest > 1 else "single-run" if most > 1 else "images"
    if single is None:
        return Interval(0.0, 0.0, 0.0), over
    if over == "images":
        return single, over
    return (difference_welch if over == "runs" else difference_pooled)(a, b, confidence), over


def _row(quantity: str, where: str, level: Interval, runs: int, difference: Interval, over: str) -> Row:
    ends = {"difference": difference.value, "difference_low": difference.low, "difference_high": difference.high}
    return {"quantity": quantity, "stratum": where, **level._asdict(), **ends, "runs": np.int32(runs), "over": over}

"""Differences of log likelihood between two models on the same images."""

import numpy as np
import pandas as pd

from pipeline.config import IntervalParams, Params
from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.core.statistics import mean_bootstrap
from pipeline.investigations.compare.strata import Scores, by_latent_dim, trained_with_tails
from pipeline.likelihood.subset_means import parts


def compare_pairs(params: Params, scores: Scores) -> pd.DataFrame:
    """Compare the models of every pair of `pairs_of` over the images that both scored.

    Args:
        params: name the pairs; `intervals` has confidence and resamples.
        scores: of every model, one row per image.

    Returns:
        One row per pair, subset and region, in nats; see `PAIRS`.

    Raises:
        ParameterError: there is no pair of scored models.
    """
    tables = [
        compare(scores[a], scores[b], params.intervals, stream(params.seed, "compare", a, b)).assign(
            model_a=a, model_b=b
        )
        for a, b in pairs_of(params, scores)
    ]
    if not tables:
        raise ParameterError("dvc.yaml lists no two models that compare.pairs or roles compare; run `make models`")
    return pd.concat(tables, ignore_index=True)


def pairs_of(params: Params, scores: Scores) -> list[tuple[str, str]]:
    """Return the pairs of scored models that are compared, each once.

    These are the pairs of `compare.pairs`, and, of the middle model and of `compare.base`: that model and every one
    that differs from it in the number of latent dimensions alone, the larger first; and each of these models after
    its counterpart that was trained with tails. If `compare.pairs` has one of the latter the other way round, it is
    turned.

    Args:
        params: name the pairs, the roles and the base.
        scores: by model; a pair needs both.

    Returns:
        Names of model a and model b of each pair.
    """
    own: list[tuple[str, str]] = []
    for centre in dict.fromkeys((params.roles.middle, params.compare.base)):
        sizes, size = by_latent_dim(params, centre, scores), params.model(centre).latent_dim
        others = [name for name in sizes if name != centre]
        own += [(one, centre) if params.model(one).latent_dim > size else (centre, one) for one in others]
        own += [(seen, core) for core in sizes for seen in trained_with_tails(params, core, scores)[:1]]
    found: list[tuple[str, str]] = []
    for pair in (*params.compare.pairs, *own):
        a, b = pair[::-1] if pair[::-1] in own else pair
        if {a, b} <= set(scores) and not {(a, b), (b, a)} & set(found):
            found.append((a, b))
    return found


def compare(
    a: pd.DataFrame,
    b: pd.DataFrame,
    params: IntervalParams,
    rng: np.random.Generator,
    quantity: str = "log_likelihood",
) -> pd.DataFrame:
    """Compute the mean of log p_a(x) - log p_b(x) over the images that both models scored, with bootstrap intervals.

    Pairing removes the part of an image's difficulty that both models share. The interval is over images: it holds for
    these weights, not for the method that found them.

    Args:
        a: scores of model a, one row per image.
        b: scores of model b.
        params: confidence and resamples.
        rng: draws the resamples.
        quantity: the column that is compared, in nats.

    Returns:
        One row per subset and region: subset, region, difference, low, high (nats), images.
    """
    both = a.merge(b[["id", quantity]], on="id", suffixes=("", "_b"), validate="one_to_one")
    both["difference"] = both[quantity] - both[f"{quantity}_b"]
    rows = []
    for subset, region, part in parts(both):
        mean, low, high = mean_bootstrap(part["difference"].to_numpy(), params.confidence, params.resamples, rng)
        row = {"subset": subset, "region": region, "difference": mean, "low": low, "high": high}
        rows.append(row | {"images": np.int32(len(part))})
    return pd.DataFrame(rows)

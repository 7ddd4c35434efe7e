"""Log likelihoods of the same test images under several models, by stratum: all of `test`, and each of its regions."""

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval
from pipeline.investigations.model_relations import variants_of
from pipeline.likelihood.subset_means import WHOLE, parts

Row = dict[str, object]
Scores = Mapping[str, pd.DataFrame]


def by_latent_dim(params: Params, scores: Scores) -> list[str]:
    """Return the scored models among small, middle and large, in the order of their latent dimension."""
    roles = params.roles
    return [name for name in (roles.small, roles.middle, roles.large) if name in scores]


def steps(models: list[str]) -> list[tuple[str, str]]:
    """Return each model with the one before it."""
    return [(b, a) for a, b in pairwise(models)]


def runs(params: Params, name: str, scores: Scores) -> list[str]:
    """Return the scored training runs of a kind of model: the model itself, and those that differ in the seed alone."""
    return [one for one in (name, *variants_of(params, name, "seed")) if one in scores]


def trained_with_tails(params: Params, name: str, scores: Scores) -> list[str]:
    """Return the scored models that were trained on as many images as a core model, but images of the tails too."""
    others = [other for other in variants_of(params, name, "train_on") if other in scores]
    core = params.model(name).train_on == "core"
    return [other for other in others if core and params.model(other).train_on == "matched"]


def side_by_side(scores: Scores, models: list[str]) -> pd.DataFrame:
    """Return the log likelihoods in nats of the test images that all these models scored.

    Returns:
        One row per image: subset, region, and one column per model.
    """
    first = scores[models[0]]
    table = first.loc[first["subset"] == "test", ["id", "subset", "region"]].set_index("id")
    columns = [scores[name].set_index("id")["log_likelihood"].rename(name) for name in models]
    return pd.concat([table, *columns], axis=1, join="inner")


def by_stratum(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the rows of each stratum with its name, such as `test` or `test.pc1-low`."""
    for subset, region, part in parts(table):
        yield subset if region == WHOLE else f"{subset}.{region}", part


def pairs(models: list[str]) -> list[tuple[str, str]]:
    """Return every two of the models, the later first."""
    return [(b, a) for a, b in combinations(models, 2)]


def effect(
    kind: str, models: tuple[str, str], stratum: str, found: Interval, sizes: tuple[int, int], quantity: str = ""
) -> Row:
    """Return one row of `EFFECTS`; its quantity is the log likelihood unless another is named."""
    return {
        "kind": kind,
        "model_a": models[0],
        "model_b": models[1],
        "quantity": quantity or "log_likelihood",
        "stratum": stratum,
        **found._asdict(),
        "size_a": np.int32(sizes[0]),
        "size_b": np.int32(sizes[1]),
    }

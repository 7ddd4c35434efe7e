"""The likelihoods that are compared: of the same images, place by place, under several models."""

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.investigations.compare.intervals import Interval
from pipeline.investigations.compare.model_relations import relatives
from pipeline.likelihood.subset_means import WHOLE, parts

Row = dict[str, object]
Scores = Mapping[str, pd.DataFrame]


def ladder(params: Params, scores: Scores) -> list[str]:
    """The models that differ in latent dimensions, the fewest first, as far as they are scored."""
    roles = params.roles
    return [name for name in (roles.small, roles.middle, roles.large) if name in scores]


def steps(models: list[str]) -> list[tuple[str, str]]:
    """Each model with the one before it."""
    return [(b, a) for a, b in pairwise(models)]


def runs(params: Params, name: str, scores: Scores) -> list[str]:
    """The model itself and those that differ from it in their seed alone, as far as they are scored."""
    return [one for one in (name, *relatives(params, name, "seed")) if one in scores]


def seers(params: Params, name: str, scores: Scores) -> list[str]:
    """The models that differ from a core model in having seen as many images, those of the tails among them."""
    others = [other for other in relatives(params, name, "train_on") if other in scores]
    core = params.model(name).train_on == "core"
    return [other for other in others if core and params.model(other).train_on == "matched"]


def side_by_side(scores: Scores, models: list[str]) -> pd.DataFrame:
    """Log likelihood in nats of the test images that all these models scored: set, region, and a column a model."""
    first = scores[models[0]]
    table = first.loc[first["set"] == "test", ["id", "set", "region"]].set_index("id")
    columns = [scores[name].set_index("id")["log_likelihood"].rename(name) for name in models]
    return pd.concat([table, *columns], axis=1, join="inner")


def by_place(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The test images, all and region by region, each with its name."""
    for one_set, region, part in parts(table):
        yield one_set if region == WHOLE else f"{one_set}.{region}", part


def pairs(models: list[str]) -> list[tuple[str, str]]:
    """Every two of the models, the later first."""
    return [(b, a) for a, b in combinations(models, 2)]


def effect(
    kind: str, models: tuple[str, str], place: str, found: Interval, sizes: tuple[int, int], quantity: str = ""
) -> Row:
    """One row of `EFFECTS`; its quantity is the log likelihood unless another is named."""
    return {
        "kind": kind,
        "model_a": models[0],
        "model_b": models[1],
        "quantity": quantity or "log_likelihood",
        "place": place,
        **found._asdict(),
        "size_a": np.int32(sizes[0]),
        "size_b": np.int32(sizes[1]),
    }

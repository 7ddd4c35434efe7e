"""Values of the same test images under several models, by stratum: all of `test`, and each of its regions."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval
from pipeline.investigations.model_relations import variants_of
from pipeline.likelihood.subset_means import WHOLE, parts

Row = dict[str, object]
Scores = Mapping[str, pd.DataFrame]


def by_latent_dim(params: Params, name: str, scores: Scores) -> list[str]:
    """Return the scored models that differ from this one at most in the number of latent dimensions, smallest first.

    Args:
        params: describes the models.
        name: of the model.
        scores: by model.
    """
    names = [one for one in (name, *variants_of(params, name, "latent_dim")) if one in scores]
    return sorted(names, key=lambda one: params.model(one).latent_dim)


def runs(params: Params, name: str, scores: Scores) -> list[str]:
    """Return the scored training runs of a kind of model: the model itself, and those that differ in the seed alone."""
    return [one for one in (name, *variants_of(params, name, "seed")) if one in scores]


def trained_with_tails(params: Params, name: str, scores: Scores) -> list[str]:
    """Return the scored models that were trained on as many images as a core model, but images of the tails too."""
    others = [other for other in variants_of(params, name, "train_on") if other in scores]
    core = params.model(name).train_on == "core"
    return [other for other in others if core and params.model(other).train_on == "matched"]


def side_by_side(scores: Scores, models: list[str], quantity: str = "log_likelihood") -> pd.DataFrame:
    """Return a column of the scores, in nats, of the test images that all these models scored.

    Args:
        scores: of every model, one row per image.
        models: their names.
        quantity: the column.

    Returns:
        One row per image: subset, region, and one column per model.
    """
    first = scores[models[0]]
    table = first.loc[first["subset"] == "test", ["id", "subset", "region"]].set_index("id")
    columns = [scores[name].set_index("id")[quantity].rename(name) for name in models]
    return pd.concat([table, *columns], axis=1, join="inner")


def by_stratum(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the rows of each stratum with its name, such as `test` or `test.pc1-low`."""
    for subset, region, part in parts(table):
        yield stratum(subset, region), part


def stratum(subset: str, region: str) -> str:
    """Return the name of a subset, or of one of its regions."""
    return subset if region == WHOLE else f"{subset}.{region}"


def effect(kind: str, models: tuple[str, str], where: str, found: Interval, size: int, quantity: str = "") -> Row:
    """Return one row of `EFFECTS`.

    Args:
        kind: of effect.
        models: names of model a and model b.
        where: the stratum.
        found: value and ends of the interval.
        size: number of images, or of training runs.
        quantity: the log likelihood unless another is named.
    """
    return {
        "kind": kind,
        "model_a": models[0],
        "model_b": models[1],
        "quantity": quantity or "log_likelihood",
        "stratum": where,
        **found._asdict(),
        "size": np.int32(size),
    }

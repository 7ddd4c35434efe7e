"""The likelihood of images under every label they could have."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, UInt8

from pipeline.config import ClassifyParams, ScoreParams
from pipeline.data.sampled_images import Stream, choose
from pipeline.data.subsets import TAILS, training_rows
from pipeline.likelihood.scoring import score
from pipeline.models.density import LabelledModel

MEASURED = ["id", "log_likelihood", "standard_error", "pareto_k", "draws"]


def sample(split: pd.DataFrame, params: ClassifyParams, stream: Stream) -> pd.DataFrame:
    """Draw the images that are classified, the same whatever the order of the rows.

    Args:
        split: every image's id, digit, set and region.
        params: how many images of the test set and of each tail; a smaller set is taken whole.
        stream: a source of random numbers by the set's name.

    Returns:
        Their rows, by ascending id.
    """
    test, tails = split[split["set"] == "test"], split[split["set"].isin(TAILS)]
    chosen = [choose(test, params.test, stream), choose(tails, params.tail, stream)]
    return pd.concat(chosen).sort_values("id", ignore_index=True)


def label_shares(
    split: pd.DataFrame, train_on: str, rng: np.random.Generator, classes: int
) -> Float[np.ndarray, " classes"]:
    """The prior p(y): how often each label stands among the images that a model was trained on.

    Of all p(y) these shares give the training labels the highest likelihood, as the weights were fitted to
    give it to the images. No count is added to them: every label has hundreds of images, which one more would
    not move, and a label that the model was never shown has no part in the mixture, because the model's
    p(x | y) for it means nothing.

    Args:
        split: every image's digit and set.
        train_on: which images; see `training_rows`.
        rng: the one that drew them for training.
        classes: the number of labels.
    """
    digit = split["digit"].to_numpy()[training_rows(split, train_on, rng)]
    shares: Float[np.ndarray, " classes"] = np.bincount(digit, minlength=classes) / len(digit)
    return shares


def score_labels(
    model: LabelledModel,
    x: UInt8[np.ndarray, "n pixels"],
    chosen: pd.DataFrame,
    prior: Float[np.ndarray, " classes"],
    params: ScoreParams,
    stream: Stream,
    device: torch.device,
    on_images: Callable[[int], None],
) -> pd.DataFrame:
    """Score every image once under each label, each time with random numbers of its own.

    Args:
        model: with `given(y)`, the density of images whose labels are y.
        x: binary images.
        chosen: their ids, digits, sets and regions, row by row.
        prior: p(y); its length is the number of labels.
        params: the effort that goes into one likelihood.
        stream: the model's source of random numbers, by label and id.
        device: where the model is.
        on_images: is called with the number of images just scored under one label.

    Returns:
        One row an image and label, as in `CLASSIFIED`.

    Raises:
        NumericalError: a likelihood is not finite.
    """
    ids, tables = chosen["id"].to_numpy(np.int32), []
    for y in range(len(prior)):
        label = np.full(len(x), y, dtype=np.uint8)
        found = score(model, x, label, ids, params, partial(stream, y), device, on_images)
        table = chosen[["id", "digit", "set", "region"]].merge(found[MEASURED], on="id", validate="one_to_one")
        tables.append(table.assign(y=np.int8(y), prior=prior[y]))
    whole = pd.concat(tables).sort_values(["id", "y"], ignore_index=True)
    return whole.rename(columns={"id": "image"})

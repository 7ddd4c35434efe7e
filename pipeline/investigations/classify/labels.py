"""Log likelihood of images given each label in turn."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, UInt8

from pipeline.config import ClassifyParams, ScoreParams
from pipeline.core.rng import Stream
from pipeline.data.sampled_images import choose
from pipeline.data.subsets import TAILS, training_rows
from pipeline.likelihood.scoring import score
from pipeline.models.density import LabelledModel

MEASURED = ["id", "log_likelihood", "standard_error", "pareto_k", "draws"]


def sample(split: pd.DataFrame, params: ClassifyParams, stream: Stream) -> pd.DataFrame:
    """Draw the images that are classified; the order of the rows does not matter.

    Args:
        split: id, label, subset and region of every image.
        params: numbers of images of `test` and of each tail; a smaller subset is taken whole.
        stream: a source of random numbers by the subset's name.

    Returns:
        The images' rows, by ascending id.
    """
    test, tails = split[split["subset"] == "test"], split[split["subset"].isin(TAILS)]
    chosen = [choose(test, params.test, stream), choose(tails, params.tail, stream)]
    return pd.concat(chosen).sort_values("id", ignore_index=True)


def label_shares(
    split: pd.DataFrame, train_on: str, rng: np.random.Generator, classes: int
) -> Float[np.ndarray, " classes"]:
    """Compute the prior p(y): the share of each label among the images that a model was trained on.

    These shares are the maximum likelihood estimate of p(y). No pseudocount is added: every label has hundreds
    of images, and a label that was absent from training has no part in the mixture, because p(x | y) was not
    fitted for it.

    Args:
        split: label and subset of every image.
        train_on: images of the training; see `training_rows`.
        rng: the generator that drew them for training.
        classes: the number of labels.

    Returns:
        Shares that add up to one.
    """
    label = split["label"].to_numpy()[training_rows(split, train_on, rng)]
    shares: Float[np.ndarray, " classes"] = np.bincount(label, minlength=classes) / len(label)
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
    """Score every image once under each label, with independent random numbers.

    Args:
        model: with `given(y)`, the density of images whose labels are y.
        x: binary images.
        chosen: id, label, subset and region of each image, in the same order.
        prior: p(y); its length is the number of labels.
        params: effort of the estimator.
        stream: the model's source of random numbers, by label and id.
        device: the device of the model.
        on_images: called with the number of images that were just scored under one label.

    Returns:
        One row per image and label, as in `CLASSIFIED`.

    Raises:
        NumericalError: a likelihood is not finite.
    """
    ids = chosen["id"].to_numpy(np.int32)
    tables = []
    for y in range(len(prior)):
        label = np.full(len(x), y, dtype=np.uint8)
        found = score(model, x, label, ids, params, partial(stream, y), device, on_images)
        table = chosen[["id", "label", "subset", "region"]].merge(found[MEASURED], on="id", validate="one_to_one")
        tables.append(table.assign(given_label=np.int8(y), prior=prior[y]))
    return pd.concat(tables).sort_values(["id", "given_label"], ignore_index=True)

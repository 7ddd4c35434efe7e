"""Margins of a conditional model's decisions between labels, and the Monte Carlo error in them."""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from pipeline.numbers.bayes import posterior

REACH = 2.0
"""Joint standard errors within which two labels count as not distinguished."""


def decisions(table: pd.DataFrame) -> pd.DataFrame:
    """Compute the margin of every image's predicted label, and the Monte Carlo error in it.

    Args:
        table: one row per image and label, as in `CLASSIFIED`; every image has the same labels.

    Returns:
        One row per image, by ascending id: id, subset; odds, log p(predicted | x) - log p(label | x) in nats, 0
        where the prediction is right; undecided, true where another label is within `REACH` joint standard
        errors of the predicted one; posterior_error, the Monte Carlo standard error of the predicted label's
        posterior.
    """
    rows = table.sort_values(["id", "given_label"])
    images, labels = rows.drop_duplicates("id"), np.unique(rows["given_label"])
    log_likelihood, error, prior = (
        rows[name].to_numpy().reshape(len(images), len(labels))
        for name in ("log_likelihood", "standard_error", "prior")
    )
    with np.errstate(divide="ignore"):
        joint = log_likelihood + np.log(prior)
    every, first = np.arange(len(images)), joint.argmax(axis=1)
    true = np.searchsorted(labels, images["label"])
    share = posterior(log_likelihood, prior[0])
    return images[["id", "subset"]].assign(
        odds=joint[every, first] - joint[every, true],
        undecided=undecided(joint, error),
        posterior_error=posterior_error(share, error)[every, first],
    )


def undecided(
    joint: Float[np.ndarray, "n classes"], standard_error: Float[np.ndarray, "n classes"]
) -> Bool[np.ndarray, " n"]:
    """Find the images with another label within `REACH` joint standard errors of the one of largest log p(x, y)."""
    every, best = np.arange(len(joint)), joint.argmax(axis=1)
    behind = joint[every, best][:, None] - joint
    reach = REACH * np.hypot(standard_error[every, best][:, None], standard_error)
    close = np.asarray(behind < reach)
    close[every, best] = False
    found: Bool[np.ndarray, " n"] = np.asarray(close.any(axis=1))
    return found


def posterior_error(
    posterior: Float[np.ndarray, "n classes"], standard_error: Float[np.ndarray, "n classes"]
) -> Float[np.ndarray, "n classes"]:
    """Compute the Monte Carlo standard error of every posterior: p_y sqrt(sum_k ((y = k) - p_k)^2 s_k^2).

    By the delta method, for which d p_y / d log p(x | k) = p_y ((y = k) - p_k), and for errors s_k that are
    independent between labels.
    """
    slopes = posterior[:, :, None] * (np.eye(posterior.shape[1]) - posterior[:, None, :])
    error: Float[np.ndarray, "n classes"] = np.sqrt(np.square(slopes * standard_error[:, None, :]).sum(axis=2))
    return error

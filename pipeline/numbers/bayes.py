"""Bayes' rule: from the likelihood of an image under each label to its own, and to the label."""

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.special import logsumexp, softmax


def log_mixture(
    log_likelihood: Float[np.ndarray, "n classes"], prior: Float[np.ndarray, " classes"]
) -> Float[np.ndarray, " n"]:
    """Log likelihood of images whose labels are not known, in nats: log sum_y p(y) p(x | y)."""
    mixture: Float[np.ndarray, " n"] = logsumexp(log_likelihood, b=prior, axis=1)
    return mixture


def posterior(
    log_likelihood: Float[np.ndarray, "n classes"], prior: Float[np.ndarray, " classes"]
) -> Float[np.ndarray, "n classes"]:
    """Probability of each label given the image: p(y | x) = p(y) p(x | y) / p(x)."""
    log_prior = np.log(prior, out=np.full_like(prior, -np.inf), where=prior > 0)
    share: Float[np.ndarray, "n classes"] = softmax(log_likelihood + log_prior, axis=1)
    return share


def mixture_error(
    posterior: Float[np.ndarray, "n classes"], standard_error: Float[np.ndarray, "n classes"]
) -> Float[np.ndarray, " n"]:
    """Monte Carlo standard error of `log_mixture`, in nats: sqrt(sum_y (p(y | x) s_y)^2).

    By the delta method, for which d log p(x) / d log p(x | y) = p(y | x), and for errors s_y that are
    independent between labels.
    """
    error: Float[np.ndarray, " n"] = np.sqrt(np.square(posterior * standard_error).sum(axis=1))
    return error


def verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """What the likelihoods say of every image.

    Args:
        table: one row an image and label, as in `CLASSIFIED`.

    Returns:
        One row an image, by ascending id: image, set, region, digit; given, log p(x | y) at the true digit,
        and mixture, log p(x), in nats, with its standard_error; predicted, the label of the largest
        posterior; confidence, that posterior; correct, whether that label is the digit.
    """
    rows = table.sort_values(["image", "y"])
    images, labels = rows.drop_duplicates("image"), np.unique(rows["y"])
    log_likelihood, error, prior = (
        rows[name].to_numpy().reshape(len(images), len(labels))
        for name in ("log_likelihood", "standard_error", "prior")
    )
    share = posterior(log_likelihood, prior[0])
    predicted = labels[share.argmax(axis=1)]
    return images[["image", "set", "region", "digit"]].assign(
        given=log_likelihood[np.arange(len(images)), np.searchsorted(labels, images["digit"])],
        mixture=log_mixture(log_likelihood, prior[0]),
        standard_error=mixture_error(share, error),
        predicted=predicted,
        confidence=share.max(axis=1),
        correct=predicted == images["digit"],
    )

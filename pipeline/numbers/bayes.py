"""Bayes' rule: from the likelihood of an image under each label to its marginal likelihood and the posterior."""

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.special import logsumexp, softmax


def log_mixture(
    log_likelihood: Float[np.ndarray, "n classes"], prior: Float[np.ndarray, " classes"]
) -> Float[np.ndarray, " n"]:
    """Compute the log likelihood of images whose labels are not known, in nats: log sum_y p(y) p(x | y)."""
    mixture: Float[np.ndarray, " n"] = logsumexp(log_likelihood, b=prior, axis=1)
    return mixture


def posterior(
    log_likelihood: Float[np.ndarray, "n classes"], prior: Float[np.ndarray, " classes"]
) -> Float[np.ndarray, "n classes"]:
    """Compute the probability of each label given the image: p(y | x) = p(y) p(x | y) / p(x)."""
    log_prior = np.log(prior, out=np.full_like(prior, -np.inf), where=prior > 0)
    share: Float[np.ndarray, "n classes"] = softmax(log_likelihood + log_prior, axis=1)
    return share


def mixture_error(
    posterior: Float[np.ndarray, "n classes"], standard_error: Float[np.ndarray, "n classes"]
) -> Float[np.ndarray, " n"]:
    """Compute the Monte Carlo standard error of `log_mixture`, in nats: sqrt(sum_y (p(y | x) s_y)^2).

    By the delta method, for which d log p(x) / d log p(x | y) = p(y | x), and for errors s_y that are
    independent between labels.
    """
    error: Float[np.ndarray, " n"] = np.sqrt(np.square(posterior * standard_error).sum(axis=1))
    return error


def predict(table: pd.DataFrame) -> pd.DataFrame:
    """Classify every image by Bayes' rule, and compute its likelihood with and without its label.

    Args:
        table: one row per image and label, as in `CLASSIFIED`.

    Returns:
        One row per image, by ascending id: id, subset, region, label; given, log p(x | y) at the true label, and
        mixture, log p(x), in nats, with its standard_error; predicted, the label of the largest posterior;
        confidence, that posterior; correct, true where the predicted label is the true one.
    """
    rows = table.sort_values(["id", "given_label"])
    images, labels = rows.drop_duplicates("id"), np.unique(rows["given_label"])
    log_likelihood, error, prior = (
        rows[name].to_numpy().reshape(len(images), len(labels))
        for name in ("log_likelihood", "standard_error", "prior")
    )
    share = posterior(log_likelihood, prior[0])
    predicted = labels[share.argmax(axis=1)]
    return images[["id", "subset", "region", "label"]].assign(
        given=log_likelihood[np.arange(len(images)), np.searchsorted(labels, images["label"])],
        mixture=log_mixture(log_likelihood, prior[0]),
        standard_error=mixture_error(share, error),
        predicted=predicted,
        confidence=share.max(axis=1),
        correct=predicted == images["label"],
    )

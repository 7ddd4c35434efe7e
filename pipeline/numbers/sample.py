"""Numbers of what the models draw: randomness of images, cost of noise, content of z."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from pipeline.investigations.sample.arrays import PARTS, Samples, models_in
from pipeline.numbers.keys import Numbers


def sample_numbers(samples: Samples) -> Numbers:
    """Compute all numbers of what the stage `sample` drew.

    Args:
        samples: arrays by kind of picture; see `arrays.KINDS`.
    """
    return (
        randomness_numbers(samples["randomness"])
        | noise_numbers(samples["reconstructions"])
        | style_numbers(samples["styles"])
    )


def randomness_numbers(arrays: Mapping[str, np.ndarray]) -> Numbers:
    """Compute the contributions of z and of the pixels given z to an image, for each model, in nats and in shares.

    An image's entropy is H(X) = I(X; Z) + H(X | Z); the bounds on log p(X) bound H(X) from above and below, and with it
    the mutual information I = E log p(X | Z) - E log p(X).

    Returns:
        `MODEL.sample.*`: given_z, H(X | Z); information_least and _most, bounds on I;
        conditional_entropy_percent_least, a lower bound on H(X | Z) / H(X); variance_z_percent, the share of z in the
        variance.
    """
    numbers: Numbers = {}
    for name in models_in(arrays, "given_z"):
        own = {key.removeprefix(f"{name}."): values for key, values in arrays.items() if key.startswith(f"{name}.")}
        given, most = _mean(own["given_z"]), _mean(own["log_given"] - own["log_below"])
        within, between = float(own["variance_given_z"]), float(own["variance_z"])
        found = {
            "given_z": given,
            "information_least": _mean(own["log_given"] - own["log_above"]),
            "information_most": most,
            "conditional_entropy_percent_least": 100 * given / (given + most),
            "variance_z_percent": 100 * between / (between + within),
        }
        numbers |= {f"{name}.sample.{key}": value for key, value in found.items()}
    return numbers


def noise_numbers(arrays: Mapping[str, np.ndarray]) -> Numbers:
    """Compute the mean log p(x | z) of test images at each multiple of the posterior's spread, in nats."""
    multiples = arrays["multiples"].tolist()
    numbers: Numbers = {"sample.multiples": " ".join(f"{multiple:g}" for multiple in multiples)}
    for name in models_in(arrays, "log_prob"):
        for multiple, values in zip(multiples, arrays[f"{name}.log_prob"], strict=True):
            numbers[f"{name}.sample.noise.{multiple:g}"] = _mean(values)
    return numbers


def style_numbers(arrays: Mapping[str, np.ndarray]) -> Numbers:
    """Compute for each conditional model the shares of the pixels' variance, and the agreement of traits at one z."""
    numbers: Numbers = {}
    for name in models_in(arrays, "variance"):
        parts = arrays[f"{name}.variance"]
        shares = 100 * parts / parts.sum()
        numbers |= {f"{name}.styles.{part}_percent": float(share) for part, share in zip(PARTS, shares, strict=True)}
        for trait in ("slant", "ink"):
            numbers[f"{name}.styles.{trait}_correlation"] = agreement(arrays[f"{name}.{trait}"])
    return numbers


def agreement(values: Float[np.ndarray, "n labels"]) -> float:
    """Compute the mean correlation between columns: of a trait under one label with that under another at the same z.

    A column that is constant has correlation 0 with every other.
    """
    table = values.astype(np.float64)
    varying = table.std(axis=0) > 1e-12
    if varying.sum() < 2:
        return 0.0
    found = np.zeros((table.shape[1], table.shape[1]))
    found[np.ix_(varying, varying)] = np.corrcoef(table[:, varying], rowvar=False)
    return float(found[np.triu_indices(len(found), 1)].mean())


def _mean(values: np.ndarray) -> float:
    return float(values.mean(dtype=np.float64))

"""Numbers of what the models draw: randomness of images, cost of noise, content of z."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from pipeline.config import Params
from pipeline.core.statistics import mean_normal
from pipeline.investigations.sample.arrays import PARTS, Samples, models_in
from pipeline.numbers.keys import with_interval

Numbers = dict[str, float | int | str]
NOISES = (0.0, 1.0, 2.0)
"""Multiples of the posterior's spread between which two steps are compared."""


def sample_numbers(params: Params, samples: Samples) -> Numbers:
    """Compute all numbers of what the stage `sample` drew.

    Args:
        params: the models, the settings of the stage, and the confidence of the intervals.
        samples: arrays by kind of picture; see `arrays.KINDS`.
    """
    confidence = params.intervals.confidence
    numbers: Numbers = {
        f"sample.{key}": getattr(params.sample, key) for key in ("measured", "prior_points", "draws", "styles")
    }
    numbers |= {"sample.model": params.roles.middle}
    numbers |= randomness_numbers(samples["randomness"], confidence)
    numbers |= noise_numbers(samples["reconstructions"], confidence)
    return numbers | style_numbers(samples["styles"])


def randomness_numbers(arrays: Mapping[str, np.ndarray], confidence: float) -> Numbers:
    """Compute the contributions of z and of the pixels given z to an image, for each model, in nats and in shares.

    An image's entropy is H(X) = I(X; Z) + H(X | Z); the bounds on log p(X) bound H(X) from above and below, and with it
    the mutual information I = E log p(X | Z) - E log p(X).

    Returns:
        `MODEL.sample.*`: given_z, H(X | Z); information_least and _most, bounds on I; whole_least and _most, bounds on
        H(X); conditional_entropy_percent_least and _most, bounds on H(X | Z) / H(X); pixels_alone, the sum over pixels
        of H(X_j), and given_z_percent, H(X | Z) relative to it; variance_z_percent, the share of z in the variance.
    """
    numbers: Numbers = {}
    for name in models_in(arrays, "given_z"):
        own = {key.removeprefix(f"{name}."): values for key, values in arrays.items() if key.startswith(f"{name}.")}
        found: dict[str, float] = _mean("given_z", own["given_z"], confidence)
        found |= _mean("information_most", own["log_given"] - own["log_below"], confidence)
        found |= _mean("information_least", own["log_given"] - own["log_above"], confidence)
        given = found["given_z"]
        most = given + found["information_most"]
        least = given + found["information_least"]
        alone = float(own["pixels_alone"])
        within, between = float(own["variance_given_z"]), float(own["variance_z"])
        found |= {
            "pixels_alone": alone,
            "variance_z_percent": 100 * between / (between + within),
            "given_z_percent": 100 * given / alone,
            "whole_most": most,
            "whole_least": least,
            "conditional_entropy_percent_least": 100 * given / most,
            "conditional_entropy_percent_most": 100 * given / least,
        }
        numbers |= {f"{name}.sample.{key}": value for key, value in found.items()}
    return numbers


def noise_numbers(arrays: Mapping[str, np.ndarray], confidence: float) -> Numbers:
    """Compute the mean log p(x | z) of test images at each multiple of the posterior's spread, in nats.

    If log p(x | z) is quadratic around the posterior's mean, it is a + b m - c m^2 / 2 at m spreads, with b odd in the
    noise and so zero on average. Then the step from 1 to 2 costs 3 c / 2, three times the c / 2 of that from 0 to 1.

    Returns:
        `MODEL.sample.noise.MULTIPLE`; and where 0, 1 and 2 are among the multiples `MODEL.sample.noise.excess`, what
        the second step costs beyond three times the first, over the same images.
    """
    multiples = arrays["multiples"].tolist()
    numbers: Numbers = {"sample.multiples": " ".join(f"{multiple:g}" for multiple in multiples)}
    for name in models_in(arrays, "log_prob"):
        values = arrays[f"{name}.log_prob"]
        for multiple, own in zip(multiples, values, strict=True):
            numbers[f"{name}.sample.noise.{multiple:g}"] = float(own.mean(dtype=np.float64))
        if set(NOISES) <= set(multiples):
            mean, one, two = (values[multiples.index(multiple)] for multiple in NOISES)
            numbers |= _mean(f"{name}.sample.noise.excess", (one - two) - 3 * (mean - one), confidence)
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


def _mean(key: str, values: np.ndarray, confidence: float) -> dict[str, float]:
    return with_interval(key, mean_normal(values.astype(np.float64), confidence))

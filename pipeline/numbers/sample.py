"""Numbers of what the models draw: randomness of images, cost of noise, paths between images, content of z."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from scipy.stats import chi2

from pipeline.config import Params
from pipeline.core.statistics import mean_normal
from pipeline.investigations.sample.arrays import PARTS, WAYS, Samples, models_in
from pipeline.numbers.keys import with_interval

Numbers = dict[str, float | int | str]
COMPARED = (("samples", "means"), ("distribution", "means"), ("coupled", "means"), ("distribution", "samples"))
"""Pairs of ways whose paths are compared at their middle."""


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
    numbers |= {"sample.model": params.roles.middle, "sample.central_percent": 100 * confidence}
    numbers |= randomness_numbers(samples["randomness"], confidence)
    numbers |= noise_numbers(samples["reconstructions"], confidence)
    numbers |= path_numbers(samples["interpolation"], confidence)
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
    """Compute the mean log p(x | z) of test images at each multiple of the posterior's spread, in nats."""
    numbers: Numbers = {"sample.multiples": " ".join(f"{multiple:g}" for multiple in arrays["multiples"])}
    for name in models_in(arrays, "log_prob"):
        for multiple, values in zip(arrays["multiples"], arrays[f"{name}.log_prob"], strict=True):
            numbers |= _mean(f"{name}.sample.noise.{multiple:g}", values, confidence)
    return numbers


def shell(latent: int, confidence: float) -> tuple[float, float]:
    """Return the bounds on |z| of the central shell that holds a share `confidence` of the prior's draws."""
    low, high = np.sqrt(chi2.ppf([(1 - confidence) / 2, (1 + confidence) / 2], latent))
    return float(low), float(high)


def path_numbers(arrays: Mapping[str, np.ndarray], confidence: float) -> Numbers:
    """Compare the ways of interpolating at the middle of their paths with each other, with the ends and with the prior.

    Args:
        arrays: of the interpolations; see `Pictures.interpolation`.
        confidence: of the intervals, and the share of the prior's draws in the central shell.

    Returns:
        `sample.path.WAY.*`: inside_percent_middle and _ends, the percentage of paths whose |z| lies in the prior's
        central shell; norm, the mean |z| at the middle; entropy_gain, the mean entropy in nats of the pixels at the
        middle minus that at the means of the ends; log_joint, log p(z) - H(X | z), the expected log p(X, z) of an image
        drawn there. `sample.path.WAY-OTHER.*`: differences between two ways at the middle.
    """
    latent, times = int(arrays["latent"]), arrays["t"]
    middle = int(np.abs(times - 0.5).argmin())
    low, high = shell(latent, confidence)
    numbers: Numbers = {
        "sample.path.pairs": arrays["norm"].shape[2],
        "sample.path.shell_low": low,
        "sample.path.shell_high": high,
        "sample.path.latent_dim": latent,
        "sample.path.spread": float(arrays["spread"].mean() / 2),
        "sample.path.disagreement": float(arrays["disagreement"].max()),
        "sample.path.steps": len(times),
    }
    ends = arrays["entropy"][WAYS.index("means")][[0, -1]].mean(axis=0)
    for way, norm, entropy, log_prior in zip(WAYS, arrays["norm"], arrays["entropy"], arrays["log_prior"], strict=True):
        found = _mean("norm", norm[middle], confidence)
        found |= _mean("entropy_gain", entropy[middle] - ends, confidence)
        found |= _mean("log_joint", log_prior[middle] - entropy[middle], confidence)
        found["norm_ends"] = float(norm[[0, -1]].mean())
        for place, one in {"ends": norm[[0, -1]], "middle": norm[middle]}.items():
            found[f"inside_percent_{place}"] = 100 * float(((one >= low) & (one <= high)).mean())
        numbers |= {f"sample.path.{way}.{key}": value for key, value in found.items()}
    for way, other in COMPARED:
        for key in ("norm", "entropy"):
            gain = arrays[key][WAYS.index(way), middle] - arrays[key][WAYS.index(other), middle]
            numbers |= _mean(f"sample.path.{way}-{other}.{key}", gain, confidence)
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

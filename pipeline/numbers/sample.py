"""What the page quotes of the pictures: where randomness comes from, what noise costs, how paths run, what z keeps."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.stats import chi2

from pipeline.config import Params
from pipeline.investigations.sample.arrays import PARTS, WAYS, Samples, models_in
from pipeline.numbers.intervals import normal_interval

Numbers = dict[str, float | int | str]
CENTRAL = 0.95
"""Share of the prior's draws within the shell that |z| is held against."""


def sample_numbers(params: Params, samples: Samples) -> Numbers:
    """Everything that is measured of what the stage `sample` drew.

    Args:
        params: who draws, and the confidence of the intervals.
        samples: arrays by kind of picture; see `arrays.KINDS`.
    """
    confidence = params.compare.confidence
    numbers: Numbers = {
        f"sample.{key}": getattr(params.sample, key) for key in ("measured", "points", "draws", "styles")
    }
    numbers |= {"sample.judge": params.judge, "sample.central_percent": 100 * CENTRAL}
    numbers |= randomness_numbers(samples["randomness"], confidence)
    numbers |= noise_numbers(samples["reconstructions"], confidence)
    numbers |= path_numbers(samples["interpolation"], confidence)
    return numbers | style_numbers(samples["styles"])


def randomness_numbers(arrays: Mapping[str, np.ndarray], confidence: float) -> Numbers:
    """What z and what the pixels' flips contribute to an image, for each model, in nats and in shares.

    An image's entropy is H(X) = I(X; Z) + H(X | Z); the bounds on log p(X) bound H(X) from above and below, and with it
    the mutual information I = E log p(X | Z) - E log p(X).
    """
    numbers: Numbers = {}
    for name in models_in(arrays, "given_z"):
        own = {key.removeprefix(f"{name}."): values for key, values in arrays.items() if key.startswith(f"{name}.")}
        found = _mean("given_z", own["given_z"], confidence)
        found |= _mean("information_most", own["log_given"] - own["log_below"], confidence)
        found |= _mean("information_least", own["log_given"] - own["log_above"], confidence)
        flips, z = float(own["variance_flips"]), float(own["variance_z"])
        given, alone = float(found["given_z"]), float(own["pixels_alone"])
        most, least = float(found["information_most"]), float(found["information_least"])
        found |= {
            "pixels_alone": alone,
            "variance_z_percent": 100 * z / (z + flips),
            "given_z_percent": 100 * given / alone,
            "whole_most": given + most,
            "whole_least": given + least,
            "flips_percent_least": 100 * given / (given + most),
            "flips_percent_most": 100 * given / (given + least),
        }
        numbers |= {f"{name}.sample.{key}": value for key, value in found.items()}
    return numbers


def noise_numbers(arrays: Mapping[str, np.ndarray], confidence: float) -> Numbers:
    """Mean log p(x | z) of test images at each multiple of the posterior's spread, in nats."""
    numbers: Numbers = {"sample.multiples": " ".join(f"{multiple:g}" for multiple in arrays["multiples"])}
    for name in models_in(arrays, "log_prob"):
        for multiple, values in zip(arrays["multiples"], arrays[f"{name}.log_prob"], strict=True):
            numbers |= {
                f"{name}.sample.noise.{key}": value for key, value in _mean(f"{multiple:g}", values, confidence).items()
            }
    return numbers


def path_numbers(arrays: Mapping[str, np.ndarray], confidence: float) -> Numbers:
    """How each way runs at the middle of its paths, against the prior, against the ends, and from step to step.

    `inside_percent` are the paths whose |z| lies in the prior's central shell there; `entropy_gain` is how much more
    entropy in nats the pixels have at the middle than at the means of the ends, on average; `log_joint` is
    log p(z) - H(X | z), the expected log p(X, z) of an image drawn there.
    """
    latent, middle, times = int(arrays["latent"]), int(np.abs(arrays["t"] - 0.5).argmin()), arrays["t"]
    low, high = np.sqrt(chi2.ppf([(1 - CENTRAL) / 2, (1 + CENTRAL) / 2], latent))
    numbers: Numbers = {
        "sample.path.pairs": arrays["norm"].shape[2],
        "sample.path.shell_low": float(low),
        "sample.path.shell_high": float(high),
        "sample.path.latent_dim": latent,
        "sample.path.spread": float(arrays["spread"].mean() / 2),
        "sample.path.disagreement": float(arrays["disagreement"].max()),
        "sample.path.steps": len(times),
    }
    ends = arrays["entropy"][WAYS.index("means")][[0, -1]].mean(axis=0)
    for way, norm, entropy, log_prior in zip(WAYS, arrays["norm"], arrays["entropy"], arrays["log_prior"], strict=True):
        found = _mean("norm", norm[middle], confidence) | _mean("entropy_gain", entropy[middle] - ends, confidence)
        found |= _mean("log_joint", log_prior[middle] - entropy[middle], confidence)
        found |= {"norm_ends": float(norm[[0, -1]].mean())}
        for place, one in {"ends": norm[[0, -1]], "middle": norm[middle]}.items():
            found[f"inside_percent_{place}"] = 100 * float(((one >= low) & (one <= high)).mean())
        numbers |= {f"sample.path.{way}.{key}": value for key, value in found.items()}
    rest = (("samples", "means"), ("distribution", "means"), ("coupled", "means"), ("distribution", "samples"))
    for way, other in rest:
        for key in ("norm", "entropy"):
            gain = arrays[key][WAYS.index(way), middle] - arrays[key][WAYS.index(other), middle]
            numbers |= _mean(f"sample.path.{way}-{other}.{key}", gain, confidence)
    return numbers


def style_numbers(arrays: Mapping[str, np.ndarray]) -> Numbers:
    """Of each conditional model: shares of the pixels' variance, and how far slant and ink at one z agree by digit."""
    numbers: Numbers = {}
    for name in models_in(arrays, "variance"):
        parts = arrays[f"{name}.variance"]
        shares = 100 * parts / parts.sum()
        numbers |= {f"{name}.styles.{part}_percent": float(share) for part, share in zip(PARTS, shares, strict=True)}
        for trait in ("slant", "ink"):
            numbers[f"{name}.styles.{trait}_correlation"] = agreement(arrays[f"{name}.{trait}"])
    return numbers


def agreement(values: Float[np.ndarray, "n labels"]) -> float:
    """Mean correlation of the columns, two by two: of a trait of one digit with that of another at the same z.

    A trait that is the same at every z agrees with nothing, and its correlations count as 0.
    """
    table = values.astype(np.float64)
    varying = table.std(axis=0) > 1e-12
    if varying.sum() < 2:
        return 0.0
    found = np.zeros((table.shape[1], table.shape[1]))
    found[np.ix_(varying, varying)] = np.corrcoef(table[:, varying], rowvar=False)
    return float(found[np.triu_indices(len(found), 1)].mean())


def _mean(key: str, values: np.ndarray, confidence: float) -> Numbers:
    low, high = normal_interval(pd.Series(values.astype(np.float64)), confidence)
    return {key: float(values.mean()), f"{key}_low": low, f"{key}_high": high}

"""Diagnosis of one model's latent space: active units, voids of the prior, paths, and generated images."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, UInt8

from pipeline.config import DiagnoseParams, ScoreParams
from pipeline.core.rng import Stream
from pipeline.core.statistics import difference_normal, mean_normal, share_wilson
from pipeline.core.storage import Arrays
from pipeline.investigations.diagnose.aggregate import decomposition, gaussian_divergence
from pipeline.investigations.diagnose.generation import decode, score_generated, unsure
from pipeline.investigations.diagnose.learning import learn_labels
from pipeline.investigations.diagnose.paths import join
from pipeline.investigations.diagnose.space import LatentSpace, examine
from pipeline.investigations.diagnose.twosample import (
    accuracy,
    divergence_bound,
    moments_accuracy,
    norm_levels,
    relative_norm,
    void_mass,
)
from pipeline.investigations.diagnose.units import removal
from pipeline.models.density import LabelledModel

PICTURES = 12
"""Number of images of each kind that are kept for the figure."""
END = 0.2
"""Share of the prior's draws, by density ratio q/p, that counts as its emptiest end, and as its fullest."""

DIGITS = 10
"""Significant digits of numbers. The density of the aggregate posterior and its covariance are matrix products of
NumPy, and processors disagree about their thirteenth digit."""


class Labelled(NamedTuple):
    """Binary images and their classes."""

    x: UInt8[np.ndarray, "n pixels"]
    label: UInt8[np.ndarray, " n"]


class Points(NamedTuple):
    """Draws of the aggregate posterior of unseen images, as many of the prior, and log q(z) / p(z) at them.

    The ratio is estimated by several networks, whose mean decides; see `LatentSpace`.
    """

    posterior: Float[np.ndarray, "n latent"]
    prior: Float[np.ndarray, "n latent"]
    of_posterior: Float[np.ndarray, "networks n"]
    of_prior: Float[np.ndarray, "networks n"]

    @property
    def posterior_ratio(self) -> Float[np.ndarray, " n"]:
        """Return the estimates at the draws of the posterior."""
        return np.asarray(self.of_posterior.mean(axis=0))

    @property
    def prior_ratio(self) -> Float[np.ndarray, " n"]:
        """Return the estimates at the draws of the prior."""
        return np.asarray(self.of_prior.mean(axis=0))


def unseen_rows(split: pd.DataFrame, train_on: str) -> np.ndarray:
    """Return the rows of the test images of the kind that a model was trained on: of the centre alone for `core`."""
    test = split["subset"] == "test"
    return np.flatnonzero(test & (split["region"] == "centre") if train_on == "core" else test)


def diagnose(
    model: LabelledModel,
    seen: Labelled,
    unseen: Labelled,
    params: DiagnoseParams,
    effort: ScoreParams,
    confidence: float,
    stream: Stream,
    device: torch.device,
    on_images: Callable[[int], None],
) -> tuple[dict[str, Any], Arrays]:
    """Diagnose a latent space: active units, the aggregate posterior against the prior, paths, generated images.

    Classifiers are trained on draws and images of the model's own training set, and evaluated on unseen ones.

    Args:
        model: unconditional, with a standard normal prior.
        seen: images that the model was trained on.
        unseen: images of the same kind that the model was not trained on.
        params: thresholds and numbers of draws.
        effort: of the log likelihood of generated images.
        confidence: of all intervals, which are over images and draws for these weights; those of `void_mass` are over
            the networks' random numbers too.
        stream: returns a generator from a purpose.
        device: of the model.
        on_images: called with the number of generated images just scored.

    Returns:
        Nested numbers, in nats or as shares, those of an estimate as `value`, `low` and `high`, with `DIGITS` digits;
        see the functions from which they come. And arrays: `level` (see `norm_levels`), log density ratios at the
        draws of the posterior and of the prior, log likelihoods of generated images, and `pictures` by kind, image and
        pixel; and those of paths between unseen images (see `join`), as `path_NAME`.

    Raises:
        ParameterError: the model's prior is not standard normal.
    """
    given = model.given(torch.zeros(1, dtype=torch.long, device=device))
    space = examine(given, seen.x, unseen.x, params, stream, device)
    posterior = space.unseen.draw(stream("posterior"))
    prior = stream("prior").standard_normal(posterior.shape)
    points = Points(posterior, prior, space.log_ratios(posterior), space.log_ratios(prior))
    decoded = {
        "prior": decode(given, prior, stream("pixels", "prior"), device),
        "posterior": decode(given, posterior, stream("pixels", "posterior"), device),
    }
    changes = removal(given, unseen.x[: params.removal], space.active, params.draws, stream("removal"), device)
    scores = score_generated(model, decoded["prior"][: params.generated], effort, stream, device, on_images)
    paths = join(given, space, unseen.x, params.pairs, params.path_points, stream("paths"), device)
    found = {
        "latent": len(space.active),
        "active": int(space.active.sum()),
        "removal": {name: mean_normal(values, confidence)._asdict() for name, values in changes.items()}
        | {"images": len(changes["elbo"])},
        **_against_the_prior(space, points, params, confidence, stream),
        "unsure": _unsure(decoded, points, seen, unseen, params, confidence, stream, device),
        "generated": mean_normal(scores["log_likelihood"].to_numpy(), confidence)._asdict()
        | {"emptier": _emptier(scores, points, confidence)},
    }
    arrays = _arrays(space, points, decoded, unseen.x, scores, stream("pictures"))
    return _rounded(found), arrays | {f"path_{name}": values for name, values in paths.items()}


def _against_the_prior(
    space: LatentSpace, points: Points, params: DiagnoseParams, confidence: float, stream: Stream
) -> dict[str, Any]:
    """Compare the aggregate posterior of unseen images with the prior."""
    own, prior = points.posterior_ratio, points.prior_ratio

    def mass(ratio: float) -> dict[str, Any]:
        return void_mass(points.of_posterior, points.of_prior, ratio, confidence)

    return {
        "divergence": decomposition(space.unseen, params.aggregate_points, stream("aggregate")),
        "gaussian": gaussian_divergence(space.unseen),
        "norm": {"relative": relative_norm(points.posterior[:, space.used], confidence)},
        "accuracy": accuracy(own, prior, confidence),
        "moments": moments_accuracy(space.seen, points.posterior, points.prior, stream("moments"), confidence),
        "bound": divergence_bound(own, prior, confidence),
        "void": mass(params.void),
        "curve": [{"ratio": ratio} | mass(ratio) for ratio in params.ratios],
    }


def _rounded(found: Any) -> Any:
    """Round the numbers in nested mappings and lists to `DIGITS`."""
    if isinstance(found, dict):
        return {name: _rounded(value) for name, value in found.items()}
    if isinstance(found, list):
        return [_rounded(value) for value in found]
    return float(f"{found:.{DIGITS}g}") if isinstance(found, float) else found


def _ends(points: Points) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the prior's draws at its emptiest end, and at its fullest."""
    order = np.argsort(points.prior_ratio, kind="stable")
    size = max(1, round(END * len(points.prior)))
    return order[:size], order[-size:]


def _unsure(
    decoded: dict[str, np.ndarray],
    points: Points,
    seen: Labelled,
    unseen: Labelled,
    params: DiagnoseParams,
    confidence: float,
    stream: Stream,
    device: torch.device,
) -> dict[str, dict[str, float]]:
    """Return the shares of images without a confident classification: of real ones, and of decoded ones by kind."""
    network = learn_labels(seen.x, seen.label, params.hidden, params.steps, stream("digits"), device)
    prior = unsure(network, decoded["prior"], device)
    emptiest, _ = _ends(points)
    kinds = {
        "real": unsure(network, unseen.x, device),
        "posterior": unsure(network, decoded["posterior"], device),
        "prior": prior,
        "emptiest": prior[emptiest],
    }
    return {name: share_wilson(int(flags.sum()), len(flags), confidence)._asdict() for name, flags in kinds.items()}


def _emptier(scores: pd.DataFrame, points: Points, confidence: float) -> dict[str, float]:
    """Return the mean log likelihood of images from the emptier half of the prior, less that from the fuller half."""
    ratio = points.prior_ratio[: len(scores)]
    value = scores["log_likelihood"].to_numpy()
    emptier = ratio < np.median(ratio)
    return difference_normal(value[emptier], value[~emptier], confidence)._asdict()


def _arrays(
    space: LatentSpace,
    points: Points,
    decoded: dict[str, np.ndarray],
    real: np.ndarray,
    scores: pd.DataFrame,
    rng: np.random.Generator,
) -> Arrays:
    emptiest, fullest = _ends(points)
    kinds = (real, decoded["posterior"], decoded["prior"][fullest], decoded["prior"][emptiest])
    return {
        "level": norm_levels(points.posterior[:, space.used]),
        "posterior_ratio": points.posterior_ratio,
        "prior_ratio": points.prior_ratio,
        "generated": scores["log_likelihood"].to_numpy(),
        "pictures": np.stack([images[rng.choice(len(images), PICTURES)] for images in kinds]),
    }

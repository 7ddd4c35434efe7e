"""Everything that is asked of one model's latent space."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, UInt8

from pipeline.config import DiagnoseParams, ScoreParams
from pipeline.core.storage import Arrays
from pipeline.investigations.diagnose.aggregate import decomposition, gaussian_divergence
from pipeline.investigations.diagnose.encodings import encode
from pipeline.investigations.diagnose.generation import decode, score_generated, unsure
from pipeline.investigations.diagnose.learning import evaluate, learn_digits, learn_ratio
from pipeline.investigations.diagnose.twosample import (
    accuracy,
    divergence_bound,
    moments_accuracy,
    norm_calibration,
    share,
    void_mass,
)
from pipeline.investigations.diagnose.units import activity, removal
from pipeline.models.density import LabelledModel

Stream = Callable[..., np.random.Generator]
PICTURES = 12
"""Of each kind that are kept to be shown: real, of the posterior's draws, of the prior's fullest and emptiest end."""
END = 0.2
"""Share of the prior's draws that counts as its emptiest end, and as its fullest."""


class Labelled(NamedTuple):
    """Binary images and their digits."""

    x: UInt8[np.ndarray, "n pixels"]
    digit: UInt8[np.ndarray, " n"]


class Points(NamedTuple):
    """As many draws of the aggregate posterior of unseen images as of the prior, and log q(z) / p(z) at each."""

    posterior: Float[np.ndarray, "n latent"]
    prior: Float[np.ndarray, "n latent"]
    posterior_ratio: Float[np.ndarray, " n"]
    prior_ratio: Float[np.ndarray, " n"]


def unseen_rows(split: pd.DataFrame, train_on: str) -> np.ndarray:
    """Rows of the test images that are of the kind a model was trained on: without the extreme ones for `core`."""
    test = split["set"] == "test"
    return np.flatnonzero(test & (split["region"] == "centre") if train_on == "core" else test)


def diagnose(
    model: LabelledModel,
    seen: Labelled,
    unseen: Labelled,
    params: DiagnoseParams,
    effort: ScoreParams,
    stream: Stream,
    device: torch.device,
    on_images: Callable[[int], None],
) -> tuple[dict[str, Any], Arrays]:
    """Ask which units are in use, how far the aggregate posterior is from the prior, and what that does to images.

    Whatever is learned is learned from images that the model was trained on, and judged on ones that it was not.

    Args:
        model: unconditional, with a standard normal prior.
        seen: images that it was trained on.
        unseen: images of the same kind that it was not.
        params: how much work is done.
        effort: of the likelihood of generated images.
        stream: a source of random numbers, by purpose.
        device: where the model is.
        on_images: is called with the number of generated images just scored.

    Returns:
        What was found, as numbers, in nats where they have a unit, with intervals of 95%; and the arrays that
        figures show.
    """
    given = model.given(torch.zeros(1, dtype=torch.long, device=device))
    learned, held = (encode(given, images.x, device) for images in (seen, unseen))
    active = activity(held) > params.active
    gone = removal(given, unseen.x[: params.removal], active, params.draws, stream("removal"), device)
    network = learn_ratio(learned, params.hidden, params.steps, stream("ratio"), device)
    posterior, prior = held.draw(stream("posterior")), stream("prior").standard_normal(held.mean.shape)
    ratios = (evaluate(network, z, device)[:, 0] for z in (posterior, prior))
    points = Points(posterior, prior, *ratios)
    level, norm = norm_calibration(posterior[:, active] if active.any() else posterior)
    decoded = {name: decode(given, z, stream("pixels", name), device) for name, z in _of(points).items()}
    generated = decoded["prior"][: params.generated]
    scores = score_generated(model, generated, effort, stream, device, on_images)
    found = {
        "images": len(held.mean),
        "latent": len(active),
        "active": int(active.sum()),
        "activity": sorted(activity(held).tolist(), reverse=True),
        "removal": {name: _mean(values) for name, values in gone.items()} | {"images": len(gone["elbo"])},
        "divergence": decomposition(held, params.points, stream("aggregate")),
        "gaussian": gaussian_divergence(held),
        "norm": norm,
        "accuracy": accuracy(points.posterior_ratio, points.prior_ratio),
        "moments": moments_accuracy(learned, posterior, prior, stream("moments")),
        "bound": divergence_bound(points.posterior_ratio, points.prior_ratio),
        "void": void_mass(points.posterior_ratio, points.prior_ratio),
        "unsure": _unsure(decoded, points, seen, unseen, params, stream, device),
        "generated": _mean(scores["log_likelihood"].to_numpy())
        | {"images": len(scores), "emptier": _emptier(scores, points)},
    }
    return found, _arrays(level, points, decoded, unseen.x, scores, stream("pictures"))


def _of(points: Points) -> dict[str, np.ndarray]:
    return {"prior": points.prior, "posterior": points.posterior}


def _mean(values: np.ndarray) -> dict[str, float]:
    """A mean with its interval, by the central limit theorem."""
    half = 1.959964 * float(values.std(ddof=1)) / np.sqrt(len(values))
    return {"value": float(values.mean()), "low": float(values.mean() - half), "high": float(values.mean() + half)}


def _ends(points: Points) -> tuple[np.ndarray, np.ndarray]:
    """Places of the draws of the prior at its emptiest end and at its fullest."""
    order, size = np.argsort(points.prior_ratio, kind="stable"), max(1, round(END * len(points.prior)))
    return order[:size], order[-size:]


def _unsure(
    decoded: dict[str, np.ndarray],
    points: Points,
    seen: Labelled,
    unseen: Labelled,
    params: DiagnoseParams,
    stream: Stream,
    device: torch.device,
) -> dict[str, dict[str, float]]:
    """How often an image shows no digit plainly: real ones, and ones decoded from either distribution."""
    network = learn_digits(seen.x, seen.digit, params.hidden, params.steps, stream("digits"), device)
    prior = unsure(network, decoded["prior"], device)
    emptiest, fullest = _ends(points)
    kinds = {
        "real": unsure(network, unseen.x, device),
        "posterior": unsure(network, decoded["posterior"], device),
        "prior": prior,
        "fullest": prior[fullest],
        "emptiest": prior[emptiest],
    }
    return {name: share(int(flags.sum()), len(flags)) for name, flags in kinds.items()}


def _emptier(scores: pd.DataFrame, points: Points) -> dict[str, float]:
    """Mean log likelihood of generated images from the emptier half of the prior, less that from the fuller half."""
    ratio, value = points.prior_ratio[: len(scores)], scores["log_likelihood"].to_numpy()
    emptier = ratio < np.median(ratio)
    a, b = value[emptier], value[~emptier]
    difference = float(a.mean() - b.mean())
    half = 1.959964 * float(np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)))
    return {"value": difference, "low": difference - half, "high": difference + half}


def _arrays(
    level: np.ndarray,
    points: Points,
    decoded: dict[str, np.ndarray],
    real: np.ndarray,
    scores: pd.DataFrame,
    rng: np.random.Generator,
) -> Arrays:
    emptiest, fullest = _ends(points)
    kinds = (real, decoded["posterior"], decoded["prior"][fullest], decoded["prior"][emptiest])
    return {
        "level": level,
        "posterior_ratio": points.posterior_ratio,
        "prior_ratio": points.prior_ratio,
        "generated": scores["log_likelihood"].to_numpy(),
        "pictures": np.stack([images[rng.choice(len(images), PICTURES)] for images in kinds]),
    }

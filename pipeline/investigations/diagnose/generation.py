"""Images made of latent points: what another network makes of them, and how likely the model itself finds them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, UInt8
from torch import nn

from pipeline.config import ScoreParams
from pipeline.investigations.diagnose.learning import evaluate
from pipeline.likelihood.scoring import score
from pipeline.models.density import LabelledModel, LatentVariableModel

BLOCK = 2000
SURE = 0.9
"""Probability of one digit from which on an image's digit is plain."""


def decode(
    model: LatentVariableModel, z: Float[np.ndarray, "n latent"], rng: np.random.Generator, device: torch.device
) -> UInt8[np.ndarray, "n pixels"]:
    """Images of latent points: every pixel drawn with the probability that the decoder gives it."""
    found = []
    with torch.no_grad():
        for first in range(0, len(z), BLOCK):
            points = torch.from_numpy(z[first : first + BLOCK]).float().to(device)
            mean = model.likelihood(points).mean.cpu().numpy()
            found.append((rng.random(mean.shape, dtype=np.float32) < mean).astype(np.uint8))
    return np.concatenate(found)


def unsure(network: nn.Sequential, x: UInt8[np.ndarray, "n pixels"], device: torch.device) -> np.ndarray:
    """Which images show no digit that the network gives a probability of `SURE` or more."""
    logits = evaluate(network, x, device)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(1 / odds.sum(axis=1) < SURE)


def score_generated(
    model: LabelledModel,
    x: UInt8[np.ndarray, "n pixels"],
    params: ScoreParams,
    stream: Callable[..., np.random.Generator],
    device: torch.device,
    on_images: Callable[[int], None],
) -> pd.DataFrame:
    """The study's own estimate of log p(x) of images drawn from a model; see `pipeline.likelihood.scoring.score`."""
    ids = np.arange(len(x), dtype=np.int32)
    return score(model, x, np.zeros(len(x), dtype=np.uint8), ids, params, stream, device, on_images)

"""Images decoded from latent points, their classification, and their log likelihood under the model."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, UInt8
from torch import nn

from pipeline.config import ScoreParams
from pipeline.core.rng import Stream
from pipeline.investigations.diagnose.learning import evaluate
from pipeline.investigations.diagnose.tables import SURE
from pipeline.investigations.pixels import draw_pixels, probabilities
from pipeline.likelihood.scoring import score
from pipeline.models.density import LabelledModel, LatentVariableModel

BLOCK = 2000


def decode(
    model: LatentVariableModel, z: Float[np.ndarray, "n latent"], rng: np.random.Generator, device: torch.device
) -> UInt8[np.ndarray, "n pixels"]:
    """Draw one binary image from the likelihood p(x | z) of each latent point."""
    blocks = torch.from_numpy(z).float().to(device).split(BLOCK)
    return np.concatenate([draw_pixels(probabilities(model, block), rng) for block in blocks])


def unsure(network: nn.Sequential, x: UInt8[np.ndarray, "n pixels"], device: torch.device) -> Bool[np.ndarray, " n"]:
    """Mark the images for which the classifier gives no class a probability of `SURE` or more."""
    logits = evaluate(network, x, device)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(1 / odds.sum(axis=1) < SURE)


def score_generated(
    model: LabelledModel,
    x: UInt8[np.ndarray, "n pixels"],
    params: ScoreParams,
    stream: Stream,
    device: torch.device,
    on_images: Callable[[int], None],
) -> pd.DataFrame:
    """Estimate log p(x) of generated images, which have no labels or ids; see `pipeline.likelihood.scoring.score`."""
    ids = np.arange(len(x), dtype=np.int32)
    return score(model, x, np.zeros(len(x), dtype=np.uint8), ids, params, stream, device, on_images)

"""Images of every label in one style: the same z decoded under each label."""

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pipeline.investigations.pixels import probabilities
from pipeline.models.density import LabelledModel


def in_styles(model: LabelledModel, z: Float[Tensor, "n latent"], labels: int) -> Float[np.ndarray, "n labels pixels"]:
    """Compute the probabilities of the pixels at every z, one row per z, under every label, one column per label."""
    columns = []
    for y in range(labels):
        given = model.given(torch.full((len(z),), y, dtype=torch.long, device=z.device))
        columns.append(probabilities(given, z))
    return np.stack(columns, axis=1)


def variance_parts(images: Float[np.ndarray, "n labels pixels"]) -> Float64[np.ndarray, " parts"]:
    """Split the variance of the pixels' probabilities by label and z, in the order of `arrays.PARTS`.

    A two-way analysis of variance with equally frequent labels, summed over pixels; the parts add up to the total.
    """
    f = images.astype(np.float64)
    whole, by_label, by_z = f.mean(axis=(0, 1)), f.mean(axis=0), f.mean(axis=1)
    label = ((by_label - whole) ** 2).mean(axis=0).sum()
    style = ((by_z - whole) ** 2).mean(axis=0).sum()
    both = ((f - by_label[None] - by_z[:, None] + whole) ** 2).mean(axis=(0, 1)).sum()
    return np.array([label, style, both])

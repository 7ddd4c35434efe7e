"""A model's latent space: its active units, and the density ratio of aggregate posterior and prior."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import nn

from pipeline.config import DiagnoseParams
from pipeline.core.errors import ParameterError
from pipeline.core.rng import Stream
from pipeline.investigations.diagnose.encodings import Encodings, encode
from pipeline.investigations.diagnose.learning import evaluate, learn_ratio
from pipeline.investigations.diagnose.units import activity
from pipeline.models.density import LatentVariableModel
from pipeline.models.priors import is_standard_normal


class LatentSpace(NamedTuple):
    """Posteriors of images that a model was trained on and of others, and what they tell of its latent space.

    Attributes:
        seen: posteriors of training images, from which the networks are learned.
        unseen: posteriors of images of the same kind that the model was not trained on.
        active: true for each unit whose mean varies over the unseen images by more than `diagnose.active`.
        networks: estimates of log q(z) / p(z) that differ in their random numbers; see `learn_ratio`.
    """

    seen: Encodings
    unseen: Encodings
    active: Bool[np.ndarray, " latent"]
    networks: tuple[nn.Sequential, ...]

    @property
    def used(self) -> Bool[np.ndarray, " latent"]:
        """True for each unit over which lengths are taken: the active ones, or all where none is active."""
        return self.active if self.active.any() else np.ones_like(self.active)

    def log_ratio(self, z: Float[np.ndarray, "*batch latent"]) -> Float[np.ndarray, "*batch"]:
        """Estimate log q(z) / p(z) in nats, with the aggregate posterior q and the prior p.

        The mean of all networks, which leaves one part in their number of the variance due to their random numbers. One
        alone moves a void's mass by more than the draws do from which that is estimated.
        """
        found: Float[np.ndarray, "*batch"] = self.log_ratios(z).mean(axis=0)
        return found

    def log_ratios(self, z: Float[np.ndarray, "*batch latent"]) -> Float[np.ndarray, "networks ..."]:
        """Return the estimate of log q(z) / p(z) of each network, in nats."""
        points = z.reshape(-1, z.shape[-1])
        device = next(self.networks[0].parameters()).device
        each = [evaluate(network, points, device)[:, 0] for network in self.networks]
        return np.stack(each).reshape(-1, *z.shape[:-1])


def examine(
    model: LatentVariableModel,
    seen: UInt8[np.ndarray, "n pixels"],
    unseen: UInt8[np.ndarray, "m pixels"],
    params: DiagnoseParams,
    stream: Stream,
    device: torch.device,
) -> LatentSpace:
    """Encode images, find the active units and learn the density ratio.

    Args:
        model: with a standard normal prior.
        seen: images that the model was trained on.
        unseen: images of the same kind that the model was not trained on.
        params: the threshold of activity, and the number, size and training of the networks.
        stream: random numbers of the networks.
        device: of the model.

    Raises:
        ParameterError: the model's prior is not standard normal.
    """
    if not is_standard_normal(model.prior):
        raise ParameterError(
            "diagnose compares latent points with a standard normal prior; "
            "leave models with other priors out of diagnose.models"
        )
    of_seen, of_unseen = (encode(model, x, device) for x in (seen, unseen))
    active = activity(of_unseen) > params.active
    networks = tuple(
        learn_ratio(of_seen, params.hidden, params.steps, stream("ratio", place), device)
        for place in range(params.networks)
    )
    return LatentSpace(of_seen, of_unseen, active, networks)

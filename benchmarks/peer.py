"""Wrap a network as a model of pythae 0.1.2, whose `get_nll` is the usual estimate of a log likelihood."""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

from pipeline.models.plain import VAE


def peer_estimate(model: VAE) -> Callable[[Tensor, int, int], float] | None:
    """Return a function of images, draws per image and rows at once: pythae's mean log likelihood in nats.

    Returns:
        None where pythae is not installed: `pip install pythae==0.1.2` brings it.
    """
    try:
        from pythae.models import VAE as PeerVAE  # noqa: PLC0415, N811 (only where it is installed)
        from pythae.models import VAEConfig  # noqa: PLC0415
        from pythae.models.base.base_utils import ModelOutput  # noqa: PLC0415
        from pythae.models.nn import BaseDecoder, BaseEncoder  # noqa: PLC0415
    except ImportError:
        return None

    class Encoder(BaseEncoder):  # type: ignore[misc]
        """The encoder's two halves by pythae's names for them."""

        def __init__(self, network: nn.Sequential) -> None:
            super().__init__()
            self.network = network

        def forward(self, x: Tensor) -> object:
            mean, log_variance = self.network(x).chunk(2, dim=-1)
            return ModelOutput(embedding=mean, log_covariance=log_variance)

    class Decoder(BaseDecoder):  # type: ignore[misc]
        """The decoder's probabilities by pythae's name for them."""

        def __init__(self, network: nn.Sequential) -> None:
            super().__init__()
            self.network = network

        def forward(self, z: Tensor) -> object:
            return ModelOutput(reconstruction=torch.sigmoid(self.network(z)))

    first = cast(nn.Linear, model.encoder[0])
    config = VAEConfig(input_dim=(first.in_features,), latent_dim=len(model.zero), reconstruction_loss="bce")
    peer = PeerVAE(model_config=config, encoder=Encoder(model.encoder), decoder=Decoder(model.decoder))
    return cast(Callable[[Tensor, int, int], float], peer.get_nll)

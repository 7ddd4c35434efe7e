"""Draw random numbers for many images at once, each image from a generator of its own."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.distributions import Distribution


class ImageStreams:
    """Generators of n images, so that an image's numbers do not depend on the images in the same block.

    Args:
        generators: one per image.
        device: of the tensors that are returned.
    """

    def __init__(self, generators: Sequence[np.random.Generator], device: torch.device) -> None:
        self.generators = generators
        self.device = device

    def normal(self, chains: int, latent: int) -> Float[Tensor, "chains n latent"]:
        """Draw standard normal numbers."""
        return self._columns(lambda one: one.standard_normal((chains, latent), dtype=np.float32))

    def uniform(self, chains: int) -> Float[Tensor, "chains n"]:
        """Draw uniform numbers on [0, 1)."""
        return self._columns(lambda one: one.random(chains, dtype=np.float32))

    def sample(self, distribution: Distribution, draws: int) -> Float[Tensor, "draws n *event"]:
        """Draw from one distribution, of any kind, for each image."""
        return torch.stack([draw(distribution, (draws,), one) for one in self.generators], dim=1)

    def _columns(self, numbers: Callable[[np.random.Generator], np.ndarray]) -> Tensor:
        return torch.from_numpy(np.stack([numbers(one) for one in self.generators], axis=1)).to(self.device)


class StreamFactory:
    """Source of a block's random numbers: for every purpose each image has a generator of its own.

    Args:
        generators: one function per image, which makes the image's generator of a purpose.
        device: of the tensors that are returned.
    """

    def __init__(self, generators: Sequence[Callable[..., np.random.Generator]], device: torch.device) -> None:
        self.generators = generators
        self.device = device

    def named(self, purpose: str) -> ImageStreams:
        """Return the streams of one purpose; every call starts them anew."""
        return ImageStreams([one(purpose) for one in self.generators], self.device)

    def below(self, purpose: str) -> "StreamFactory":
        """Return a factory of streams with `purpose` in front of each name."""
        return StreamFactory([partial(one, purpose) for one in self.generators], self.device)

    def select(self, kept: Bool[Tensor, " n"]) -> "StreamFactory":
        """Return the source of those images where `kept` is True."""
        return StreamFactory(
            [one for one, keep in zip(self.generators, kept.tolist(), strict=True) if keep], self.device
        )


def draw(distribution: Distribution, shape: tuple[int, ...], rng: np.random.Generator) -> Tensor:
    """Sample from any distribution, seeded by `rng`; the state of torch's global generator is restored."""
    with torch.random.fork_rng():
        torch.manual_seed(int(rng.integers(2**63)))
        return distribution.sample(torch.Size(shape))

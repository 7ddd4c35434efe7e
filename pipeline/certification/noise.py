"""Random numbers of many images at once, each image's from a generator of its own."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution


class Noise:
    """A generator for each of n images, so that an image's numbers do not depend on those beside it.

    Args:
        generators: one an image.
        device: where the numbers are wanted.
    """

    def __init__(self, generators: Sequence[np.random.Generator], device: torch.device) -> None:
        self.generators = generators
        self.device = device

    def normal(self, chains: int, latent: int) -> Float[Tensor, "chains n latent"]:
        """Standard normal numbers."""
        columns = [one.standard_normal((chains, latent), dtype=np.float32) for one in self.generators]
        return torch.from_numpy(np.stack(columns, axis=1)).to(self.device)

    def uniform(self, chains: int) -> Float[Tensor, "chains n"]:
        """Numbers on [0, 1)."""
        columns = [one.random(chains, dtype=np.float32) for one in self.generators]
        return torch.from_numpy(np.stack(columns, axis=1)).to(self.device)

    def sample(self, distribution: Distribution, draws: int) -> Float[Tensor, "draws n *event"]:
        """Draws from one distribution, of whatever kind, for each image."""
        return torch.stack([draw(distribution, (draws,), one) for one in self.generators], dim=1)


def draw(distribution: Distribution, shape: tuple[int, ...], rng: np.random.Generator) -> Tensor:
    """Sample from any distribution with numbers that `rng` decides; torch's own generator is left as it was."""
    with torch.random.fork_rng():
        torch.manual_seed(int(rng.integers(2**63)))
        return distribution.sample(torch.Size(shape))

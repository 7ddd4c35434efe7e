"""Random numbers of many images at once, each image's from a generator of its own."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float
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
        return self._columns(lambda one: one.standard_normal((chains, latent), dtype=np.float32))

    def uniform(self, chains: int) -> Float[Tensor, "chains n"]:
        """Numbers on [0, 1)."""
        return self._columns(lambda one: one.random(chains, dtype=np.float32))

    def chi_squared(self, chains: int, degrees: float) -> Float[Tensor, "chains n"]:
        """Sums of so many squared standard normal numbers; `degrees` need not be whole."""
        return self._columns(lambda one: 2 * one.standard_gamma(degrees / 2, chains, dtype=np.float32))

    def sample(self, distribution: Distribution, draws: int) -> Float[Tensor, "draws n *event"]:
        """Draws from one distribution, of whatever kind, for each image."""
        return torch.stack([draw(distribution, (draws,), one) for one in self.generators], dim=1)

    def _columns(self, numbers: Callable[[np.random.Generator], np.ndarray]) -> Tensor:
        return torch.from_numpy(np.stack([numbers(one) for one in self.generators], axis=1)).to(self.device)


class Numbers:
    """Where a block's random numbers come from: for every purpose each image has a generator of its own.

    Args:
        generator: of a purpose, for each image.
        device: where the numbers are wanted.
    """

    def __init__(self, generators: Sequence[Callable[[str], np.random.Generator]], device: torch.device) -> None:
        self.generators = generators
        self.device = device

    def of(self, purpose: str) -> Noise:
        """The numbers of one purpose, always the same."""
        return Noise([one(purpose) for one in self.generators], self.device)

    def only(self, kept: Bool[Tensor, " n"]) -> "Numbers":
        """The numbers of some of the images."""
        return Numbers([one for one, keep in zip(self.generators, kept.tolist(), strict=True) if keep], self.device)


def draw(distribution: Distribution, shape: tuple[int, ...], rng: np.random.Generator) -> Tensor:
    """Sample from any distribution with numbers that `rng` decides; torch's own generator is left as it was."""
    with torch.random.fork_rng():
        torch.manual_seed(int(rng.integers(2**63)))
        return distribution.sample(torch.Size(shape))

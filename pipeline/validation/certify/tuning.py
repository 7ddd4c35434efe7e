"""Step sizes for every temperature, image and latent dimension, found in one run and held fixed in the next."""

import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.nn.functional import avg_pool1d

TARGET = 0.65
"""Acceptance rate at which Hamiltonian Monte Carlo does the most for its cost."""
RATE = 0.3
"""How fast a step follows its acceptance."""
MEMORY = 0.1
"""Weight of the latest transition in the mean square of the forces."""


class Tuner:
    """Follows, while the temperature falls, the steps that are accepted as often as they should be.

    Each coordinate is measured in units of `1 / sqrt(E[force^2])`, which in a normal density is its
    deviation while the others are held. Of these a step is a multiple, for which after each transition
    `log multiple += rate (accepted - target)`. A run that is tuned while it goes is no Markov chain,
    so its weights are of no use; the sizes that it found are for another run.

    Args:
        transitions: of the run.
        like: latent points of the images, whose number, dimensions and device count.

    References:
        Beskos, Pillai, Roberts, Sanz-Serna and Stuart (2013), Optimal tuning of the hybrid Monte Carlo
        algorithm, for the target.
    """

    def __init__(self, transitions: int, like: Float[Tensor, "n latent"]) -> None:
        self.square = torch.ones_like(like)
        self.multiple = torch.ones_like(like[:, :1])
        self.table = torch.ones_like(like).repeat(transitions + 1, 1, 1)

    def step(self, transition: int) -> Float[Tensor, "n latent"]:
        """The sizes to use in this transition."""
        return self.table[transition]

    def learn(
        self, transition: int, probability: Float64[Tensor, "chains n"], force: Float[Tensor, "chains n latent"]
    ) -> None:
        """Choose the next transition's sizes from what came of this one's.

        Args:
            transition: its number.
            probability: with which each proposal was accepted.
            force: gradient of the log density where each chain stands now.
        """
        self.square += MEMORY * (force.square().mean(dim=0) - self.square)
        self.multiple *= torch.exp(RATE * (probability.mean(dim=0) - TARGET)).to(force.dtype)[:, None]
        self.table[transition + 1] = self.multiple / self.square.sqrt()

    def frozen(self) -> Float[Tensor, "transitions n latent"]:
        """The sizes found, averaged in the logarithm over a twentieth of the path."""
        half, found = len(self.table) // 40, self.table[1:].log()
        smooth = avg_pool1d(found.permute(1, 2, 0), 2 * half + 1, stride=1, padding=half, count_include_pad=False)
        return smooth.permute(2, 0, 1).exp()

"""Step sizes for every temperature, image and latent dimension, tuned in one run and held fixed in the next."""

import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.nn.functional import avg_pool1d

TARGET = 0.65
"""Acceptance rate at which Hamiltonian Monte Carlo is most efficient."""
RATE = 0.3
"""Gain with which a step size follows its acceptance rate."""
LATEST_WEIGHT = 0.1
"""Weight of the latest transition in the mean square of the forces."""


class Tuner:
    """Step sizes that follow the acceptance rate along a path of temperatures.

    Each coordinate is measured in units of `1 / sqrt(E[force^2])`, which in a normal density is its
    standard deviation given the other coordinates. A step is a multiple of this unit, and after each transition
    `log multiple += rate (accepted - target)`. The chains of a run that is tuned on the way are not Markov
    chains, so that their weights are of no use; the step sizes are for another run.

    Args:
        transitions: number of transitions of the run.
        like: latent points of the images; only their number, dimensions and device matter.

    References:
        Beskos, Pillai, Roberts, Sanz-Serna and Stuart (2013), Optimal tuning of the hybrid Monte Carlo
        algorithm, for the target.
    """

    def __init__(self, transitions: int, like: Float[Tensor, "n latent"]) -> None:
        self.square = torch.ones_like(like)
        self.multiple = torch.ones_like(like[:, :1])
        self.table = torch.ones_like(like).repeat(transitions + 1, 1, 1)

    def step(self, transition: int) -> Float[Tensor, "n latent"]:
        """Return the step sizes of a transition."""
        return self.table[transition]

    def learn(
        self, transition: int, probability: Float64[Tensor, "chains n"], force: Float[Tensor, "chains n latent"]
    ) -> None:
        """Set the next transition's step sizes from the acceptance rates and forces of this one.

        Args:
            transition: its number.
            probability: acceptance probability of each proposal.
            force: gradient of the log density at the end of each chain.
        """
        self.square += LATEST_WEIGHT * (force.square().mean(dim=0) - self.square)
        self.multiple *= torch.exp(RATE * (probability.mean(dim=0) - TARGET)).to(force.dtype)[:, None]
        self.table[transition + 1] = self.multiple / self.square.sqrt()

    def frozen(self) -> Float[Tensor, "transitions n latent"]:
        """Return the step sizes, their logarithms averaged over a twentieth of the path."""
        half, found = len(self.table) // 40, self.table[1:].log()
        smooth = avg_pool1d(found.permute(1, 2, 0), 2 * half + 1, stride=1, padding=half, count_include_pad=False)
        return smooth.permute(2, 0, 1).exp()

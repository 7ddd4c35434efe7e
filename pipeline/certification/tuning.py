"""Step sizes for every image and temperature, found in one run and held fixed in the next."""

import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.nn.functional import avg_pool1d

TARGET = 0.65
"""Acceptance rate at which Hamiltonian Monte Carlo does the most for its cost."""
RATE = 0.3
START = 0.5


class Tuner:
    """Follows, while the temperature falls, the step size that is accepted as often as it should be.

    After each transition `log step += rate (accepted - target)`. A run that is tuned while it goes is
    no Markov chain, so its weights are of no use; the sizes that it found are for another run.

    Args:
        transitions: of the run.
        images: each of which has its own sizes.
        device: where the model is.

    References:
        Beskos, Pillai, Roberts, Sanz-Serna and Stuart (2013), Optimal tuning of the hybrid Monte Carlo
        algorithm, for the target.
    """

    def __init__(self, transitions: int, images: int, device: torch.device) -> None:
        self.table = torch.full((transitions + 1, images), START, device=device)

    def step(self, transition: int) -> Float[Tensor, " n"]:
        """The size to use in this transition."""
        return self.table[transition]

    def learn(self, transition: int, probability: Float64[Tensor, "chains n"]) -> None:
        """Choose the next transition's size from the acceptance probabilities of this one's."""
        change = RATE * (probability.mean(dim=0) - TARGET)
        self.table[transition + 1] = self.table[transition] * torch.exp(change).float()

    def frozen(self) -> Float[Tensor, "transitions n"]:
        """The sizes found, averaged in the logarithm over a twentieth of the path."""
        half = len(self.table) // 40
        found = self.table[1:].log().T[:, None]
        return avg_pool1d(found, 2 * half + 1, stride=1, padding=half, count_include_pad=False)[:, 0].T.exp()

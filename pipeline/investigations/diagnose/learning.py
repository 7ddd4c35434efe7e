"""How the small networks that tell things apart are fitted."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, softplus

from pipeline.investigations.diagnose.encodings import Encodings
from pipeline.models.networks import initialise, mlp

RATE, DECAY = 3e-3, 0.01
BATCH = 500


def learn_ratio(
    encodings: Encodings, units: int, steps: int, rng: np.random.Generator, device: torch.device
) -> nn.Sequential:
    """A network that tells draws of the aggregate posterior from draws of the prior: z to log q(z) / p(z), in nats.

    The logit of the best classifier of evenly mixed draws is the log ratio of their densities. Every step sees fresh
    draws of both.

    Args:
        encodings: of the images that it learns from.
        units: of each of its two hidden layers.
        steps: of gradient descent.
        rng: makes the draws and the first weights.
        device: where it is to be.
    """
    images, latent = encodings.mean.shape
    network = _start(mlp(latent, units, units, 1), rng).to(device)

    def loss() -> Tensor:
        rows = rng.integers(0, images, BATCH)
        drawn = Encodings(encodings.mean[rows], encodings.deviation[rows]).draw(rng)
        z = np.concatenate([drawn, rng.standard_normal((BATCH, latent))])
        logit = network(torch.from_numpy(z).float().to(device))[:, 0]
        return (softplus(-logit[:BATCH]) + softplus(logit[BATCH:])).mean()

    return _descend(network, loss, steps)


def learn_digits(
    x: UInt8[np.ndarray, "n pixels"],
    digit: UInt8[np.ndarray, " n"],
    units: int,
    steps: int,
    rng: np.random.Generator,
    device: torch.device,
) -> nn.Sequential:
    """A network that names the digit of a binary image: pixels to ten logits.

    Args:
        x: binary images.
        digit: theirs.
        units: of its hidden layer.
        steps: of gradient descent.
        rng: chooses the images of each step and the first weights.
        device: where it is to be.
    """
    network = _start(mlp(x.shape[1], units, 10), rng).to(device)

    def loss() -> Tensor:
        rows = rng.integers(0, len(x), BATCH)
        logits = network(torch.from_numpy(x[rows]).to(device).float())
        return cross_entropy(logits, torch.from_numpy(digit[rows]).to(device).long())

    return _descend(network, loss, steps)


def evaluate(network: nn.Sequential, inputs: np.ndarray, device: torch.device) -> Float[np.ndarray, "n outputs"]:
    """What a network says of every row, in double precision."""
    with torch.no_grad():
        found: Float[np.ndarray, "n outputs"] = (
            network(torch.from_numpy(inputs).to(device).float()).double().cpu().numpy()
        )
    return found


def _start(network: nn.Sequential, rng: np.random.Generator) -> nn.Sequential:
    initialise(network, torch.Generator().manual_seed(int(rng.integers(2**63))))
    return network


def _descend(network: nn.Sequential, loss: Callable[[], Tensor], steps: int) -> nn.Sequential:
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(steps):
        optimiser.zero_grad()
        loss().backward()
        optimiser.step()
        schedule.step()
    return network

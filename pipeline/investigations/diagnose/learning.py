"""Training of two small classifiers: of latent points (posterior or prior), and of images (by class)."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, softplus

from pipeline.investigations.diagnose.encodings import Encodings
from pipeline.models.networks import initialise, mlp

RATE = 3e-3
DECAY = 0.01
BATCH = 500
"""Peak learning rate and weight decay of AdamW, and images or draws per step."""


def learn_ratio(
    encodings: Encodings, units: int, steps: int, rng: np.random.Generator, device: torch.device
) -> nn.Sequential:
    """Train a classifier of draws of the aggregate posterior and of the prior, to estimate their density ratio.

    With as many draws of either kind, the logit of the best classifier is log q(z) / p(z). Every step uses fresh draws.

    Args:
        encodings: posteriors of the training images.
        units: of each of the two hidden layers.
        steps: number of training steps.
        rng: makes the draws and the initial weights.
        device: of the network.

    Returns:
        A network from z to an estimate of log q(z) / p(z), in nats.
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


def learn_labels(
    x: UInt8[np.ndarray, "n pixels"],
    label: UInt8[np.ndarray, " n"],
    units: int,
    steps: int,
    rng: np.random.Generator,
    device: torch.device,
) -> nn.Sequential:
    """Train a classifier of binary images.

    Args:
        x: binary images.
        label: class of each.
        units: of the hidden layer.
        steps: number of training steps.
        rng: chooses the images of each step and makes the initial weights.
        device: of the network.

    Returns:
        A network from pixels to the logits of ten classes.
    """
    network = _start(mlp(x.shape[1], units, 10), rng).to(device)

    def loss() -> Tensor:
        rows = rng.integers(0, len(x), BATCH)
        logits = network(torch.from_numpy(x[rows]).to(device).float())
        return cross_entropy(logits, torch.from_numpy(label[rows]).to(device).long())

    return _descend(network, loss, steps)


def evaluate(network: nn.Sequential, inputs: np.ndarray, device: torch.device) -> Float[np.ndarray, "n outputs"]:
    """Evaluate a network on every row, and convert its outputs to double precision."""
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

"""Training of one variant of the regression, from all seeds at once."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from pipeline.config import VariantParams
from pipeline.core.errors import NumericalError
from pipeline.core.rng import Stream
from pipeline.investigations.regress.data import Points
from pipeline.investigations.regress.models import Predict, constant, log_density, objective, size, varying
from pipeline.investigations.regress.optimiser import Adam, clip


@dataclass(frozen=True)
class Run:
    """Record of a variant's training.

    Attributes:
        train: log likelihood of all training points before each step, in nats, whatever objective was maximised.
        looks: steps before which the holdout was evaluated.
        holdout: log likelihood of all holdout points at these steps, in nats.
        f: mean at the training points before each step.
        sigma: standard deviation there.
    """

    train: Float[np.ndarray, "steps seeds"]
    looks: Int[np.ndarray, " looks"]
    holdout: Float[np.ndarray, "looks seeds"]
    f: Float[np.ndarray, "steps seeds points"]
    sigma: Float[np.ndarray, "steps seeds points"]


def train(variant: VariantParams, points: Points, holdout: Points, source: Stream, steps: int, every: int) -> Run:
    """Maximise a variant's objective by full-batch Adam, from initial weights of each seed's own.

    Args:
        variant: model, learning rates, and objective.
        points: training points, one row per seed.
        holdout: points that are only evaluated.
        source: returns the generator of a seed's initial weights, from a network's name and the seed.
        steps: number of steps.
        every: steps between two evaluations of the holdout.

    Raises:
        NumericalError: a log likelihood is not finite.
    """
    x, y, x_new, y_new = (torch.from_numpy(part) for part in (points.x, points.y, holdout.x, holdout.y))
    predict = predictor(variant)
    weights = initial(variant, len(x), source).requires_grad_()
    adam = Adam(weights, rates(variant))
    f_path, sigma_path = (np.empty((steps, *x.shape), np.float32) for _ in range(2))
    evaluated = []
    for step in range(steps):
        f, sigma = predict(weights, x)
        f_path[step] = f.detach().numpy()
        sigma_path[step] = sigma.detach().numpy()
        if step % every == 0:
            evaluated.append(_evaluate(predict, weights, x_new, y_new))
        (gradient,) = torch.autograd.grad(-objective(y, f, sigma, variant.beta).sum(), weights)
        adam.step(gradient if variant.clip is None else clip(gradient, variant.clip))
    likelihood = np.stack([total(points.y, f, sigma) for f, sigma in zip(f_path, sigma_path, strict=True)])
    run = Run(likelihood, np.arange(0, steps, every), np.stack(evaluated), f_path, sigma_path)
    if not (np.isfinite(run.train).all() and np.isfinite(run.holdout).all()):
        raise NumericalError("a log likelihood is not finite; lower learning_rate under regress in params.yaml")
    return run


def total(
    y: Float[np.ndarray, "seeds points"],
    f: Float[np.ndarray, "seeds points"],
    sigma: Float[np.ndarray, "seeds points"],
) -> Float[np.ndarray, " seeds"]:
    """Return the log likelihood of all points of each seed, in nats, summed in double precision."""
    parts = (torch.from_numpy(part).double() for part in (y, f, sigma))
    found: Float[np.ndarray, " seeds"] = log_density(*parts).sum(-1).numpy()
    return found


def predictor(variant: VariantParams) -> Predict:
    """Return the function from weights and inputs to f and σ under a variant."""
    widths = (1, *variant.hidden, 1)
    if variant.sigma == "constant":
        return partial(constant, widths=widths)
    return partial(varying, widths=widths, floor=variant.floor)


def initial(variant: VariantParams, seeds: int, source: Stream) -> Float[Tensor, "seeds weights"]:
    """Draw the weights before training, one row per seed.

    Matrices and biases are uniform between ±1/√inputs; a constant σ starts at log 2, the softplus of zero.
    """
    rows = [_one_row(variant, source, seed) for seed in range(seeds)]
    return torch.from_numpy(np.stack(rows).astype(np.float32))


def rates(variant: VariantParams) -> Float[Tensor, " weights"]:
    """Return the learning rate of each column of the weights."""
    weights = size((1, *variant.hidden, 1))
    others = 1 if variant.sigma == "constant" else weights
    return torch.tensor([variant.learning_rate] * weights + [variant.learning_rate_sigma] * others)


def _one_row(variant: VariantParams, source: Stream, seed: int) -> np.ndarray:
    widths = (1, *variant.hidden, 1)
    mean = _uniform(widths, source("mean", seed))
    others = np.zeros(1) if variant.sigma == "constant" else _uniform(widths, source("sigma", seed))
    return np.concatenate([mean, others])


def _uniform(widths: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    layers = [rng.uniform(-1, 1, (a + 1) * b) / np.sqrt(a) for a, b in pairwise(widths)]
    return np.concatenate(layers)


@torch.no_grad()
def _evaluate(
    predict: Predict, weights: Tensor, x: Float[Tensor, "seeds points"], y: Float[Tensor, "seeds points"]
) -> np.ndarray:
    f, sigma = predict(weights, x)
    return total(y.numpy(), f.numpy(), sigma.numpy())

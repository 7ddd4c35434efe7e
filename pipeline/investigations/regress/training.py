"""All seeds of one variant of the regression, trained at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from pipeline.config import VariantParams
from pipeline.core.errors import NumericalError
from pipeline.investigations.regress.data import Points
from pipeline.investigations.regress.models import Predict, constant, log_density, objective, size, varying
from pipeline.investigations.regress.optimiser import Adam, clip

Source = Callable[[str, int], np.random.Generator]


@dataclass(frozen=True)
class Run:
    """How a variant went: arrays whose axes are step, seed and, of the path, point.

    `train` is the log likelihood of all training points at every step, `holdout` of all others at the steps
    `looks`, both plain, whatever was optimised; `f` and `sigma` are those of the training points.
    """

    train: np.ndarray
    looks: np.ndarray
    holdout: np.ndarray
    f: np.ndarray
    sigma: np.ndarray


def train(variant: VariantParams, points: Points, holdout: Points, source: Source, steps: int, every: int) -> Run:
    """Maximise a variant's objective by full-batch Adam from each seed's own weights.

    Args:
        variant: the model, and how it is trained.
        points: to be fitted, one row a seed.
        holdout: to be looked at.
        source: of each seed's initial weights, by network's name.
        steps: how many.
        every: steps between two looks at the holdout.

    Raises:
        NumericalError: a log likelihood left the finite numbers.
    """
    x, y, x_new, y_new = (torch.from_numpy(part) for part in (points.x, points.y, holdout.x, holdout.y))
    predict, weights = predictor(variant), initial(variant, len(x), source).requires_grad_()
    adam = Adam(weights, rates(variant))
    f_path, sigma_path = (np.empty((steps, *x.shape), np.float32) for _ in range(2))
    looks, seen = np.arange(0, steps, every), []
    for step in range(steps):
        f, sigma = predict(weights, x)
        f_path[step], sigma_path[step] = f.detach().numpy(), sigma.detach().numpy()
        if step % every == 0:
            seen.append(_evaluate(predict, weights, x_new, y_new))
        (gradient,) = torch.autograd.grad(-objective(y, f, sigma, variant.beta).sum(), weights)
        adam.step(gradient if variant.clip is None else clip(gradient, variant.clip))
    likelihood = np.stack([total(points.y, f, sigma) for f, sigma in zip(f_path, sigma_path, strict=True)])
    run = Run(likelihood, looks, np.stack(seen), f_path, sigma_path)
    if not (np.isfinite(run.train).all() and np.isfinite(run.holdout).all()):
        raise NumericalError("regress: a log likelihood is not finite; lower its learning_rate in params.yaml")
    return run


def total(y: np.ndarray, f: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Log likelihood of all points of each seed, in nats, summed in double precision."""
    parts = (torch.from_numpy(part).double() for part in (y, f, sigma))
    found: np.ndarray = log_density(*parts).sum(-1).numpy()
    return found


def predictor(variant: VariantParams) -> Predict:
    """The model that a variant describes."""
    widths = (1, *variant.hidden, 1)
    if variant.sigma == "constant":
        return partial(constant, widths=widths)
    return partial(varying, widths=widths, floor=variant.floor)


def initial(variant: VariantParams, seeds: int, source: Source) -> Tensor:
    """Weights before training, one row a seed: uniform between ±1/√inputs, biases too, and one σ of log 2."""
    rows = [_one_row(variant, source, seed) for seed in range(seeds)]
    return torch.from_numpy(np.stack(rows).astype(np.float32))


def rates(variant: VariantParams) -> Tensor:
    """The learning rate of each weight of a row."""
    weights = size((1, *variant.hidden, 1))
    others = 1 if variant.sigma == "constant" else weights
    return torch.tensor([variant.learning_rate] * weights + [variant.learning_rate_sigma] * others)


def _one_row(variant: VariantParams, source: Source, seed: int) -> np.ndarray:
    widths = (1, *variant.hidden, 1)
    mean = _uniform(widths, source("mean", seed))
    others = np.zeros(1) if variant.sigma == "constant" else _uniform(widths, source("sigma", seed))
    return np.concatenate([mean, others])


def _uniform(widths: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    layers = [rng.uniform(-1, 1, (a + 1) * b) / np.sqrt(a) for a, b in pairwise(widths)]
    return np.concatenate(layers)


@torch.no_grad()
def _evaluate(predict: Predict, weights: Tensor, x: Tensor, y: Tensor) -> np.ndarray:
    f, sigma = predict(weights, x)
    return total(y.numpy(), f.numpy(), sigma.numpy())

"""Stochastic gradient ascent on the evidence lower bound."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from pipeline.config import TrainParams
from pipeline.core.device import product_dtype
from pipeline.core.errors import NumericalError
from pipeline.data.examples import Examples
from pipeline.models.density import LabelledModel, elbo


@dataclass(frozen=True)
class Plan:
    """Length and settings of a training; `stream(*names)` is the model's own source of random numbers."""

    epochs: int
    batch_size: int
    params: TrainParams
    stream: Callable[..., np.random.Generator]
    device: torch.device

    def steps(self, images: int) -> int:
        """Return the gradient steps per epoch; the last batch may be smaller than the others."""
        return math.ceil(images / self.batch_size)


@dataclass
class Progress:
    """State of training: the optimiser, and one row of history per epoch."""

    optimizer: torch.optim.Optimizer
    history: list[dict[str, float]] = field(default_factory=list)

    def table(self) -> pd.DataFrame:
        """Return the training curve: epoch, learning_rate, train_elbo, validation_elbo (nats per image)."""
        return pd.DataFrame(self.history).astype({"epoch": np.int64})


def begin(model: nn.Module, plan: Plan) -> Progress:
    """Return the state before the first epoch: AdamW, whose weight decay applies to the weights and not to the biases.

    The bias of a pixel that is always dark must be able to stay far below zero.

    References:
        Loshchilov and Hutter (2019), Decoupled Weight Decay Regularization.
    """
    weights = [parameter for parameter in model.parameters() if parameter.ndim > 1]
    biases = [parameter for parameter in model.parameters() if parameter.ndim == 1]
    groups: list[dict[str, Any]] = [{"params": weights}, {"params": biases, "weight_decay": 0.0}]
    fused = plan.device.type in {"cpu", "cuda"}
    return Progress(torch.optim.AdamW(groups, lr=0.0, weight_decay=plan.params.weight_decay, fused=fused))


def learning_rate(step: int, steps: int, params: TrainParams) -> float:
    """Return the learning rate at a step: linear warm-up over the first share `warmup`, then a cosine to zero."""
    rise = params.warmup * steps
    if step < rise:
        return params.learning_rate * (step + 1) / (rise + 1)
    return params.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))


def train(
    model: LabelledModel,
    examples: Examples,
    validation: Examples,
    plan: Plan,
    progress: Progress,
    on_epoch: Callable[[Progress], None],
) -> None:
    """Train `model` in place from the state in `progress` to the end of the plan.

    Every epoch draws from streams of its own, so that training which is interrupted between two epochs and resumed
    gives the same bits as training without interruption.

    Args:
        model: with `given(y)`, the density of images whose labels are y.
        examples: to learn from.
        validation: binary images whose bound is recorded; never trained on.
        plan: length, batch size, schedule and random numbers.
        progress: updated after every epoch.
        on_epoch: is called after every epoch.

    Raises:
        NumericalError: a loss is not finite; it names the epoch, the step and the last finite value.
    """
    for epoch in range(len(progress.history) + 1, plan.epochs + 1):
        train_elbo = _epoch(model, examples, plan, progress, epoch)
        validation_elbo = mean_elbo(model, validation, plan)
        if not math.isfinite(validation_elbo):
            where = f"on the validation set after epoch {epoch}, step {plan.steps(len(examples.pixels))}"
            raise _diverged(validation_elbo, where, train_elbo)
        row = {
            "epoch": epoch,
            "learning_rate": progress.optimizer.param_groups[0]["lr"],
            "train_elbo": train_elbo,
            "validation_elbo": validation_elbo,
        }
        progress.history.append(row)
        on_epoch(progress)


def mean_elbo(model: LabelledModel, examples: Examples, plan: Plan, batch: int = 1000) -> float:
    """Estimate the mean evidence lower bound in nats, with one draw per image and the same noise at every call."""
    rng = plan.stream("validation")
    total = 0.0
    with torch.no_grad():
        for first in range(0, len(examples.pixels), batch):
            rows = slice(first, first + batch)
            x = torch.from_numpy(examples.pixels[rows]).to(plan.device).float()
            y = torch.from_numpy(examples.label[rows]).to(plan.device).long()
            density = model.given(y)
            noise = _noise(rng, len(x), density.prior.event_shape[0], plan.device)
            with _autocast(plan):
                total += elbo(density, x, noise).double().sum().item()
    return total / len(examples.pixels)


def _epoch(model: LabelledModel, examples: Examples, plan: Plan, progress: Progress, epoch: int) -> float:
    rng = plan.stream("epoch", epoch)
    images = len(examples.pixels)
    order, steps = rng.permutation(images), plan.steps(images)
    bounds = torch.empty(steps, dtype=torch.float64, device=plan.device)
    for step in range(steps):
        rows = order[step * plan.batch_size : (step + 1) * plan.batch_size]
        rate = learning_rate((epoch - 1) * steps + step, plan.epochs * steps, plan.params)
        bounds[step] = _step(model, examples.draw(rows, rng), examples.label[rows], rate, rng, plan, progress.optimizer)
    _require_finite(bounds.cpu().numpy(), epoch, progress)
    sizes = np.minimum(plan.batch_size, images - plan.batch_size * np.arange(steps))
    return float(np.average(bounds.cpu().numpy(), weights=sizes))


def _step(
    model: LabelledModel,
    pixels: UInt8[np.ndarray, "n pixels"],
    label: UInt8[np.ndarray, " n"],
    rate: float,
    rng: np.random.Generator,
    plan: Plan,
    optimizer: torch.optim.Optimizer,
) -> Tensor:
    x = torch.from_numpy(pixels).to(plan.device).float()
    density = model.given(torch.from_numpy(label).to(plan.device).long())
    noise = _noise(rng, len(x), density.prior.event_shape[0], plan.device)
    with _autocast(plan):
        bound = elbo(density, x, noise).mean()
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad()
    (-bound).backward()
    optimizer.step()
    return bound.detach()


def _autocast(plan: Plan) -> torch.autocast:
    products = product_dtype(plan.params.precision, plan.device)
    return torch.autocast(plan.device.type, torch.bfloat16, enabled=products == torch.bfloat16)


def _noise(rng: np.random.Generator, images: int, latent: int, device: torch.device) -> Float[Tensor, "n latent"]:
    return torch.from_numpy(rng.standard_normal((images, latent), dtype=np.float32)).to(device)


def _require_finite(bounds: Float[np.ndarray, " steps"], epoch: int, progress: Progress) -> None:
    bad = np.flatnonzero(~np.isfinite(bounds))
    if not len(bad):
        return
    step = int(bad[0])
    earlier = bounds[step - 1] if step else progress.history[-1]["train_elbo"] if epoch > 1 else None
    raise _diverged(bounds[step], f"at epoch {epoch}, step {step + 1}", earlier)


def _diverged(bound: float, where: str, earlier: float | None) -> NumericalError:
    last = "none" if earlier is None else f"{earlier:.2f} nats"
    return NumericalError(
        f"the bound is {bound} {where}; the last finite one was {last}; "
        "no model is written; lower train.learning_rate or set train.precision to float32"
    )

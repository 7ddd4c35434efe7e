"""Log likelihoods under any latent variable model, for programs other than this study's stages."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int64, Shaped
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from pipeline.config import CertifyParams, ScoreParams
from pipeline.core.errors import DataError, NumericalError, ParameterError
from pipeline.core.rng import stream
from pipeline.core.streams import Noise, Numbers
from pipeline.likelihood.estimate import Images, bound
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.reductions import log_marginal
from pipeline.likelihood.scoring import REDUCTIONS, attempt, prior_points
from pipeline.models.density import LatentVariableModel
from pipeline.validation.certify.annealing import error_of_mean
from pipeline.validation.certify.block import Block

AT_ONCE = 1 << 24
"""Pixels of decoded points that are held against images at a time."""
PARTS = ("prior", "posterior", "likelihood")


def log_likelihood(
    model: LatentVariableModel, x: np.ndarray | Tensor, params: ScoreParams, seed: int = 0
) -> pd.DataFrame:
    """Estimate log p(x) = log ∫ p(z) p(x | z) dz of every image, each with as much work as it needs.

    Importance sampling from mixtures at the modes of each image's posterior, as in the study's scores. The
    random numbers of row i are those of (seed, i), whatever stands beside it and whatever the model.

    Args:
        model: with independent normal coordinates in prior and posterior, in single precision, on the device
            of its prior; `likelihood(z).log_prob(x)` can be differentiated twice in z. A torch module is in
            the mode (train or eval) in which it was given.
        x: images, one a row, shape (n, pixels), of any real type; they are computed with in single precision.
        params: the effort.
        seed: names the random numbers.

    Returns:
        One row an image, in order: log_likelihood, standard_error, elbo (nats), ess, pareto_k, draws, passes
        (of one latent point through the decoder).

    Raises:
        DataError: x is no table of finite numbers.
        NumericalError: the model's distributions cannot be evaluated, or a likelihood is not finite.
        ParameterError: the model lacks a part, or has one of another form.
    """
    pixels = _pixels(x)
    table = {name: np.zeros(len(pixels)) for name in (*REDUCTIONS, "elbo", "draws", "passes")}
    waiting = np.arange(len(pixels))
    with torch.inference_mode(), _prepared(model, pixels) as (family, device):
        source = partial(stream, seed, "library")
        screen = _ScreenInParts(family, prior_points(family, params.points, source, device))
        for level in range(params.levels):
            hard = [waiting[:0]]
            for rows in _blocks(waiting, params.block // 4**level):
                numbers = Numbers([partial(source, int(row), level) for row in rows], device)
                images = Images(family, *_on(device, pixels, rows), numbers)
                if level == 0:
                    table["elbo"][rows] = _finite(bound(images, params.bound), rows)
                tried = attempt(images, screen, params, level)
                table["passes"][rows] += tried.passes
                for name, values in tried.found.items():
                    table[name][rows[tried.easy]] = values
                hard.append(rows[~tried.easy])
            waiting = np.concatenate(hard)
    _finite(table["log_likelihood"], np.arange(len(pixels)))
    return pd.DataFrame(table).astype({"draws": np.int32})


def annealed(model: LatentVariableModel, x: np.ndarray | Tensor, params: CertifyParams, seed: int = 0) -> pd.DataFrame:
    """A second opinion on log p(x) that owes nothing to the encoder or to a search for modes: annealing.

    Args:
        model: as of `log_likelihood`; one derivative in z is enough.
        x: images, one a row, shape (n, pixels).
        params: the effort.
        seed: names the random numbers, which are not those of `log_likelihood`.

    Returns:
        One row an image, in order: log_likelihood, standard_error (nats). On average no higher than the truth.

    Raises:
        DataError: x is no table of finite numbers.
        NumericalError: the model's distributions cannot be evaluated, or a likelihood is not finite.
        ParameterError: the model lacks a part, or has one of another form.
    """
    pixels = _pixels(x)
    table = {name: np.zeros(len(pixels)) for name in ("log_likelihood", "standard_error")}
    with torch.no_grad(), _prepared(model, pixels) as (family, device):
        for rows in _blocks(np.arange(len(pixels)), params.block // params.chains):
            noise = partial(_noise, partial(stream, seed, "library", "annealed"), rows, device)
            block = Block(family, *_on(device, pixels, rows), noise, params, lambda _: None)
            log_w = block.forward(block.tune()).log_w
            table["log_likelihood"][rows] = _finite(log_marginal(log_w), rows)
            table["standard_error"][rows] = error_of_mean(log_w).cpu().numpy()
    return pd.DataFrame(table)


@dataclass(frozen=True)
class _Alone:
    """A model without labels, as a family that has no other member."""

    model: LatentVariableModel

    def given(self, y: Int64[Tensor, " n"]) -> LatentVariableModel:  # noqa: ARG002 (it has no labels)
        return self.model


class _ScreenInParts(Screen):
    """A screen that holds only so many images at a time against all points, for likelihoods that are no product."""

    def best(
        self, x: Float[Tensor, "n pixels"], y: Int64[Tensor, " n"], starts: int
    ) -> tuple[Float[Tensor, "m n latent"], Float[Tensor, "m n"]]:
        """As of any screen."""
        images, best = max(1, AT_ONCE // (len(self.points) * x.shape[1])), super().best
        parts = [best(*part, starts) for part in zip(x.split(images), y.split(images), strict=True)]
        points, reached = zip(*parts, strict=True)
        return torch.cat(points, dim=1), torch.cat(reached, dim=1)


@contextlib.contextmanager
def _prepared(model: LatentVariableModel, pixels: Shaped[Tensor, "n pixels"]) -> Iterator[tuple[_Alone, torch.device]]:
    """The model as a family, and its device, on which new tensors are made; its failures are told in one line."""
    missing = [part for part in PARTS if not hasattr(model, part)]
    if missing:
        raise ParameterError(f"the model has no {' and no '.join(missing)}; it needs {', '.join(PARTS)}")
    device = model.prior.mean.device
    try:
        with device:
            _check(model, pixels[:1].to(device, torch.float32))
            yield _Alone(model), device
    except (ValueError, torch.linalg.LinAlgError) as error:  # type: ignore[attr-defined]  # torch has it untyped
        raise NumericalError(
            f"the model cannot be evaluated: {str(error).splitlines()[0]}; look for weights that are not finite, "
            "and for pixels that its likelihood does not allow"
        ) from error


def _check(model: LatentVariableModel, one: Float[Tensor, "n pixels"]) -> None:
    prior, posterior = model.prior, model.posterior(one)
    likelihood = model.likelihood(prior.mean.unsqueeze(0))
    for name, found in (("prior", prior), ("posterior(x)", posterior)):
        if not _is_diagonal_normal(found):
            raise ParameterError(
                f"the model's {name} is {found}, not independent normal; wrap it: Independent(Normal(…), 1)"
            )
    if prior.mean.dtype != torch.float32:
        raise ParameterError(f"the model's prior is in {prior.mean.dtype}; call its float() for single precision")
    if likelihood.batch_shape != (1,) or likelihood.event_shape != one.shape[1:]:
        raise ParameterError(
            f"the model's likelihood(z) of one point has batch shape {tuple(likelihood.batch_shape)} and event shape "
            f"{tuple(likelihood.event_shape)}, not (1,) and {tuple(one.shape[1:])}; wrap it: Independent(…, 1)"
        )


def _is_diagonal_normal(found: Distribution) -> bool:
    return isinstance(found, Independent) and isinstance(found.base_dist, Normal) and len(found.event_shape) == 1


def _pixels(x: np.ndarray | Tensor) -> Shaped[Tensor, "n pixels"]:
    pixels = x.detach() if isinstance(x, Tensor) else torch.from_numpy(np.array(x))
    if pixels.ndim != 2:
        raise DataError(f"x has the shape {tuple(pixels.shape)}, not (images, pixels); reshape it")
    bad = torch.nonzero(~torch.isfinite(pixels).all(dim=1))
    if len(bad):
        raise DataError(f"x has a pixel that is not finite in row {int(bad[0])} ({len(bad)} such rows); leave them out")
    return pixels


def _blocks(rows: Int64[np.ndarray, " n"], size: int) -> Iterator[Int64[np.ndarray, " size"]]:
    return (rows[first : first + max(1, size)] for first in range(0, len(rows), max(1, size)))


def _on(
    device: torch.device, pixels: Shaped[Tensor, "n pixels"], rows: Int64[np.ndarray, " b"]
) -> tuple[Float[Tensor, "b pixels"], Int64[Tensor, " b"]]:
    """Some images where the model is, and labels that mean nothing."""
    some = pixels[torch.from_numpy(rows).to(pixels.device)].to(device, torch.float32)
    return some, torch.zeros(len(rows), dtype=torch.long, device=device)


def _noise(
    source: Callable[..., np.random.Generator], rows: Int64[np.ndarray, " b"], device: torch.device, run: str
) -> Noise:
    return Noise([source(run, int(row)) for row in rows], device)


def _finite(values: Tensor | Float[np.ndarray, " n"], rows: Int64[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    found = np.asarray(values.cpu()) if isinstance(values, Tensor) else values
    bad = np.flatnonzero(~np.isfinite(found))
    if len(bad):
        raise NumericalError(
            f"log p(x) of row {rows[bad[0]]} is {found[bad[0]]} ({len(bad)} such rows); "
            "look for weights that are not finite, and for pixels that the likelihood does not allow"
        )
    return found

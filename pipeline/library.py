"""Log likelihoods under any latent variable model, for programs other than this study's stages."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Int64, Shaped
from torch import Tensor

from pipeline.config import CertifyParams, ScoreParams
from pipeline.core.errors import DataError, NumericalError, ParameterError
from pipeline.core.rng import stream
from pipeline.core.streams import ImageStreams
from pipeline.likelihood.reductions import log_marginal
from pipeline.likelihood.scoring import score
from pipeline.models.checks import check, check_parts, home
from pipeline.models.density import LatentVariableModel
from pipeline.models.distributions import BernoulliPixels
from pipeline.validation.certify.annealing import error_of_mean
from pipeline.validation.certify.block import Block

REMEDY = "keep all tensors of the model in single precision (`float()`) and on one device (`to()`)"
"""What to do about a model whose parts do not fit together."""


def log_likelihood(
    model: LatentVariableModel, x: np.ndarray | Tensor, params: ScoreParams, seed: int = 0
) -> pd.DataFrame:
    """Estimate log p(x) = log ∫ p(z) p(x | z) dz of every image, each with as much work as it needs.

    Importance sampling with the proposal that `params` names, by the loop that computes the study's scores. The
    random numbers of row i depend on the seed and on i alone.

    Args:
        model: see `pipeline.models.density.LatentVariableModel`; in single precision, on the device of its prior. A
            torch module stays in the mode (train or eval) in which it was given.
        x: images, one per row, shape (n, pixels), of any real type; computed with in single precision.
        params: the effort.
        seed: of the random numbers.

    Returns:
        One row per image, in order: log_likelihood, standard_error, elbo (nats), ess, pareto_k, draws, passes
        (of one latent point through the decoder).

    Raises:
        DataError: x is not a table of finite numbers, has another number of pixels than the model, or has values
            outside the support of its likelihood.
        NumericalError: the model's distributions cannot be evaluated, or a likelihood is not finite.
        ParameterError: the model lacks a part, or a part does not keep to `LatentVariableModel`.
    """
    pixels = _pixels(x)
    rows = np.arange(len(pixels))
    block = min(params.block, max(1, len(pixels)))  # a last block that is not full is padded to this size
    effort = params.model_copy(update={"block": block})
    with _at_home(model) as device:
        _check_tensors(model, pixels, device)
        table = score(
            _Unlabelled(model),
            pixels,
            np.zeros(len(pixels), np.uint8),
            rows,
            effort,
            partial(stream, seed, "library"),
            device,
            lambda _: None,
        )
    columns = ["log_likelihood", "standard_error", "ess", "pareto_k", "elbo", "draws", "passes"]
    return table[columns]


def annealed(model: LatentVariableModel, x: np.ndarray | Tensor, params: CertifyParams, seed: int = 0) -> pd.DataFrame:
    """Estimate log p(x) by annealed importance sampling, whose result depends on no encoder and on no search for modes.

    Args:
        model: as in `log_likelihood`; one derivative in z is enough.
        x: images, one per row, shape (n, pixels).
        params: the effort.
        seed: of the random numbers, which are independent of those of `log_likelihood`.

    Returns:
        One row per image, in order: log_likelihood, standard_error (nats). On average no higher than the truth.

    Raises:
        DataError: an image is outside the support of the likelihood, or has another number of pixels.
        NumericalError: a log likelihood is not finite; the message names the row.
        ParameterError: the model lacks what `LatentVariableModel` requires.
    """
    pixels = _pixels(x)
    table = {name: np.zeros(len(pixels)) for name in ("log_likelihood", "standard_error")}
    size = max(1, params.block // params.chains)
    with torch.no_grad(), _at_home(model) as device:
        _check_tensors(model, pixels, device)
        check(model, pixels, np.arange(len(pixels)))
        for first in range(0, len(pixels), size):
            rows = np.arange(first, min(first + size, len(pixels)))
            noise = partial(_noise, partial(stream, seed, "library", "annealed"), rows, device)
            images = torch.from_numpy(pixels[rows]).to(device, torch.float32)
            no_labels = torch.zeros(len(rows), dtype=torch.long, device=device)
            block = Block(_Unlabelled(model), images, no_labels, noise, params, lambda _: None)
            log_w = block.forward(block.tune()).log_w
            table["log_likelihood"][rows] = log_marginal(log_w).cpu().numpy()
            table["standard_error"][rows] = error_of_mean(log_w).cpu().numpy()
    _require_finite(table["log_likelihood"])
    return pd.DataFrame(table)


@dataclass(frozen=True)
class _Unlabelled:
    """A model without labels, as a family with one member."""

    model: LatentVariableModel

    def given(self, y: Int64[Tensor, " n"]) -> LatentVariableModel:  # noqa: ARG002 (it has no labels)
        return self.model


@contextlib.contextmanager
def _at_home(model: LatentVariableModel) -> Iterator[torch.device]:
    """Make new tensors on the model's device while the block runs, and report in one line what torch refuses."""
    check_parts(model)
    try:
        device = home(model)
        with device:
            yield device
    except (ValueError, torch.linalg.LinAlgError) as error:  # type: ignore[attr-defined]  # torch has it untyped
        raise NumericalError(
            f"the model cannot be evaluated: {str(error).splitlines()[0]}; look for weights that are not finite"
        ) from error


def _check_tensors(model: LatentVariableModel, x: Shaped[np.ndarray, "n pixels"], device: torch.device) -> None:
    """Check on the first image that the model works in single precision and on the device of its prior.

    Raises:
        ParameterError: it does not, or it cannot be evaluated for another reason; see also `check`.
    """
    first = np.ascontiguousarray(x[:1])
    with torch.no_grad():
        try:
            check(model, first, np.arange(len(first)))
        except torch.linalg.LinAlgError:  # type: ignore[attr-defined]  # a RuntimeError, but one about numbers
            raise
        except RuntimeError as error:
            raise ParameterError(
                f"the model's prior or likelihood(z) cannot be evaluated: {str(error).splitlines()[0]}; let "
                f"likelihood(z) take points of shape (n, latent), and {REMEDY}"
            ) from error
        if len(first):
            image = torch.from_numpy(first).to(device, torch.float32)
            mean = model.posterior(image).mean
            _require_single("posterior(x)", mean, device)
            likelihood = model.likelihood(mean)
            if not isinstance(likelihood, BernoulliPixels):  # whose sums over pixels are in double precision on purpose
                _require_single("likelihood(z)", likelihood.log_prob(image), device)


def _require_single(part: str, found: Tensor, device: torch.device) -> None:
    """Check that a tensor of a part of the model is in single precision on this device."""
    if (found.dtype, found.device) != (torch.float32, device):
        raise ParameterError(
            f"the model's {part} is in {found.dtype} on {found.device}, and its prior in torch.float32 on {device}; "
            f"{REMEDY}"
        )


def _pixels(x: np.ndarray | Tensor) -> Shaped[np.ndarray, "n pixels"]:
    """Return the images as an array, if they are a table of finite numbers."""
    pixels = _array(x) if isinstance(x, Tensor) else np.asarray(x)
    if pixels.ndim != 2:
        raise DataError(f"x has the shape {tuple(pixels.shape)}, not (images, pixels); reshape it")
    if pixels.dtype.kind not in "biuf":
        raise DataError(f"x is of type {pixels.dtype}, which is not real; convert it to numbers")
    bad = np.flatnonzero(~np.isfinite(pixels).all(axis=1))
    if len(bad):
        raise DataError(f"x has a pixel that is not finite in row {bad[0]} ({len(bad)} such rows); leave them out")
    return pixels


def _array(x: Tensor) -> np.ndarray:
    plain = x.detach().cpu()
    return (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()


def _noise(
    source: Callable[..., np.random.Generator], rows: Int64[np.ndarray, " b"], device: torch.device, run: str
) -> ImageStreams:
    return ImageStreams([source(run, int(row)) for row in rows], device)


def _require_finite(values: np.ndarray) -> None:
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise NumericalError(
            f"log p(x) of image {bad[0]} is {values[bad[0]]} ({len(bad)} such images); look for weights that are not "
            "finite"
        )

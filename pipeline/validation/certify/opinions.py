"""Second opinions on log p(x) of chosen images: annealing both ways, and quadrature."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float64, UInt8
from torch import Tensor

from pipeline.config import CertifyParams
from pipeline.core.errors import NumericalError
from pipeline.core.streams import Noise
from pipeline.likelihood.reductions import log_marginal
from pipeline.models.density import LabelledModel
from pipeline.validation.certify.agreement import side_by_side
from pipeline.validation.certify.annealing import error_of_mean
from pipeline.validation.certify.bidirectional import simulate
from pipeline.validation.certify.block import Block
from pipeline.validation.certify.integrate import integrate
from pipeline.validation.certify.tables import AGAIN, SIMULATED

LONGER = 4
"""How many times as many temperatures an image is given when it is annealed again."""


@dataclass(frozen=True)
class Certifier:
    """Asks every method for log p(x) under one model.

    An image's random numbers are those of `stream(run, name of the image)`, whatever stands beside it.

    Args:
        model: with `given(y)`.
        params: how much work there is.
        stream: the model's source of random numbers.
        device: where the model is.
        on_transitions: is told how many images have just made a transition; see `work`.
    """

    model: LabelledModel
    params: CertifyParams
    stream: Callable[..., np.random.Generator]
    device: torch.device
    on_transitions: Callable[[int], None]

    @torch.no_grad()
    def real(self, x: UInt8[np.ndarray, "n pixels"], y: UInt8[np.ndarray, " n"], chosen: pd.DataFrame) -> pd.DataFrame:
        """Opinions on images that the model was scored on.

        Where annealing contradicts the score, the image is annealed again, with other random numbers and
        more temperatures, and has both values.

        Args:
            x: binary images.
            y: their digits.
            chosen: their rows of the scores, in the same order.

        Returns:
            One row an image and method: image, set, method, log_likelihood, error (nats).

        Raises:
            NumericalError: an opinion is not finite; it names the image.
        """
        tables = []
        for rows in self._blocks(len(x)):
            part = chosen.iloc[rows].rename(columns={"id": "image"})
            pixels, labels = self._tensor(x[rows]).float(), self._tensor(y[rows]).long()
            block = self._block(pixels, labels, part["image"].tolist())
            run = block.forward(block.tune())
            tables.append(part.rename(columns={"standard_error": "error"}).assign(method="score"))
            tables.append(_table(part, "annealing", log_marginal(run.log_w), error_of_mean(run.log_w)))
            if run.z.shape[-1] <= self.params.quadrature_latent:
                found = integrate(self.model, pixels, labels, run.z, self.params.nodes, self.params.block)
                tables.append(_table(part, "quadrature", *found))
        table = _gather(tables)
        return _gather([table, *self._again(x, y, chosen, table)])

    @torch.no_grad()
    def simulated(self, y: UInt8[np.ndarray, " n"]) -> pd.DataFrame:
        """Bounds from both sides on images drawn from the model, each with a known draw from its posterior.

        Args:
            y: labels, which the images are given in turn.

        Returns:
            As of `real`, the set being `simulated` and the images counted from 0.

        Raises:
            NumericalError: a bound is not finite; it names the image.
        """
        tables = []
        for rows in self._blocks(self.params.simulated):
            part = pd.DataFrame({"image": range(rows.start, rows.stop), "set": SIMULATED})
            names = [f"{SIMULATED} {one}" for one in part["image"]]
            labels = self._tensor(y[part["image"] % len(y)]).long()
            drawn = simulate(self.model, labels, self._noise(names, "simulate"))
            block = self._block(drawn.x, labels, names)
            steps = block.tune()
            below, above = block.forward(steps).log_w, block.reverse(steps, drawn.z).log_w
            tables.append(_table(part, "annealing", log_marginal(below), error_of_mean(below)))
            tables.append(_table(part, "reverse", -log_marginal(above), error_of_mean(above)))
        return _gather(tables)

    def _again(self, x: np.ndarray, y: np.ndarray, chosen: pd.DataFrame, table: pd.DataFrame) -> list[pd.DataFrame]:
        """Annealing of the images on which it contradicts the score; progress is not told of it."""
        both = side_by_side(table, "score", "annealing")
        contradicted = np.flatnonzero(chosen["id"].isin(both.loc[both["contradiction"], "image"]))
        params = self.params.model_copy(update={"temperatures": LONGER * self.params.temperatures})
        longer, tables = replace(self, params=params, on_transitions=lambda _: None), []
        for rows in (contradicted[one] for one in self._blocks(len(contradicted))):
            part = chosen.iloc[rows].rename(columns={"id": "image"})
            names = [f"again {one}" for one in part["image"]]
            block = longer._block(self._tensor(x[rows]).float(), self._tensor(y[rows]).long(), names)
            log_w = block.forward(block.tune()).log_w
            tables.append(_table(part, AGAIN, log_marginal(log_w), error_of_mean(log_w)))
        return tables

    def _block(self, x: Tensor, y: Tensor, names: Sequence[int | str]) -> Block:
        return Block(self.model, x, y, partial(self._noise, names), self.params, self.on_transitions)

    def _noise(self, names: Sequence[int | str], run: str) -> Noise:
        return Noise([self.stream(run, one) for one in names], self.device)

    def _blocks(self, images: int) -> Iterator[slice]:
        step = max(1, self.params.block // self.params.chains)
        return (slice(first, min(first + step, images)) for first in range(0, images, step))

    def _tensor(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(self.device)


def work(real: int, params: CertifyParams) -> int:
    """Transitions of images in all: two runs of each real image, three of each simulated one, none of those again."""
    return (2 * real + 3 * params.simulated) * (params.temperatures - 1)


def _table(part: pd.DataFrame, method: str, value: Float64[Tensor, " n"], error: Float64[Tensor, " n"]) -> pd.DataFrame:
    values = {"log_likelihood": value.cpu().numpy(), "error": error.cpu().numpy()}
    return part[["image", "set"]].assign(method=method, **values)


def _gather(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat(tables, ignore_index=True)[["image", "set", "method", "log_likelihood", "error"]]
    bad = whole[~np.isfinite(whole["log_likelihood"])]
    if len(bad):
        first = bad.iloc[0]
        raise NumericalError(
            f"log p(x) of image {first['image']} ({first['set']}) by {first['method']} is {first['log_likelihood']}; "
            "the weights are not those of a trained model; run `dvc repro -f` on its train stage"
        )
    return whole

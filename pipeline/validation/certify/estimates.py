"""Second estimates of log p(x) by other methods: annealing in both directions, and quadrature."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float64, UInt8
from torch import Tensor

from pipeline.config import CertifyParams, ScoreParams
from pipeline.core.errors import NumericalError
from pipeline.core.streams import ImageStreams
from pipeline.likelihood.reductions import log_marginal
from pipeline.likelihood.scoring import score
from pipeline.models.density import LabelledModel
from pipeline.validation.certify.agreement import compare_methods
from pipeline.validation.certify.annealing import error_of_mean
from pipeline.validation.certify.bidirectional import simulate
from pipeline.validation.certify.block import Block
from pipeline.validation.certify.integrate import integrate
from pipeline.validation.certify.tables import AGAIN, SEARCH, SIMULATED

LONGER = 4
"""Factor on the number of temperatures where an image is annealed again."""


@dataclass(frozen=True)
class Certifier:
    """Estimates of log p(x) under one model by every method.

    An image's random numbers are those of `stream(run, name of the image)`; they do not depend on the other images.

    Args:
        model: with `given(y)`.
        params: settings of the methods.
        stream: the model's source of random numbers.
        device: the device of the model.
        on_transitions: called after each transition with the number of images; see `transitions`.
    """

    model: LabelledModel
    params: CertifyParams
    stream: Callable[..., np.random.Generator]
    device: torch.device
    on_transitions: Callable[[int], None]

    @torch.no_grad()
    def real(self, x: UInt8[np.ndarray, "n pixels"], y: UInt8[np.ndarray, " n"], chosen: pd.DataFrame) -> pd.DataFrame:
        """Estimate log p(x) of images that the model was scored on.

        Where annealing contradicts the score, the image is annealed again, with other random numbers and
        more temperatures, and both estimates are returned.

        Args:
            x: binary images.
            y: their labels.
            chosen: their rows of the scores, in the same order.

        Returns:
            One row per image and method: id, subset, method, log_likelihood, error (nats).

        Raises:
            NumericalError: an estimate is not finite; the message has the image's id.
        """
        tables = []
        for rows in self._blocks(len(x)):
            part = chosen.iloc[rows]
            pixels = self._tensor(x[rows]).float()
            labels = self._tensor(y[rows]).long()
            block = self._block(pixels, labels, part["id"].tolist())
            run = block.forward(block.tune())
            tables.append(part.rename(columns={"standard_error": "error"}).assign(method="score"))
            tables.append(_rows(part, "annealing", log_marginal(run.log_w), error_of_mean(run.log_w)))
            if run.z.shape[-1] <= self.params.quadrature_latent:
                found = integrate(self.model, pixels, labels, run.z, self.params.nodes, self.params.block)
                tables.append(_rows(part, "quadrature", *found))
        table = _checked(tables)
        return _checked([table, *self._again(x, y, chosen, table)])

    @torch.no_grad()
    def simulated(self, y: UInt8[np.ndarray, " n"]) -> pd.DataFrame:
        """Bound log p(x) from both sides for images drawn from the model, whose z is an exact posterior draw.

        Args:
            y: labels of the images, used in turn.

        Returns:
            A table as that of `real`; the subset is `simulated`, and the ids count the images from 0.

        Raises:
            NumericalError: a bound is not finite; the message has the image's number.
        """
        tables = []
        for rows in self._blocks(self.params.simulated):
            part = pd.DataFrame({"id": range(rows.start, rows.stop), "subset": SIMULATED})
            names = [f"{SIMULATED} {one}" for one in part["id"]]
            labels = self._tensor(y[part["id"] % len(y)]).long()
            drawn = simulate(self.model, labels, self._noise(names, "simulate"))
            block = self._block(drawn.x, labels, names)
            steps = block.tune()
            below = block.forward(steps).log_w
            above = block.reverse(steps, drawn.z).log_w
            tables.append(_rows(part, "annealing", log_marginal(below), error_of_mean(below)))
            tables.append(_rows(part, "reverse", -log_marginal(above), error_of_mean(above)))
        return _checked(tables)

    def searched(
        self, x: UInt8[np.ndarray, "n pixels"], y: UInt8[np.ndarray, " n"], chosen: pd.DataFrame, effort: ScoreParams
    ) -> pd.DataFrame:
        """Estimate log p(x) again as in the scores, with another search for the modes of every image's posterior.

        The second search has other points of the prior and other random numbers than the first, and does not start at
        the encoder's mean, so that the two miss a mode independently, as far as any two searches do.

        Args:
            x: binary images.
            y: their labels.
            chosen: their rows of the scores, in the same order.
            effort: that of the scores.

        Returns:
            A table as that of `real`, with the methods `score` and `second-search`.

        Raises:
            NumericalError: a likelihood is not finite; the message has the image's id.
        """
        other = effort.model_copy(update={"proposal": "modes_of_prior"})
        stream, ids = partial(self.stream, "search"), chosen["id"].to_numpy()
        again = score(self.model, x, y, ids, other, stream, self.device, lambda _: None)
        tables = [
            part.rename(columns={"standard_error": "error"}).assign(subset=chosen["subset"].to_numpy(), method=method)
            for part, method in ((chosen, "score"), (again, SEARCH))
        ]
        return _checked(tables)

    def _again(self, x: np.ndarray, y: np.ndarray, chosen: pd.DataFrame, table: pd.DataFrame) -> list[pd.DataFrame]:
        """Anneal the images again on which annealing contradicts the score; this work is not reported as progress."""
        both = compare_methods(table, "score", "annealing")
        contradicted = np.flatnonzero(chosen["id"].isin(both.loc[both["contradiction"], "id"]))
        params = self.params.model_copy(update={"temperatures": LONGER * self.params.temperatures})
        longer = replace(self, params=params, on_transitions=lambda _: None)
        tables = []
        for rows in (contradicted[one] for one in self._blocks(len(contradicted))):
            part = chosen.iloc[rows]
            names = [f"again {one}" for one in part["id"]]
            block = longer._block(self._tensor(x[rows]).float(), self._tensor(y[rows]).long(), names)
            log_w = block.forward(block.tune()).log_w
            tables.append(_rows(part, AGAIN, log_marginal(log_w), error_of_mean(log_w)))
        return tables

    def _block(self, x: Tensor, y: Tensor, names: Sequence[int | str]) -> Block:
        return Block(self.model, x, y, partial(self._noise, names), self.params, self.on_transitions)

    def _noise(self, names: Sequence[int | str], run: str) -> ImageStreams:
        return ImageStreams([self.stream(run, one) for one in names], self.device)

    def _blocks(self, images: int) -> Iterator[slice]:
        step = max(1, self.params.block // self.params.chains)
        return (slice(first, min(first + step, images)) for first in range(0, images, step))

    def _tensor(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(self.device)


def transitions(real: int, params: CertifyParams) -> int:
    """Count the transitions that are reported: two runs per real image, three per simulated one, no repeated run."""
    return (2 * real + 3 * params.simulated) * (params.temperatures - 1)


def _rows(part: pd.DataFrame, method: str, value: Float64[Tensor, " n"], error: Float64[Tensor, " n"]) -> pd.DataFrame:
    values = {"log_likelihood": value.cpu().numpy(), "error": error.cpu().numpy()}
    return part[["id", "subset"]].assign(method=method, **values)


def _checked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat(tables, ignore_index=True)[["id", "subset", "method", "log_likelihood", "error"]]
    bad = whole[~np.isfinite(whole["log_likelihood"])]
    if len(bad):
        first = bad.iloc[0]
        raise NumericalError(
            f"log p(x) of image {first['id']} ({first['subset']}) by {first['method']} is {first['log_likelihood']}; "
            "look for weights that are not finite, and train the model again"
        )
    return whole

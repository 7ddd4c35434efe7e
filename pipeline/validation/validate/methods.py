"""Estimates by each proposal at several numbers of draws."""

from collections.abc import Iterator
from typing import NamedTuple

from jaxtyping import Float64
from torch import Tensor

from pipeline.config import ScoreParams, ValidateParams
from pipeline.likelihood.images import Images
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals import find
from pipeline.likelihood.scoring import effort_at, weigh


class Curve(NamedTuple):
    """Log weights of n images; the first k rows are an estimate for each k of `draws`."""

    method: str
    draws: tuple[int, ...]
    log_w: Float64[Tensor, "k n"]
    before: Tensor
    """Decoder passes per image before the first draw."""


def curves(images: Images, screen: Screen, score: ScoreParams, params: ValidateParams) -> Iterator[Curve]:
    """Draw the weights of every proposal, at the first level of effort.

    A nested proposal is drawn from once, `encoder_draws` times; smaller numbers share these draws. From every other
    one each number is drawn anew.

    Args:
        images: a block.
        screen: the points of the prior from which the study's searches start.
        score: the study's effort.
        params: the proposals, and the numbers of draws.
    """
    for name in params.proposals:
        proposal = find(name, "validate.proposals")(images, screen, effort_at(0, score), score)
        before = proposal.passes + proposal.screening
        if proposal.nested:
            draws = (*(k for k in params.curve if k < params.encoder_draws), params.encoder_draws)
            yield Curve(name, draws, weigh(images, proposal, params.encoder_draws), before)
        else:
            for k in params.curve:
                yield Curve(name, (k,), weigh(images, proposal, k), before)

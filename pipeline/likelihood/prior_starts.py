"""Latent points of the prior that explain an image best: starts for the search that owe nothing to the encoder."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.functional import softplus

from pipeline.likelihood.flops import decoder_multiply_adds
from pipeline.models.density import LabelledModel
from pipeline.models.distributions import BernoulliPixels

SHORTLIST = 64
"""Points an image among which its starts are chosen."""
APART = 0.5
"""Least distance between starts, in the prior's standard deviations."""


class Screen:
    """Points of the prior, decoded once for every label, so that a matrix product scores an image at all of them.

    Args:
        family: of models, one for each label.
        points: drawn from the prior.
    """

    def __init__(self, family: LabelledModel, points: Float[Tensor, "b latent"]) -> None:
        self.family = family
        self.points = points
        self.decoded: dict[int, Callable[[Tensor], Tensor]] = {}
        self.decoding = decoder_multiply_adds(family.given(torch.zeros(1, dtype=torch.long, device=points.device)))

    def passes(self, pixels: int) -> float:
        """Decoder passes to which the product of one image with all points amounts; zero where none has products."""
        return len(self.points) * pixels / self.decoding if self.decoding else 0.0

    def best(
        self, x: Float[Tensor, "n pixels"], y: Int64[Tensor, " n"], starts: int
    ) -> tuple[Float[Tensor, "m n latent"], Float[Tensor, "m n"]]:
        """The points with the largest log p(x | z), for each image, no two of them close to each other.

        Args:
            x: images.
            y: their labels.
            starts: m, points chosen an image.

        Returns:
            The points, and log p(x | z) of each in nats.
        """
        scores = torch.empty(len(self.points), len(x), dtype=torch.float64, device=x.device)
        for label in torch.unique(y).tolist():
            rows = torch.nonzero(y == label).squeeze(1)
            scores[:, rows] = self._of_label(label)(x[rows]).double()
        return _spread(self.points, scores, starts)

    def _of_label(self, label: int) -> Callable[[Tensor], Tensor]:
        model = self.family.given(torch.tensor([label], device=self.points.device))
        key = -1 if id(model) == id(self.family) else label
        if key not in self.decoded:
            likelihood = model.likelihood(self.points.unsqueeze(1))
            self.decoded[key] = _product(likelihood) if isinstance(likelihood, BernoulliPixels) else likelihood.log_prob
        return self.decoded[key]


def _product(likelihood: BernoulliPixels) -> Callable[[Float[Tensor, "n pixels"]], Float[Tensor, "b n"]]:
    """Log probability under every one of b likelihoods, what does not depend on the image computed once."""
    logits = likelihood.logits.squeeze(1)
    rest = softplus(logits).sum(dim=1, keepdim=True)
    return lambda x: logits @ x.T - rest


def _spread(
    points: Float[Tensor, "b latent"], scores: Float[Tensor, "b n"], starts: int
) -> tuple[Float[Tensor, "m n latent"], Float[Tensor, "m n"]]:
    """The best point, then the best that is apart from it, and so on; where there is none, the best left."""
    reached, places = scores.topk(min(max(SHORTLIST, starts), len(points)), dim=0)
    shortlist, columns = points[places], torch.arange(scores.shape[1], device=points.device)
    best, chosen = reached.clone(), []
    for _ in range(starts):
        first = best.argmax(dim=0)
        chosen.append(first)
        distance = (shortlist - shortlist[first, columns]).norm(dim=-1)
        best = torch.where(distance < APART, best - 1e6, best)
        best[first, columns] = -torch.inf
    picked = torch.stack(chosen) if chosen else places[:0]
    return shortlist[picked, columns], reached[picked, columns]

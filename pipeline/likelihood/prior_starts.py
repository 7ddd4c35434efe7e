"""Starts for the search that do not depend on the encoder: the points of the prior that explain an image best."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Distribution
from torch.nn.functional import softplus

from pipeline.likelihood.flops import decoder_multiply_adds
from pipeline.models.density import LabelledModel, LatentVariableModel
from pipeline.models.distributions import BernoulliPixels
from pipeline.models.priors import is_diagonal_normal

SHORTLIST = 512
"""Points per image among which its starts are chosen; with few latent dimensions most of them are close to the best."""
APART = 0.75
"""Least distance between starts, in standard deviations of the prior; closer ones mostly lead to the same mode."""
AT_ONCE = 1 << 24
"""Pixels of decoded points that are compared with images at a time, where that is not a matrix product."""

Scorer = Callable[[Float[Tensor, "n pixels"]], Float[Tensor, "b n"]]
"""Returns log p(x | z) of n images at all points."""


class Screen:
    """Points of the prior, decoded once per label, so that a matrix product scores an image at all of them.

    Args:
        family: of models, one for each label.
        points: drawn from the prior.
    """

    def __init__(self, family: LabelledModel, points: Float[Tensor, "b latent"]) -> None:
        self.family = family
        self.points = points
        self.scorers: dict[int, Scorer] = {}
        prior = self._model(0).prior
        self.deviation = prior.stddev if is_diagonal_normal(prior) else points.std(dim=0)
        self.decoding = decoder_multiply_adds(self._model(0), points[:1])

    def passes(self, pixels: int) -> float:
        """Return the cost of comparing one image with all points, in decoder passes.

        Zero for a decoder without matrix products.
        """
        return len(self.points) * pixels / self.decoding if self.decoding else 0.0

    def best(
        self, x: Float[Tensor, "n pixels"], y: Int64[Tensor, " n"], starts: int
    ) -> tuple[Float[Tensor, "m n latent"], Float[Tensor, "m n"]]:
        """Choose the points with the largest log p(x | z), for each image, no two of them close to each other.

        Args:
            x: images.
            y: their labels.
            starts: m, points chosen per image.

        Returns:
            The points, and log p(x | z) of each in nats.
        """
        same: object = self._model(0)
        if same is self.family:  # labels change nothing: one product for all images
            return _spread(self.points, self.deviation, self._scorer(0)(x), starts)
        scores = torch.empty(len(self.points), len(x), device=x.device)
        for label in torch.unique(y).tolist():
            rows = torch.nonzero(y == label).squeeze(1)
            scores[:, rows] = self._scorer(label)(x[rows]).float()
        return _spread(self.points, self.deviation, scores, starts)

    def _model(self, label: int) -> LatentVariableModel:
        return self.family.given(torch.tensor([label], device=self.points.device))

    def _scorer(self, label: int) -> Scorer:
        if label not in self.scorers:
            likelihood = self._model(label).likelihood(self.points.unsqueeze(1))
            if isinstance(likelihood, BernoulliPixels):
                self.scorers[label] = _product(likelihood)
            else:
                self.scorers[label] = _in_parts(likelihood, len(self.points))
        return self.scorers[label]


def _in_parts(likelihood: Distribution, points: int) -> Scorer:
    """Score few images at a time, since every image is broadcast over all points."""
    pixels = points * likelihood.event_shape[0]
    images = max(1, AT_ONCE // pixels)
    return lambda x: torch.cat([likelihood.log_prob(part) for part in x.split(images)], dim=1)


def _product(likelihood: BernoulliPixels) -> Scorer:
    """Score images by one matrix product; the terms that do not depend on the image are computed once."""
    logits = likelihood.logits.squeeze(1)
    rest = softplus(logits).sum(dim=1, keepdim=True)
    return lambda x: logits @ x.T - rest


def _spread(
    points: Float[Tensor, "b latent"], deviation: Float[Tensor, " latent"], scores: Float[Tensor, "b n"], starts: int
) -> tuple[Float[Tensor, "m n latent"], Float[Tensor, "m n"]]:
    """Choose the best point, then the best that is apart from it, and so on; where none is apart, the best left."""
    reached, places = scores.topk(min(max(SHORTLIST, starts), len(points)), dim=0)
    reached = reached.double()
    shortlist, columns = points[places], torch.arange(scores.shape[1], device=points.device)
    best, chosen = reached.clone(), []
    for _ in range(starts):
        first = best.argmax(dim=0)
        chosen.append(first)
        distance = ((shortlist - shortlist[first, columns]) / deviation).norm(dim=-1)
        best = torch.where(distance < APART, best - 1e6, best)
        best[first, columns] = -torch.inf
    picked = torch.stack(chosen) if chosen else places[:0]
    return shortlist[picked, columns], reached[picked, columns]

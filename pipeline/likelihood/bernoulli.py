"""Fast log likelihood of binary images at many latent points per image, at hardly more than its matrix products."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Float, Float64, Shaped
from torch import Tensor
from torch.nn.functional import linear, softplus

from pipeline.likelihood.decoder import Decoder

ROWS = {"cpu": 256}
"""Decoder passes at once, by device; on a CPU as many as its cache holds."""
ROWS_ELSEWHERE = 1 << 15
FACTORS = 8
"""Factors of one product whose logarithm is taken; logits above 87 / 8 on average would underflow it."""
SMALLEST = torch.finfo(torch.float32).tiny
ENOUGH_ROWS = 64
"""Fewest rows of a block for which skipping inactive hidden units pays on a CPU."""
SHARE_LEFT = 0.8
"""Largest share of active units for which it pays."""


def log_likelihood(
    decoder: Decoder, x: Float[Tensor, "n pixels"], z: Float[Tensor, "k n latent"], far: int = 0
) -> Float64[Tensor, "k n"]:
    """Return log p(x | z) in nats: the sum over pixels of x l + log(1 - p), with logits l and p = sigmoid(l).

    With last hidden layer h and last layer W h + b, the first part is (x W) . h + x . b, where x W is one
    product for all latent points of an image. The second part takes the logarithm of the product of a few
    factors at a time. Where such a product underflows, the sum is done again term by term.

    On a CPU, hidden units that are zero in a whole block are left out: about half of them, where the
    latent points are those that explain one image.

    Args:
        decoder: of the model.
        x: binary images.
        z: k points per image.
        far: number of last points that are spread over the prior; they are in blocks of their own.
    """
    points, bias = z.transpose(0, 1).contiguous(), decoder.first_bias.expand(len(x), -1)
    rows = ROWS.get(z.device.type, ROWS_ELSEWHERE)
    spaces = [z.new_empty(min(rows, points.shape[0] * points.shape[1]), width) for width in decoder.widths]
    layers = [weight.T.contiguous() for weight in decoder.weights]
    towards = (x @ decoder.weights[-1]).double()
    found = torch.empty(points.shape[:2], dtype=torch.float64, device=z.device)
    for images, draws in _blocks(len(x), len(z), far, rows):
        block, added = points[images, draws], (bias[images], *decoder.biases)
        found[images, draws] = _of_block(block, layers, added, towards[images], spaces)
    found += (x.double() @ decoder.biases[-1].double()).unsqueeze(1)
    return _with_underflow_mended(found, decoder, x, points, bias, rows).T


def _of_block(
    z: Float[Tensor, "a d latent"],
    layers: Sequence[Tensor],
    biases: Sequence[Tensor],
    towards: Float64[Tensor, "a hidden"],
    spaces: Sequence[Tensor],
) -> Float64[Tensor, "a d"]:
    """(x W) . h + sum of log(1 - p) at d points per image, in memory that is already allocated."""
    inputs = z.reshape(-1, z.shape[-1])
    here, *later = (space[: len(inputs)] for space in spaces)
    here.view(*z.shape[:2], -1).copy_(biases[0].unsqueeze(1))
    here.addmm_(inputs, layers[0]).relu_()
    for layer, bias, space in zip(layers[1:-1], biases[1:-1], later[:-1], strict=True):
        here, (some,) = _narrowed(here, layer)
        here = torch.addmm(bias, here, some, out=space).relu_()
    here, (last, v) = _narrowed(here, layers[-1], towards.T)
    wanted = here.double().view(*z.shape[:2], -1) @ v.T.unsqueeze(-1)
    negative = torch.addmm(biases[-1], here, last, beta=-1, alpha=-1, out=later[-1])
    return wanted.squeeze(-1) + _log_of_rest(negative).view(z.shape[:2])


def _narrowed(
    here: Float[Tensor, "rows units"], *theirs: Shaped[Tensor, "units _"]
) -> tuple[Float[Tensor, "rows _"], tuple[Tensor, ...]]:
    """Drop the units of a layer's output that are zero in every row, and their rows of the other tensors."""
    if here.device.type != "cpu" or len(here) < ENOUGH_ROWS:
        return here, theirs
    kept = torch.from_numpy(np.flatnonzero(here.amax(dim=0).numpy()))
    if len(kept) > SHARE_LEFT * here.shape[1]:
        return here, theirs
    return here.index_select(1, kept), tuple(one.index_select(0, kept) for one in theirs)


def _log_of_rest(negative: Float[Tensor, "rows pixels"]) -> Float64[Tensor, " rows"]:
    """Return the sum over pixels of log(1 - p), given -l, which is overwritten; infinite where a product underflows."""
    rows, pixels = negative.shape
    factors = max(count for count in range(1, FACTORS + 1) if pixels % count == 0)
    products = negative.sigmoid_().view(rows, factors, pixels // factors).prod(dim=1)
    return torch.threshold_(products, SMALLEST, 0.0).log_().sum(dim=1, dtype=torch.float64)


def _with_underflow_mended(
    found: Float64[Tensor, "n k"],
    decoder: Decoder,
    x: Float[Tensor, "n pixels"],
    points: Float[Tensor, "n k latent"],
    bias: Float[Tensor, "n hidden"],
    rows: int,
) -> Float64[Tensor, "n k"]:
    """Replace values that are not finite by the sum term by term; NaN stays where the sum is NaN."""
    for place in torch.nonzero(~torch.isfinite(found)).split(rows):
        image, draw = place.unbind(dim=1)
        found[image, draw] = _term_by_term(decoder, x[image], points[image, draw], bias[image])
    return found


def _term_by_term(
    decoder: Decoder, x: Float[Tensor, "b pixels"], z: Float[Tensor, "b latent"], bias: Float[Tensor, "b hidden"]
) -> Float64[Tensor, " b"]:
    here = torch.addmm(bias, z, decoder.weights[0].T)
    for weight, added in zip(decoder.weights[1:], decoder.biases, strict=True):
        here = linear(here.relu_(), weight, added)
    logits = here.double()
    total: Tensor = (x * logits - softplus(logits)).sum(dim=1)
    return total


def _blocks(images: int, draws: int, far: int, rows: int) -> Iterator[tuple[slice, slice]]:
    """Yield draws of one image in blocks of `rows`, or all draws of as many images as a block can hold."""
    for start, end in ((0, draws - far), (draws - far, draws)):
        some = max(1, rows // max(end - start, 1))
        for first in range(0, images, some):
            for begin in range(start, end, rows):
                yield slice(first, min(first + some, images)), slice(begin, min(begin + rows, end))

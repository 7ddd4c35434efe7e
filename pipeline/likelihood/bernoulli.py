"""The likelihood of binary images at many latent points each, at little more than the price of the matrix products."""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.nn.functional import linear, softplus, threshold_

from pipeline.likelihood.decoder import Decoder

ROWS = {"cpu": 256}
"""Decoder passes at once, by device: on a processor as many as its cache holds."""
ROWS_ELSEWHERE = 1 << 15
FACTORS = 8
"""Of a product whose logarithm is taken at once; logits of more than 87 / 8 on average would underflow it."""
SMALLEST = torch.finfo(torch.float32).tiny


def log_likelihood(
    decoder: Decoder, x: Float[Tensor, "n pixels"], z: Float[Tensor, "k n latent"]
) -> Float64[Tensor, "k n"]:
    """Log p(x | z) in nats, the sum over pixels of x l + log(1 - p) with the decoder's logits l and p = sigmoid(l).

    With last hidden layer h and last layer W h + b, the first part is (x W) . h + x . b, where x W is one
    product for all latent points of an image. The second part takes the logarithm of the product of a few
    factors at a time. Where such a product underflows, the sum is done again term by term.
    """
    points, bias = z.transpose(0, 1).contiguous(), decoder.first_bias.expand(len(x), -1)
    rows = ROWS.get(z.device.type, ROWS_ELSEWHERE)
    spaces = [z.new_empty(min(rows, z.shape[0] * z.shape[1]), width) for width in decoder.widths]
    exact = torch.empty_like(spaces[-2], dtype=torch.float64)
    towards = (x @ decoder.weights[-1]).double().unsqueeze(-1)
    found = torch.empty(points.shape[:2], dtype=torch.float64, device=z.device)
    for images, draws in _blocks(*points.shape[:2], rows):
        block = points[images, draws]
        hidden, negative = _decode(decoder, block, bias[images], spaces)
        hidden = exact[: len(hidden)].copy_(hidden).view(*block.shape[:2], -1)
        found[images, draws] = (hidden @ towards[images]).squeeze(-1) + _log_of_rest(negative).view(block.shape[:2])
    found += (x.double() @ decoder.biases[-1].double()).unsqueeze(1)
    return _with_underflow_mended(found, decoder, x, points, bias, rows).T


def _decode(
    decoder: Decoder, z: Float[Tensor, "a d latent"], bias: Float[Tensor, "a hidden"], spaces: list[Tensor]
) -> tuple[Float[Tensor, "rows last"], Float[Tensor, "rows pixels"]]:
    """The last hidden layer, and the logits with their signs turned, in memory that is there."""
    inputs = z.reshape(-1, z.shape[-1])
    here, *others = (space[: len(inputs)] for space in spaces)
    here.view(*z.shape[:2], -1).copy_(bias.unsqueeze(1))
    here.addmm_(inputs, decoder.weights[0].T).relu_()
    for weight, added, space in zip(decoder.weights[1:-1], decoder.biases[:-1], others[:-1], strict=True):
        here = torch.addmm(added, here, weight.T, out=space).relu_()
    return here, torch.addmm(decoder.biases[-1], here, decoder.weights[-1].T, beta=-1, alpha=-1, out=others[-1])


def _log_of_rest(negative: Float[Tensor, "rows pixels"]) -> Float64[Tensor, " rows"]:
    """The sum over pixels of log(1 - p), given -l, which is overwritten; infinite where a product underflows."""
    rows, pixels = negative.shape
    factors = max(count for count in range(1, FACTORS + 1) if pixels % count == 0)
    products = negative.sigmoid_().view(rows, factors, pixels // factors).prod(dim=1)
    return threshold_(products, SMALLEST, 0.0).log_().sum(dim=1, dtype=torch.float64)


def _with_underflow_mended(
    found: Float64[Tensor, "n k"],
    decoder: Decoder,
    x: Float[Tensor, "n pixels"],
    points: Float[Tensor, "n k latent"],
    bias: Float[Tensor, "n hidden"],
    rows: int,
) -> Float64[Tensor, "n k"]:
    """The same, with what is not finite summed term by term; what is no number there stays none."""
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
    return (x * logits - softplus(logits)).sum(dim=1)


def _blocks(images: int, draws: int, rows: int) -> Iterator[tuple[slice, slice]]:
    """Draws of one image in blocks of so many rows, or all draws of as many images as a block can hold."""
    some = max(1, rows // max(draws, 1))
    for first in range(0, images, some):
        for begin in range(0, draws, rows):
            yield slice(first, min(first + some, images)), slice(begin, min(begin + rows, draws))

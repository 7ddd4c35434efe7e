"""Print what an importance weight costs beside its matrix products, and beside pythae's, each ratio with its limit.

Takes the study's `vae-20` where that has been trained, because a trained model has more inactive rectifiers than an
untrained one, and otherwise made-up images and an untrained model of its shape. One process uses all processors; what
is compared is timed in turns, and the fastest turn of each counts.
"""

import os
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import cast

import numpy as np
import torch
from torch import Tensor

from benchmarks.measurements import keep, run
from benchmarks.peer import peer_estimate
from benchmarks.speed import fresh_model
from pipeline.config import Params, load_params
from pipeline.core.device import keep_memory, prepare
from pipeline.data.images import read_images
from pipeline.likelihood.expansion import expand, gauss_newton
from pipeline.likelihood.proposals import Draws, encoder_draws
from pipeline.likelihood.reductions import log_marginal
from pipeline.likelihood.weights import log_weights
from pipeline.models.files import load_model
from pipeline.models.plain import VAE
from stages.shared.layout import Layout

NAME = "vae-20"
PIXELS = 784
IMAGES = 16
"""Images at once."""
DRAWS = 256
"""Draws per image."""
FAR = 13
"""Draws per image that are from the prior."""
POINTS = 18
"""Points per image at which curvatures are computed."""
TURNS = 20
"""Turns of each computation; the fastest counts."""
PEER_IMAGES = 2
"""Images of which pythae estimates the log likelihood."""
PEER_DRAWS = 1000
"""Draws per image in the comparison with pythae."""
PEER_ROWS = (100, 250, 1000)
"""Numbers of draws that pythae decodes at once, 100 by default; the fastest counts."""
PEER_TURNS = 5
"""Turns of each computation in that comparison and in that of curvatures."""
ROWS = {
    "weight_over_products": ("an importance weight / its matrix products alone", "at most 1.15"),
    "untrained_weight_over_products": ("the same under an untrained model", "at most 1.15"),
    "pythae_over_ours": ("pythae 0.1.2 get_nll / the same estimate here", "at least 2.2"),
    "differentiated_over_multiplied": ("a curvature by differentiation / by products", ""),
}


def main(layout: Layout, *, record: bool) -> None:
    """Time, print, and keep the ratios."""
    params = load_params(layout.params)
    keep_memory()
    prepare("cpu", os.cpu_count() or 1)
    model, x = studied(params, layout)
    with torch.no_grad():
        found = {
            "weight_over_products": weight_over_products(model, x),
            "untrained_weight_over_products": weight_over_products(untrained(params), made_up()),
            "pythae_over_ours": pythae_over_ours(model, x),
            "differentiated_over_multiplied": differentiated_over_multiplied(model, x),
        }
    keep(layout, {name: round(value, 3) for name, value in found.items() if np.isfinite(value)}, record=record)
    for name, (what, limit) in ROWS.items():
        measured = f"{found[name]:.2f}" if np.isfinite(found[name]) else "not measured"
        print(f"{what:50} {measured:>14}   {limit}".rstrip())


def weight_over_products(model: VAE, x: Tensor) -> float:
    """Time of a draw in `log_weights`, over that of the decoder's products into allocated memory.

    The products are those of as many rows as there are draws, in blocks of whichever size is fastest.
    """
    normal = torch.randn(DRAWS, len(x), len(model.zero))
    q = model.posterior(x)
    draws = encoder_draws(q, normal)
    z = torch.cat([draws.z[:-FAR], normal[-FAR:]])
    weigh = partial(log_weights, model, x, Draws(z, draws.log_density, FAR))
    seconds = fastest([weigh, *(partial(products, buffers(rows)) for rows in (256, 1024, DRAWS * len(x)))], TURNS)
    return seconds[0] / min(seconds[1:])


def buffers(rows: int) -> tuple[list[Tensor], list[Tensor], int]:
    """Return inputs of the decoder's layers, its weights, and the number of times to take the products."""
    widths = (20, 512, 512, PIXELS)
    return (
        [torch.randn(rows, w) for w in widths],
        [torch.randn(a, b) for a, b in pairwise(widths)],
        IMAGES * DRAWS // rows,
    )


def products(prepared: tuple[list[Tensor], list[Tensor], int]) -> None:
    """Compute the decoder's matrix products alone."""
    inputs, weights, times = prepared
    for _ in range(times):
        for layer, weight in enumerate(weights):
            torch.mm(inputs[layer], weight, out=inputs[layer + 1])


def pythae_over_ours(model: VAE, x: Tensor) -> float:
    """Time a draw of the log likelihood with the encoder's proposals, by pythae and here; nan without pythae."""
    peer = peer_estimate(model)
    if peer is None:
        return float("nan")

    def ours() -> Tensor:
        q = model.posterior(x)
        return log_marginal(log_weights(model, x, encoder_draws(q, torch.randn(PEER_DRAWS, *q.mean.shape))))

    theirs = [partial(peer, x[:PEER_IMAGES], PEER_DRAWS, rows) for rows in PEER_ROWS]
    seconds = fastest([ours, *theirs], PEER_TURNS)
    return min(seconds[1:]) / PEER_IMAGES * len(x) / seconds[0]


def differentiated_over_multiplied(model: VAE, x: Tensor) -> float:
    """Time of a point's curvature by automatic differentiation, over that by products of the decoder's layers."""
    z = encoder_draws(model.posterior(x), torch.randn(POINTS, len(x), len(model.zero))).z
    slow, fast = fastest([partial(gauss_newton, model, x, z), partial(expand, model, x, z)], PEER_TURNS)
    return slow / fast


def studied(params: Params, layout: Layout) -> tuple[VAE, Tensor]:
    """Return the study's model and some of its images, or stand-ins where the study has not been run."""
    if not (layout.weights(NAME).exists() and layout.images.exists()):
        return untrained(params), made_up()
    images = read_images(layout.images).binary_stochastic
    rows = np.random.default_rng(0).choice(len(images), IMAGES, replace=False)
    return cast(VAE, load_model(layout.weights(NAME))), torch.from_numpy(images[rows]).float()


def untrained(params: Params) -> VAE:
    """Return an untrained model of the study's MNIST shape."""
    model = fresh_model(params)
    assert isinstance(model, VAE)
    return model


def made_up() -> Tensor:
    """Draw random binary images."""
    return torch.from_numpy((np.random.default_rng(0).random((IMAGES, PIXELS)) < 0.13).astype(np.float32))


def fastest(works: list[Callable[[], object]], turns: int) -> list[float]:
    """Return the seconds of the fastest of several runs of each."""
    seconds = np.full(len(works), np.inf)
    for _ in range(turns):
        for place, work in enumerate(works):
            begun = time.perf_counter()
            work()
            seconds[place] = min(seconds[place], time.perf_counter() - begun)
    return [float(one) for one in seconds]


if __name__ == "__main__":
    run(main)

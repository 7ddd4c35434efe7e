"""Models and blocks of images for tests of annealing, with their random numbers."""

from functools import partial

import torch

from pipeline.config import CertifyParams
from pipeline.core.rng import stream
from pipeline.core.streams import ImageStreams
from pipeline.validation.certify.bidirectional import simulate
from pipeline.validation.certify.block import Block
from tests.support.densities import LinearGaussian

CPU = torch.device("cpu")
WORK = {"models": (), "images": 1, "simulated": 1, "searched": 1, "searched_latent": 8, "searched_high": 1}
WORK |= {"quadrature_latent": 4, "nodes": 9, "block": 1000}


class Unlabelled(LinearGaussian):
    """A linear model with `given`, as the study's models have; it ignores the labels."""

    def given(self, y):  # noqa: ARG002 (the labels are ignored)
        return self


def linear_model(latent=3, pixels=8, noise=0.3):
    loading = torch.randn(pixels, latent, generator=torch.Generator().manual_seed(1))
    return Unlabelled(loading, noise)


def noise_of(names, run, seed=0):
    return ImageStreams([stream(seed, run, name) for name in names], CPU)


def block_of(model, x, y=None, *, chains=10, temperatures=60, leapfrogs=3, seed=0):
    params = CertifyParams(chains=chains, temperatures=temperatures, leapfrogs=leapfrogs, **WORK)
    labels = torch.zeros(len(x), dtype=torch.int64) if y is None else y
    return Block(model, x, labels, partial(noise_of, range(len(x)), seed=seed), params, lambda images: None)


def simulated(model, images, seed=0):
    return simulate(model, torch.zeros(images, dtype=torch.int64), noise_of(range(images), "simulate", seed))

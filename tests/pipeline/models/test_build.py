"""The first weights of a model."""

import numpy as np
import pytest
import torch
from torch import nn

from pipeline.core.rng import stream
from pipeline.models.build import start
from pipeline.models.plain import VAE


class Skip(VAE):
    """A model with a layer outside its encoder and decoder."""

    def __init__(self, pixels, hidden, latent_dim):
        super().__init__(pixels, hidden, latent_dim)
        self.skip = nn.Linear(latent_dim, pixels)


def first_weights(kind, *names):
    model = start(kind(6, (5,), 2), np.full(6, 0.3), stream(0, *names))
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


@pytest.mark.parametrize("kind", [VAE, Skip])
def test_the_same_stream_draws_the_same_weights_of_all_layers(kind):
    first, again, other = first_weights(kind, "a"), first_weights(kind, "a"), first_weights(kind, "b")
    assert all(torch.equal(first[name], again[name]) for name in first)
    drawn = [name for name in first if name.endswith("weight")]
    assert not any(torch.equal(first[name], other[name]) for name in drawn)


def test_a_layer_more_leaves_the_weights_of_the_others_as_they_are():
    plain, skip = first_weights(VAE, "a"), first_weights(Skip, "a")
    assert all(torch.equal(plain[name], skip[name]) for name in plain)

"""The first weights of a model."""

import numpy as np
import pytest
import torch
from torch import nn

from pipeline.core.rng import stream
from pipeline.models.build import start
from pipeline.models.conditional import ConditionalVAE
from pipeline.models.plain import VAE


class Skip(VAE):
    """A model with a layer outside its encoder and decoder."""

    def __init__(self, pixels, hidden, latent_dim):
        super().__init__(pixels, hidden, latent_dim)
        self.skip = nn.Linear(latent_dim, pixels)


def first_weights(kind, *names):
    model = start(kind(6, (5,), 2), np.full(6, 0.3), stream(0, *names))
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def test_a_label_is_one_hot_or_one_number_of_mean_zero_and_variance_one():
    y = torch.arange(10)
    assert torch.equal(ConditionalVAE(6, (5,), 2).encode(y), torch.eye(10))
    number = ConditionalVAE(6, (5,), 2, label="number").encode(y)
    assert number.shape == (10, 1)
    assert torch.allclose(number.diff(dim=0), number.diff(dim=0)[:1])
    assert number.mean() == pytest.approx(0, abs=1e-6)
    assert number.var(unbiased=False) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("label", ["one-hot", "number"])
@pytest.mark.parametrize("sees", [True, False])
@torch.no_grad()
def test_the_label_moves_the_decoder_and_the_encoder_only_if_it_sees_it(label, sees):
    model = start(ConditionalVAE(6, (5,), 2, label, sees), np.full(6, 0.3), stream(0, "label"))
    assert isinstance(model, ConditionalVAE)
    x, z = torch.ones(2, 6), torch.zeros(2, 2)
    given = model.given(torch.tensor([1, 8]))
    means, logits = given.posterior(x).mean, given.likelihood(z).logits
    assert not torch.equal(logits[0], logits[1])
    assert torch.allclose(means[0], means[1], atol=1e-6) == (not sees)  # rows of a product may round differently


@pytest.mark.parametrize("kind", [VAE, Skip])
def test_the_same_stream_draws_the_same_weights_of_all_layers(kind):
    first, again, other = first_weights(kind, "a"), first_weights(kind, "a"), first_weights(kind, "b")
    assert all(torch.equal(first[name], again[name]) for name in first)
    drawn = [name for name in first if name.endswith("weight")]
    assert not any(torch.equal(first[name], other[name]) for name in drawn)


def test_a_layer_more_leaves_the_weights_of_the_others_as_they_are():
    plain, skip = first_weights(VAE, "a"), first_weights(Skip, "a")
    assert all(torch.equal(plain[name], skip[name]) for name in plain)

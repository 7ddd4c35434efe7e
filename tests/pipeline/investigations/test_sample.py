"""The arrays that the stage `sample` draws, on small models through the production path."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from pipeline.config import ModelParams
from pipeline.core.rng import stream
from pipeline.core.statistics import bernoulli_entropy
from pipeline.investigations.pixels import draw_pixels, entropy, from_prior, probabilities
from pipeline.investigations.sample.arrays import KINDS, by_kind
from pipeline.investigations.sample.choice import ranked
from pipeline.investigations.sample.randomness import image_randomness, pixel_randomness
from pipeline.investigations.sample.reconstruction import fidelity, noisy
from pipeline.investigations.sample.slant import slant
from pipeline.investigations.sample.styles import in_styles, variance_parts
from pipeline.models.build import build
from pipeline.numbers.sample import agreement


def model(*, conditional=False, latent=2, pixels=6, strength=3.0):
    params = ModelParams(
        kind="vae",
        latent_dim=latent,
        label="one-hot" if conditional else "none",
        encoder_sees_label=conditional,
        train_on="core",
        binarisation="stochastic",
        seed=0,
        epochs=80,
        score_on="all",
    )
    made = build(pixels, (8,), params)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for values in made.parameters():
            values.copy_(torch.randn(values.shape, generator=generator) * strength / max(values.shape) ** 0.5)
    return made


def test_draws_are_binary_pixels_whose_means_are_the_probabilities():
    z = from_prior(model(), 3, np.random.default_rng(0))
    probability = np.repeat(probabilities(model(), z)[None], 20_000, axis=0)
    draws = draw_pixels(probability, np.random.default_rng(1))
    assert ((probability >= 0) & (probability <= 1)).all()
    assert set(np.unique(draws)) == {0, 1}
    assert draws.mean(axis=0) == pytest.approx(probability[0], abs=0.02)


def test_no_multiple_of_the_spread_is_the_posterior_mean_and_others_go_on_the_same_way():
    x = torch.ones(4, 6)
    z = noisy(model(), x, [0.0, 1.0, 4.0], np.random.default_rng(0)).detach()
    mean = model().posterior(x).mean.detach()
    assert torch.equal(z[0], mean)
    torch.testing.assert_close(z[2] - mean, 4 * (z[1] - mean))
    noise = torch.from_numpy(np.random.default_rng(0).standard_normal((4, 2), dtype=np.float32))
    torch.testing.assert_close(z[1] - mean, model().posterior(x).stddev.detach() * noise)
    assert fidelity(model(), x, [0.0, 1.0, 4.0], np.random.default_rng(0))[0] == pytest.approx(
        model().likelihood(mean).log_prob(x).detach().numpy()
    )


def test_generation_and_its_entropies_do_not_touch_the_encoder():
    def refuse(*_):
        raise AssertionError("the encoder was called")

    one = model()
    one.encoder.forward = refuse
    rng = np.random.default_rng(0)
    assert probabilities(one, from_prior(one, 5, rng)).shape == (5, 6)
    assert pixel_randomness(one, 50, rng)["given_z"].shape == (50,)
    with pytest.raises(AssertionError, match="encoder"):
        image_randomness(one, 2, 4, rng)


def test_draws_repeat_with_their_stream_and_differ_by_name():
    a, b, c = (from_prior(model(), 4, stream(0, "sample", name)) for name in ("x", "x", "y"))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_the_same_z_stands_along_a_row_of_styles():
    one = model(conditional=True)
    z = from_prior(one.given(torch.zeros(1, dtype=torch.long)), 3, np.random.default_rng(0))
    board = in_styles(one, z, 10)
    for row, y in itertools.product(range(3), (0, 7)):
        alone = probabilities(one.given(torch.tensor([y])), z[row : row + 1])[0]
        assert board[row, y] == pytest.approx(alone, abs=1e-6)


def test_the_parts_of_the_variance_add_up_and_separate_label_and_style():
    f = np.random.default_rng(0).random((30, 10, 6))
    assert variance_parts(f).sum() == pytest.approx(f.var(axis=(0, 1)).sum())
    assert variance_parts(np.repeat(f[:1], 30, axis=0))[1:] == pytest.approx([0, 0])
    assert variance_parts(np.repeat(f[:, :1], 10, axis=1))[[0, 2]] == pytest.approx([0, 0])


def test_slant_is_the_shear_of_a_stroke():
    image = np.zeros((5, 5))
    image[4 - np.arange(5), np.arange(5)] = 1
    assert slant(image.reshape(1, 25))[0] == pytest.approx(1)
    assert slant(image[:, ::-1].reshape(1, 25))[0] == pytest.approx(-1)
    assert slant(np.eye(5)[[2] * 5][:1].reshape(1, 5).repeat(5, axis=0).reshape(1, 25))[0] == pytest.approx(0)


def test_a_trait_common_to_all_labels_agrees_and_an_independent_one_does_not():
    rng = np.random.default_rng(0)
    common = rng.normal(size=(500, 1))
    assert agreement(np.repeat(common, 10, axis=1) * np.arange(1, 11)) == pytest.approx(1)
    assert agreement(rng.normal(size=(5000, 10))) == pytest.approx(0, abs=0.02)
    assert agreement(np.ones((5, 10))) == 0


def test_the_entropy_of_an_image_given_z_is_the_sum_over_its_pixels():
    z = torch.zeros(1, 2)
    assert entropy(model(), z)[0] == pytest.approx(bernoulli_entropy(probabilities(model(), z)).sum(), rel=1e-4)


def test_the_variance_of_pixels_is_that_given_z_and_that_of_z():
    found = pixel_randomness(model(), 500, np.random.default_rng(0))
    mean = probabilities(model(), from_prior(model(), 500, np.random.default_rng(0))).mean(axis=0)
    assert found["variance_given_z"] + found["variance_z"] == pytest.approx((mean * (1 - mean)).sum(), rel=1e-4)
    assert found["given_z"].mean() <= found["pixels_alone"]


def test_the_entropy_of_an_image_lies_between_its_bounds():
    """The exact entropy is a sum over all images of six pixels, whose probabilities are averages over many z."""
    one = model(strength=2.0)
    images = torch.tensor(list(itertools.product((0.0, 1.0), repeat=6)))
    z = from_prior(one, 20_000, np.random.default_rng(5))
    with torch.inference_mode():
        total = one.likelihood(z[:, None].expand(-1, 64, -1)).log_prob(images).exp().mean(dim=0)
    exact = float((total * total.log()).sum())
    found = image_randomness(one, 3000, 16, np.random.default_rng(0))
    below, above = found["log_below"], found["log_above"]
    assert below.mean() - 3 * below.std() / 3000**0.5 < exact < above.mean() + 3 * above.std() / 3000**0.5
    assert below.mean() < above.mean()


def test_images_are_ranked_among_those_of_their_label():
    rng = np.random.default_rng(0)
    label = np.repeat([0, 1], 101).astype(np.int8)
    scores = pd.DataFrame({"id": np.arange(202, dtype=np.int32), "label": label, "subset": "test"})
    scores["log_likelihood"] = np.where(label == 0, -200.0, -50.0) + rng.permutation(202) / 10
    shown = ranked(scores).set_index("rank")
    assert list(shown.index) == ["likely", "ordinary", "unlikely"]
    above = scores["log_likelihood"] - scores.groupby("label")["log_likelihood"].transform("median")
    order = above.rank().to_numpy()[shown["id"].to_numpy()]
    assert order == pytest.approx([200, 101.5, 3], abs=1)


def test_reconstructions_are_of_the_middle_model_and_other_arrays_are_by_model():
    names = ("reconstructions.draws", "reconstructions.log_prob", "generation.z")
    files = {f"{one}.{name}": np.array([place]) for place, one in enumerate(("small", "middle")) for name in names}
    found = by_kind(files, "middle")
    assert list(found) == list(KINDS)
    assert sorted(found["reconstructions"]) == ["draws", "middle.log_prob", "small.log_prob"]
    assert found["reconstructions"]["draws"] == 1
    assert sorted(found["generation"]) == ["middle.z", "small.z"]
    assert found["styles"] == {}

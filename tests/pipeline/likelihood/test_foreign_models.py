"""Models that are not the study's own: their log likelihoods are right, or they are refused in one line."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import (
    Bernoulli,
    Categorical,
    Independent,
    Laplace,
    LogNormal,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
    Poisson,
    StudentT,
    TransformedDistribution,
    Uniform,
)
from torch.distributions.transforms import AffineTransform

from pipeline.core.errors import DataError, ParameterError
from pipeline.core.rng import stream
from pipeline.library import annealed, log_likelihood
from pipeline.likelihood import proposals
from pipeline.likelihood.scoring import score
from pipeline.models.density import elbo
from pipeline.models.distributions import BernoulliPixels
from pipeline.models.plain import VAE
from pipeline.models.priors import GeneralPrior, prior_of
from tests.support.densities import LinearGaussian, every_image, plane_log_likelihood, small_vae
from tests.support.parameters import PARAMS

EFFORT = PARAMS.score.model_copy(update={"prior_points": 500, "block": 64, "prior_share": 0.1})
ANNEALING = PARAMS.certify.model_copy(update={"temperatures": 60, "block": 24 * 25})
CPU = torch.device("cpu")


class VampPrior(VAE):
    """A VAE whose prior is the mixture of its encoder's posteriors at a few pseudo-images."""

    def __init__(self, pixels, hidden, latent_dim, components=3):
        super().__init__(pixels, hidden, latent_dim)
        self.pseudo = nn.Parameter(torch.randn(components, pixels, generator=torch.Generator().manual_seed(5)))

    @property
    def prior(self):
        parts = self.posterior(3 * self.pseudo)
        normals = Independent(Normal(4 * parts.mean, 0.3 + parts.stddev / 2), 1)
        return MixtureSameFamily(Categorical(logits=torch.arange(float(len(self.pseudo)))), normals)


class TwoLayers(nn.Module):
    """z1 ~ N(μ(z2), σ(z2)) and z2 ~ N(0, 1), with z = (ε1, z2) and z1 = μ(z2) + σ(z2) ε1."""

    def __init__(self, pixels):
        super().__init__()
        torch.manual_seed(3)
        self.upper = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 2))
        self.lower = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, pixels))
        with torch.no_grad():
            self.upper[2].weight.mul_(2)
            self.lower[2].weight.mul_(6)

    @property
    def prior(self):
        return Independent(Normal(torch.zeros(2), torch.ones(2)), 1)

    def posterior(self, x):
        return self.prior.expand(x.shape[:1])

    def likelihood(self, z):
        mean, log_deviation = self.upper(z[..., 1:]).chunk(2, dim=-1)
        return BernoulliPixels(self.lower(mean + log_deviation.exp() * z[..., :1]))


@dataclass(frozen=True)
class OfPrior:
    """A decoder with another prior in front of it, and a posterior that does not look at the image."""

    model: VAE
    prior: torch.distributions.Distribution

    def posterior(self, x):
        return Independent(Normal(torch.zeros(len(x), 2), torch.ones(2)), 1)

    def likelihood(self, z):
        return self.model.likelihood(z)


@dataclass(frozen=True)
class Family:
    """A model as a family, for the study's own loop."""

    model: object

    def given(self, y):  # noqa: ARG002 (there are no labels)
        return self.model


@dataclass(frozen=True)
class Poissons(LinearGaussian):
    """Counts."""

    def likelihood(self, z):
        return Independent(Poisson((z @ self.loading.T).exp()), 1)


def vamp():
    torch.manual_seed(0)
    model = VampPrior(8, (16,), 2)
    with torch.no_grad():
        model.decoder[-1].weight.mul_(6)
    return model


def two_hills(apart=3.0):
    normals = Independent(
        Normal(torch.tensor([[-apart, 0.0], [apart, 1.0]]), torch.tensor([[0.3, 1.0], [0.6, 0.5]])), 1
    )
    return MixtureSameFamily(Categorical(torch.tensor([0.3, 0.7])), normals)


PRIORS = {
    "two hills": two_hills(),
    "tilted": MultivariateNormal(torch.ones(2), torch.tensor([[1.0, 0.8], [0.8, 1.0]])),
    "heavy tails": Independent(StudentT(torch.full((2,), 5.0)), 1),
    "no curvature": Independent(Laplace(torch.zeros(2), torch.ones(2)), 1),
    "a flow": TransformedDistribution(
        Independent(Normal(torch.zeros(2), torch.ones(2)), 1), [AffineTransform(1.0, torch.tensor([0.5, 2.0]))]
    ),
}
MODELS = {"vamp prior": vamp, "two layers": lambda: TwoLayers(8)} | {
    name: partial(OfPrior, small_vae(pixels=8, scale=8.0), prior) for name, prior in PRIORS.items()
}


def through_score(model, images, effort):
    ids = np.arange(len(images), dtype=np.int32)
    zeros = np.zeros(len(images), np.uint8)
    return score(Family(model), images, zeros, ids, effort, partial(stream, 0, "foreign"), CPU, lambda _: None)


WAYS = {"library": log_likelihood, "study": through_score}


def standardised_errors(found, exact):
    return ((found["log_likelihood"] - exact) / found["standard_error"]).to_numpy()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MODELS)
def test_a_model_with_a_prior_or_layers_of_its_own_agrees_with_a_grid(name, way):
    model, images = MODELS[name](), every_image(8)[::4]
    found = WAYS[way](model, images, EFFORT.model_copy(update={"draws": 1024, "levels": 1}))
    exact = plane_log_likelihood(model, images, half_width=15.0, points=901)
    z = standardised_errors(found, exact)
    assert np.abs(z).max() < 5
    assert np.sqrt(np.mean(z**2)) < 1.4
    assert np.abs(found["log_likelihood"] - exact).max() < 0.3
    assert np.exp(found["log_likelihood"] - exact).mean() == pytest.approx(1, abs=0.02)


def test_under_a_prior_of_two_hills_the_probabilities_add_up_to_one():
    found = log_likelihood(OfPrior(small_vae(pixels=8, scale=8.0), two_hills()), every_image(8), EFFORT)
    assert np.exp(found["log_likelihood"]).sum() == pytest.approx(1, abs=0.01)


def test_annealing_starts_from_draws_of_any_prior():
    model, images = OfPrior(small_vae(pixels=8), two_hills(apart=1.0)), every_image(8)[::8]
    found = annealed(model, images, ANNEALING)
    error = found["log_likelihood"] - plane_log_likelihood(model, images, half_width=12.0, points=801)
    assert (error.abs() < 4 * found["standard_error"] + 0.05).all()


@pytest.mark.parametrize("name", ["encoder", "mode", "modes"])
@pytest.mark.parametrize("way", WAYS)
def test_every_proposal_scores_right_to_its_own_error(name, way):
    model, images = small_vae(pixels=8), every_image(8)[::2]
    found = WAYS[way](model, images, EFFORT.model_copy(update={"proposal": name, "draws": 1024}))
    z = standardised_errors(found, plane_log_likelihood(model, images))
    good = found["standard_error"].to_numpy() < 0.2
    assert good.mean() > 0.9
    assert np.abs(z[good]).max() < 4.5
    assert 0.6 < np.sqrt(np.mean(z[good] ** 2)) < 1.4


def test_an_image_that_the_encoder_serves_badly_gets_more_of_its_draws():
    effort = EFFORT.model_copy(update={"proposal": "encoder", "target_standard_error": 0.1})
    found = log_likelihood(small_vae(pixels=8, scale=8.0), every_image(8), effort)
    assert set(found["draws"]) == {256, 1024, 4096}
    assert found["passes"][found["draws"] == 256].unique().tolist() == [2 * EFFORT.elbo_draws + 1 + 1 + 256]


def test_an_unknown_proposal_is_refused_with_those_that_there_are():
    with pytest.raises(ParameterError, match=r"score\.proposal = 'flow' is not a proposal; there are encoder, mode, m"):
        log_likelihood(small_vae(pixels=8), every_image(8)[:2], EFFORT.model_copy(update={"proposal": "flow"}))


GREY = np.tile(np.linspace(0, 1, 8), (3, 1))


@pytest.mark.parametrize(
    ("model", "x", "fault"),
    [
        (small_vae(pixels=8), GREY, r"image 0 has a pixel of 0\.142857, which is outside .*; binarise first$"),
        (
            small_vae(pixels=8),
            np.eye(8) * [[1], [1], [255], *[[1]] * 5],
            r"image 2 has a pixel of 255, .*binarise first",
        ),
        (small_vae(pixels=8), -np.eye(8)[::-1] * (np.arange(8) > 2), r"image 0 has a pixel of -1, .*binarise first"),
        (OfPrior(small_vae(pixels=8), two_hills()), GREY, r"binarise first"),
        (small_vae(pixels=8), np.zeros((3, 9)), r"have 9 pixels each, and the model is one of images of 8; reshape"),
        (
            Poissons(torch.ones(8, 2) / 9, 1.0),
            GREY,
            r"image 0 has a pixel of 0\.142857, .*IntegerGreaterThan.*resc",
        ),
    ],
)
@pytest.mark.parametrize("method", [log_likelihood, annealed, through_score])
def test_data_that_the_likelihood_does_not_allow_are_refused(method, model, x, fault):
    with pytest.raises(DataError, match=fault) as told:
        method(model, x, ANNEALING if method is annealed else EFFORT)
    assert len(str(told.value).splitlines()) == 1


def test_torchs_own_bernoulli_is_as_strict_as_the_studys():
    torchs = OfPrior(small_vae(pixels=8), PRIORS["tilted"])
    object.__setattr__(torchs, "likelihood", lambda z: Independent(Bernoulli(logits=torchs.model.decoder(z)), 1))
    with pytest.raises(DataError, match="binarise first"):
        log_likelihood(torchs, GREY, EFFORT)


def test_an_image_beyond_the_first_few_thousand_is_checked_too():
    x = np.zeros((9000, 8), np.uint8)
    x[8765, 3] = 2
    with pytest.raises(DataError, match="image 8765 has a pixel of 2,"):
        log_likelihood(small_vae(pixels=8), x, EFFORT)


@pytest.mark.parametrize(
    ("prior", "fault"),
    [
        (Independent(LogNormal(torch.zeros(2), 1.0), 1), "does not range over all real numbers"),
        (Independent(Uniform(torch.zeros(2), 1.0), 1), "does not range over all real numbers"),
        (Normal(torch.zeros(2), 1.0), r"batch shape \(2,\) and event shape \(\), .*wrap it"),
        (Independent(Normal(torch.zeros(4, 2), 1.0), 1), r"batch shape \(4,\) and event shape \(2,\)"),
        (Independent(Normal(torch.zeros(2).double(), 1.0), 1), "float64; call its float"),
    ],
)
@pytest.mark.parametrize("method", [log_likelihood, annealed, through_score])
def test_a_prior_that_cannot_work_is_refused(method, prior, fault):
    with pytest.raises(ParameterError, match=fault) as told:
        method(OfPrior(small_vae(pixels=8), prior), every_image(8)[:3], ANNEALING if method is annealed else EFFORT)
    assert len(str(told.value).splitlines()) == 1


class Odd(VAE):
    """A VAE whose likelihood does something odd to the logits of all points that it is given."""

    def __init__(self, odd):
        super().__init__(8, (16,), 2)
        self.odd = odd

    def likelihood(self, z):
        return BernoulliPixels(logits=self.odd(self.decoder(z)))


def in_rows(logits):
    """Return logits, for z of two dimensions alone."""
    rows, pixels = logits.shape
    return logits.reshape(rows, pixels)


@pytest.mark.parametrize(
    ("odd", "fault"),
    [
        (lambda logits: logits - logits.mean(dim=0), r"depends on the points beside it, or differs from call to call"),
        (nn.Dropout(0.5), r"depends on the points beside it, or differs from call to call; put dropout .* in eval\(\)"),
        (in_rows, r"fails on points of shape \(2, 3, 2\): too many values to unpack"),
        (lambda logits: logits.flatten(0, -2), r"has shape \(6,\) for points of shape \(2, 3, 2\), not \(2, 3\)"),
    ],
    ids=["centred over points", "dropout", "two dimensions alone", "flattened"],
)
def test_a_likelihood_that_is_not_each_points_own_is_refused(odd, fault):
    with pytest.raises(ParameterError, match=fault) as told:
        log_likelihood(Odd(odd).requires_grad_(requires_grad=False), every_image(8)[:3], EFFORT)
    assert len(str(told.value).splitlines()) == 1


def test_a_likelihood_without_derivatives_is_refused():
    class Detached(VAE):
        def likelihood(self, z):
            return super().likelihood(z.detach())

    model = Detached(8, (16,), 2).requires_grad_(requires_grad=False)
    with pytest.raises(ParameterError, match=r"likelihood\(z\) cannot be differentiated in z"):
        log_likelihood(model, every_image(8)[:3], EFFORT)


def test_the_precision_of_any_prior_is_positive_definite_and_exact_on_a_hill():
    prior = GeneralPrior(OfPrior(small_vae(), two_hills()))
    z = torch.tensor([[-3.0, 0.0], [0.0, 0.5], [3.0, 1.0], [1e3, 1e3]])
    value, slope, precision = prior.expand(z)
    assert torch.linalg.eigvalsh(precision).min() > 0.05
    assert torch.allclose(precision[0], torch.diag(torch.tensor([0.3, 1.0]) ** -2), atol=1e-3)
    assert torch.allclose(slope[[0, 2]], torch.zeros(2, 2), atol=1e-3)
    assert torch.equal(value, two_hills().log_prob(z))


def test_a_normal_prior_by_automatic_derivatives_is_the_closed_one():
    model = small_vae(latent_dim=3)
    z = torch.randn(4, 5, 3, generator=torch.Generator().manual_seed(0))
    for automatic, closed in zip(GeneralPrior(model).expand(z), prior_of(model).expand(z), strict=True):
        assert torch.allclose(automatic, closed.expand_as(automatic), atol=1e-5)


def test_the_bound_of_a_prior_without_a_closed_divergence_is_unbiased():
    model = vamp()
    x = torch.from_numpy(every_image(8)[77:78]).float()
    noise = torch.randn(50_000, 2, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        bounds = elbo(model, x.expand(len(noise), -1), noise).double()
        q = model.posterior(x)
        z = q.mean + q.stddev * noise.flip(0)
        weights = model.likelihood(z).log_prob(x) + model.prior.log_prob(z) - q.log_prob(z)
    assert bounds.mean().item() == pytest.approx(weights.double().mean().item(), abs=1e-3)
    assert bounds.mean() < plane_log_likelihood(model, every_image(8)[77:78], 20.0, 1201)[0]
    assert math.isfinite(bounds.mean())


FROM_THE_PRIOR = """
from types import SimpleNamespace
import torch
from pipeline.likelihood.proposals import Draws
from pipeline.models.priors import prior_of

class FromThePrior:
    nested, screening, spread = True, 0.0, None
    def __init__(self, prior, images):
        self.prior, self.passes = prior, torch.zeros(images)
    def sample(self, streams, draws):
        z = self.prior.draw(streams.named("normal").normal(draws, 2), streams)
        return Draws(z, self.prior.log_prob(z))
    def select(self, kept):
        return FromThePrior(self.prior, int(kept.sum()))

def propose(images, screen, effort, params):
    return FromThePrior(prior_of(images.model), len(images.x))
"""


def test_a_new_proposal_is_one_file(tmp_path, monkeypatch):
    (tmp_path / "from_the_prior.py").write_text(FROM_THE_PRIOR, encoding="utf-8")
    monkeypatch.setattr(proposals, "__path__", [*proposals.__path__, str(tmp_path)])
    model, images = small_vae(pixels=8), every_image(8)[::8]
    effort = EFFORT.model_copy(update={"proposal": "from_the_prior", "draws": 4096, "levels": 1})
    z = standardised_errors(log_likelihood(model, images, effort), plane_log_likelihood(model, images))
    assert np.abs(z).max() < 4.5
    assert 0.6 < np.sqrt(np.mean(z**2)) < 1.5

"""Models and images are checked once, before any work: what the estimator cannot use is refused in one line."""

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.distributions import Distribution
from torch.distributions.constraints import Constraint

from pipeline.core.derivatives import gradient
from pipeline.core.errors import DataError, ParameterError
from pipeline.core.streams import draw
from pipeline.models.density import LatentVariableModel
from pipeline.models.priors import is_diagonal_normal

PARTS = ("prior", "posterior", "likelihood")
FAR = 1e3
"""A coordinate that every prior on the real numbers allows."""
AT_ONCE = 4096
"""Images whose pixels are checked at once."""


def check_parts(model: object) -> None:
    """Check that a model has all that `LatentVariableModel` names.

    Raises:
        ParameterError: a part is missing.
    """
    missing = [part for part in PARTS if not hasattr(model, part)]
    if missing:
        raise ParameterError(f"the model has no {' and no '.join(missing)}; it needs {', '.join(PARTS)}")


def home(model: LatentVariableModel) -> torch.device:
    """Return the device of the model: that of a draw from its prior."""
    return _prior_point(model.prior).device


def check(model: LatentVariableModel, x: Shaped[np.ndarray, "n pixels"], names: Shaped[np.ndarray, " n"]) -> None:
    """Check that log p(x) of these images under this model can be estimated.

    Args:
        model: of the first image, if its parts have labels.
        x: the images.
        names: of the images, for messages.

    Raises:
        DataError: the images have another number of pixels than the model, or values outside the support of its
            likelihood.
        ParameterError: the model does not keep to `LatentVariableModel`.
    """
    check_parts(model)
    point = _checked_prior(model)
    likelihood = _checked_likelihood(model, point, x.shape[1])
    check_support(likelihood, x, names)
    if len(x):
        one = _tensor(x[:1], point.device)
        _check_posterior(model, one, point)
        _check_points(model, one)
        _check_derivative(model, one, point)


def check_support(likelihood: Distribution, x: Shaped[np.ndarray, "n pixels"], names: Shaped[np.ndarray, " n"]) -> None:
    """Check that every image is a value that the likelihood can take.

    Args:
        likelihood: p(x | z) at one latent point.
        x: the images.
        names: of the images, for the message.

    Raises:
        DataError: an image is outside `likelihood.support`; the message has the first one, its value and the remedy.
    """
    support = _support(likelihood)
    if support is None:
        return
    for first in range(0, len(x), AT_ONCE):
        part = x[first : first + AT_ONCE]
        inside = support.check(_tensor(part, torch.device("cpu"))).reshape(len(part), -1).all(dim=1)
        bad = torch.nonzero(~inside).flatten().tolist()
        if bad:
            raise DataError(_outside(support, part[bad[0]], names[first + bad[0]]))


def _support(distribution: Distribution) -> Constraint | None:
    """Return the values that a distribution can take, or None if it does not say."""
    try:
        support: Constraint | None = distribution.support
    except NotImplementedError:  # torch's base class raises this where a distribution has no `support`
        return None
    return support


def _prior_point(prior: Distribution) -> Tensor:
    """Draw one point; which one does not matter."""
    return draw(prior, (1,), np.random.default_rng(0))


def _checked_prior(model: LatentVariableModel) -> Float[Tensor, "1 latent"]:
    """Return a draw from the prior, if the estimator can work with it."""
    prior = model.prior
    if len(prior.event_shape) != 1 or len(prior.batch_shape):
        raise ParameterError(
            f"the model's prior has batch shape {tuple(prior.batch_shape)} and event shape {tuple(prior.event_shape)}, "
            "not () and (latent,); wrap it: Independent(…, 1)"
        )
    point = _prior_point(prior)
    if point.dtype != torch.float32:
        raise ParameterError(f"the model's prior is in {point.dtype}; call its float() for single precision")
    if not _ranges_over_all_reals(prior, point):
        raise ParameterError(
            f"the model's prior does not range over all real numbers ({prior.support}); write the model in a "
            "transformed z that does"
        )
    return point


def _ranges_over_all_reals(prior: Distribution, point: Tensor) -> bool:
    support = _support(prior)
    return support is None or bool(support.check(torch.cat([torch.full_like(point, one) for one in (-FAR, FAR)])).all())


def _checked_likelihood(model: LatentVariableModel, point: Float[Tensor, "1 latent"], pixels: int) -> Distribution:
    likelihood = model.likelihood(point)
    if likelihood.batch_shape != (1,) or len(likelihood.event_shape) != 1:
        raise ParameterError(
            f"the model's likelihood(z) of one point has batch shape {tuple(likelihood.batch_shape)} and event shape "
            f"{tuple(likelihood.event_shape)}, not (1,) and ({pixels},); wrap it: Independent(…, 1)"
        )
    if likelihood.event_shape != (pixels,):
        raise DataError(
            f"the images have {pixels} pixels each, and the model is one of images of {likelihood.event_shape[0]}; "
            "reshape or crop the images, or take the model of these images"
        )
    return likelihood


def _check_posterior(
    model: LatentVariableModel, x: Float[Tensor, "1 pixels"], point: Float[Tensor, "1 latent"]
) -> None:
    try:
        posterior = model.posterior(x)
    except RuntimeError as error:
        raise ParameterError(
            f"the model's posterior(x) fails on an image of {x.shape[1]} pixels: {str(error).splitlines()[0]}; "
            "let it take images of shape (n, pixels)"
        ) from error
    if not is_diagonal_normal(posterior):
        raise ParameterError(
            f"the model's posterior(x) is {posterior}, not independent normal; wrap it: Independent(Normal(…), 1), or "
            "approximate it by such a normal, since only `elbo` and one start of the search depend on it"
        )
    if posterior.batch_shape != (1,) or posterior.event_shape != point.shape[1:]:
        raise ParameterError(
            f"the model's posterior(x) of one image has batch shape {tuple(posterior.batch_shape)} and event shape "
            f"{tuple(posterior.event_shape)}, not (1,) and {tuple(point.shape[1:])}; give it one normal per image, "
            "with the prior's latent dimensions"
        )


def _check_points(model: LatentVariableModel, x: Float[Tensor, "1 pixels"]) -> None:
    """Check that the likelihood takes points of any batch shape, and that each point has one of its own."""
    z = draw(model.prior, (2, 3), np.random.default_rng(0))
    try:
        together, again = (model.likelihood(z).log_prob(x) for _ in range(2))
    except (RuntimeError, ValueError) as error:
        raise ParameterError(
            f"the model's likelihood(z) fails on points of shape {tuple(z.shape)}: {str(error).splitlines()[0]}; let "
            "it take points of shape (…, latent)"
        ) from error
    alone = torch.cat([model.likelihood(one).log_prob(x) for one in z.flatten(0, 1).split(1)])
    if together.shape != z.shape[:-1]:
        raise ParameterError(
            f"log_prob of the model's likelihood(z) has shape {tuple(together.shape)} for points of shape "
            f"{tuple(z.shape)}, not {tuple(z.shape[:-1])}; let its batch shape be that of the points"
        )
    if not all(torch.allclose(one, alone, 1e-3, 1e-2, equal_nan=True) for one in (together.flatten(), again.flatten())):
        raise ParameterError(
            "the model's likelihood(z) of a point depends on the points beside it, or differs from call to call; put "
            "dropout and batch normalisation in eval(), and sum or normalise over the last dimension alone"
        )


def _check_derivative(
    model: LatentVariableModel, x: Float[Tensor, "1 pixels"], point: Float[Tensor, "1 latent"]
) -> None:
    for name, log_prob in (
        ("prior", lambda z: model.prior.log_prob(z)),  # noqa: PLW0108 (made anew where it can be differentiated)
        ("likelihood(z)", lambda z: model.likelihood(z).log_prob(x.clone())),
    ):
        try:
            gradient(log_prob, point)
        except RuntimeError as error:
            raise ParameterError(
                f"log_prob of the model's {name} cannot be differentiated in z: {str(error).splitlines()[0]}; write it "
                "in operations of torch, without detach() or no_grad()"
            ) from error


def _outside(support: Constraint, row: Shaped[np.ndarray, " pixels"], name: object) -> str:
    """Describe the first pixel of an image that is outside the support, and what to do about it."""
    pixel = getattr(support, "base_constraint", support)
    inside = pixel.check(_tensor(row, torch.device("cpu")))
    what = f"image {name} is outside the support of the model's likelihood"
    if inside.shape == row.shape:
        value = float(row[int(torch.nonzero(~inside)[0])])
        what = f"image {name} has a pixel of {value:g}, which is outside the support of the model's likelihood"
    allowed = [value for value in (-1.0, 0.0, 0.5, 1.0, 2.0) if pixel.check(torch.full(row.shape, value)).all()]
    if allowed == [0.0, 1.0]:
        return f"{what}: Bernoulli pixels are 0 or 1; binarise first"
    return f"{what}, {pixel}; rescale the images, or take a likelihood that allows them"


def _tensor(x: Shaped[np.ndarray, "*shape"], device: torch.device) -> Float[Tensor, "*shape"]:
    return torch.from_numpy(np.ascontiguousarray(x)).to(device, torch.float32)

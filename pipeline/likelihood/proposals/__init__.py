"""Proposals: the distributions from which importance sampling draws the latent points that explain an image.

A proposal is one file of this folder, and is called by the file's name in params.yaml (`score.proposal`,
`validate.proposals`). The file has a function

    propose(images, screen, effort, params) -> Proposal

and nothing else is needed: `find` looks the name up in the folder.
"""

import pkgutil
from importlib import import_module
from typing import NamedTuple, Protocol, cast, runtime_checkable

from jaxtyping import Bool, Float
from torch import Tensor
from torch.distributions import Distribution

from pipeline.config import ScoreParams
from pipeline.core.errors import ParameterError
from pipeline.core.streams import StreamFactory
from pipeline.likelihood.images import Images
from pipeline.likelihood.prior_starts import Screen


class Draws(NamedTuple):
    """Latent points and the log density, in nats, with which the proposal draws them."""

    z: Float[Tensor, "k n latent"]
    log_density: Float[Tensor, "k n"]
    far: int = 0
    """How many of the last draws are spread over the whole prior; changes the order of work and no result."""


class Effort(NamedTuple):
    """Amount of work per image."""

    starts: int
    """Searches for modes that begin at points of the prior."""
    rounds: int
    """Rounds in which the normal at each mode is refined."""
    draws: int
    """Importance weights."""


@runtime_checkable
class Proposal(Protocol):
    """A distribution of latent points for each of n images, from which any number of draws can be taken."""

    @property
    def nested(self) -> bool:
        """Return True if the first k draws of a longer sample are a sample of size k."""

    @property
    def passes(self) -> Float[Tensor, " n"]:
        """Decoder passes that it took to find the proposal, without those of `screening`."""

    @property
    def screening(self) -> float:
        """Cost per image of the comparison with the prior's points, in decoder passes."""

    @property
    def spread(self) -> Float[Tensor, " n"] | None:
        """Estimated variance of an image's log weights, by which its effort is chosen.

        None where finding the proposal gave no estimate; scoring then takes extra pilot draws.
        """

    def sample(self, streams: StreamFactory, draws: int) -> Draws:
        """Draw that many latent points per image.

        Args:
            streams: the images' random numbers.
            draws: the number of points.
        """

    def select(self, kept: Bool[Tensor, " n"]) -> "Proposal":
        """Return the proposal for some of the images."""


@runtime_checkable
class Propose(Protocol):
    """The function of a proposal's file."""

    def __call__(self, images: Images, screen: Screen, effort: Effort, params: ScoreParams) -> Proposal:
        """Find the proposal of every image.

        Args:
            images: a block of them.
            screen: points of the prior, shared by all images, among which searches may start.
            effort: for each image.
            params: what does not depend on the effort.
        """


def find(name: str, key: str = "score.proposal") -> Propose:
    """Return the function `propose` of the proposal called `name`.

    Args:
        name: of a file in this folder.
        key: where in params.yaml the name stands.

    Raises:
        ParameterError: there is no such file.
    """
    known = sorted(module.name for module in pkgutil.iter_modules(__path__))
    if name not in known:
        raise ParameterError(f"params.yaml: {key} = {name!r} is not a proposal; there are {', '.join(known)}")
    return cast(Propose, import_module(f"{__name__}.{name}").propose)


def encoder_draws(posterior: Distribution, noise: Float[Tensor, "k n latent"]) -> Draws:
    """Draw from the encoder's normal q(z | x), one column per image.

    Args:
        posterior: q(z | x) of n images, with independent normal coordinates.
        noise: standard normal.
    """
    z = posterior.mean + posterior.stddev * noise
    return Draws(z, posterior.log_prob(z))

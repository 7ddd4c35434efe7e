"""As `modes`, with every search from a point of the prior and none from the encoder's mean: a search of its own."""

from pipeline.config import ScoreParams
from pipeline.likelihood.images import Images
from pipeline.likelihood.mixture import MixtureProposal
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals import Effort
from pipeline.likelihood.proposals.modes import propose_from


def propose(images: Images, screen: Screen, effort: Effort, params: ScoreParams) -> MixtureProposal:
    """Find the modes of every image's posterior without the encoder; the number of searches is that of `modes`."""
    start, reached = screen.best(images.x, images.y, effort.starts + 1)
    return propose_from(start, reached + images.model.prior.log_prob(start), images, screen, effort, params)

"""A block of images to be estimated together, with the model and the random numbers of each."""

from typing import NamedTuple

from jaxtyping import Bool, Float, Int64
from torch import Tensor

from pipeline.core.streams import StreamFactory
from pipeline.models.density import LabelledModel, LatentVariableModel


class Images(NamedTuple):
    """Images, their labels, the family of models that they are scored under, and their random numbers."""

    family: LabelledModel
    x: Float[Tensor, "n pixels"]
    y: Int64[Tensor, " n"]
    streams: StreamFactory

    @property
    def model(self) -> LatentVariableModel:
        """Return the model of these images."""
        return self.family.given(self.y)

    @property
    def latent_dim(self) -> int:
        """Return the number of latent dimensions."""
        return int(self.model.prior.event_shape[0])

    def select(self, kept: Bool[Tensor, " n"]) -> "Images":
        """Return some of the images."""
        return Images(self.family, self.x[kept], self.y[kept], self.streams.select(kept))

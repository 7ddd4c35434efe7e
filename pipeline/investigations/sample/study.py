"""All pictures that one model draws, as arrays, and measurements on them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from jaxtyping import UInt8
from torch import Tensor

from pipeline.config import SampleParams
from pipeline.core.rng import Stream
from pipeline.data.images import Images
from pipeline.investigations.pixels import draw_pixels, from_prior, probabilities
from pipeline.investigations.sample.arrays import Arrays
from pipeline.investigations.sample.choice import ranked, test_rows
from pipeline.investigations.sample.randomness import image_randomness, pixel_randomness
from pipeline.investigations.sample.reconstruction import fidelity, noisy
from pipeline.investigations.sample.slant import slant
from pipeline.investigations.sample.styles import in_styles, variance_parts
from pipeline.models.build import Autoencoder
from pipeline.models.conditional import ConditionalVAE
from pipeline.models.density import LatentVariableModel


@dataclass(frozen=True)
class Pictures:
    """Pictures drawn from one model; each kind of picture has its own random numbers.

    Args:
        params: numbers of pictures and draws.
        name: the model's name.
        model: the trained model.
        images: all images.
        split: subset of every image.
        binary: all images as the model sees them, 0 or 1.
        scores: log likelihoods under the model, one row per image.
        stream: the stage's source of random numbers.
        device: the device of the model.
    """

    params: SampleParams
    name: str
    model: Autoencoder
    images: Images
    split: pd.DataFrame
    binary: UInt8[np.ndarray, "all pixels"]
    scores: pd.DataFrame
    stream: Stream
    device: torch.device

    def all(self) -> dict[str, Arrays]:
        """Return the arrays of every kind that the model can draw; see `arrays.KINDS`."""
        if isinstance(self.model, ConditionalVAE):
            return {"styles": self.styles(self.model)}
        return {
            "reconstructions": self.reconstructions(self.model),
            "generation": self.generation(self.model),
            "randomness": self.randomness(self.model),
        }

    def reconstructions(self, model: LatentVariableModel) -> Arrays:
        """Reconstruct likely, ordinary and unlikely images at growing multiples of the posterior's spread.

        `probabilities` and `draws` are by multiple and image; `log_prob` is log p(x | z) in nats for a sample of
        test images, by multiple and image.
        """
        shown, source = ranked(self.scores), self.stream("reconstructions")
        x = self._pixels(shown["id"].to_numpy())
        probability = probabilities(model, noisy(model, x, self.params.multiples, source))
        found = {name: shown[name].to_numpy() for name in ("id", "label", "log_likelihood")}
        found |= {name: shown[name].to_numpy(str) for name in ("subset", "rank")}
        found |= {"multiples": np.array(self.params.multiples), "original": np.asarray(x.cpu(), np.uint8)}
        found |= {"probabilities": probability, "draws": draw_pixels(probability, source)}
        rows = test_rows(self.split, self.params.measured, self.stream("measured"))
        noise = self.stream("noise", self.name)
        return found | {"log_prob": fidelity(model, self._pixels(rows), self.params.multiples, noise)}

    def generation(self, model: LatentVariableModel) -> Arrays:
        """Draw images from the prior: z, probabilities and draws."""
        source = self.stream("generation", self.name)
        z = from_prior(model, self.params.generated, source)
        probability = probabilities(model, z)
        return {"z": np.asarray(z.cpu()), "probabilities": probability, "draws": draw_pixels(probability, source)}

    def styles(self, model: ConditionalVAE) -> Arrays:
        """Draw every label at the same few z, and measure the contributions of label and style over many z.

        `variance` has the parts of the pixels' variance; `slant` and `ink` are by z and label.
        """
        # The prior does not depend on the label; any label gives access to it.
        given = model.given(torch.zeros(1, dtype=torch.long, device=self.device))
        source = self.stream("styles", self.name)
        z = from_prior(given, self.params.styles, source)
        probability = in_styles(model, z, model.classes)
        many = in_styles(model, from_prior(given, self.params.measured, source), model.classes)
        found = {"z": np.asarray(z.cpu()), "probabilities": probability, "draws": draw_pixels(probability, source)}
        return found | {"variance": variance_parts(many), "slant": slant(many), "ink": many.mean(axis=-1)}

    def randomness(self, model: LatentVariableModel) -> Arrays:
        """Measure the contributions of z and of the pixels given z to the randomness of an image."""
        pixels = pixel_randomness(model, self.params.prior_points, self.stream("pixels", self.name))
        measured, draws = self.params.measured, self.params.draws
        return pixels | image_randomness(model, measured, draws, self.stream("bounds", self.name))

    def _pixels(self, rows: np.ndarray) -> Tensor:
        return torch.from_numpy(self.binary[rows]).to(self.device).float()

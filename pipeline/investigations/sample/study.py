"""All pictures of the study in arrays: what the models draw, and what is measured of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from pipeline.config import Params
from pipeline.data.images import Images
from pipeline.investigations.sample.arrays import Arrays
from pipeline.investigations.sample.choice import ranked, test_rows
from pipeline.investigations.sample.interpolation import Ends, disagreement, paths
from pipeline.investigations.sample.pixels import entropy, flip, from_prior, probabilities
from pipeline.investigations.sample.randomness import image_randomness, pixel_randomness
from pipeline.investigations.sample.reconstruction import fidelity, noisy
from pipeline.investigations.sample.styles import in_styles, slant, variance_parts
from pipeline.models.build import Autoencoder
from pipeline.models.conditional import ConditionalVAE
from pipeline.models.density import LatentVariableModel
from pipeline.models.plain import VAE

Stream = Callable[..., np.random.Generator]


@dataclass(frozen=True)
class Pictures:
    """Everything that is drawn from the models; each kind of picture has random numbers of its own.

    Args:
        params: how many of everything, what the models are, and who is the judge: the one by whose scores images are
            called likely, which reconstructs and interpolates.
        models: trained ones, by name, the judge among them.
        images: all of them.
        split: every image's set.
        scores: the judge's, one row an image.
        stream: the stage's source of random numbers.
        device: where the models are.
    """

    params: Params
    models: Mapping[str, Autoencoder]
    images: Images
    split: pd.DataFrame
    scores: pd.DataFrame
    stream: Stream
    device: torch.device

    def all(self) -> dict[str, Arrays]:
        """The arrays of every kind; see `arrays.KINDS`."""
        return {
            "reconstructions": self.reconstructions(),
            "generation": self.generation(),
            "interpolation": self.interpolation(),
            "styles": self.styles(),
            "randomness": self.randomness(),
        }

    def reconstructions(self) -> Arrays:
        """A likely, an ordinary and an unlikely image at growing multiples of its posterior's spread.

        `probabilities` and `draws` are by multiple and image; so is `MODEL.log_prob`, log p(x | z) in nats of a sample
        of test images.
        """
        shown, source = ranked(self.scores), self.stream("reconstructions")
        x, model = self._binary(self.params.judge, shown["id"].to_numpy()), self._plain[self.params.judge]
        chances = probabilities(model, noisy(model, x, self.params.sample.multiples, source))
        found = {name: shown[name].to_numpy() for name in ("id", "digit", "log_likelihood")}
        found |= {name: shown[name].to_numpy(str) for name in ("set", "rank")}
        found |= {"multiples": np.array(self.params.sample.multiples), "original": np.asarray(x.cpu(), np.uint8)}
        found |= {"probabilities": chances, "draws": flip(chances, source)}
        rows = test_rows(self.split, self.params.sample.measured, self.stream("measured"))
        for name, one in self._plain.items():
            own = self._binary(name, rows)
            found[f"{name}.log_prob"] = fidelity(one, own, self.params.sample.multiples, self.stream("noise", name))
        return found

    def generation(self) -> Arrays:
        """Images from the prior, for every model that is not conditional: z, probabilities and draws."""
        found: Arrays = {}
        for name, model in self._plain.items():
            source = self.stream("generation", name)
            z = from_prior(model, self.params.sample.generated, source)
            chances = probabilities(model, z)
            own = {"z": np.asarray(z.cpu()), "probabilities": chances, "draws": flip(chances, source)}
            found |= {f"{name}.{key}": values for key, values in own.items()}
        return found

    def interpolation(self) -> Arrays:
        """Paths between test images under the judge, by way, step and pair; pictures of the one whose ways differ most.

        `norm` is |z|, `entropy` that of the pixels given z, in nats, `log_prior` is log p(z), in nats, and `spread` the
        sum of both posteriors' variances.
        """
        model, source = self._plain[self.params.judge], self.stream("interpolation")
        rows = test_rows(self.split, 2 * self.params.sample.pairs, self.stream("pairs"))
        pairs = rows[: len(rows) // 2 * 2].reshape(2, -1)
        with torch.inference_mode():
            ends = Ends(*(model.posterior(self._binary(self.params.judge, end)) for end in pairs))
            z = paths(ends, self.params.sample.steps, source)
        apart = np.concatenate([disagreement(probabilities(model, part)) for part in z.split(20, dim=2)])
        shown = int(apart.argmax())
        chances = probabilities(model, z[:, :, shown])
        return {
            "t": np.linspace(0, 1, self.params.sample.steps),
            "id": self.images.id[pairs[:, shown]],
            "digit": self.images.digit[pairs[:, shown]],
            "original": self._frozen(self.params.judge)[pairs[:, shown]],
            "probabilities": chances,
            "draws": flip(chances, source),
            "disagreement": apart,
            "latent": np.array(z.shape[-1]),
            "norm": np.asarray(z.norm(dim=-1).cpu()),
            "log_prior": np.asarray(model.prior.log_prob(z).cpu()),
            "entropy": np.stack([entropy(model, way) for way in z]),
            "spread": np.asarray(sum((end.variance.sum(dim=-1) for end in ends), torch.tensor(0.0)).cpu()),
        }

    def styles(self) -> Arrays:
        """Every digit at the same few z, for every conditional model, and what many z say of digit and style.

        `MODEL.variance` has the parts of the pixels' variance, `MODEL.slant` and `MODEL.ink` are by z and digit.
        """
        found: Arrays = {}
        for name, model in self.models.items():
            if isinstance(model, ConditionalVAE):
                given, source = (
                    model.given(torch.zeros(1, dtype=torch.long, device=self.device)),
                    self.stream("styles", name),
                )
                z = from_prior(given, self.params.sample.styles, source)
                chances = in_styles(model, z, model.classes)
                many = in_styles(model, from_prior(given, self.params.sample.measured, source), model.classes)
                own = {"z": np.asarray(z.cpu()), "probabilities": chances, "draws": flip(chances, source)}
                own |= {"variance": variance_parts(many), "slant": slant(many), "ink": many.mean(axis=-1)}
                found |= {f"{name}.{key}": values for key, values in own.items()}
        return found

    def randomness(self) -> Arrays:
        """What z and what the pixels' flips contribute, for every model that is not conditional."""
        found: Arrays = {}
        for name, model in self._plain.items():
            pixels = pixel_randomness(model, self.params.sample.points, self.stream("pixels", name))
            whole = image_randomness(
                model, self.params.sample.measured, self.params.sample.draws, self.stream("bounds", name)
            )
            found |= {f"{name}.{key}": values for key, values in (pixels | whole).items()}
        return found

    @property
    def _plain(self) -> dict[str, LatentVariableModel]:
        return {name: model for name, model in self.models.items() if isinstance(model, VAE)}

    def _binary(self, name: str, rows: np.ndarray) -> Tensor:
        return torch.from_numpy(self._frozen(name)[rows]).to(self.device).float()

    def _frozen(self, name: str) -> np.ndarray:
        return self.images.binary(self.params.models[name].binarization)

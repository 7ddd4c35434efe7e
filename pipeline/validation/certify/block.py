"""Images that are annealed together: step sizes are tuned in one run and held fixed in the runs that are used."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float, Float64, Int64
from torch import Tensor

from pipeline.config import CertifyParams
from pipeline.core.streams import ImageStreams
from pipeline.models.density import LabelledModel
from pipeline.validation.certify.annealing import Annealed, anneal, geometric_path
from pipeline.validation.certify.temperatures import rising
from pipeline.validation.certify.tuning import Tuner


@dataclass(frozen=True)
class Block:
    """Images with their labels and random numbers, and the runs of annealing on them.

    Args:
        model: with `given(y)`.
        x: the images.
        y: their labels.
        noise: returns the images' random numbers for a run, by its name.
        params: chains, temperatures and leapfrog steps.
        on_transitions: called after each transition with the number of images.
    """

    model: LabelledModel
    x: Float[Tensor, "n pixels"]
    y: Int64[Tensor, " n"]
    noise: Callable[[str], ImageStreams]
    params: CertifyParams
    on_transitions: Callable[[int], None]

    def tune(self) -> Float[Tensor, "transitions n latent"]:
        """Find step sizes for every temperature, image and latent dimension.

        They come from a run of few chains, whose weights are discarded.
        """
        noise = self.noise("tune")
        starts = self._prior_draws(noise, max(2, self.params.chains // 4))
        tuner = Tuner(self.params.temperatures - 1, starts[0])
        self._run(starts, self._rising(), tuner.step, noise, tuner.learn)
        return tuner.frozen()

    def forward(self, steps: Float[Tensor, "transitions n latent"]) -> Annealed:
        """Run chains from the prior to the posterior, whose weights estimate p(x)."""
        noise = self.noise("forward")
        return self._run(self._prior_draws(noise, self.params.chains), self._rising(), steps.__getitem__, noise)

    def reverse(self, steps: Float[Tensor, "transitions n latent"], z: Float[Tensor, "n latent"]) -> Annealed:
        """Run chains from one exact draw of each posterior to the prior, whose weights estimate 1 / p(x)."""
        starts = z.expand(self.params.chains, *z.shape).clone()
        return self._run(starts, self._rising().flip(0), steps.flip(0).__getitem__, self.noise("reverse"))

    def _rising(self) -> Float64[Tensor, " temperatures"]:
        return rising(self.params.temperatures)

    def _prior_draws(self, noise: ImageStreams, chains: int) -> Float[Tensor, "chains n latent"]:
        return noise.sample(self.model.given(self.y).prior, chains)

    def _run(
        self,
        starts: Float[Tensor, "chains n latent"],
        temperatures: Float64[Tensor, " temperatures"],
        step: Callable[[int], Tensor],
        noise: ImageStreams,
        learn: Callable[[int, Tensor, Tensor], None] | None = None,
    ) -> Annealed:
        def on_transition(transition: int, probability: Tensor, force: Tensor) -> None:
            if learn:
                learn(transition, probability, force)
            self.on_transitions(len(self.x))

        terms = geometric_path(self.model.given(self.y), self.x)
        return anneal(terms, starts, temperatures, step, self.params.leapfrogs, noise, on_transition)

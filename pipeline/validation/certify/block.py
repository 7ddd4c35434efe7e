"""Images that are annealed together: step sizes tuned in one run, and held fixed in the runs that count."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float, Float64, Int64
from torch import Tensor

from pipeline.config import CertifyParams
from pipeline.core.streams import Noise
from pipeline.models.density import LabelledModel
from pipeline.validation.certify.annealing import Annealed, anneal, geometric_path
from pipeline.validation.certify.temperatures import rising
from pipeline.validation.certify.tuning import Tuner


@dataclass(frozen=True)
class Block:
    """Images with their labels and random numbers.

    Args:
        model: with `given(y)`.
        x: the images.
        y: their labels.
        noise: the images' random numbers in a run of the given name.
        params: how much work there is.
        on_transitions: is told how many images have just made a transition.
    """

    model: LabelledModel
    x: Float[Tensor, "n pixels"]
    y: Int64[Tensor, " n"]
    noise: Callable[[str], Noise]
    params: CertifyParams
    on_transitions: Callable[[int], None]

    def tune(self) -> Float[Tensor, "transitions n latent"]:
        """Step sizes for every temperature, image and latent dimension.

        Found by a run of few chains, whose weights are thrown away.
        """
        noise = self.noise("tune")
        starts = self._prior_draws(noise, max(2, self.params.chains // 4))
        tuner = Tuner(self.params.temperatures - 1, starts[0])
        self._run(starts, self._rising(), tuner.step, noise, tuner.learn)
        return tuner.frozen()

    def forward(self, steps: Float[Tensor, "transitions n latent"]) -> Annealed:
        """Chains from the prior to the posterior, whose weights estimate p(x)."""
        noise = self.noise("forward")
        return self._run(self._prior_draws(noise, self.params.chains), self._rising(), steps.__getitem__, noise)

    def reverse(self, steps: Float[Tensor, "transitions n latent"], z: Float[Tensor, "n latent"]) -> Annealed:
        """Chains from one exact draw of each posterior to the prior, whose weights estimate 1 / p(x)."""
        starts = z.expand(self.params.chains, *z.shape).clone()
        return self._run(starts, self._rising().flip(0), steps.flip(0).__getitem__, self.noise("reverse"))

    def _rising(self) -> Float64[Tensor, " temperatures"]:
        return rising(self.params.temperatures)

    def _prior_draws(self, noise: Noise, chains: int) -> Float[Tensor, "chains n latent"]:
        return noise.sample(self.model.given(self.y).prior, chains)

    def _run(
        self,
        starts: Float[Tensor, "chains n latent"],
        temperatures: Float64[Tensor, " temperatures"],
        step: Callable[[int], Tensor],
        noise: Noise,
        learn: Callable[[int, Tensor, Tensor], None] | None = None,
    ) -> Annealed:
        def on_transition(transition: int, probability: Tensor, force: Tensor) -> None:
            if learn:
                learn(transition, probability, force)
            self.on_transitions(len(self.x))

        terms = geometric_path(self.model.given(self.y), self.x)
        return anneal(terms, starts, temperatures, step, self.params.leapfrogs, noise, on_transition)

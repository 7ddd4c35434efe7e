"""Parameters of the models and of their training, and the role of each model."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.section import Count, Section, Seed, Share, require, spelt

ModelName = Annotated[
    str,
    spelt(
        r"[a-z][a-z0-9_-]{0,39}",
        "use up to 40 lower-case letters, digits, hyphens and underscores, and begin with a letter",
    ),
]


class ModelParams(Section):
    """One Bernoulli variational autoencoder."""

    kind: ModelName
    """A row of the table in pipeline/models/build.py."""
    latent_dim: Annotated[int, Field(ge=1, le=1024)]
    label: Literal["none", "one-hot", "number"]
    """How a conditional model is given the label; `none` for a model that is not conditional."""
    encoder_sees_label: bool
    """Whether a conditional model's encoder is given the label too, and not its decoder alone."""
    train_on: Literal["core", "matched", "all"]
    binarisation: Literal["stochastic", "threshold"]
    seed: Seed
    epochs: Annotated[int, Field(ge=1, le=100_000)]
    """Length of training and of its schedule, before it is multiplied by the data set's `epochs_factor`."""
    score_on: Literal["all", "sample", "fit", "holdouts", "test"]

    @model_validator(mode="after")
    def _only_a_conditional_model_sees_labels(self) -> "ModelParams":
        require(
            self.conditional or not self.encoder_sees_label,
            "encoder_sees_label = true with label = none needs a label, one-hot or number; set it to false",
        )
        return self

    @property
    def conditional(self) -> bool:
        """Return whether the model is one of p(x | y)."""
        return self.label != "none"


class TrainParams(Section):
    """Training of every model."""

    learning_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    warmup: Share
    weight_decay: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
    precision: Literal["bfloat16", "float32"]
    checkpoint_every: Count
    """Epochs between two checkpoints."""


class Roles(Section):
    """Names of the models that metrics and prose refer to by role."""

    small: ModelName
    middle: ModelName
    large: ModelName
    matched: ModelName
    conditional: ModelName

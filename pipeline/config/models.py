"""Parameters of the models and of their training, and the role of each model."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.config.section import Count, Section, Seed, Share

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


class ModelParams(Section):
    """One Bernoulli variational autoencoder."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    """A row of the table in pipeline/models/build.py."""
    latent_dim: Annotated[int, Field(ge=1, le=1024)]
    conditional: bool
    train_on: Literal["core", "matched", "all"]
    binarization: Literal["stochastic", "threshold"]
    seed: Seed
    epochs_factor: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    """Length of training and of its schedule, as a multiple of the data set's epochs."""
    score_on: Literal["all", "holdouts", "test"]


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

"""The models: what each is, how all are trained, and which part each plays."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.config.section import Count, Section, Seed, Share

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


class ModelParams(Section):
    """One Bernoulli variational autoencoder."""

    latent_dim: Annotated[int, Field(ge=1, le=1024)]
    conditional: bool
    train_on: Literal["core", "matched", "all"]
    binarization: Literal["bernoulli", "threshold"]
    seed: Seed
    duration: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    """Of its training, in the data set's epochs; the schedule is as long."""
    score_on: Literal["all", "holdouts", "test"]


class TrainParams(Section):
    """How every model is trained."""

    learning_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    warmup: Share
    weight_decay: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
    precision: Literal["bfloat16", "float32"]
    checkpoint_every: Count
    """Epochs."""


class Roles(Section):
    """Which model plays which part in the argument; metrics and prose follow the part, not the name."""

    small: ModelName
    middle: ModelName
    large: ModelName
    matched: ModelName
    conditional: ModelName

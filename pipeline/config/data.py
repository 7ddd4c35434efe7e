"""The data sets: what differs by them, where they come from, how images are held out."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.config.section import Count, Seconds, Section, Share

Dataset = Literal["mnist", "fashion-mnist", "kmnist", "digits"]


class DatasetParams(Section):
    """What differs by data set."""

    epochs: Annotated[int, Field(ge=1, le=100_000)]
    hidden: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Units of each hidden layer, from the pixels inwards; the decoder mirrors them."""
    batch_size: Count
    validation: Count
    """Images of the training pool kept for choosing hyperparameters."""


class DownloadParams(Section):
    """Where the four files of a data set come from, after $DATASET_MIRROR."""

    mirrors: dict[Dataset, tuple[Annotated[str, StringConstraints(pattern=r"^(https?|file)://")], ...]]
    read_timeout: Seconds
    total_timeout: Seconds
    test_fraction: Share
    """Share of `digits` in its test file; no official one exists."""


class SplitParams(Section):
    """How images are held out."""

    tail: Annotated[float, Field(gt=0, lt=0.25, allow_inf_nan=False)]
    """Share of the training pool in each of the four tails."""

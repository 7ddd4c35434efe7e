"""Parameters of the data sets, of their download, and of the holdouts."""

from typing import Annotated

from pydantic import Field, StringConstraints

from pipeline.config.section import Count, Positive, Section, Share

DatasetName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class DatasetParams(Section):
    """Parameters that differ between data sets."""

    epochs: Annotated[int, Field(ge=1, le=100_000)]
    hidden: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Units of each hidden layer of the encoder, from the pixels to z; the decoder has them in reverse."""
    batch_size: Count
    validation: Count
    """Images of the training file that are kept for choosing hyperparameters."""


class DownloadParams(Section):
    """Mirrors of the data sets, after $DATASET_MIRROR, and time limits."""

    mirrors: dict[DatasetName, tuple[Annotated[str, StringConstraints(pattern=r"^(https?|file)://")], ...]]
    read_timeout: Positive
    """Seconds without a byte."""
    total_timeout: Positive
    """Seconds per file."""
    test_fraction: Share
    """Share of the images of `digits` in its test file; it has no official one."""


class SplitParams(Section):
    """Size of the holdouts."""

    tail: Annotated[float, Field(gt=0, lt=0.25, allow_inf_nan=False)]
    """Share of the training file in each of the four tails."""

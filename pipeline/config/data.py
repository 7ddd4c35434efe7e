"""Parameters of the data sets, of their download, and of the holdouts."""

from typing import Annotated

from pydantic import Field, model_validator

from pipeline.config.section import Count, Positive, Section, Share, require, spelt

DatasetName = Annotated[
    str, spelt(r"[a-z][a-z0-9-]{0,39}", "use up to 40 lower-case letters, digits and hyphens, and begin with a letter")
]
Mirror = Annotated[str, spelt(r"(https?|file)://.*", "begin with https://, http:// or file://")]


class DatasetParams(Section):
    """Parameters that differ between data sets."""

    epochs_factor: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    """Factor on the epochs of every model."""
    hidden: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Units of each hidden layer of the encoder, from the pixels to z; the decoder has them in reverse."""
    batch_size: Count
    validation: Count
    """Images of the training file that are kept for choosing hyperparameters."""


class DownloadParams(Section):
    """Mirrors of the data sets, after $DATASET_MIRROR, and time limits."""

    mirrors: dict[DatasetName, tuple[Mirror, ...]]
    read_timeout: Positive
    """Seconds without a byte."""
    total_timeout: Positive
    """Seconds per file."""
    test_fraction: Share
    """Share of the images of `digits` in its test file; it has no official one."""

    @model_validator(mode="after")
    def _a_file_outlasts_a_read(self) -> "DownloadParams":
        require(
            self.read_timeout <= self.total_timeout,
            f"read_timeout = {self.read_timeout:g} is longer than total_timeout = {self.total_timeout:g}; lower it",
        )
        return self


class SplitParams(Section):
    """Size of the holdouts."""

    tail: Annotated[float, Field(gt=0, lt=0.25, allow_inf_nan=False)]
    """Share of the training file in each of the four tails."""

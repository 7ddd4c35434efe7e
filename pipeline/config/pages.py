"""What a reader is shown."""

from typing import Annotated

from pydantic import Field

from pipeline.config.section import Count, Section


class PlotParams(Section):
    """What the figures show."""

    gallery: Annotated[int, Field(ge=2, le=20)]
    """Images a row."""


class ExploreParams(Section):
    """What the explorer shows."""

    wall: Count
    """Images of a selection, at most."""

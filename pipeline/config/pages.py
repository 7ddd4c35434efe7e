"""Parameters of the figures and of the explorer."""

from typing import Annotated

from pydantic import Field

from pipeline.config.section import Count, Section


class PlotParams(Section):
    """Contents of the figures."""

    gallery: Annotated[int, Field(ge=2, le=20)]
    """Images of each subset in the figure of examples. That of the likeliest has half as many of a class, or 4."""


class ExploreParams(Section):
    """Contents of the explorer."""

    wall: Count
    """Largest number of images shown of a selection."""

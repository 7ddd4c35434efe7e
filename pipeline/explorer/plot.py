"""The explorer's scatter plot without points; the page's script adds them."""

import json
import re
from typing import Any

from bokeh.embed import json_item
from bokeh.models import (
    BoxSelectTool,
    ColumnDataSource,
    LassoSelectTool,
    LinearColorMapper,
    PanTool,
    Range1d,
    WheelZoomTool,
)
from bokeh.models.annotations.geometry import Slope
from bokeh.plotting import figure
from bokeh.resources import Resources

from pipeline.figures.palette import COLOURS, FAINT

POINT = 5
"""Diameter of a point, in pixels."""


def blank_plot() -> str:
    """Return a plot with the source `points` and the tools `box`, `lasso` and `pan`, as Bokeh's JSON.

    It has no ground of its own; the page's script gives its axes the colours of the page, light or dark.

    Points are drawn by the graphics processor if there is one. Bokeh numbers its objects by a counter of the process;
    they are numbered again from 0, so that the JSON is always the same.
    """
    text = json.dumps(json_item(_figure()), separators=(",", ":"))
    places: dict[str, str] = {}
    return re.sub(r'"p\d+"', lambda found: places.setdefault(found[0], f'"p{len(places)}"'), text)


def bokeh_scripts() -> list[str]:
    """Return the JavaScript of Bokeh for drawing plots, with and without the graphics processor."""
    return list(Resources(mode="inline", components=["bokeh", "bokeh-gl"], log_level="warn").js_raw)


def _figure() -> Any:
    tools = [
        BoxSelectTool(name="box", persistent=False),
        LassoSelectTool(name="lasso", continuous=False),
        PanTool(name="pan"),
        WheelZoomTool(name="wheel"),
    ]
    plot = figure(
        name="plot",
        tools=tools,
        toolbar_location=None,
        output_backend="webgl",
        sizing_mode="stretch_both",
        x_range=Range1d(start=0, end=1, name="x"),
        y_range=Range1d(start=0, end=1, name="y"),
        min_border=8,
    )
    plot.toolbar.active_drag, plot.toolbar.active_scroll = tools[0], tools[3]  # type: ignore[assignment]
    plot.toolbar.logo = None
    plot.add_layout(Slope(name="line", gradient=1, y_intercept=0, line_color=FAINT, line_dash="dashed"))
    _draw_points(plot)
    for axis in (plot.xaxis[0], plot.yaxis[0]):
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font_size = axis.major_label_text_font_size = "13px"
        axis.minor_tick_line_color = None
    plot.xgrid[0].name, plot.ygrid[0].name = "x-grid", "y-grid"
    plot.outline_line_color = plot.background_fill_color = plot.border_fill_color = None
    return plot


def _draw_points(plot: Any) -> None:
    points = ColumnDataSource({"x": [], "y": [], "colour": []}, name="points")
    colours = LinearColorMapper(name="colours", palette=list(COLOURS), low=-0.5, high=len(COLOURS) - 0.5)
    plot.scatter(
        "x",
        "y",
        source=points,
        size=POINT,
        line_color=None,
        fill_color={"field": "colour", "transform": colours},
        fill_alpha=0.65,
        nonselection_fill_color=FAINT,
        nonselection_fill_alpha=0.15,
        nonselection_line_color=None,
    )

"""Common style of all figures, and SVG files whose bytes are reproducible."""

import io
import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.container import Container
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from pipeline.figures.palette import FAINT, INK

WIDTH = 7.0
"""Width of every figure in inches."""

CHARACTER = 0.075
"""Width of an average character at 9 points, in inches."""

SHORTER = [
    (rb"<!--(?! [^>]*DOCTYPE).*?-->", b""),
    (rb"\s*\n\s*", b"\n"),
    (rb"DejaVuSans-", b"D"),
    (rb"(?<=[;:]) (?=[^\"<>]*\"/?>)", b""),
    (rb"(?<=[\"\dz])\n?([MLQCz]) ?(?=[-\d\"\n])", rb"\1"),
    (rb" id=\"[\w.]+_\d+\"", b""),
    (rb"\n\" ", b'" '),
    (rb" xlink:href=", b" href="),
    (rb"(?<=\d)(?<!version=\"1)\.0+(?!\d)|(?<=\.\d)0(?!\d)", b""),
]
"""Patterns that shorten an SVG file, and their replacements: comments, indentation, long names, spaces in styles and
outlines, ids of groups that are never referred to, line ends in outlines, a prefix that SVG 2 does without, zeros."""

GROUP = rb"<g>\n?((?:[^<]|<(?!/?g\b))*)</g>\n?"
"""A group without attributes, and with no group in it."""

RESOLUTION = 160
"""Resolution of rasterised parts of a figure, in dots per inch."""

SETTINGS: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.title_fontsize": 8,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.7,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "axes.labelcolor": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "figures",
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the common style, independently of the user's matplotlibrc; can be used as a decorator too."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)  # type: ignore[arg-type]  # typed with a literal for every key
        yield


def new_figure(height: float, padding: float = 0.06) -> Figure:
    """Return an empty figure whose layout keeps texts apart.

    Args:
        height: of the figure, in inches.
        padding: above and below each axes, in inches.
    """
    return Figure(figsize=(WIDTH, height), layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=padding))


def to_svg(figure: Figure) -> bytes:
    """Encode a figure as SVG with texts as outlines; the same content gives the same bytes.

    The layout is computed once and fixed, since it would change slightly each time the figure is drawn. Coordinates
    are rounded to two decimals of a point, and redundant parts are left out, which saves almost half of the bytes.
    """
    stream = io.BytesIO()
    with house_style():
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        figure.savefig(stream, format="svg", dpi=RESOLUTION, metadata={"Date": None, "Creator": None})
    short = re.sub(rb"(?<!scale\()-?\d+\.\d{3,}", lambda number: b"%.2f" % float(number[0]), stream.getvalue())
    for pattern, replacement in SHORTER:
        short = re.sub(pattern, replacement, short)
    while (without_groups := re.sub(GROUP, rb"\1", short)) != short:
        short = without_groups
    return short


def legend_below(figure: Figure, handles: Sequence[Artist | Container], title: str | None = None) -> None:
    """Add a legend below the figure, with as many columns as the width of the labels allows."""
    longest = max(len(str(handle.get_label())) for handle in handles)
    columns = int(WIDTH / (0.6 + 0.9 * CHARACTER * longest))
    figure.legend(
        handles=list(handles), loc="outside lower center", ncols=max(1, min(columns, len(handles))), title=title
    )


def fold(text: str, inches: float) -> str:
    """Break a text into lines of about `inches`; a hyphenated name is broken only if it is longer than a line."""
    width = int(inches / CHARACTER)
    longer = max(map(len, text.split())) > width
    return textwrap.fill(text, width, break_on_hyphens=longer)


def bin_count(images: int) -> int:
    """Return the number of bins of a histogram: the square root of the number of images, from 20 to 50."""
    return max(20, min(50, math.isqrt(images)))


def row_label(name: str, images: int) -> str:
    """Return the label of a subset's row: its name and its number of images."""
    return f"{name} ({images:,})"

"""How every figure looks: one palette, one set of sizes, and the same bytes each time."""

import io
import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from pipeline.figures.palette import FAINT, INK

WIDTH = 7.0
"""Of every figure, in inches."""

CHARACTER = 0.075
"""Width of one, at 9 points, in inches."""

SHORTER = [
    (rb"<!--(?! [^>]*DOCTYPE).*?-->", b""),
    (rb"\s*\n\s*", b"\n"),
    (rb"DejaVuSans-", b"D"),
    (rb"(?<=[;:]) (?=[^\"<>]*\"/?>)", b""),
    (rb"(?<=[\"\dz])\n?([MLQCz]) ?(?=[-\d\"\n])", rb"\1"),
    (rb" id=\"[\w.]+_\d+\"", b""),
]
"""What is taken out of SVG files, and what stands in its place: comments, indentation, long names, spaces in styles and
outlines, numbers of groups that nothing points at."""

RESOLUTION = 160
"""Of what is rasterised inside a figure, in dots an inch."""

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
    """Draw in the study's style, whatever the reader's own matplotlibrc says; also a decorator."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)  # type: ignore[arg-type]  # typed with a literal for every key
        yield


def new_figure(height: float, padding: float = 0.06) -> Figure:
    """An empty white figure, `height` inches high, that keeps its texts apart.

    Args:
        height: in inches.
        padding: above and below each of its axes, in inches.
    """
    return Figure(figsize=(WIDTH, height), layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=padding))


def to_svg(figure: Figure) -> bytes:
    """The figure as SVG, its texts as outlines, the same bytes for the same content.

    The layout is settled first: solved anew at each drawing it would move by a hair. Places keep two
    decimals of a point, and what no reader of the file needs is left out, which saves almost half the bytes.
    """
    stream = io.BytesIO()
    with house_style():
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        figure.savefig(stream, format="svg", dpi=RESOLUTION, metadata={"Date": None, "Creator": None})
    short = re.sub(rb"(?<!scale\()-?\d+\.\d{3,}", lambda number: b"%.2f" % float(number[0]), stream.getvalue())
    for what, instead in SHORTER:
        short = re.sub(what, instead, short)
    return short


def legend_below(figure: Figure, handles: Sequence[Artist], title: str | None = None) -> None:
    """Explain the handles under the figure, in as many columns as their labels leave room for."""
    longest = max(len(str(handle.get_label())) for handle in handles)
    columns = int(WIDTH / (0.6 + 0.9 * CHARACTER * longest))
    figure.legend(
        handles=list(handles), loc="outside lower center", ncols=max(1, min(columns, len(handles))), title=title
    )


def fold(text: str, inches: float) -> str:
    """Break a text into lines of about `inches`; a model's name only where it is longer than a line."""
    width = int(inches / CHARACTER)
    longer = max(map(len, text.split())) > width
    return textwrap.fill(text, width, break_on_hyphens=longer)


def bin_count(images: int) -> int:
    """Bins of a histogram: the square root of the number of images, from 20 to 50."""
    return max(20, min(50, math.isqrt(images)))


def row_label(name: str, images: int) -> str:
    """What stands beside the row of a set: its name and how many images it has."""
    return f"{name} ({images:,})"

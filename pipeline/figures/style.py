"""Common style of all figures, and SVG files whose bytes are reproducible."""

import io
import math
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from pipeline.figures.palette import FAINT, INK

PANEL = 3.6
"""Width of a panel, in inches: two stand side by side on a wide page, and one fills the width of a phone."""

Drawing = Figure | Sequence[Figure]
"""A figure, or the panels of one."""

CHARACTER = 0.075
"""Width of an average character at 9 points, in inches."""

SHORTER = [
    # comments: `<!-- 0.5 -->` goes
    (rb"<!--(?! [^>]*DOCTYPE).*?-->", b""),
    # indentation, and spaces at the ends of lines
    (rb"\s*\n\s*", b"\n"),
    # names of glyphs: `#DejaVuSans-30` to `#D30`
    (rb"DejaVuSans-", b"D"),
    # spaces in a style at the end of a tag: `"fill: none; stroke: red"/>` to `"fill:none;stroke:red"/>`
    (rb"(?<=[;:]) (?=[^\"<>]*\"/?>)", b""),
    # spaces and line ends around the letters of an outline: `"M 1 2\nL 3 4\nz\n"` to `"M1 2L3 4z\n"`
    (rb"(?<=[\"\dz])\n?([MLQCz]) ?(?=[-\d\"\n])", rb"\1"),
    # ids of groups, to which nothing refers: `<g id="line2d_1">` to `<g>`
    (rb" id=\"[\w.]+_\d+\"", b""),
    # the line end after an outline, before the next attribute: `z\n" clip-path=` to `z" clip-path=`
    (rb"\n\" ", b'" '),
    # a prefix that SVG 2 does without: ` xlink:href="#D30"` to ` href="#D30"`
    (rb" xlink:href=", b" href="),
    # zeros at the ends of decimals: `7.00` to `7` and `7.50` to `7.5`, but not in `version="1.0"`
    (rb"(?<=\d)(?<!version=\"1)\.0+(?!\d)|(?<=\.\d)0(?!\d)", b""),
]
"""Patterns that shorten an SVG file, and their replacements, in this order."""

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
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
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


def new_panel(height: float) -> Figure:
    """Return an empty panel whose layout keeps texts apart, `height` inches high."""
    return Figure(figsize=(PANEL, height), layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06))


def number_panels(drawings: Mapping[str, Drawing]) -> dict[str, Figure]:
    """Return every figure by name; the panels of `name` are called `name-1`, `name-2` and so on."""
    found: dict[str, Figure] = {}
    for name, drawing in drawings.items():
        if isinstance(drawing, Figure):
            found[name] = drawing
        else:
            found |= {f"{name}-{place}": panel for place, panel in enumerate(drawing, start=1)}
    return found


def title_of(figure: Figure) -> str:
    """Return the label or title of a figure, else the title or the horizontal label of its first axes, on one line."""
    first = [figure.axes[0].get_title(loc="left"), figure.axes[0].get_xlabel()] if figure.axes else []
    return " ".join(next(filter(None, [str(figure.get_label()), figure.get_suptitle(), *first]), "").split())


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


def fold(text: str, inches: float) -> str:
    """Break a text into lines of about `inches`; a hyphenated name is broken only if it is longer than a line."""
    width = int(inches / CHARACTER)
    longer = max(map(len, text.split()), default=0) > width
    return textwrap.fill(text, width, break_on_hyphens=longer)


def bin_count(images: int) -> int:
    """Return the number of bins of a histogram: the square root of the number of images, from 20 to 50."""
    return max(20, min(50, math.isqrt(images)))


def plain(value: float, decimals: int | None = None, *, signed: bool = False) -> str:
    """Return a number with a real minus sign; without `decimals` as short as possible."""
    sign = "+" if signed else ""
    text = f"{value:{sign}g}" if decimals is None else f"{value:{sign},.{decimals}f}"
    return text.replace("-", "\N{MINUS SIGN}")

"""The explorer: one self-contained page that shows every holdout image under any two models."""

import json
from collections.abc import Sequence
from pathlib import Path
from string import Template

from bokeh.palettes import Viridis256, interp_palette
from scipy.stats import t

from pipeline.core.statistics import normal_quantile
from pipeline.core.storage import read_text
from pipeline.data.subsets import HOLDOUTS, REGIONS
from pipeline.download.catalogue import DataSet
from pipeline.explorer.plot import blank_plot, bokeh_scripts
from pipeline.explorer.study import Packed
from pipeline.explorer.views import View
from pipeline.figures.palette import COLOURS, REGION_COLOURS

ROOM = Path(__file__).parent
SCRIPTS = (
    "data",
    "state",
    "words",
    "statistics",
    "colour",
    "scatter",
    "image",
    "filters",
    "selection",
    "keyboard",
    "address",
    "start",
)
"""Files of the page's script, in their order there."""

REGION_NAMES = {
    "centre": "centre",
    "pc1-low": "PC1 low",
    "pc1-high": "PC1 high",
    "within-low": "within-class low",
    "within-high": "within-class high",
}
SUBSET_NAMES = {name: "test file" if name == "test" else f"tail {REGION_NAMES[name]}" for name in HOLDOUTS}
TEST_FILE = COLOURS[7]
"""Colour of images of the test file: not the grey of images that are not selected."""
SHADES = 48
"""Colours of a scale."""
SCALES = {
    "sequential": Viridis256[:226],
    "diverging": interp_palette((REGION_COLOURS["within-high"], "#B4B4B4", REGION_COLOURS["pc1-high"]), SHADES),
}
"""Colours from low to high; the yellow end of Viridis would be too faint on a light ground."""
DEGREES = 200
"""Up to so many degrees of freedom the page has Student's quantiles; beyond them it uses an expansion."""


def explorer_page(
    study: Packed,
    subject: DataSet,
    start: tuple[str, str],
    wall: int,
    *,
    views: Sequence[View] = (),
    confidence: float = 0.95,
) -> str:
    """Return the page as HTML that loads nothing from a network.

    Args:
        study: the images and their log likelihoods.
        subject: the data set, with its words for classes.
        start: names of the two models shown first where there is no view, on the x axis and on the y axis.
        wall: number of images of a selection that are shown.
        views: that have a name; the page opens with the first.
        confidence: of the intervals of means.
    """
    settings = study.description | {
        "noun": subject.noun,
        "nouns": subject.nouns,
        "start": start,
        "wall": wall,
        "colours": {
            "label": COLOURS,
            "subset": [TEST_FILE, *(REGION_COLOURS[name] for name in HOLDOUTS[1:])],
            **{
                name: [colours[round(k * (len(colours) - 1) / (SHADES - 1))] for k in range(SHADES)]
                for name, colours in SCALES.items()
            },
        },
        "names": {
            "subset": [SUBSET_NAMES[name] for name in HOLDOUTS],
            "region": [REGION_NAMES[name] for name in REGIONS],
        },
        "views": [{"name": view.name, "title": view.title, "address": view.address} for view in views],
        "confidence": confidence,
        "normal": normal_quantile(confidence),
        "student": [round(float(t.ppf((1 + confidence) / 2, degrees)), 5) for degrees in range(1, DEGREES + 1)],
    }
    return Template(read_text(ROOM / "page.html")).substitute(
        style=read_text(ROOM / "page.css"),
        noun=subject.noun,
        nouns=subject.nouns,
        Noun=subject.noun.capitalize(),
        confidence=f"{100 * confidence:g}",
        bokeh="\n".join(f"<script>{_shut(script)}</script>" for script in bokeh_scripts()),
        settings=_shut(json.dumps(settings, sort_keys=True)),
        plot=_shut(blank_plot()),
        columns=study.columns,
        script=_shut("\n".join(read_text(ROOM / f"{name}.js") for name in SCRIPTS)),
    )


def _shut(text: str) -> str:
    """Escape what would end the script element around a text."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")

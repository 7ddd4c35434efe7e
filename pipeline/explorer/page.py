"""The explorer: one self-contained page that shows every holdout image under any two models."""

import json
from pathlib import Path
from string import Template

from pipeline.core.storage import read_text
from pipeline.data.subsets import HOLDOUTS
from pipeline.download.catalogue import DataSet
from pipeline.explorer.plot import blank_plot, bokeh_scripts
from pipeline.explorer.study import Packed
from pipeline.figures.palette import COLOURS, FAINT, REGION_COLOURS

ROOM = Path(__file__).parent
SCRIPTS = ("data", "state", "scatter", "image", "legend", "selection", "keyboard", "start")
"""Files of the page's script, in the order in which they stand in it."""


def explorer_page(study: Packed, subject: DataSet, start: tuple[str, str], wall: int) -> str:
    """Return the page as HTML that loads nothing from a network.

    Args:
        study: the images and their log likelihoods.
        subject: the data set, with its words for classes.
        start: names of the two models shown first, on the x axis and on the y axis.
        wall: number of images of a selection that are shown.
    """
    subsets = [FAINT, *(REGION_COLOURS[name] for name in HOLDOUTS[1:])]
    settings = study.description | {
        "noun": subject.noun,
        "nouns": subject.nouns,
        "start": start,
        "wall": wall,
        "colours": {"label": COLOURS, "subset": subsets},
    }
    return Template(read_text(ROOM / "page.html")).substitute(
        style=read_text(ROOM / "page.css"),
        noun=subject.noun,
        Noun=subject.noun.capitalize(),
        bokeh="\n".join(f"<script>{_shut(script)}</script>" for script in bokeh_scripts()),
        settings=_shut(json.dumps(settings, sort_keys=True)),
        plot=_shut(blank_plot()),
        columns=study.columns,
        script=_shut("\n".join(read_text(ROOM / f"{name}.js") for name in SCRIPTS)),
    )


def _shut(text: str) -> str:
    """Escape what would end the script element around a text."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")

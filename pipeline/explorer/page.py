"""The explorer: one self-contained page on which a reader looks at any holdout image under any two models."""

import json
from pathlib import Path
from string import Template

from pipeline.core.storage import read_text
from pipeline.data.subjects import Subject
from pipeline.data.subsets import HOLDOUTS
from pipeline.explorer.plot import blank_plot, bokeh_scripts
from pipeline.explorer.study import Packed
from pipeline.figures.palette import COLOURS, FAINT, REGION_COLOURS

ROOM = Path(__file__).parent
SCRIPTS = ("data", "state", "scatter", "image", "legend", "selection", "keyboard", "start")
"""The page's script, in pieces, in order."""


def explorer_page(study: Packed, subject: Subject, start: tuple[str, str], wall: int) -> str:
    """The page, which asks for nothing from anywhere.

    Args:
        study: the images and their likelihoods.
        subject: what the images are of.
        start: the models shown first, along x and along y.
        wall: how many images of a selection are shown.
    """
    sets = [FAINT, *(REGION_COLOURS[name] for name in HOLDOUTS[1:])]
    noun, nouns = subject.noun, subject.nouns
    settings = study.description | {"noun": noun, "nouns": nouns}
    settings |= {"start": start, "wall": wall, "colours": {"digit": COLOURS, "set": sets}}
    return Template(read_text(ROOM / "page.html")).substitute(
        style=read_text(ROOM / "page.css"),
        noun=noun,
        Noun=noun.capitalize(),
        bokeh="\n".join(f"<script>{_shut(script)}</script>" for script in bokeh_scripts()),
        settings=_shut(json.dumps(settings, sort_keys=True)),
        plot=_shut(blank_plot()),
        columns=study.columns,
        script=_shut("\n".join(read_text(ROOM / f"{name}.js") for name in SCRIPTS)),
    )


def _shut(text: str) -> str:
    """The same text, to a script, without what would end the element around it."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")

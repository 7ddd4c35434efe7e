"""Render the real report with a made-up study."""

import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from pipeline.core.storage import read_json, write_bytes, write_json, write_text
from pipeline.figures.alternatives import ALTERNATIVES, as_markdown
from pipeline.figures.atlas import draw_all
from pipeline.numbers.claims import NAMES, ONE_SIDED, compare_studies, verdicts
from pipeline.numbers.collect import all_numbers
from pipeline.numbers.keys import Numbers
from pipeline.rendering.page import render_pages
from pipeline.rendering.pandoc import run_pandoc
from pipeline.rendering.pdf import render_pdf
from stages.plot import write_all as write_figures
from stages.shared.layout import PAGES, Layout
from stages.summarise import write_all
from tests.support.made_up import SEVERAL_RUNS, make_study
from tests.support.quotes import text_of

ROOT = Path(__file__).parents[2]
VERDICTS = ("above", "below", "unresolved", "absent")
CONDITION = re.compile(r'\]\{\.content-visible when-meta="claims\.([\w-]+)\.(\w+)"\}')
STAND_IN = """<svg xmlns="http://www.w3.org/2000/svg" width="504" height="200" viewBox="0 0 504 200">
<path d="M 0 190 L 500 10" stroke="#345" fill="none"/></svg>"""
"""A picture for a figure that a made-up study does not have."""


@pytest.fixture(scope="session")
def drawn_study(once) -> Callable[[int], Layout]:
    """Return the layout of the figures of a made-up study with this many models, drawn once."""

    def drawn_study(models):
        def make(root):
            study = make_study(models=models, side=8, images=700)
            claims = verdicts(study_numbers(study))
            write_figures(Layout(root), draw_all(study.drawing(gallery=6), study.tables, claims))

        return Layout(once(f"figures of {models} models", make)[0])

    return drawn_study


@pytest.fixture(scope="session")
def made_numbers(once) -> Callable[[int], Numbers]:
    """Return the numbers of a made-up study with this many models."""

    def made_numbers(models=5):
        def make(root):
            study = make_study(models=models, side=8, images=700, variants=SEVERAL_RUNS)
            write_json(Layout(root).numbers, study_numbers(study))

        return read_json(Layout(once(f"numbers of {models} models", make)[0]).numbers)

    return made_numbers


@pytest.fixture(scope="session")
def made_layout(made_numbers) -> Callable[..., Layout]:
    """Make a project with the report's sources and what `summarise` writes of a made-up study, with stand-in figures.

    Args of the function returned:
        root: a folder that does not exist yet.
        numbers: of the study; those of five models if left out.
        dataset: whose words the pages use.
    """

    def made_layout(root, numbers=None, dataset="mnist"):
        layout = Layout(root)
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        for name in ("pipeline", "stages"):
            (root / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "report", layout.report, ignore=shutil.ignore_patterns("_output", ".quarto"))
        write_json(layout.replication, compare_studies({}, {}))
        write_all(layout, made_numbers() if numbers is None else numbers, dataset)
        for name in figures_of_pages():
            write_text(layout.figure(name), STAND_IN)
        for name in ALTERNATIVES:
            write_text(layout.figure(f"{name}-1"), STAND_IN)
            write_text(layout.panels_of(name), as_markdown(name, {f"{name}-1": ""}))
        write_json(layout.drawn, {"figures": dict.fromkeys(ALTERNATIVES, True)})
        return layout

    return made_layout


@pytest.fixture(scope="session")
def study_pages(made_layout, drawn_study, once) -> Callable[[str], tuple[Layout, dict[str, str]]]:
    """Return the layout and the pages of the made-up study of five models, rendered once by a renderer.

    With Pandoc there is a PDF too.
    """

    def study_pages(renderer="pandoc"):
        def make(root):
            layout = made_layout(root)
            drawn = drawn_study(5)
            shutil.copytree(drawn.figures, layout.figures, dirs_exist_ok=True)
            shutil.copytree(drawn.panels, layout.panels, dirs_exist_ok=True)
            for name, page in render_pages(layout.report, PAGES, renderer).items():
                write_text(layout.page(name), page)
            if renderer == "pandoc":
                write_bytes(layout.pdf, render_pdf(layout.report, [f"{name}.qmd" for name in PAGES]))

        layout = Layout(once(f"report of a study by {renderer}", make)[0])
        return layout, {name: layout.page(name).read_text(encoding="utf-8") for name in PAGES}

    return study_pages


def study_numbers(study):
    """Return every number of a made-up study, by key."""
    return all_numbers(study.params, study.tables)


@cache
def sources():
    """Return the sources of the pages, by name."""
    return {name: (ROOT / "report" / f"{name}.qmd").read_text(encoding="utf-8") for name in PAGES}


def figures_of_pages():
    """Return the names of the figures that the pages show, in order."""
    return list(dict.fromkeys(re.findall(r"\(\.\./data/plot/([\w-]+)\.svg\)", "".join(sources().values()))))


def turn(layout, verdict):
    """Give every claim this verdict and, unless it is absent, an estimate with an interval.

    Claims of `ONE_SIDED` are not resolved where the others are below.
    """
    numbers = {key: value for key, value in read_json(layout.numbers).items() if not key.startswith("claim.")}
    if verdict != "absent":
        numbers |= {f"claim.{name}.{end}": 1.5 for name in NAMES for end in ("value", "low", "high")}
        numbers.setdefault("decompose.lead.other.words", "class")  # of a claim that the made-up study does not make
    write_json(layout.numbers, numbers)
    known = {verdict: True} | ({} if verdict == "absent" else {"known": True})
    asked = read_json(layout.conditions)
    claims = dict.fromkeys(NAMES, known)
    if verdict == "below":
        claims |= {name: {"unresolved": True, "known": True} for name in ONE_SIDED}
    write_json(layout.conditions, asked | {"claims": claims})


def words_of(layout, page):
    """Return the visible text of a page without code and figures, which takes a fraction of the time of making it."""
    made = run_pandoc(layout.report, f"{page}.qmd", ["--to=html5", "--mathml"])
    return text_of(re.sub(r"<pre\b.*?</pre>", "", made, flags=re.DOTALL))


def wordings(source):
    """Return what a page says of each claim under each verdict, by claim and verdict; words in brackets alone."""
    found = {}
    for end in CONDITION.finditer(source):
        start, depth = end.start(), 1
        while depth:
            start -= 1
            depth += {"]": 1, "[": -1}.get(source[start], 0)
        found.setdefault(end[1], {}).setdefault(end[2], []).append(source[start + 1 : end.start()])
    return found

"""Render the real report with a made-up study."""

import hashlib
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pipeline.core.storage import read_json, write_bytes, write_json, write_text
from pipeline.figures.atlas import draw_all
from pipeline.figures.style import to_svg
from pipeline.numbers.collect import all_numbers
from pipeline.rendering.manuscript import read_manuscript
from pipeline.rendering.page import Report, render_page, render_report
from stages.shared.layout import Layout
from tests.support.made_up import make_study
from tests.support.quotes import plain_text
from tests.support.samples import make_sample

ROOT = Path(__file__).parents[2]
Numbers = dict[str, float | int | str]
TEN = ("orders",)
"""Figures that a study of ten models has and a study of five does not."""


@pytest.fixture(scope="session")
def drawn_study(once) -> Callable[[int], Layout]:
    """Return the layout of the figures of a made-up study with this many models, drawn once."""
    return lambda models: Layout(once(f"figures of {models} models", partial(_draw, models=models))[0])


@pytest.fixture(scope="session")
def made_numbers(once) -> Callable[[int], Numbers]:
    """Return the numbers of a made-up study with this many models."""

    def made_numbers(models=5):
        return read_json(Layout(once(f"numbers of {models} models", partial(_calculate, models=models))[0]).numbers)

    return made_numbers


@pytest.fixture(scope="session")
def made_report(drawn_study) -> Callable[[Path, Numbers], Layout]:
    """Copy the project's report to a folder, with these numbers and the figures of a made-up study of five models.

    Another figure takes the place of one that such a study does not have.
    """

    def made_report(root, numbers):
        layout = Layout(root)
        for name in ("pipeline", "stages"):
            root.mkdir(parents=True, exist_ok=True)
            (root / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "report", layout.report, ignore=shutil.ignore_patterns("_output", ".quarto"))
        shutil.copytree(drawn_study(5).figures, layout.figures)
        for name in TEN:
            shutil.copy2(layout.figure("validate"), layout.figure(name))
        write_json(layout.numbers, numbers)
        return layout

    return made_report


@pytest.fixture(scope="session")
def made_page(made_report, once) -> Callable[[Numbers], str]:
    """Return the page with these numbers, rendered once for all processes of the tests."""

    def make(root, numbers):
        layout = made_report(root, numbers)
        write_text(layout.page, render_page(layout.report, "pandoc"))

    def made_page(numbers):
        name = hashlib.sha256(json.dumps(numbers).encode()).hexdigest()[:12]
        return Layout(once(f"page {name}", partial(make, numbers=numbers))[0]).page.read_text(encoding="utf-8")

    return made_page


@pytest.fixture(scope="session")
def made_text(made_report, once) -> Callable[[Numbers], str]:
    """Return the page's text with these numbers, before a renderer makes a page of it: half the work."""

    def make(root, numbers):
        layout = made_report(root, numbers)
        write_text(layout.page, plain_text(read_manuscript(layout.report).markdown))

    def made_text(numbers):
        name = hashlib.sha256(json.dumps(numbers).encode()).hexdigest()[:12]
        return Layout(once(f"text {name}", partial(make, numbers=numbers))[0]).page.read_text(encoding="utf-8")

    return made_text


@pytest.fixture(scope="session")
def study_report(made_report, made_numbers, once) -> tuple[Layout, Report]:
    """Return the report of the made-up study of five models, rendered once: its layout, and the page and PDF."""

    def make(root):
        layout = made_report(root, made_numbers())
        report = render_report(layout.report, "pandoc")
        write_text(layout.page, report.page)
        write_bytes(layout.pdf, report.pdf)

    layout = Layout(once("report of a study", make)[0])
    return layout, Report(layout.page.read_text(encoding="utf-8"), layout.pdf.read_bytes())


def section_with(root, name, numbers):
    """Return a section of the report with these numbers, in Markdown: no figure is drawn and no page made.

    Args:
        root: a folder that does not exist yet.
        name: of the file in `report/`.
        numbers: what the section may quote.
    """
    report = make_sample(root) / "report"
    shutil.copy(ROOT / "report" / name, report)
    setup = (ROOT / "report" / "index.qmd").read_text(encoding="utf-8").partition("\n::: {.screen}")[0]
    write_text(report / "index.qmd", f"{setup}\n{{{{< include {name} >}}}}\n")
    write_json(Layout(root).numbers, numbers)
    return read_manuscript(report).markdown


def _draw(root, models):
    """Draw the figures of a made-up study."""
    layout, study = Layout(root), make_study(models=models, side=8, images=700)
    for name, figure in draw_all(study.drawing(gallery=6), study.tables).items():
        write_bytes(layout.figure(name), to_svg(figure))


def _calculate(root, models):
    """Compute the numbers of a made-up study."""
    write_json(Layout(root).numbers, study_numbers(make_study(models=models, side=8, images=700)))


def study_numbers(study):
    """Return every number of a made-up study, by key."""
    return all_numbers(study.params, study.tables)

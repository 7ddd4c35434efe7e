"""The real report on a made-up study."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pipeline.figures.atlas import draw_all
from pipeline.figures.style import to_svg
from pipeline.numbers import all_numbers
from pipeline.rendering.page import Report, render_report
from pipeline.storage import read_json, write_bytes, write_json, write_text
from stages.layout import Layout
from tests.made_up import make_study

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def drawn_study(once) -> Callable[[int], Layout]:
    """Where the figures and numbers are of a made-up study of so many models, which is made once."""
    return lambda models: Layout(once(f"study of {models} models", partial(_make, models=models))[0])


@pytest.fixture(scope="session")
def made_report(drawn_study) -> Callable[..., Layout]:
    """Put the project's report at a folder, beside the figures and numbers of a made-up study."""

    def made_report(root, *, models=5, change=lambda numbers: numbers):
        made, layout = drawn_study(models), Layout(root)
        for name in ("pipeline", "stages"):
            root.mkdir(parents=True, exist_ok=True)
            (root / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "report", layout.report, ignore=shutil.ignore_patterns("_output", ".quarto"))
        shutil.copytree(made.figures, layout.figures)
        write_json(layout.numbers, change(read_json(made.numbers)))
        return layout

    return made_report


@pytest.fixture(scope="session")
def study_report(made_report, once) -> tuple[Layout, Report]:
    """The report of the made-up study of five models, rendered once: where it is, and what came of it."""

    def make(root):
        layout = made_report(root)
        report = render_report(layout.report, "pandoc")
        write_text(layout.page, report.page)
        write_bytes(layout.pdf, report.pdf)

    layout = Layout(once("report of a study", make)[0])
    return layout, Report(layout.page.read_text(encoding="utf-8"), layout.pdf.read_bytes())


def _make(root, models):
    """The figures and numbers of a made-up study."""
    layout, study = Layout(root), make_study(models=models, side=8, images=700)
    for name, figure in draw_all(study.drawing(gallery=6), study.tables).items():
        write_bytes(layout.figure(name), to_svg(figure))
    write_json(layout.numbers, study_numbers(study))


def study_numbers(study):
    """Every number of a made-up study, by the keys of a real one."""
    return all_numbers(study.params, study.tables)

import re
import shutil

import pytest

from stages.shared.layout import Layout
from tests.support.tiny import one_line


@pytest.fixture
def layout(project):
    return Layout(project)


def read_figures(layout):
    return {path.stem: path.read_bytes() for path in layout.figures.iterdir()}


def test_every_figure_is_an_svg_file_that_the_report_shows(layout):
    figures = read_figures(layout)
    report = "".join(path.read_text(encoding="utf-8") for path in layout.report.glob("*.qmd"))
    assert {"scatter", "regions", "training"} <= set(figures) <= set(re.findall(r"data/plot/([\w-]+)\.svg", report))
    assert all(svg.startswith(b"<?xml") for svg in figures.values())


def test_figures_are_written_with_the_same_bytes_each_time(layout, run_stage):
    first = read_figures(layout)
    shutil.rmtree(layout.figures)
    assert run_stage(layout.root, "plot") == (0, "")
    assert read_figures(layout) == first


@pytest.mark.parametrize("name", ["scores.parquet", "samples.npz"])
def test_no_figure_is_written_from_a_broken_file(layout, run_stage, name):
    shutil.rmtree(layout.figures)
    file = layout.gathered(name)
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-100])
    code, message = run_stage(layout.root, "plot")
    assert code == 3
    assert one_line(message, f"plot: data/gather/{name}: ")
    assert not layout.figures.exists()

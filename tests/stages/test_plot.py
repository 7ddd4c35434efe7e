import re
import shutil

import pytest

from pipeline.core.storage import read_json
from pipeline.figures.findings import FINDINGS
from pipeline.numbers.claims import verdicts
from stages.shared.layout import Layout
from tests.support.tiny import one_line


@pytest.fixture
def layout(project):
    return Layout(project)


def read_figures(layout):
    return {path.stem: path.read_bytes() for path in layout.figures.iterdir()}


def read_panels(layout):
    return {path.name: path.read_text(encoding="utf-8") for path in layout.panels.iterdir()}


def shown(text):
    return set(re.findall(r"data/plot/([\w-]+)\.svg", text))


def test_every_figure_is_an_svg_file_that_the_pages_include_or_a_picture_of_a_finding(layout):
    figures, panels = read_figures(layout), read_panels(layout)
    report = "".join(path.read_text(encoding="utf-8") for path in layout.report.glob("*.qmd"))
    included = re.findall(r"data/panels/([\w-]+\.md)", report)
    assert {"drawn.yml", *included} <= set(panels)
    findings = {f"finding-{name}" for name in verdicts(read_json(layout.numbers)) if name in FINDINGS}
    assert findings
    assert set(figures) == findings | shown("".join(panels.values()))
    assert {"scatter-1", "training-1"} <= set(figures)
    assert all(svg.startswith(b"<?xml") for svg in figures.values())


def test_the_conditions_tell_which_figures_there_are(layout):
    drawn = read_json(layout.drawn)["figures"]
    assert {name: bool(shown(layout.panels_of(name).read_text(encoding="utf-8"))) for name in drawn} == drawn
    assert (drawn["scatter"], drawn["unseen"]) == (True, False)


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

"""The real report on a made-up study."""

import shutil
from pathlib import Path

from pipeline.figures.atlas import draw_all
from pipeline.figures.style import to_svg
from pipeline.numbers import all_numbers
from pipeline.storage import write_bytes, write_json
from stages.layout import Layout
from tests.made_up import make_study

ROOT = Path(__file__).parents[2]


def make_report(root, numbers=None, *, models=5, change=lambda numbers: numbers):
    """The project's report at `root`, beside the figures and numbers of a made-up study."""
    layout, study = Layout(root), make_study(models=models, side=8, images=700)
    for name in ("pipeline", "stages"):
        root.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "report", layout.report, ignore=shutil.ignore_patterns("_output", ".quarto"))
    figures = draw_all(study.drawing(gallery=6), study.tables)
    for name, figure in figures.items():
        write_bytes(layout.figure(name), to_svg(figure))
    write_json(layout.numbers, change(numbers or study_numbers(study)))
    return layout


def study_numbers(study):
    """Every number of a made-up study, by the keys of a real one."""
    return all_numbers(study.params, study.tables)

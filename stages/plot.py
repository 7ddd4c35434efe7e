"""Draw every figure of the report."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from pipeline.config import load_params
from pipeline.core.storage import read_json, write_bytes, write_json, write_text
from pipeline.figures.alternatives import ALTERNATIVES, as_markdown
from pipeline.figures.atlas import draw_all
from pipeline.figures.style import title_of, to_svg
from pipeline.numbers.claims import verdicts
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.results import read_results


def main(layout: Layout) -> None:
    """Write one SVG per figure or panel, and for the report the panels of each figure, and which figures there are."""
    params = load_params(layout.params)
    claims = verdicts(read_json(layout.numbers))

    write_all(layout, draw_all(params, read_results(params, layout), claims))


def write_all(layout: Layout, figures: Mapping[str, Figure]) -> None:
    """Write all figures, given by name, and what the report includes of them."""
    for name, figure in figures.items():
        write_bytes(layout.figure(name), to_svg(figure))
    titles = {name: title_of(figure) for name, figure in figures.items()}
    panels = {name: as_markdown(name, titles) for name in ALTERNATIVES}
    for name, markdown in panels.items():
        write_text(layout.panels_of(name), markdown or "Not part of this study.\n")
    write_json(layout.drawn, {"figures": {name: bool(markdown) for name, markdown in panels.items()}})


if __name__ == "__main__":
    run(main)

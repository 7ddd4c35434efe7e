"""Draw every figure of the report."""

from pipeline.config import load_params
from pipeline.core.storage import write_bytes
from pipeline.figures.atlas import draw_all
from pipeline.figures.style import to_svg
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.results import read_results


def main(layout: Layout) -> None:
    """Write one SVG per figure."""
    params = load_params(layout.params)

    figures = draw_all(params, read_results(params, layout))

    for name, figure in figures.items():
        write_bytes(layout.figure(name), to_svg(figure))


if __name__ == "__main__":
    run(main)

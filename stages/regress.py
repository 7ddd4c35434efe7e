"""Fit a line whose noise depends on x, and one whose noise does not, and take the training's dips apart."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.investigations.regress.study import study
from pipeline.investigations.regress.tables import write_regression
from stages.command import run
from stages.layout import Layout
from stages.progress import progress


def main(layout: Layout) -> None:
    """Write traces, dips, the points of the deepest dips, and fits."""
    params = load_params(layout.params)
    prepare("cpu", params.threads)

    with progress("regress", len(params.regress.variants), "variants") as step:
        found = study(params.regress, partial(stream, params.seed, "regress"), step)

    write_regression(layout.regression, found)


if __name__ == "__main__":
    run(main)

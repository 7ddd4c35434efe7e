"""Fit regressions with constant and with varying noise, and find the dips of their training."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.investigations.regress.study import study
from pipeline.investigations.regress.tables import write_regression
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.progress import progress


def main(layout: Layout) -> None:
    """Write the tables of the study; see `pipeline.investigations.regress.tables.SCHEMAS`."""
    params = load_params(layout.params)
    prepare("cpu", params.threads)

    with progress("regress", len(params.regress.variants), "variants") as step:
        found = study(params.regress, partial(stream, params.seed, "regress"), step)

    write_regression(layout.regression, found)


if __name__ == "__main__":
    run(main)

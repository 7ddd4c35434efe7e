"""Compute every number that the report can quote."""

from pipeline.config import load_params
from pipeline.core.storage import write_json
from pipeline.numbers.collect import all_numbers, headline
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.results import read_results


def main(layout: Layout) -> None:
    """Write numbers.json for the report and metrics.json for `dvc metrics diff`."""
    params = load_params(layout.params)

    numbers = all_numbers(params, read_results(params, layout))

    write_json(layout.numbers, numbers)
    write_json(layout.metrics, headline(numbers))


if __name__ == "__main__":
    run(main)

"""Gather every number that the page quotes."""

from pipeline.config import load_params
from pipeline.core.storage import write_json
from pipeline.numbers.collect import all_numbers, headline
from stages.command import run
from stages.findings import read_findings
from stages.layout import Layout


def main(layout: Layout) -> None:
    """Write numbers.json for the page and metrics.json for `dvc metrics diff`."""
    params = load_params(layout.params)

    numbers = all_numbers(params, read_findings(params, layout, "summarise"))

    write_json(layout.numbers, numbers)
    write_json(layout.metrics, headline(numbers))


if __name__ == "__main__":
    run(main)

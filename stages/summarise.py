"""Compute every number that the report can quote, its tables, and the verdicts on which its sentences depend."""

from pathlib import Path

from pipeline.config import load_params
from pipeline.core.storage import write_json, write_text
from pipeline.numbers.claims import claim_numbers, conditions, study_conditions, verdicts
from pipeline.numbers.collect import all_numbers, headline
from pipeline.numbers.excerpt import LISTINGS, source
from pipeline.numbers.keys import Numbers
from pipeline.numbers.tables import all_tables, present, replication_table
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.results import read_replications, read_results


def main(layout: Layout) -> None:
    """Write numbers.json, conditions.yml and the tables for the report, and metrics.json for `dvc metrics diff`."""
    params = load_params(layout.params)
    numbers = all_numbers(params, read_results(params, layout))
    write_all(layout, numbers, params.dataset)


def write_all(layout: Layout, numbers: Numbers, dataset: str) -> None:
    """Write everything that follows from the numbers of the study; of replications of other numbers nothing is written.

    Args:
        layout: of the project.
        numbers: of all investigations, by key.
        dataset: the name of the data set, on which a few sentences depend.
    """
    claims = verdicts(numbers)
    replicated, replications = read_replications(layout.replication)
    others = replications if replicated == claims else {}
    everything = numbers | claim_numbers(claims)
    for seed, found in others.items():
        agreeing = sum(one.agrees(found.get(name)) for name, one in claims.items())
        everything |= claim_numbers(found, f"replication.{seed}")
        everything |= {f"replication.{seed}.agreeing": agreeing, f"replication.{seed}.claims": len(claims)}

    tables = all_tables(everything) | {"replication": replication_table(claims, others)}
    write_json(layout.numbers, dict(sorted(everything.items())))
    write_json(layout.metrics, headline(everything))
    asked = {"claims": conditions(claims), "tables": present(tables), "data": {dataset: True}}
    write_json(layout.conditions, asked | study_conditions(numbers))
    for name, table in tables.items():
        write_text(layout.table(name), table)
    for name, (file, definition) in LISTINGS.items():
        write_text(layout.table(f"code-{name}"), source(Path(layout.root), file, definition))


if __name__ == "__main__":
    run(main)

"""The parts of the README that the study makes: its result table, what it cost, and its picture of the stages."""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.core.errors import DataError

Numbers = Mapping[str, float | int | str]
COLUMNS = {
    "test": "`test`",
    "test.pc1-low": "its `pc1-low`",
    "test.pc1-high": "its `pc1-high`",
    "test.within-low": "its `within-low`",
    "test.within-high": "its `within-high`",
}


def result_table(numbers: Numbers) -> str:
    """Mean log likelihood of the test images and of its extreme regions, one row a model, in Markdown.

    Behind the mean over all test images stands its sampling error; both in nats.
    """
    header = ["Model", *COLUMNS.values()]
    models = str(numbers["models"]).split()
    rows = [[f"`{name}`", *(_cell(numbers, name, place) for place in COLUMNS)] for name in models]
    rule = ["---", *("---:" for _ in COLUMNS)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


def cost(results: Mapping[str, Any]) -> str:
    """What the committed study took, in all and by stage, from the benchmark's figures.

    A stage's minutes are those of its process, summed over models; what has a space in its name is several stages.
    """
    minutes, jobs = results["study_seconds"] / 60, results["study_jobs"]
    by_stage: dict[str, float] = {}
    for stage, seconds in results["stages"].items():
        name = stage.partition("@")[0]
        by_stage[name] = by_stage.get(name, 0.0) + seconds / 60
    longest = sorted(by_stage.items(), key=lambda pair: -pair[1])
    return (
        f"The committed study took {minutes:.0f} minutes without a GPU, {jobs} processes at a time;\n"
        f"its largest process held {results['study_peak_gigabytes']:.1f} GB. "
        "Minutes of one process, by stage, all its models together:\n\n"
        f"| {' | '.join(name if ' ' in name else f'`{name}`' for name, _ in longest)} |\n"
        f"|{' ---: |' * len(longest)}\n"
        f"| {' | '.join(f'{taken:.1f}' if taken < 10 else f'{taken:.0f}' for _, taken in longest)} |"
    )


def diagram(drawn: str) -> str:
    """The stages and what flows between them: what `dvc dag --mermaid` drew, the chains of all models as one."""
    names = {node: re.sub("@.*", "@MODEL", label) for node, label in re.findall(r"(node\d+)\[\"(.+?)\"\]", drawn)}
    flows = [(names[a], names[b]) for a, b in re.findall(r"(node\d+)-->(node\d+)", drawn)]
    nodes = {name: f"node{place}" for place, name in enumerate(dict.fromkeys(names.values()), start=1)}
    lines = [f'{node}["{name}"]' for name, node in nodes.items()]
    lines += [f"{nodes[a]}-->{nodes[b]}" for a, b in dict.fromkeys(flows)]
    return "\n".join(["flowchart TD", *(f"\t{line}" for line in lines)])


def fill(text: str, name: str, content: str) -> str:
    """Put `content` between the comments `<!-- name -->` and `<!-- /name -->`.

    Raises:
        DataError: the comments are not there, once each.
    """
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    filled, times = pattern.subn(lambda found: f"{found[1]}{content}\n{found[2]}", text)
    if times != 1:
        raise DataError(f"README.md: {times} places between <!-- {name} --> and <!-- /{name} -->; keep one")
    return filled


def _cell(numbers: Numbers, name: str, place: str) -> str:
    key = f"{name}.{place}"
    if f"{key}.log_likelihood" not in numbers:
        return "\N{EN DASH}"
    mean = f"{numbers[f'{key}.log_likelihood']:.2f}".replace("-", "\N{MINUS SIGN}")
    return f"{mean} ± {numbers[f'{key}.sampling_error']:.2f}" if place == "test" else mean

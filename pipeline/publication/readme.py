"""The parts of the README that the study makes: its table of results, what it cost, and its diagram of the stages."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.config import ModelParams
from pipeline.core.errors import DataError
from pipeline.numbers.keys import Numbers

COLUMNS = {
    "test": "`test`",
    "test.pc1-low": "`test`, `pc1-low`",
    "test.pc1-high": "`test`, `pc1-high`",
    "test.within-low": "`test`, `within-low`",
    "test.within-high": "`test`, `within-high`",
}
TAILS_IN_TRAINING = {"core": "none", "matched": "some", "all": "all"}
INPUT = re.compile(r"data/(\w+)")
"""A dependency on the stage of this name: each stage writes to the folder of its own name."""


def result_table(numbers: Numbers, models: Mapping[str, ModelParams]) -> str:
    """Return a Markdown table of the mean log likelihood of the test images and of their extreme regions.

    There is one row per model, with its main parameters. The mean over all test images has its sampling
    error; both are in nats.

    Args:
        numbers: of the study, by key; `models` names the rows.
        models: the parameters of at least these models.
    """
    header = ["Model", "Latent dimensions", "Tails in training", "Quantity", *COLUMNS.values()]
    names = str(numbers["models"]).split()
    rows = [
        [f"`{name}`", *_description(models[name]), *(_cell(numbers, name, place) for place in COLUMNS)]
        for name in names
    ]
    rule = ["---", "---:", "---", "---", *("---:" for _ in COLUMNS)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


def cost(results: Mapping[str, Any]) -> str:
    """Return how long the study took when it was timed, in all and by stage, from the results of the benchmark.

    The minutes of a stage are those of its process, summed over models. A name with a space is that of several stages.

    Args:
        results: what `benchmarks/study.py` recorded; times are in seconds, and `study_timing` says how they were taken.
    """
    minutes = results["study_seconds"] / 60
    by_stage: dict[str, float] = {}
    for stage, seconds in results["stages"].items():
        name = stage.partition("@")[0]
        by_stage[name] = by_stage.get(name, 0.0) + seconds / 60
    longest = sorted(by_stage.items(), key=lambda pair: -pair[1])
    return (
        f"{results['study_timing']}, the study takes about {minutes:.0f} minutes "
        f"with {results['study_jobs']} processes at a time,\n"
        f"each of which needs up to {results['study_peak_gigabytes']:.1f} GB of memory. "
        "Minutes of one process per stage, summed over models:\n\n"
        f"| {' | '.join(name if ' ' in name else f'`{name}`' for name, _ in longest)} |\n"
        f"|{' ---: |' * len(longest)}\n"
        f"| {' | '.join(f'{taken:.1f}' if taken < 10 else f'{taken:.0f}' for _, taken in longest)} |"
    )


def on_white(svg: bytes) -> bytes:
    """Return an SVG with a white ground, since its lines are too dark for a page in a dark theme."""
    return re.sub(rb"(<svg [^>]*>)", rb'\1<rect width="100%" height="100%" fill="white"/>', svg, count=1)


def diagram(stages: Mapping[str, Any]) -> str:
    """Return a Mermaid flowchart of the stages of dvc.yaml, with an arrow where one stage reads what another writes.

    An arrow implied by others is left out: `train` and `score` lead to `gather`, but `score` needs `train`, so
    that its own arrow is enough.

    Args:
        stages: the mapping `stages` of dvc.yaml.
    """
    parents = {name: _inputs(name, stages) for name in stages}
    arrows: dict[str, list[str]] = {}
    for name, direct in parents.items():
        for parent in direct:
            if not any(parent in _ancestors(other, parents) for other in direct):
                arrows.setdefault(parent, []).append(name)
    nodes = [f'{name}["{name}, per model"]' for name, stage in stages.items() if "foreach" in stage]
    lines = [*nodes, *(f"{name} --> {' & '.join(arrows[name])}" for name in stages if name in arrows)]
    return "\n".join(["flowchart TD", *(f"    {line}" for line in lines)])


def _inputs(name: str, stages: Mapping[str, Any]) -> list[str]:
    """Return the stages whose files a stage reads, in the order of dvc.yaml."""
    body = stages[name].get("do", stages[name])
    read = {found[1] for path in body["deps"] if (found := INPUT.match(path))}
    return [other for other in stages if other in read]


def _ancestors(name: str, parents: Mapping[str, list[str]]) -> set[str]:
    """Return all stages that must run before a stage."""
    return set(parents[name]).union(*(_ancestors(parent, parents) for parent in parents[name]))


def fill(text: str, name: str, content: str, file: Path) -> str:
    """Return a text with `content` between its comments `<!-- name -->` and `<!-- /name -->`.

    Args:
        text: has one pair of these comments.
        name: in the comments.
        content: in place of what is there.
        file: that the text is from, for the message.

    Raises:
        DataError: the comments are missing or there is more than one pair of them.
    """
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    filled, times = pattern.subn(lambda found: f"{found[1]}{content}\n{found[2]}", text)
    if times != 1:
        raise DataError(
            f"{file} has {times} pairs of comments <!-- {name} --> ... <!-- /{name} -->; it must have exactly one"
        )
    return filled


def _description(model: ModelParams) -> list[str]:
    notes = ["log p(x \\| y)" if model.conditional else "log p(x)"]
    if model.binarisation == "threshold":
        notes.append("thresholded images")
    return [str(model.latent_dim), TAILS_IN_TRAINING[model.train_on], ", ".join(notes)]


def _cell(numbers: Numbers, name: str, place: str) -> str:
    key = f"{name}.{place}"
    if f"{key}.log_likelihood" not in numbers:
        return "\N{EN DASH}"
    mean = f"{numbers[f'{key}.log_likelihood']:.2f}".replace("-", "\N{MINUS SIGN}")
    return f"{mean} ± {numbers[f'{key}.sampling_error']:.2f}" if place == "test" else mean

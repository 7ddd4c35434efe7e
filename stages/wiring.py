"""dvc.yaml's lists, kept equal to what they stand for: the code a stage imports, the files of every model."""

import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from pipeline.config import Params, load_params
from pipeline.core.storage import read_text, write_text
from pipeline.investigations.decompose.subject import compared, subject
from stages.command import run
from stages.dependencies import imported, of_the_page, parts
from stages.layout import Layout

TRACKED_OTHERWISE = ("pipeline/config/", "stages/layout.py")
"""How the paths of such code begin: values are tracked as parameters, and paths as outputs."""
AGGREGATES = {
    "compare": ("scores",),
    "dimensions": ("scores",),
    "plot": ("history", "scores"),
    "summarise": ("history", "scores"),
    "explore": ("scores",),
}
"""Which files of every model an aggregate stage reads, as methods of `Layout`."""
DIAGNOSED = {"plot": ("diagnosis", "diagnosed"), "summarise": ("diagnosis",)}
"""Which aggregate stages also read what was found of some models alone, and what of their latent spaces."""


def main(layout: Layout) -> None:
    """Rewrite the lists in dvc.yaml, leaving all else as it is."""
    params, yaml, text = load_params(layout.params), YAML(), StringIO()
    yaml.width = 200
    yaml.indent(mapping=2, sequence=4, offset=2)
    tree = yaml.load(read_text(layout.dvc_yaml))
    for name, stage in tree["stages"].items():
        body = stage.get("do", stage)
        body["deps"] = dependencies(name, body.get("deps", []), params, layout)
    for plot in tree.get("plots", []):
        for curves in plot.values():
            curves["y"] = dict.fromkeys(_of_models(params.models, layout, "history"), next(iter(curves["y"].values())))
    yaml.dump(tree, text)
    write_text(layout.dvc_yaml, text.getvalue())


def dependencies(name: str, declared: Iterable[str], params: Params, layout: Layout) -> list[str]:
    """What the stage `name` depends on: its code, the files of every model, and what else is declared."""
    code = imported(f"stages/{name}.py", layout.root)
    code |= of_the_page(layout.report, layout.root) if name == "report" else parts(name, layout.root)
    kept = [path for path in declared if path.startswith("data/") and not _is_of_a_model(path)]
    read = _of_models(params.models, layout, *AGGREGATES.get(name, ()))
    if name == "sample":
        read += [*_of_models(params.sample.models, layout, "weights"), *_of_models([params.judge], layout, "scores")]
    if name == "anatomy":
        about = subject(params)
        read += _of_models([about], layout, "weights", "scores")
        read += _of_models(compared(params, about), layout, "scores")
    if name in DIAGNOSED:
        read += _of_models(params.classify.models, layout, "classified")
        read += _of_models(params.accuracy.models, layout, "estimated")
        read += _of_models(params.certify.models, layout, "certified")
        read += _of_models(params.diagnose.models, layout, *DIAGNOSED[name])
    return sorted(path for path in code if not path.startswith(TRACKED_OTHERWISE)) + kept + sorted(read)


def _of_models(models: Iterable[str], layout: Layout, *files: str) -> list[str]:
    """The given files of these models; `files` are methods of `Layout`."""
    paths: list[Path] = [getattr(layout, file)(model) for model in models for file in files]
    return [path.relative_to(layout.root).as_posix() for path in paths]


def _is_of_a_model(path: str) -> bool:
    kinds = (
        r"train/[^${}]+/(history\.csv|weights\.safetensors)",
        r"(score|classify|certify|accuracy)/[^${}]+\.parquet",
        r"diagnose/[^${}]+\.(json|npz)",
    )
    return re.fullmatch(f"data/({'|'.join(kinds)})", path) is not None


if __name__ == "__main__":
    run(main)

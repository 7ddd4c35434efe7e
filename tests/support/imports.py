"""Which of the project's files a stage imports, and which of its files dvc.yaml declares."""

from functools import cache
from pathlib import Path

import grimp
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
UNDECLARED = ("pipeline/config/", "stages/__init__.py", "stages/shared/")
"""How the paths of code begin that dvc.yaml leaves out: it moves no number."""


@cache
def graph():
    """Return the graph of imports between the project's modules."""
    return grimp.build_graph("pipeline", "stages", cache_dir=None)


def imported(module):
    """Return the files, from the root, that a module imports, directly or not, itself included."""
    modules = {module, *graph().find_upstream_modules(module)}
    found = {name.replace(".", "/") for name in modules}
    return {file for name in found for file in (f"{name}.py", f"{name}/__init__.py") if (ROOT / file).is_file()}


def covers(declared, file):
    """Tell whether a declared file or folder holds a file."""
    return file == declared or file.startswith(f"{declared}/")


def bodies(root=ROOT):
    """Return what dvc.yaml says of every stage, by name."""
    tree = YAML(typ="safe").load((root / "dvc.yaml").read_text(encoding="utf-8"))
    return {name: stage.get("do", stage) for name, stage in tree["stages"].items()}

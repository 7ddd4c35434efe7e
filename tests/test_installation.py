"""What is installed, and how: requirements.lock, `make setup`, and the package of the library."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.tiny import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PAGE = (ROOT / "docs/library.md").read_text(encoding="utf-8")


def wanted():
    """What pyproject.toml asks for, without the groups that `make setup` leaves out."""
    groups = PROJECT["dependency-groups"]
    lines = [line for name in ("study", "dev") for line in groups[name] if isinstance(line, str)]
    return [*DEPENDENCIES, *map(Requirement, lines)]


@pytest.mark.parametrize("requirement", wanted(), ids=lambda requirement: requirement.name)
def test_the_lock_has_a_version_that_pyproject_allows(requirement):
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE))
    assert locked[canonicalize_name(requirement.name)] in requirement.specifier


def test_every_locked_package_has_its_hashes():
    entries = re.split(r"^(?=\w)", re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    assert len(entries) > 100
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def set_up(folder, *words, uv):
    """Run `make setup` with programs that only write down how they are called, and return the calls."""
    programs = folder / "programs"
    programs.mkdir()
    (folder / ".venv/bin").mkdir(parents=True)
    for name in ("requirements.lock", "Makefile"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    stand_ins = [programs / "python3", folder / ".venv/bin/python", *([programs / "uv"] if uv else [])]
    for program in stand_ins:
        program.write_text(f'#!/bin/sh\necho {program.name} "$@" >> {folder}/calls\n', encoding="utf-8")
        program.chmod(0o755)
    path = f"{programs}:/usr/bin:/bin"
    subprocess.run(["make", "setup", *words], cwd=folder, env={"PATH": path}, check=True, capture_output=True)
    return (folder / "calls").read_text(encoding="utf-8").splitlines()


def test_uv_installs_where_it_is_found(tmp_path):
    made, installed = set_up(tmp_path, uv=True)
    assert made == "python3 -m venv .venv"
    assert installed == "uv pip install --python .venv/bin/python --require-hashes -r requirements.lock"


def test_pip_installs_where_uv_is_not_found(tmp_path):
    _, installed = set_up(tmp_path, uv=False)
    assert installed.startswith("python -m pip install ")
    assert installed.endswith(" --require-hashes -r requirements.lock")


def test_pytorch_for_a_backend_comes_with_the_versions_of_the_lock(tmp_path):
    _, installed = set_up(tmp_path, "TORCH=cpu", uv=True)
    assert " --torch-backend cpu " in installed
    assert installed.endswith(" -r pyproject.toml --group dev -c requirements.lock")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A folder with the content of the wheel."""
    pytest.importorskip("hatchling", reason="NOT CHECKED: hatchling is not installed")
    folder = tmp_path_factory.mktemp("package")
    build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "content")
    return folder / "content"


def test_the_package_scores_a_model_elsewhere_as_the_page_says(package, tmp_path):
    settings = re.search(r"^```py\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1]
    model = re.search(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1]
    call = """
import pipeline.library
x = Linear().likelihood(torch.zeros(3, 2)).sample()
print(pipeline.library.__file__, len(pipeline.library.log_likelihood(Linear(), x, params.score)))
"""
    finished = subprocess.run(
        [sys.executable, "-P", "-c", settings + model + call],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(package)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert finished.stdout.split() == [str(package / "pipeline/library.py"), "3"]


def test_the_package_needs_no_more_than_it_asks_for(package):
    asked = {canonicalize_name(requirement.name) for requirement in DEPENDENCIES}
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (package / "pipeline").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    others = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"pipeline"}
    known = packages_distributions()
    assert others
    assert [name for name in others if not {canonicalize_name(one) for one in known[name]} & asked] == []

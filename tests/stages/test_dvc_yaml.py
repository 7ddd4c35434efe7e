"""dvc.yaml declares what the stages import and read, and reads like a table of contents."""

import pytest
from ruamel.yaml import YAML

from pipeline.config import load_params
from pipeline.numbers.excerpt import LISTINGS
from stages.shared.layout import Layout
from tests.support.imports import ROOT, UNDECLARED, bodies, covers, imported
from tests.support.tiny import call

BODIES = bodies()
CODE = ("pipeline", "stages")
QUOTED = {file for file, _ in LISTINGS.values()}
"""Files of code that the pages show, as `summarise` reads them."""
LOOK = """
import runpy, sys
sys.argv = ["stage", "too", "many", "words"]
try:
    runpy.run_module("stages.{name}", run_name="__main__")
except SystemExit:
    print(*(m.__file__ for m in sys.modules.values() if getattr(m, "__file__", None)), sep="\\n")
"""
READ = """
import os, runpy, sys
{first}
def look(event, args):
    if event == "open" and isinstance(args[0], (str, os.PathLike)) and args[1] in ("r", "rb"):
        print(os.path.relpath(args[0]))
sys.addaudithook(look)
sys.argv = ["stage"]
runpy.run_module("stages.{name}", run_name="__main__")
"""
DRAW_NOTHING = "from pipeline.figures import atlas; atlas.draw_all = lambda *_: sys.exit()"
"""Ends `plot` once everything is read."""


def code_of(name):
    return [path for path in BODIES[name]["deps"] if path.split("/")[0] in CODE]


def unlisted(files, declared):
    return sorted(
        file for file in files if not file.startswith(UNDECLARED) and not any(covers(d, file) for d in declared)
    )


@pytest.mark.parametrize("name", BODIES)
def test_every_import_of_a_stage_lies_in_a_declared_folder(name):
    assert unlisted(imported(f"stages.{name}"), code_of(name)) == []


@pytest.mark.parametrize("name", [name for name in BODIES if name != "report"])
def test_every_declared_folder_is_imported_or_quoted(name):
    used = imported(f"stages.{name}") | (QUOTED if name == "summarise" else set())
    assert [path for path in code_of(name) if not any(covers(path, file) for file in used)] == []


@pytest.mark.parametrize("name", ["compare", "summarise", "explore"])
def test_what_a_process_loads_lies_in_a_declared_folder(name):
    done = call(ROOT, "python", "-c", LOOK.format(name=name), PYTHONDONTWRITEBYTECODE="1")
    ours = tuple(f"{ROOT}/{room}/" for room in CODE)
    loaded = {line.removeprefix(f"{ROOT}/") for line in done.stdout.splitlines() if line.startswith(ours)}
    assert loaded
    assert unlisted(loaded, code_of(name)) == []


@pytest.mark.parametrize("name", ["gather", "compare", "plot", "summarise", "explore"])
def test_what_a_process_reads_is_what_is_declared(project, name):
    done = call(project, "python", "-c", READ.format(name=name, first=DRAW_NOTHING if name == "plot" else ""))
    declared = [path for path in bodies(project)[name]["deps"] if path.startswith("data/")]
    read = {path for path in done.stdout.splitlines() if path.startswith("data/")}
    assert {path for path in read if not any(covers(one, path) for one in declared)} == set()
    assert [one for one in declared if not any(covers(one, path) for path in read)] == []


def test_the_code_that_the_pages_show_is_declared_where_it_is_read():
    assert unlisted(QUOTED, code_of("summarise")) == []


def test_every_declared_source_exists():
    declared = {path for body in BODIES.values() for path in body["deps"] if not path.startswith("data/")}
    assert [path for path in sorted(declared) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", BODIES)
def test_data_is_declared_before_code(name):
    kinds = [path.startswith(("data/", "report/")) for path in BODIES[name]["deps"]]
    assert kinds == sorted(kinds, reverse=True)


def test_one_name_stands_in_all_places():
    for name, body in BODIES.items():
        assert body["cmd"].split()[:3] == ["python", "-m", f"stages.{name}"]
        assert (ROOT / "stages" / f"{name}.py").is_file()
        assert body["desc"]
    modules = {path.stem for path in (ROOT / "stages").glob("*.py")} - {"__init__"}
    assert modules == set(BODIES)


def test_no_stage_takes_a_number_from_its_command_line():
    assert {word for body in BODIES.values() for word in body["cmd"].split()[3:]} <= {"${key}", "${item}"}


def test_no_stage_depends_on_a_folder_that_several_stages_fill():
    depended = {path for body in BODIES.values() for path in body["deps"]}
    several = {
        "train",
        "score",
        "certify",
        "validate",
        "sample",
        "diagnose",
        "classify",
        "gather",
        "split",
    }
    assert not depended & {"data", "pipeline", "stages", "report", *(f"data/{name}" for name in several)}


def test_it_can_be_read_in_one_sitting():
    lines = (ROOT / "dvc.yaml").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 350
    assert max(map(len, lines)) <= 120


def test_artifacts_are_the_weights_of_models_and_say_how_many_dimensions_they_have():
    models = load_params(ROOT / "params.yaml").models
    artifacts = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["artifacts"]
    assert {*load_params(ROOT / "params.yaml").roles.model_dump().values()} <= set(artifacts) <= set(models)
    for name, one in artifacts.items():
        assert Layout(ROOT).weights(name) == ROOT / one["path"]
        assert one["desc"].startswith(f"{models[name].latent_dim} latent dimensions")
        assert ("given the label" in one["desc"]) == models[name].conditional

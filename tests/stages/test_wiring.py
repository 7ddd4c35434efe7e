import ast
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.config import load_params
from stages import wiring
from stages.dependencies import imported
from stages.layout import Layout
from stages.sandbox import make_sandbox
from tests.support.tiny import CHANGES, MODELS, ROOT, call, edit

YAML_TREE = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
BODIES = {name: stage.get("do", stage) for name, stage in YAML_TREE["stages"].items()}
CONFIG = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pipeline" / "config").glob("*.py")}
NOT_DECLARED = CONFIG | {"stages/layout.py"}
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
def look(event, args):
    if event == "open" and isinstance(args[0], (str, os.PathLike)) and args[1] in ("r", "rb"):
        print(os.path.relpath(args[0]))
sys.addaudithook(look)
sys.argv = ["stage"]
runpy.run_module("stages.{name}", run_name="__main__")
"""


@pytest.fixture
def layout(tmp_path):
    return make_sandbox(ROOT, tmp_path / "copy", CHANGES)


def reread(layout):
    tree = YAML(typ="safe").load(layout.dvc_yaml.read_text(encoding="utf-8"))
    return {name: set(stage.get("do", stage)["deps"]) for name, stage in tree["stages"].items()}, tree


def walk(path, found):
    """The import closure by a way of its own: every statement that names a file of the project."""
    if path in found or not (ROOT / path).is_file():
        return
    found.add(path)
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: an import without its room"
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for module in modules:
            if module.split(".")[0] in {"pipeline", "stages"}:
                room = Path(*module.split("."))
                for file in (room.with_suffix(".py"), *(one / "__init__.py" for one in (room, *room.parents))):
                    walk(file.as_posix(), found)


@pytest.mark.parametrize("name", [name for name in BODIES if name != "report"])
def test_declared_code_is_the_code_that_is_imported(name):
    found = set()
    walk(f"stages/{name}.py", found)
    assert {path for path in BODIES[name]["deps"] if path.endswith(".py")} == found - NOT_DECLARED


def test_code_behind_the_door_of_a_room_is_found():
    code = imported("stages/split.py", ROOT)
    assert "pipeline/config/regression.py" in CONFIG
    assert code >= CONFIG


def test_the_report_declares_its_code_its_pages_and_what_they_quote():
    found = set()
    walk("stages/report.py", found)
    declared = set(BODIES["report"]["deps"])
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "report").glob("*.qmd")}
    assert (found - NOT_DECLARED) | pages | {"report/_quarto.yml", "report/references.bib"} <= declared
    assert {"data/plot", "data/summarise/numbers.json"} <= declared


def test_every_declared_source_file_exists():
    declared = {path for body in BODIES.values() for path in body["deps"] if not path.startswith("data/")}
    assert [path for path in sorted(declared) if not (ROOT / path).is_file()] == []


def test_what_is_declared_is_what_a_process_loads(tmp_path):
    for name in ("compare", "summarise"):
        done = call(ROOT, "python", "-c", LOOK.format(name=name), PYTHONDONTWRITEBYTECODE="1")
        ours = tuple(f"{ROOT}/{room}/" for room in ("pipeline", "stages"))
        loaded = {line.removeprefix(f"{ROOT}/") for line in done.stdout.splitlines() if line.startswith(ours)}
        assert (loaded | {f"stages/{name}.py"}) - NOT_DECLARED == {
            path for path in BODIES[name]["deps"] if path.endswith(".py")
        }


@pytest.mark.parametrize("name", ["dimensions", "plot", "summarise", "explore"])
def test_what_is_declared_is_what_a_process_reads(project, name):
    done = call(project, "python", "-c", READ.format(name=name))
    declared = {path for path in reread(Layout(project))[0][name] if path.startswith("data/")}
    assert {path for path in done.stdout.splitlines() if path.startswith("data/")} == declared


def test_a_stage_is_short():
    lengths = {name: len((ROOT / "stages" / f"{name}.py").read_text(encoding="utf-8").splitlines()) for name in BODIES}
    assert {name: lines for name, lines in lengths.items() if lines > 40} == {}


def test_one_name_stands_in_all_places():
    for name, body in BODIES.items():
        assert body["cmd"].split()[:3] == ["python", "-m", f"stages.{name}"]
        assert (ROOT / "stages" / f"{name}.py").is_file()
        assert body["desc"]


def test_no_stage_takes_a_number_from_its_command_line():
    assert {word for body in BODIES.values() for word in body["cmd"].split()[3:]} <= {"${key}", "${item}"}


def test_rewiring_the_project_changes_nothing(tmp_path):
    layout = make_sandbox(ROOT, tmp_path, {})
    assert layout.dvc_yaml.read_bytes() == (ROOT / "dvc.yaml").read_bytes()


def test_the_lists_have_every_model_of_the_parameters():
    names = list(load_params(ROOT / "params.yaml").models)
    layout = Layout(ROOT)
    for stage, kinds in wiring.AGGREGATES.items():
        for kind in kinds:
            files = {getattr(layout, kind)(name).relative_to(ROOT).as_posix() for name in names}
            assert files <= set(BODIES[stage]["deps"])
    for plot in YAML_TREE["plots"]:
        [curves] = plot.values()
        assert list(curves["y"]) == [layout.history(name).relative_to(ROOT).as_posix() for name in names]


def test_no_stage_depends_on_a_folder_that_several_stages_fill():
    depended = {path for body in BODIES.values() for path in body["deps"]}
    assert not depended & {"data", "data/train", "data/score", "data/compare", "pipeline", "stages", "report"}


def test_an_added_model_is_listed(layout):
    edit(
        layout.params,
        "  vae-20: {",
        "  vae-06: {latent_dim: 6, conditional: false, train_on: core, "
        "binarization: bernoulli, seed: 0, duration: 1, score_on: all}\n  vae-20: {",
    )
    before, _ = reread(layout)
    wiring.main(layout)
    after, tree = reread(layout)
    assert after["compare"] - before["compare"] == {"data/score/vae-06.parquet"}
    files = {"data/score/vae-06.parquet", "data/train/vae-06/history.csv"}
    for name in ("plot", "summarise"):
        assert after[name] - before[name] == files
    assert all(after[name] == before[name] for name in ("download", "split", "train", "score", "report"))
    assert "data/train/vae-06/history.csv" in tree["plots"][0]["Bound on the validation set"]["y"]


def test_a_removed_model_is_listed_no_more(layout):
    text = layout.params.read_text(encoding="utf-8")
    kept = [line for line in text.replace("    - vae-04\n", "    - vae-20\n").splitlines() if "vae-04: {" not in line]
    layout.params.write_text("\n".join(kept).replace("  - vae-04\n", "  - vae-20\n") + "\n", encoding="utf-8")
    wiring.main(layout)
    for stage in ("score", "certify", "accuracy"):
        assert f"data/{stage}/vae-04.parquet" not in layout.dvc_yaml.read_text(encoding="utf-8")


def test_an_added_import_is_listed(layout):
    edit(
        layout.root / "pipeline" / "comparison.py",
        "import numpy as np\n",
        "import numpy as np\n\nimport pipeline.data.idx\n",
    )
    before, _ = reread(layout)
    wiring.main(layout)
    after, _ = reread(layout)
    assert {name for name in after if after[name] != before[name]} == {"compare", "dimensions"}
    assert after["compare"] - before["compare"] == {"pipeline/data/idx.py"}


def test_what_quarto_leaves_behind_is_not_listed(layout):
    before = layout.dvc_yaml.read_bytes()
    for name in (".gitignore", "index.quarto_ipynb"):
        (layout.report / name).write_text("", encoding="utf-8")
    wiring.main(layout)
    assert layout.dvc_yaml.read_bytes() == before


def test_what_a_human_wrote_stays(layout):
    edit(layout.dvc_yaml, "  split:\n", "  # Why this is so.\n  split:\n")
    before = layout.dvc_yaml.read_text(encoding="utf-8")
    wiring.main(layout)
    assert layout.dvc_yaml.read_text(encoding="utf-8") == before


def test_the_tiny_models_are_those_of_the_copy(layout):
    assert tuple(load_params(layout.params).models) == MODELS

import hashlib
import json
import shutil

import pytest
from ruamel.yaml import YAML

from pipeline.core.errors import StorageError
from stages.commands.verify import corrupted, departures, fingerprint
from tests.support.tiny import ROOT, dvc

FILES = {
    "pipeline/core/code.py": "x = 1\n",
    "pipeline/core/deep/more.py": "y = 1\n",
    "stages/draw.py": "z = 1\n",
    "data/split/table.csv": "a\n",
    "data/plot/one.svg": "<svg/>",
    "data/plot/deep/two.svg": "<svg></svg>",
    "report/_output/index.html": "<html>",
}


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path):
    """A finished project of one stage, which depends on a folder of code and on a file."""
    shutil.copy2(ROOT / ".dvcignore", tmp_path)
    for name, text in FILES.items():
        write(tmp_path / name, text)
    paths = (*FILES, "data/plot", "pipeline/core")
    entry = {name: {"path": name, "md5": fingerprint(tmp_path / name, tmp_path)} for name in paths}
    params = {"seed": 0, "models": {"vae-20": {"latent_dim": 20}}}
    locked = {"seed": 0, "models.vae-20": {"latent_dim": 20}}
    stage = {
        "deps": [entry["pipeline/core"], entry["stages/draw.py"], entry["data/split/table.csv"]],
        "params": {"params.yaml": locked},
        "outs": [entry["data/plot"], entry["report/_output/index.html"]],
    }
    graph = {"stages": {"draw": {"outs": [{"data/plot": {"cache": False}}, "report/_output/index.html"]}}}
    for name, tree in (("dvc.lock", {"stages": {"draw": stage}}), ("params.yaml", params), ("dvc.yaml", graph)):
        with (tmp_path / name).open("w", encoding="utf-8") as stream:
            YAML().dump(tree, stream)
    return tmp_path


def test_a_finished_project_has_no_differences(project):
    assert list(departures(project)) == []


def test_a_folder_of_outputs_has_the_hash_that_dvc_defines(project):
    files = [
        {"md5": hashlib.md5(FILES[f"data/plot/{name}"].encode()).hexdigest(), "relpath": name}
        for name in ("deep/two.svg", "one.svg")
    ]
    assert fingerprint(project / "data/plot", project) == hashlib.md5(json.dumps(files).encode()).hexdigest() + ".dir"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("stages/draw.py", "draw: code or input stages/draw.py hashes to "),
        ("pipeline/core/deep/more.py", "draw: code or input pipeline/core hashes to "),
        ("pipeline/core/new.py", "draw: code or input pipeline/core hashes to "),
        ("data/split/table.csv", "draw: code or input data/split/table.csv hashes to "),
        ("data/plot/deep/two.svg", "draw: output data/plot hashes to "),
        ("data/plot/three.svg", "draw: output data/plot hashes to "),
        ("report/_output/index.html", "draw: output report/_output/index.html hashes to "),
    ],
)
def test_a_changed_file_is_reported_with_both_hashes(project, name, message):
    write(project / name, "changed")
    [line] = departures(project)
    assert line.startswith(message)
    assert ", was " in line


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed: 0", "seed: 1", "draw: parameter seed is 1, was 0"),
        (
            "latent_dim: 20",
            "latent_dim: 16",
            'draw: parameter models.vae-20 is {"latent_dim": 16}, was {"latent_dim": 20}',
        ),
        ("vae-20:", "vae-21:", 'draw: parameter models.vae-20 is null, was {"latent_dim": 20}'),
    ],
)
def test_a_changed_parameter_is_reported_with_both_values(project, old, new, message):
    text = (project / "params.yaml").read_text(encoding="utf-8")
    write(project / "params.yaml", text.replace(old, new))
    assert list(departures(project)) == [message]


@pytest.mark.parametrize(
    "name", ["__pycache__/code.pyc", ".mypy_cache/code.json", "deep/__pycache__/more.pyc", "a.tmp"]
)
def test_what_dvcignore_names_is_not_part_of_a_folder(project, name):
    write(project / "pipeline/core" / name, "compiled")
    assert list(departures(project)) == []


def test_a_folder_hashes_as_dvc_hashes_it(project):
    write(project / "pipeline/core/__pycache__/code.pyc", "compiled")
    write(project / "dvc.yaml", json.dumps({"stages": {"draw": {"cmd": "true", "deps": ["pipeline/core"]}}}))
    (project / "dvc.lock").unlink()
    dvc(project, "init", "--no-scm", "-q")
    dvc(project, "repro", "-q")
    [found] = YAML(typ="safe").load((project / "dvc.lock").read_text(encoding="utf-8"))["stages"]["draw"]["deps"]
    assert found["md5"] == fingerprint(project / "pipeline/core", project)
    assert list(departures(project)) == []


def test_files_that_a_fresh_clone_does_not_have_are_not_missed(project):
    for name in ("data/split/table.csv", "report/_output/index.html"):
        (project / name).unlink()
    assert list(departures(project)) == []


@pytest.mark.parametrize("name", ["stages/draw.py", "pipeline/core", "data/plot"])
def test_missing_files_of_git_are_missed(project, name):
    path = project / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    [line] = departures(project)
    assert line == f"draw: {name} is missing; restore it with `git checkout {name}`"


def test_a_file_that_is_missing_from_a_folder_of_code_changes_its_hash(project):
    (project / "pipeline/core/code.py").unlink()
    [line] = departures(project)
    assert line.startswith("draw: code or input pipeline/core hashes to ")


def test_a_stage_that_was_never_run_is_reported(project):
    write(project / "dvc.yaml", "stages: {draw: {}, train: {foreach: '${models}', do: {}}}")
    assert list(departures(project)) == ["train@vae-20: was never run; `dvc repro` runs it"]


def test_a_stage_that_dvc_yaml_no_longer_has_is_skipped(project):
    write(project / "dvc.yaml", "stages: {}")
    write(project / "data/plot/one.svg", "changed")
    assert list(departures(project)) == []


def test_a_project_that_was_never_run_is_reported(project):
    (project / "dvc.lock").unlink()
    with pytest.raises(StorageError, match=r"cannot read .*dvc\.lock"):
        list(departures(project))


def test_a_corrupted_object_of_the_cache_is_reported(project):
    cache = project / "cache"
    for content in ("whole", "[]"):
        digest = hashlib.md5(content.encode()).hexdigest() + (".dir" if content == "[]" else "")
        write(cache / "files" / "md5" / digest[:2] / digest[2:], content)
    assert list(corrupted(cache)) == []
    write(cache / "files" / "md5" / digest[:2] / digest[2:], "rotten")
    [line] = corrupted(cache)
    assert f"{digest[2:]}: cached object hashes to {hashlib.md5(b'rotten').hexdigest()}" in line

import hashlib
import json

import pytest
from ruamel.yaml import YAML

from pipeline.core.errors import StorageError
from pipeline.numbers.provenance import corrupted, departures, fingerprint

FILES = {
    "pipeline/code.py": "x = 1\n",
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
    """A finished project of one stage."""
    for name, text in FILES.items():
        write(tmp_path / name, text)
    entry = {name: {"path": name, "md5": fingerprint(tmp_path / name)} for name in (*FILES, "data/plot")}
    params = {"seed": 0, "models": {"vae-20": {"latent_dim": 20}}}
    locked = {"seed": 0, "models.vae-20": {"latent_dim": 20}}
    stage = {
        "deps": [entry["pipeline/code.py"], entry["data/split/table.csv"]],
        "params": {"params.yaml": locked},
        "outs": [entry["data/plot"], entry["report/_output/index.html"]],
    }
    graph = {"stages": {"draw": {}}}
    for name, tree in (("dvc.lock", {"stages": {"draw": stage}}), ("params.yaml", params), ("dvc.yaml", graph)):
        with (tmp_path / name).open("w", encoding="utf-8") as stream:
            YAML().dump(tree, stream)
    return tmp_path


def test_a_finished_project_departs_in_nothing(project):
    assert list(departures(project)) == []


def test_a_fingerprint_is_dvcs(project):
    files = [
        {"md5": hashlib.md5(FILES[f"data/plot/{name}"].encode()).hexdigest(), "relpath": name}
        for name in ("deep/two.svg", "one.svg")
    ]
    assert fingerprint(project / "data/plot") == hashlib.md5(json.dumps(files).encode()).hexdigest() + ".dir"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("pipeline/code.py", "draw: code or input pipeline/code.py hashes to "),
        ("data/split/table.csv", "draw: code or input data/split/table.csv hashes to "),
        ("data/plot/deep/two.svg", "draw: output data/plot hashes to "),
        ("data/plot/three.svg", "draw: output data/plot hashes to "),
        ("report/_output/index.html", "draw: output report/_output/index.html hashes to "),
    ],
)
def test_a_changed_file_is_told_with_both_hashes(project, name, told):
    write(project / name, "changed")
    [line] = departures(project)
    assert line.startswith(told)
    assert ", was " in line


@pytest.mark.parametrize(
    ("old", "new", "told"),
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
def test_a_changed_parameter_is_told_with_both_values(project, old, new, told):
    text = (project / "params.yaml").read_text(encoding="utf-8")
    write(project / "params.yaml", text.replace(old, new))
    assert list(departures(project)) == [told]


def test_files_that_a_clean_clone_has_not_got_are_not_missed(project):
    for name in ("data/split/table.csv", "report/_output/index.html"):
        (project / name).unlink()
    assert list(departures(project)) == []


def test_missing_code_is_missed(project):
    (project / "pipeline/code.py").unlink()
    [line] = departures(project)
    assert line == "draw: pipeline/code.py is missing; restore it with `git checkout pipeline/code.py`"


def test_a_stage_that_was_never_run_is_told(project):
    write(project / "dvc.yaml", "stages: {draw: {}, train: {foreach: '${models}'}}")
    assert list(departures(project)) == ["train@vae-20: was never run; `dvc repro` runs it"]


def test_a_stage_that_is_no_more_is_passed_over(project):
    write(project / "dvc.yaml", "stages: {}")
    write(project / "data/plot/one.svg", "changed")
    assert list(departures(project)) == []


def test_a_project_that_was_never_run_is_told(project):
    (project / "dvc.lock").unlink()
    with pytest.raises(StorageError, match=r"cannot read .*dvc\.lock"):
        list(departures(project))


def test_a_spoilt_object_of_the_cache_is_told(project):
    cache = project / "cache"
    for content in ("whole", "[]"):
        digest = hashlib.md5(content.encode()).hexdigest() + (".dir" if content == "[]" else "")
        write(cache / "files" / "md5" / digest[:2] / digest[2:], content)
    assert list(corrupted(cache)) == []
    write(cache / "files" / "md5" / digest[:2] / digest[2:], "rotten")
    [line] = corrupted(cache)
    assert f"{digest[2:]}: cached object hashes to {hashlib.md5(b'rotten').hexdigest()}" in line

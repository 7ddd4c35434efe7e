import pytest
from ruamel.yaml import YAML

from pipeline.config import load_params
from pipeline.core.errors import ParameterError, StorageError
from pipeline.core.storage import read_json
from stages.commands.sandbox import COPIED, main, make_sandbox
from stages.shared.layout import Layout
from tests.support.tiny import CHANGES, MODELS, ROOT


def content(folder):
    files = (path for name in COPIED for path in [folder / name, *(folder / name).rglob("*")])
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files
        if path.is_file() and not {"__pycache__", "_output", ".quarto"} & set(path.parts)
    }


def test_without_changes_the_copy_is_the_project(tmp_path):
    layout = make_sandbox(ROOT, tmp_path / "copy", {})
    assert load_params(layout.params) == load_params(ROOT / "params.yaml")
    ours, theirs = content(tmp_path / "copy"), content(ROOT)
    assert {name for name in theirs if ours.get(name) != theirs[name]} <= {"params.yaml"}
    assert ours.keys() == theirs.keys()


def test_changes_are_laid_over_and_null_takes_away(tmp_path):
    params = load_params(make_sandbox(ROOT, tmp_path, CHANGES).params)
    theirs = load_params(ROOT / "params.yaml")
    assert tuple(params.models) == MODELS
    changed = {"latent_dim": 2, "score_on": "all"}
    assert params.models["vae-04"] == theirs.models["vae-04"].model_copy(update=changed)
    assert params.epochs("vae-04") == 2
    assert params.data.batch_size == theirs.datasets["digits"].batch_size
    assert params.train.learning_rate == theirs.train.learning_rate


def test_the_copys_lists_agree_with_its_models(tmp_path):
    make_sandbox(ROOT, tmp_path, CHANGES)
    text = (tmp_path / "dvc.yaml").read_text(encoding="utf-8")
    assert "data/score/vae-20.parquet" in text
    assert "data/score/vae-32.parquet" not in text


def test_the_project_is_left_as_it_was(tmp_path):
    before = content(ROOT), Layout(ROOT).replication.read_bytes()
    make_sandbox(ROOT, tmp_path, CHANGES)
    assert (content(ROOT), Layout(ROOT).replication.read_bytes()) == before


def test_a_copy_has_a_record_without_replications(tmp_path):
    layout = make_sandbox(ROOT, tmp_path, CHANGES)
    assert read_json(layout.replication) == {"study": {}, "replications": {}}


def test_a_second_copy_brings_edits_and_keeps_results(tmp_path):
    make_sandbox(ROOT, tmp_path, CHANGES)
    page = Layout(tmp_path).page("index")
    page.parent.mkdir()
    page.write_text("rendered", encoding="utf-8")
    (tmp_path / "report" / "gone.qmd").write_text("", encoding="utf-8")
    (tmp_path / "dvc.lock").write_text("lock", encoding="utf-8")
    (tmp_path / "pipeline" / "gone.py").write_text("", encoding="utf-8")
    (tmp_path / "pipeline" / "core" / "rng.py").write_text("edited", encoding="utf-8")
    make_sandbox(ROOT, tmp_path, CHANGES)
    assert page.read_text(encoding="utf-8") == "rendered"
    assert (tmp_path / "dvc.lock").read_text(encoding="utf-8") == "lock"
    assert not (tmp_path / "pipeline" / "gone.py").exists()
    assert not (tmp_path / "report" / "gone.qmd").exists()
    assert (tmp_path / "pipeline" / "core" / "rng.py").read_bytes() == (
        ROOT / "pipeline" / "core" / "rng.py"
    ).read_bytes()


@pytest.mark.parametrize("changes", [{"sead": 1}, {"train": {"warm_up": 0.2}}, {"models": None}, {"seed": {"a": 1}}])
def test_changes_that_make_bad_parameters_are_refused(tmp_path, changes):
    with pytest.raises(ParameterError, match=r"params\.yaml: "):
        make_sandbox(ROOT, tmp_path, changes)


def test_what_is_quoted_stays_so_since_dvc_reads_no_bare_address_in_a_list(tmp_path):
    text = make_sandbox(ROOT, tmp_path, CHANGES).params.read_text(encoding="utf-8")
    assert "https://" in text
    assert YAML(typ="safe").load(text) == YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("target", [".", "pipeline", "report/../pipeline/models", "stages/new"])
def test_the_project_is_not_copied_over_itself(tmp_path, target):
    project = make_sandbox(ROOT, tmp_path / "project", {}).root
    before = content(project)
    with pytest.raises(ParameterError, match="is the project itself or in a folder that is copied; name another"):
        make_sandbox(project, project / target, {})
    assert content(project) == before


def test_a_folder_with_files_of_its_own_is_left_as_it_is(tmp_path):
    own = tmp_path / "other" / "stages" / "own.py"
    own.parent.mkdir(parents=True)
    own.touch()
    with pytest.raises(ParameterError, match="stages was not copied there; name another folder"):
        main(str(ROOT / "demo.yaml"), str(tmp_path / "other"), Layout(ROOT))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [own]


def test_a_place_that_is_no_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot copy to"):
        make_sandbox(ROOT, tmp_path / "file", {})


@pytest.mark.parametrize("text", ["", "- a\n", "a: b: c\n"])
def test_an_overlay_that_is_no_mapping_is_told(tmp_path, text):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match=r"overlay\.yaml: "):
        main(str(overlay), str(tmp_path / "copy"), Layout(ROOT))
    assert not (tmp_path / "copy").exists()


def test_the_demo_is_a_good_overlay(tmp_path):
    main(str(ROOT / "demo.yaml"), str(tmp_path), Layout(ROOT))
    params = load_params(tmp_path / "params.yaml")
    assert params.dataset == "digits"
    assert params.models.items() <= load_params(ROOT / "params.yaml").models.items()
    assert {name for _, name in params.roles} <= set(params.models)

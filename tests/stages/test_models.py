"""`make models`, and what becomes of a model that it has listed or has not."""

import re
import shutil

import pytest

from pipeline.config import load_params
from pipeline.core.storage import read_json
from pipeline.investigations.compare.tables import read_pairs
from stages.commands import models
from stages.commands.sandbox import make_sandbox
from stages.shared.layout import Layout
from tests.support.imports import bodies
from tests.support.tiny import CHANGES, MODELS, ROOT, copy_finished, edit, one_line, stage

TWIN = (
    "  vae-06: {kind: vae, latent_dim: 3, conditional: false, train_on: core, binarization: stochastic, seed: 0, "
    "epochs_factor: 1, score_on: all}\n"
)
PAIR = "  - [vae-06, vae-04]\n"
AGGREGATES = ["gather", "compare", "plot", "summarise"]
FILES = ("data/train/vae-06/history.csv", "data/score/vae-06.parquet")


@pytest.fixture
def copy(tmp_path):
    return make_sandbox(ROOT, tmp_path / "copy", CHANGES)


@pytest.fixture
def layout(project):
    """Return the finished project with one more model, a twin of the second."""
    layout = Layout(project)
    shutil.copytree(layout.weights("vae-20").parent, layout.weights("vae-06").parent)
    shutil.copy2(layout.scores("vae-20"), layout.scores("vae-06"))
    edit(layout.params, "  vae-20: {kind", f"{TWIN}  vae-20: {{kind")
    edit(layout.params, "  - - vae-20\n", f"{PAIR}  - - vae-20\n")
    return layout


@pytest.fixture
def joined(once, layout, run_stage, tmp_path):
    """Return the same after `make models` and the stages that follow, and what they said."""

    def make(folder):
        copied = Layout(copy_finished(layout.root, folder))
        models.main(copied)
        return run_all(copied, run_stage)

    folder, lines = once("a model joined", make)
    return Layout(copy_finished(folder, tmp_path / "joined")), lines


def run_all(layout, run_stage):
    said = [run_stage(layout.root, name) for name in AGGREGATES]
    assert [code for code, _ in said] == [0] * len(AGGREGATES)
    return [line for _, text in said for line in text.splitlines()]


def models_of(layout):
    pairs, numbers = read_pairs(layout.pairs), read_json(layout.numbers)
    drawn = layout.figure("training").read_text(encoding="utf-8")
    return (
        set(pairs["model_a"]) | set(pairs["model_b"]),
        {key.split(".")[0] for key in numbers if key.endswith(".test.log_likelihood")},
        {name for name in (*MODELS, "vae-06") if f"<!-- {name} " in drawn},
    )


def test_the_list_of_the_project_is_that_of_its_models(tmp_path):
    layout = make_sandbox(ROOT, tmp_path, {})
    assert layout.dvc_yaml.read_bytes() == (ROOT / "dvc.yaml").read_bytes()


def test_the_list_has_every_file_that_a_model_leaves():
    params, listed = load_params(ROOT / "params.yaml"), bodies()["gather"]["deps"]
    for name, files in models.files_by_model(params, Layout(ROOT)).items():
        assert len(files) >= 2, name
        assert set(files) <= set(listed)
    assert sum(path.startswith("data/") for path in listed) == sum(
        len(files) for files in models.files_by_model(params, Layout(ROOT)).values()
    )


def test_an_added_model_changes_the_list_of_gather_alone(copy):
    before, text = bodies(copy.root), copy.dvc_yaml.read_text(encoding="utf-8")
    edit(copy.params, "  vae-20: {", f"{TWIN}  vae-20: {{")
    models.main(copy)
    after = bodies(copy.root)
    assert set(after["gather"]["deps"]) - set(before["gather"]["deps"]) == set(FILES)
    assert {name for name in after if after[name] != before[name]} == {"gather"}
    kept = re.sub(r"\n +data/[^\n]*vae-06[^\n]*", "", copy.dvc_yaml.read_text(encoding="utf-8"))
    assert kept == text


def test_a_removed_model_is_listed_no_more(copy):
    text = copy.params.read_text(encoding="utf-8")
    kept = [line for line in text.replace("    - vae-04\n", "    - vae-20\n").splitlines() if "vae-04: {" not in line]
    copy.params.write_text("\n".join(kept).replace("  - vae-04\n", "  - vae-20\n") + "\n", encoding="utf-8")
    models.main(copy)
    assert "vae-04" not in copy.dvc_yaml.read_text(encoding="utf-8")


def test_comments_and_all_other_lines_stay(copy):
    edit(copy.dvc_yaml, "  split:\n", "  # Why this is so.\n  split:\n")
    before = copy.dvc_yaml.read_bytes()
    models.main(copy)
    assert copy.dvc_yaml.read_bytes() == before


def test_without_a_list_to_rewrite_it_says_how_to_restore_one(copy):
    copy.dvc_yaml.write_text("stages: {}\n", encoding="utf-8")
    done = stage(copy.root, "commands.models")
    assert done.returncode == 3
    assert one_line(done.stderr, "models: dvc.yaml: ", "`git checkout dvc.yaml` restores it")


def test_the_tiny_models_are_those_of_the_copy(copy):
    assert tuple(load_params(copy.params).models) == MODELS


def test_a_model_that_is_not_listed_is_left_out_with_a_line(layout, run_stage):
    lines = run_all(layout, run_stage)
    assert lines == [f"gather: {file} is left out; `make models` lists it in dvc.yaml" for file in FILES]
    assert all(names <= set(MODELS) for names in models_of(layout))


def test_a_listed_model_takes_part(joined):
    layout, lines = joined
    assert lines == []
    assert models_of(layout)[:2] == ({"vae-04", "vae-20", "vae-06"}, {*MODELS, "vae-06"})


def test_a_removed_model_takes_no_part_though_its_files_remain(joined, run_stage):
    layout, _ = joined
    edit(layout.params, TWIN, "")
    edit(layout.params, PAIR, "")
    assert run_all(layout, run_stage) == []
    assert layout.scores("vae-06").exists()
    assert all(names <= set(MODELS) for names in models_of(layout))

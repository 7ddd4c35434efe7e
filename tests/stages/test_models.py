"""`make models`, and what becomes of a model that it has listed or has not."""

import re
import shutil

import pandas as pd
import pytest
from ruamel.yaml import YAML

from pipeline.config import load_params
from pipeline.core.storage import read_json
from pipeline.core.tables import read_table
from pipeline.investigations.compare.tables import PAIRS
from stages.commands import models
from stages.commands.sandbox import make_sandbox
from stages.shared.layout import Layout
from tests.support.imports import bodies
from tests.support.tiny import CHANGES, MODELS, ROOT, copy_finished, edit, one_line, stage

TWIN = "  vae-06: {<<: *vae, latent_dim: 3, epochs: 240, score_on: all}\n"
PAIR = "  - [vae-06, vae-04]\n"
AGGREGATES = ["gather", "compare", "summarise"]
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
    edit(layout.params, "  vae-20: {<<", f"{TWIN}  vae-20: {{<<")
    edit(layout.params, "  - - vae-20\n", f"{PAIR}  - - vae-20\n")
    return layout


@pytest.fixture
def joined(once, layout, run_stage, tmp_path):
    """Return the same after `make models` and the stages that follow, and what they said."""

    def make(folder):
        copied = Layout(copy_finished(layout.root, folder))
        models.main(copied)
        return run_all(copied, run_stage, [*AGGREGATES, "plot"])

    folder, lines = once("a model joined", make)
    return Layout(copy_finished(folder, tmp_path / "joined")), lines


def run_all(layout, run_stage, stages=AGGREGATES):
    said = [run_stage(layout.root, name) for name in stages]
    assert [code for code, _ in said] == [0] * len(stages)
    return [line for _, text in said for line in text.splitlines()]


def models_of(layout):
    pairs, numbers = read_table(layout.pairs, PAIRS), read_json(layout.numbers)
    return (
        set(pairs["model_a"]) | set(pairs["model_b"]),
        set(re.findall(r"^([^.]+)\.test\.log_likelihood$", "\n".join(numbers), re.MULTILINE)),
        set(pd.read_csv(layout.gathered("history.csv"))["model"]),
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


def test_a_removed_model_is_listed_under_gather_no_more(copy):
    params = YAML(typ="safe").load(copy.params)
    del params["models"]["vae-04"]
    params["validate"]["models"], params["compare"]["pairs"] = ["vae-20"], [["cvae-20", "vae-20"]]
    for section in ("certify", "sample"):
        params[section]["models"].remove("vae-04")
    YAML().dump(params, copy.params)
    models.main(copy)
    assert not [path for path in bodies(copy.root)["gather"]["deps"] if "vae-04" in path]


def test_comments_and_all_other_lines_stay(copy):
    edit(copy.dvc_yaml, "  split:\n", "  # Why this is so.\n  split:\n")
    before = copy.dvc_yaml.read_bytes()
    models.main(copy)
    assert copy.dvc_yaml.read_bytes() == before


def test_code_that_was_added_to_the_list_by_hand_stays(copy):
    edit(copy.dvc_yaml, "stages/gather.py]", "pipeline/explorer, stages/gather.py]")
    before = copy.dvc_yaml.read_bytes()
    models.main(copy)
    assert copy.dvc_yaml.read_bytes() == before


def test_without_a_list_to_rewrite_it_says_how_to_restore_one(copy):
    copy.dvc_yaml.write_text("stages: {}\n", encoding="utf-8")
    done = stage(copy.root, "commands.models")
    assert done.returncode == 3
    assert one_line(done.stderr, "models: dvc.yaml: ", "`git checkout dvc.yaml` restores it")


def test_a_model_that_is_not_listed_is_left_out_with_a_line(layout, run_stage):
    lines = run_all(layout, run_stage)
    assert lines == [f"gather: {file} is left out; `make models` lists it in dvc.yaml" for file in FILES]
    assert all(names <= set(MODELS) for names in models_of(layout))


def test_a_listed_model_takes_part(joined):
    layout, lines = joined
    assert lines == []
    assert models_of(layout) == ({"vae-04", "vae-20", "vae-06"}, {*MODELS, "vae-06"}, {*MODELS, "vae-06"})


def test_a_removed_model_takes_no_part_though_its_files_remain(joined, run_stage):
    layout, _ = joined
    edit(layout.params, TWIN, "")
    edit(layout.params, PAIR, "")
    assert run_all(layout, run_stage) == []
    assert layout.scores("vae-06").exists()
    assert all(names <= set(MODELS) for names in models_of(layout))

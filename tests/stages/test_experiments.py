"""The real DVC with Git: what a user compares and tries."""

import json
import math
import re
from functools import partial

import pytest
from ruamel.yaml import YAML

from stages.shared.layout import Layout
from tests.support.tiny import MODELS, copy_with_git, dvc, git

NEW = (
    "{kind: vae, latent_dim: 4, conditional: true, train_on: matched, binarization: threshold, seed: 1, "
    "epochs_factor: 1, score_on: holdouts}"
)


@pytest.fixture(scope="module")
def committed(finished, tmp_path_factory):
    return copy_with_git(finished, tmp_path_factory.mktemp("git") / "project")


@pytest.fixture(scope="module")
def tried(finished, once):
    """Two experiments: one model changed, then one more model added."""

    def make(folder):
        copy_with_git(finished, folder)
        run = partial(dvc, folder, "exp", "run", "--name")
        more = ("score@vae-06", "gather", "compare", "plot", "summarise")
        return {
            "wider": run("wider", "-S", "models.vae-20.latent_dim=4"),
            "more": run("more", "-S", f"+models.vae-06={NEW}", *more),
        }

    return once("experiments", make)


def ran(said):
    return re.findall(r"Running stage '(.+)'", said)


def test_a_committed_project_is_up_to_date(committed):
    assert "up to date" in dvc(committed, "status")
    assert not git(committed, "status", "--short")


def test_metrics_are_few_and_finite(committed):
    shown = json.loads(dvc(committed, "metrics", "show", "--json"))
    metrics = shown[""]["data"]["data/summarise/metrics.json"]["data"]
    assert 1 <= len(metrics) <= 10
    assert all(math.isfinite(value) for value in metrics.values())


def test_nothing_differs_before_anything_is_changed(committed):
    assert not dvc(committed, "metrics", "diff").strip()
    assert not dvc(committed, "params", "diff").strip()


def test_a_bare_clone_shows_the_training_curves_of_all_models_and_every_figure(committed, tmp_path):
    git(tmp_path, "clone", "-q", str(committed), "clone")
    plots = json.loads(dvc(tmp_path / "clone", "plots", "show", "--json", "--out", str(tmp_path / "plots")))
    assert not plots.get("errors")
    for part in ("validation", "training"):
        points = plots["data"][f"ELBO of the {part} images during training"][0]["content"]["data"]["values"]
        assert {(point["model"], point["epoch"]) for point in points} == {
            (model, epoch) for model in MODELS for epoch in ("1", "2")
        }
    figures = {path.relative_to(committed).as_posix() for path in Layout(committed).figures.glob("*.svg")}
    assert figures
    assert figures <= set(plots["data"])


def test_two_revisions_show_their_curves_together_and_their_figures_side_by_side(tried, tmp_path):
    shown = json.loads(dvc(tried[0], "plots", "diff", "HEAD", "wider", "--json", "--out", str(tmp_path / "plots")))
    assert not shown.get("errors")
    curves = shown["data"]["ELBO of the validation images during training"][0]["content"]["data"]["values"]
    assert {point["rev"] for point in curves} == {"HEAD", "wider"}
    assert sorted(one["revisions"] for one in shown["data"]["data/plot/training.svg"]) == [["HEAD"], ["wider"]]


def test_the_stages_can_be_drawn(committed):
    drawn = dvc(committed, "dag", "--mermaid")
    assert "flowchart TD" in drawn
    assert all(f'"score@{model}"' in drawn for model in MODELS)


def test_an_experiment_runs_what_its_change_makes_necessary(tried):
    chain = [f"{name}@vae-20" for name in ("train", "score", "certify", "diagnose")]
    others = ["sample@vae-20", "gather", "compare", "decompose", "plot", "summarise", "report", "explore"]
    assert sorted(ran(tried[1]["wider"])) == sorted([*chain, *others])


def test_an_experiments_numbers_can_be_told_from_the_committed_ones(tried):
    folder = tried[0]
    changed = json.loads(dvc(folder, "params", "diff", "HEAD", "wider", "--json"))["params.yaml"]
    assert changed == {"models.vae-20.latent_dim": {"old": 3, "new": 4, "diff": 1}}
    moved = json.loads(dvc(folder, "metrics", "diff", "HEAD", "wider", "--json"))
    assert "test_log_likelihood.middle" in moved["data/summarise/metrics.json"]
    assert "test_log_likelihood.small" not in moved["data/summarise/metrics.json"]


def test_experiments_are_listed(tried):
    names = re.findall(r'"name": "(\w+)"', dvc(tried[0], "exp", "show", "--json"))
    assert {"wider", "more"} <= set(names)


def test_an_added_model_is_trained_and_scored(tried):
    assert {"train@vae-06", "score@vae-06", "compare", "plot", "summarise"} <= set(ran(tried[1]["more"]))
    assert Layout(tried[0]).scores("vae-06").exists()


def test_a_model_that_is_not_listed_is_left_out_with_a_line(tried):
    lines = [line for line in tried[1]["more"].splitlines() if line.startswith("gather: ")]
    files = ("data/train/vae-06/history.csv", "data/score/vae-06.parquet")
    assert lines == [f"gather: {file} is left out; `make models` lists it in dvc.yaml" for file in files]


def test_dvc_lists_what_the_project_can_run(committed):
    described = dict(line.split(maxsplit=1) for line in dvc(committed, "stage", "list").splitlines())
    stages = YAML(typ="safe").load((committed / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    assert {name.partition("@")[0] for name in described} == set(stages)
    assert {f"{name}@{model}" for name in ("train", "score", "certify") for model in MODELS} <= set(described)
    assert all(described.values())


def test_a_clone_with_a_remote_has_nothing_to_do(committed, tmp_path):
    dvc(committed, "remote", "add", "--local", "store", str(tmp_path / "store"))
    dvc(committed, "push", "--remote", "store")
    git(tmp_path, "clone", "-q", str(committed), "clone")
    dvc(tmp_path / "clone", "remote", "add", "--local", "--default", "store", str(tmp_path / "store"))
    assert not ran(dvc(tmp_path / "clone", "repro", "--pull", "--allow-missing"))
    assert not git(tmp_path / "clone", "status", "--short")


def test_a_bare_clone_renders_the_page(committed, tmp_path):
    git(tmp_path, "clone", "-q", str(committed), "clone")
    assert ran(dvc(tmp_path / "clone", "repro", "--single-item", "report")) == ["report"]
    rendered = [Layout(folder).page.read_bytes() for folder in (committed, tmp_path / "clone")]
    assert rendered[0] == rendered[1]

import contextlib
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from benchmarks import paired, speed, validate, weights
from benchmarks.measurements import keep, run
from benchmarks.study import FIRST_MODELS, first_models_seconds, main, peak_gigabytes
from pipeline.config import load_params
from pipeline.core.errors import ParameterError, StudyError
from pipeline.core.storage import read_json
from pipeline.core.tables import write_table
from pipeline.validation.validate.tables import METHOD_ESTIMATES
from stages.shared.layout import Layout

ROOT = Path(__file__).parents[1]
PARAMS = load_params(Layout(ROOT).params)


def test_a_study_that_was_begun_is_not_timed(tmp_path):
    layout = Layout(tmp_path)
    layout.params.write_bytes(Layout(ROOT).params.read_bytes())
    layout.download(PARAMS.dataset).mkdir(parents=True)
    with pytest.raises(StudyError, match="a study is timed in a fresh clone"):
        main(layout, record=True)
    assert not layout.benchmarks.exists()


@pytest.mark.parametrize(("words", "kept"), [([], ".cache/benchmarks.json"), (["--record"], "benchmarks/results.json")])
def test_measurements_stay_out_of_git_unless_they_are_to_be_recorded(tmp_path, monkeypatch, words, kept):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "params.yaml").write_bytes(Layout(ROOT).params.read_bytes())
    measured = ("weight_over_products", "pythae_over_ours", "differentiated_over_multiplied")
    for name in measured:
        monkeypatch.setattr(weights, name, lambda *given: 1.5)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["weights.py", *words])
    run(weights.main)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json")] == [kept]
    assert read_json(tmp_path / kept).items() >= dict.fromkeys(measured, 1.5).items()
    ignored = subprocess.run(["git", "check-ignore", "-q", kept], cwd=ROOT, check=False)
    assert ignored.returncode == len(words)


def test_what_was_measured_before_is_kept(tmp_path):
    layout = Layout(tmp_path)
    keep(layout, {"a": 1, "b": 2}, record=False)
    assert keep(layout, {"b": 3}, record=False) == {"a": 1, "b": 3}
    assert read_json(layout.measurements) == {"a": 1, "b": 3}


def test_a_table_has_the_models_by_their_roles(capsys):
    roles = PARAMS.roles.model_copy(update={"middle": "vae-16"})
    speed.print_table({f"score_1000_{name}_ratio": 0.5 for name in (roles.small, "vae-16", roles.large)}, roles)
    lines = [line for line in capsys.readouterr().out.splitlines() if "1,000 images scored under" in line]
    assert [line.split()[4] for line in lines] == [roles.small, "vae-16", roles.large]
    assert all(" 0.50 " in line for line in lines)


@pytest.mark.parametrize(("system", "unit"), [("linux", 1024), ("darwin", 1)])
def test_memory_is_counted_in_the_units_of_the_system(monkeypatch, system, unit):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=1_900_000_000 // unit))
    assert peak_gigabytes() == 1.9


def test_the_first_models_share_the_processors_out():
    stages = {f"{work}@{name}": 10.0 for work in ("train", "score", "certify") for name in PARAMS.models}
    assert first_models_seconds(stages, PARAMS, 2) == FIRST_MODELS * 10.0


def test_the_committed_seconds_are_of_every_model():
    results = read_json(Layout(ROOT).benchmarks)
    timed = {stage.partition("@")[2] for stage in results["stages"]} - {""}
    assert timed == set(PARAMS.models)
    seconds = first_models_seconds(results["stages"], PARAMS, results["study_jobs"])
    assert results["first_models_seconds"] == seconds
    assert sum(results["stages"].values()) <= results["study_seconds"] * results["study_jobs"]


def test_versions_take_turns_and_the_first_turn_does_not_count(monkeypatch):
    asked = []

    @contextlib.contextmanager
    def worker(version, words):
        yield lambda: asked.append(version) or float(len(asked))

    monkeypatch.setattr(paired, "worker", worker)
    seconds = paired.in_turn(("old", "new"), ["train"], 3)
    assert asked == ["new", "old", "old", "new", "new", "old", "old", "new"]
    assert seconds.tolist() == [[3, 4], [6, 5], [7, 8]]


def test_a_ratio_is_of_neighbouring_turns():
    found = paired.compared("epoch", np.array([[1.0, 0.5], [4.0, 2.4], [2.0, 1.4]]))
    assert found["epoch_ratios"] == [0.5, 0.6, 0.7]
    assert (found["epoch_old_seconds"], found["epoch_new_seconds"], found["epoch_ratio"]) == (2, 1.4, 0.6)


def test_a_commit_that_does_not_exist_is_refused():
    with pytest.raises(ParameterError, match=r"^no-such: .*; name a commit of this project$"):
        paired.worktree("no-such").__enter__()


def test_a_version_that_fails_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"turns\.py train failed"), paired.worker(tmp_path, ["train"]) as ask:
        ask()


def test_a_table_of_errors_is_printed_beside_its_limits_for_what_was_measured(tmp_path, capsys):
    layout = Layout(tmp_path)
    layout.params.write_bytes(Layout(ROOT).params.read_bytes())
    measured, *missing = PARAMS.validation.models
    rows = [
        {"id": image, "method": method, "draws": draws, "log_likelihood": -80.0 + off, "standard_error": 0.1}
        for image, error in enumerate((0.3, -0.4))
        for method, draws, off in (
            ("reference", 50_000, 0.0),
            ("study", 344, error),
            ("encoder", PARAMS.validation.encoder_draws, 10 * error),
        )
    ]
    table = pd.DataFrame(rows).assign(subset="test", passes=700.0, pareto_k=0.1)
    write_table(layout.validation(measured), table, METHOD_ESTIMATES)
    validate.main(layout)
    lines = capsys.readouterr().out.splitlines()
    assert f"{measured}, 2 images" in lines
    rmse = np.sqrt((0.3**2 + 0.4**2) / 2)
    assert any(line.split()[5:7] == [f"{10 * rmse:.3f}", f"{rmse:.3f}"] for line in lines if "root mean" in line)
    assert lines[-len(missing) :] == [f"{name}: not measured; run `dvc repro validate@{name}`" for name in missing]

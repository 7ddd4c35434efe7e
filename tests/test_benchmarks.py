from pathlib import Path

import pytest

from benchmarks.study import SPINE, main, spine_seconds
from pipeline.config import load_params
from pipeline.core.errors import StudyError
from pipeline.core.storage import read_json
from stages.shared.layout import Layout

ROOT = Path(__file__).parents[1]
PARAMS = load_params(Layout(ROOT).params)


def test_a_study_that_was_begun_is_not_timed(tmp_path):
    layout = Layout(tmp_path)
    layout.params.write_bytes(Layout(ROOT).params.read_bytes())
    layout.download(PARAMS.dataset).mkdir(parents=True)
    with pytest.raises(StudyError, match="a study is timed in a fresh clone"):
        main(layout)
    assert not layout.benchmarks.exists()


def test_the_first_models_share_the_processors_out():
    stages = {f"{work}@{name}": 10.0 for work in ("train", "score", "certify") for name in PARAMS.models}
    assert spine_seconds(stages, PARAMS, 2) == SPINE * 10.0


def test_the_committed_seconds_are_of_every_model():
    results = read_json(Layout(ROOT).benchmarks)
    timed = {stage.partition("@")[2] for stage in results["stages"]} - {""}
    assert timed == set(PARAMS.models)
    assert results["spine_seconds"] == spine_seconds(results["stages"], PARAMS, results["study_jobs"])
    assert sum(results["stages"].values()) <= results["study_seconds"] * results["study_jobs"]

"""What decides the weights that the stage leaves."""

import pytest

import stages.train
from pipeline.core.tables import read_split
from pipeline.core.tensors import read_tensors
from pipeline.data.images import read_images
from tests.support.tiny import CHANGES, ROOT, make_sandbox

NAME = "vae-20"


@pytest.fixture
def weights(tmp_path, run_stage):
    """Train the tiny project's middle model on the same images with some parameters changed; one of its weights."""

    def weights(study=0, **changes):
        models = CHANGES["models"] | {NAME: CHANGES["models"][NAME] | changes}
        layout = make_sandbox(ROOT, tmp_path / "project", CHANGES | {"models": models, "seed": study})
        for words in ([["download"], ["split"]] if not layout.split.exists() else []) + [["train", NAME]]:
            assert run_stage(layout.root, *words)[0] == 0
        return read_tensors(layout.weights(NAME))["decoder.0.weight"].numpy().tobytes()

    return weights


def test_another_seed_of_the_model_or_of_the_study_gives_other_weights(weights):
    assert len({weights(), weights(seed=1), weights(study=1)}) == 3


def test_training_starts_from_the_mean_of_the_training_images(weights, tmp_path, monkeypatch):
    seen, start = [], stages.train.start
    monkeypatch.setattr(stages.train, "start", lambda model, mean, rng: seen.append(mean) or start(model, mean, rng))
    weights()
    layout = stages.train.Layout(tmp_path / "project")
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)
    trained = images.grey[(split["subset"] == "train").to_numpy()]
    assert seen[0] == pytest.approx(trained.mean(axis=0) / 255)

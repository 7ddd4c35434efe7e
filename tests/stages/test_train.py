"""What decides the weights that the stage leaves."""

import pytest

import stages.train
from pipeline.images import read_images
from pipeline.tables import read_split
from tests.tiny import CHANGES, ROOT, make_sandbox

NAME = "vae-20"


@pytest.fixture
def weights(tmp_path, run_stage):
    """Train the tiny project's middle model with some parameters changed; the bytes of its weights."""

    def weights(study=0, **changes):
        models = CHANGES["models"] | {NAME: CHANGES["models"][NAME] | changes}
        layout = make_sandbox(ROOT, tmp_path / "project", CHANGES | {"models": models, "seed": study})
        for words in (["download"], ["split"], ["train", NAME]):
            if words != ["download"] or not layout.download("digits").exists():
                assert run_stage(layout.root, *words)[0] == 0
        return layout.weights(NAME).read_bytes()

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
    trained = images.grey[(split["set"] == "train").to_numpy()]
    assert seen[0] == pytest.approx(trained.mean(axis=0) / 255)

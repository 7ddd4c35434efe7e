"""What decides the weights that the stage leaves."""

import copy

import pytest

import stages.train
from pipeline.core.tables import read_split
from pipeline.core.tensors import read_tensors
from pipeline.data.images import read_images
from pipeline.data.subsets import training_rows
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


@pytest.fixture
def made(tmp_path, run_stage, monkeypatch):
    """Train the tiny project under two seeds: the bytes of its data, which images `matched` drew, and its weights."""
    drawn, examples_for = [], stages.train.examples_for

    def told(model, images, split, rng):
        drawn.append(training_rows(split, "matched", copy.deepcopy(rng)).tobytes())
        return examples_for(model, images, split, rng)

    monkeypatch.setattr(stages.train, "examples_for", told)

    def made(**seeds):
        layout = make_sandbox(ROOT, tmp_path / str(seeds), CHANGES | seeds)
        for words in (["download"], ["split"], ["train", NAME]):
            assert run_stage(layout.root, *words)[0] == 0
        files = [*sorted(layout.download("digits").iterdir()), layout.images, layout.split]
        return [path.read_bytes() for path in files], drawn[-1], layout.weights(NAME).read_bytes()

    return made


def test_another_seed_leaves_the_data_byte_for_byte_and_changes_the_weights(made):
    data, matched, weights = made(seed=0, data_seed=0)
    assert made(seed=1, data_seed=0)[:2] == (data, matched)
    assert made(seed=1, data_seed=0)[2] != weights
    other = made(seed=0, data_seed=1)
    assert other[1] != matched
    assert not set(other[0]) & set(data)


def test_training_starts_from_the_mean_of_the_training_images(weights, tmp_path, monkeypatch):
    seen, start = [], stages.train.start
    monkeypatch.setattr(stages.train, "start", lambda model, mean, rng: seen.append(mean) or start(model, mean, rng))
    weights()
    layout = stages.train.Layout(tmp_path / "project")
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)
    trained = images.grey[(split["subset"] == "train").to_numpy()]
    assert seen[0] == pytest.approx(trained.mean(axis=0) / 255)

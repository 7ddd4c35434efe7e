"""Which images each stage hands to the library, by the tiny project's own split."""

import numpy as np
import pandas as pd
import pytest

import stages.diagnose
import stages.download
import stages.score
import stages.split
from pipeline.config import load_params
from pipeline.core.rng import stream
from pipeline.core.tables import read_split
from pipeline.data import idx
from pipeline.data.images import read_images, threshold
from pipeline.investigations.diagnose.diagnose import unseen_rows
from pipeline.models.build import build, start
from pipeline.models.files import save_model
from tests.support.tiny import CHANGES, ROOT, make_sandbox

NAME = "vae-04"
THRESHOLDED = {"binarization": "threshold", "score_on": "test"}


class EnoughError(Exception):
    """Ends a stage where the library would go to work."""


@pytest.fixture(scope="module")
def layout(tmp_path_factory):
    """The tiny project with its images split, and weights of one model of thresholded images that was never trained."""
    models = CHANGES["models"] | {NAME: CHANGES["models"][NAME] | THRESHOLDED}
    changes = {"models": models, "validate": CHANGES["validate"] | {"models": ["vae-20"]}}
    layout = make_sandbox(ROOT, tmp_path_factory.mktemp("tiny") / "project", CHANGES | changes)
    stages.download.main(layout)
    stages.split.main(layout)
    params = load_params(layout.params)
    model = start(build(64, params.data.hidden, params.model(NAME)), np.full(64, 0.5), stream(0, "start"))
    save_model(layout.weights(NAME), model, {})
    return layout


@pytest.fixture(scope="module")
def images(layout):
    return read_images(layout.images)


@pytest.fixture(scope="module")
def split(layout, images):
    return read_split(layout.split, images.id)


def handed_on(monkeypatch, stage, function, layout):
    """What a stage calls a library's function with, when it is asked for the model."""
    told = []

    def listen(*arguments):
        told.extend(arguments)
        raise EnoughError

    monkeypatch.setattr(stage, function, listen)
    with pytest.raises(EnoughError):
        stage.main(NAME, layout)
    return told


def test_the_split_keeps_the_official_files_apart_and_in_their_order(layout, images, split):
    params = load_params(layout.params)
    train, test = idx.read(layout.download(params.dataset))
    official = np.repeat(["train", "test"], [len(train.labels), len(test.labels)])
    assert split["official"].astype(str).tolist() == official.tolist()
    assert np.array_equal(images.label, np.concatenate([train.labels, test.labels]))
    assert np.array_equal(images.grey[: len(train.labels)], train.images.reshape(len(train.labels), -1))
    assert np.array_equal(images.binary_threshold, threshold(images.grey))
    assert set(split.loc[official == "test", "subset"]) == {"test"}
    assert (split["subset"] == "validation").sum() == params.data.validation
    for tail in ("pc1-low", "pc1-high"):
        assert (split["subset"] == tail).sum() == pytest.approx(params.split.tail * len(train.labels), abs=1)


def test_scored_are_the_images_asked_for_as_the_model_sees_them(layout, images, split, monkeypatch):
    _, _, _, x, y, ids, *_ = handed_on(monkeypatch, stages.score, "score_resumably", layout)
    rows = np.flatnonzero(split["subset"] == "test")
    assert np.array_equal(x, images.binary_threshold[rows])
    assert np.array_equal(y, images.label[rows])
    assert np.array_equal(ids, images.id[rows])


def test_a_diagnosis_learns_from_the_training_images_and_is_judged_on_others(layout, images, split, monkeypatch):
    _, seen, unseen, *_ = handed_on(monkeypatch, stages.diagnose, "diagnose", layout)
    expected = np.flatnonzero(split["subset"] == "train"), unseen_rows(split, "core")
    for found, rows in zip((seen, unseen), expected, strict=True):
        assert np.array_equal(found.x, images.binary_threshold[rows])
        assert np.array_equal(found.label, images.label[rows])
    assert pd.Index(expected[0]).intersection(expected[1]).empty

"""Which images each stage hands to the library, by the tiny project's own split."""

import numpy as np
import pandas as pd
import pytest

import stages.certify
import stages.classify
import stages.diagnose
import stages.download
import stages.sample
import stages.score
import stages.split
import stages.validate
from pipeline.config import load_params
from pipeline.core.rng import stream
from pipeline.core.tables import read_split
from pipeline.data import idx
from pipeline.data.images import read_images, threshold
from pipeline.investigations.diagnose.diagnose import unseen_rows
from pipeline.likelihood.score_tables import write_scores
from pipeline.models.build import build, start
from pipeline.models.files import save_model
from tests.support.tiny import CHANGES, ROOT, make_sandbox

NAME, CONDITIONAL = "vae-04", "cvae-20"
THRESHOLDED = {NAME: {"binarisation": "threshold", "score_on": "test"}, CONDITIONAL: {"binarisation": "threshold"}}
SCORE = {"elbo": -95.0, "log_likelihood": -90.0, "standard_error": 0.1, "ess": 9.0, "pareto_k": 0.1}


class EnoughError(Exception):
    """Ends a stage where the library would go to work."""


@pytest.fixture(scope="module")
def layout(tmp_path_factory):
    """The tiny project with its images split, weights of two models of thresholded images, and scores of one.

    The models were never trained, and every image has the same score.
    """
    models = CHANGES["models"] | {name: CHANGES["models"][name] | change for name, change in THRESHOLDED.items()}
    changes = {"models": models, "validate": CHANGES["validate"] | {"models": ["vae-20"]}}
    layout = make_sandbox(ROOT, tmp_path_factory.mktemp("tiny") / "project", CHANGES | changes)
    stages.download.main(layout)
    stages.split.main(layout)
    params = load_params(layout.params)
    for name in THRESHOLDED:
        model = start(build(64, params.data.hidden, params.model(name)), np.full(64, 0.5), stream(0, "start"))
        save_model(layout.weights(name), model, {})
    split = read_split(layout.split, read_images(layout.images).id)
    write_scores(layout.scores(NAME), split[["id"]].assign(**SCORE, draws=np.int32(64), passes=np.float32(64)), split)
    return layout


@pytest.fixture(scope="module")
def images(layout):
    return read_images(layout.images)


@pytest.fixture(scope="module")
def split(layout, images):
    return read_split(layout.split, images.id)


def handed_on(monkeypatch, stage, function, layout, name=NAME):
    """What a stage calls a library's function with, when it is asked for a model."""
    told = []

    def listen(*arguments, **named):
        told.extend((*arguments, *named.values()))
        raise EnoughError

    monkeypatch.setattr(stage, function, listen)
    with pytest.raises(EnoughError):
        stage.main(name, layout)
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


@pytest.mark.parametrize(
    ("stage", "function", "name"),
    [(stages.validate, "measure", NAME), (stages.classify, "score_labels", CONDITIONAL)],
    ids=["validate", "classify"],
)
def test_a_sample_of_images_is_measured_as_the_model_sees_them(layout, images, monkeypatch, stage, function, name):
    _, x, chosen, *_ = handed_on(monkeypatch, stage, function, layout, name)
    assert len(chosen) == 3 + 4 * 2
    assert np.array_equal(x, images.binary_threshold[chosen["id"]])


def test_certified_are_images_as_the_model_sees_them(layout, images, monkeypatch):
    told = []

    class Listener:
        def __init__(self, *settings):
            pass

        def real(self, *given):
            told.append(given)

        def simulated(self, y):
            pass

        def searched(self, *given):
            told.append(given)
            raise EnoughError

    monkeypatch.setattr(stages.certify, "Certifier", Listener)
    with pytest.raises(EnoughError):
        stages.certify.main(NAME, layout)
    assert len(told) == 2
    for x, y, chosen, *_ in told:
        assert np.array_equal(x, images.binary_threshold[chosen["id"]])
        assert np.array_equal(y, images.label[chosen["id"]])


def test_pictures_are_drawn_of_images_as_the_model_sees_them(layout, images, monkeypatch):
    _, _, _, _, _, binary, *_ = handed_on(monkeypatch, stages.sample, "Pictures", layout)
    assert np.array_equal(binary, images.binary_threshold)

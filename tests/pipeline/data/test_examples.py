"""Which images a model learns from, and which its bound is followed on."""

import numpy as np
import pytest

from pipeline.core.rng import stream
from pipeline.data.examples import examples_for
from tests.support.parameters import PARAMS


@pytest.mark.parametrize("binarisation", ["stochastic", "threshold"])
def test_a_model_learns_from_its_training_images_and_is_followed_on_the_frozen_validation_set(study, binarisation):
    tables = study.tables
    model = PARAMS.models["vae-20"].model_copy(update={"binarisation": binarisation})
    learned, followed = examples_for(model, tables.images, tables.split, stream(0, "matched"))
    train, validation = (np.flatnonzero(tables.split["subset"] == name) for name in ("train", "validation"))
    redraw = binarisation == "stochastic"
    source = tables.images.grey if redraw else tables.images.binary_threshold
    assert learned.redraw == redraw
    assert np.array_equal(learned.pixels, source[train])
    assert np.array_equal(learned.label, tables.images.label[train])
    assert not followed.redraw
    assert np.array_equal(followed.pixels, tables.images.binary(binarisation)[validation])
    assert np.array_equal(followed.label, tables.images.label[validation])
    assert 0 < len(validation) < len(train)

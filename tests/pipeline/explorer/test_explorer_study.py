import base64
import zlib

import numpy as np
import pytest

from pipeline.data.subsets import HOLDOUTS
from pipeline.explorer.study import pack
from tests.pipeline.explorer.conftest import RECONSTRUCTED


@pytest.fixture(scope="module")
def columns(explorer):
    whole, found, place = zlib.decompress(base64.b64decode(explorer.packed.columns)), {}, 0
    for name, width, length in explorer.packed.description["columns"]:
        found[name] = np.frombuffer(whole, "<i4" if width == 4 else "u1", length, place)
        place += width * length
    assert place == len(whole)
    return found


def test_every_holdout_image_is_there_and_no_other(explorer, columns):
    split = explorer.tables.split
    assert list(columns["id"]) == list(split.loc[split["subset"].isin(HOLDOUTS), "id"])


def test_every_likelihood_is_that_of_its_table(explorer, columns):
    absent, precision = (explorer.packed.description[key] for key in ("absent", "precision"))
    for name, table in explorer.tables.scores.items():
        for quantity in ("log_likelihood", "standard_error"):
            kept = dict(zip(columns["id"], columns[f"{name}.{quantity}"], strict=True))
            known = table.set_index("id")[quantity]
            for image, steps in kept.items():
                assert (
                    steps == absent if image not in known else abs(steps / precision - known[image]) <= 0.5 / precision
                )


def test_labels_are_those_of_the_split(explorer, columns):
    rows = explorer.tables.split.loc[columns["id"]]
    described = explorer.packed.description
    assert list(columns["label"]) == list(rows["label"])
    assert [described["subsets"][code] for code in columns["subset"]] == list(rows["subset"])
    assert [described["regions"][code] for code in columns["region"]] == list(rows["region"])


def test_pixels_are_the_frozen_ones_of_each_kind_of_model(explorer, columns):
    images, ids = explorer.tables.images, columns["id"]
    for name, frozen in (("stochastic", images.binary_stochastic), ("threshold", images.binary_threshold)):
        pixels = np.unpackbits(columns[name].reshape(len(ids), -1), axis=1)[:, : frozen.shape[1]]
        assert (pixels == frozen[ids]).all()


def test_thresholded_pixels_are_left_out_where_no_model_is_of_them(explorer):
    tables, models = explorer.tables, dict(explorer.study.models)
    del models["vae-20-threshold"]
    packed = pack(tables.images, tables.split, {name: tables.scores[name] for name in models}, models)
    assert packed.description["columns"][-1] == ["threshold", 1, 0]


def test_reconstructions_are_grey_levels_at_the_mean_of_z(explorer, columns):
    known = explorer.samples
    ids, multiples, probabilities = (known[f"vae-20.reconstructions.{name}"] for name in RECONSTRUCTED)
    assert explorer.packed.description["reconstructed"] == {"vae-20": ids.tolist()}
    levels = columns["vae-20.reconstruction"].reshape(len(ids), -1)
    assert np.abs(levels / 255 - probabilities[list(multiples).index(0)]).max() <= 0.5 / 255 + 1e-6


def test_reconstructions_elsewhere_than_at_the_mean_of_z_are_left_out(explorer):
    tables, samples = explorer.tables, dict(explorer.samples)
    samples["vae-20.reconstructions.multiples"] = samples["vae-20.reconstructions.multiples"] + 1
    packed = pack(tables.images, tables.split, tables.scores, explorer.study.models, samples)
    assert packed.description["reconstructed"] == {}


def test_an_image_that_a_model_was_not_scored_on_is_absent(explorer):
    tables, models = explorer.tables, explorer.study.models
    table = tables.scores["vae-20"]
    fewer = tables.scores | {"vae-20": table[table["subset"] == "test"]}
    packed = pack(tables.images, tables.split, fewer, models)
    whole = zlib.decompress(base64.b64decode(packed.columns))
    count = packed.description["columns"][0][2]
    place = [name for name, *_ in packed.description["columns"]].index("vae-20.log_likelihood")
    kept = np.frombuffer(whole, "<i4", count, 4 * count * place)
    assert (kept != packed.description["absent"]).sum() == (table["subset"] == "test").sum()

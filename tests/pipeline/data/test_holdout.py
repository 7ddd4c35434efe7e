import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.core.tables import SPLIT, write_table
from pipeline.data import holdout
from pipeline.data.holdout import DECIMALS, Axes, hold_out, principal_axes, regions
from pipeline.data.subsets import HOLDOUTS, REGIONS, TAILS, scored_rows, training_rows

IMAGES, POOL, TAIL, VALIDATION = 3000, 2500, 0.05, 200


def made_up(seed=0):
    """Images of ten classes that vary in ink and, within each class, along a second direction."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 10, IMAGES).astype(np.uint8)
    means = rng.uniform(60, 190, size=(10, 16))
    slant = np.where(np.arange(16) % 2, 25.0, -25.0)
    noise = rng.normal(0, 6, size=(IMAGES, 16))
    grey = means[label] + rng.normal(0, 1, (IMAGES, 1)) * slant + noise
    return np.clip(grey, 0, 255).astype(np.uint8), label


def split_of(grey, label):
    pool = np.arange(IMAGES) < POOL
    return hold_out(grey, label, pool, TAIL, VALIDATION, stream(0, "validation"))


@pytest.fixture(scope="module")
def images():
    return made_up()


@pytest.fixture(scope="module")
def split(images):
    return split_of(*images)


def test_every_image_is_in_one_set_and_every_pool_image_outside_test(split):
    assert split["id"].is_unique
    assert (split["subset"].notna() & split["region"].notna()).all()
    assert (split["subset"] == "test").sum() == IMAGES - POOL
    assert ((split["subset"] == "test") == (split["official"] == "test")).all()


def test_each_tail_of_pc1_is_its_share_of_the_pool(split):
    pool = split[split["official"] == "train"]
    for tail in ("pc1-low", "pc1-high"):
        assert (pool["region"] == tail).sum() == pytest.approx(TAIL * POOL, abs=1)


def test_within_class_tails_hold_every_class_alike(split):
    pool = split[split["official"] == "train"]
    for _, own in pool.groupby("label"):
        lowest = own["pc1_within_class"] < own["pc1_within_class"].quantile(TAIL)
        assert lowest.sum() == pytest.approx(TAIL * len(own), abs=1)
        assert set(own.loc[lowest, "region"]) <= {"within-low", "pc1-low", "pc1-high"}
        assert not (own.loc[~lowest, "region"] == "within-low").any()


def test_tail_sets_are_the_pools_tail_regions_and_validation_is_of_the_centre(split):
    pool = split[split["official"] == "train"]
    for tail in TAILS:
        assert ((pool["subset"] == tail) == (pool["region"] == tail)).all()
    assert (split["subset"] == "validation").sum() == VALIDATION
    assert (split.loc[split["subset"].isin(["validation", "train"]), "region"] == "centre").all()


def test_test_images_move_no_threshold(images, split):
    grey, label = images
    changed = grey.copy()
    changed[POOL:] = 255 - changed[POOL:]
    again = split_of(changed, label)
    assert (again["region"][:POOL] == split["region"][:POOL]).all()
    assert np.array_equal(again["pc1"][:POOL], split["pc1"][:POOL])


def test_regions_of_test_images_follow_the_pools_thresholds(split):
    pool, test = (split[split["official"] == part] for part in ("train", "test"))
    low = pool.loc[pool["region"] == "pc1-low", "pc1"].max()
    high = pool.loc[pool["region"] == "pc1-high", "pc1"].min()
    assert (test.loc[test["region"] == "pc1-low", "pc1"] <= high).all()
    assert (test.loc[test["pc1"] < low, "region"] == "pc1-low").all()
    assert (test.loc[test["pc1"] > high, "region"] == "pc1-high").all()


def test_axes_follow_ink_when_they_are_correlated_with_it(images):
    grey, label = images
    inked = np.clip(grey.astype(int) // 3 + np.random.default_rng(0).integers(0, 120, (IMAGES, 1)), 0, 255)
    inked = inked.astype(np.uint8)
    ink = inked.mean(axis=1) / 255
    pool = np.ones(IMAGES, bool)
    assert np.corrcoef(principal_axes(inked, label, pool, ink).pc1, ink)[0, 1] > 0.9
    flipped = 255 - inked
    flipped_ink = flipped.mean(axis=1) / 255
    assert np.corrcoef(principal_axes(flipped, label, pool, flipped_ink).pc1, flipped_ink)[0, 1] > 0.9


def test_class_centring_takes_the_classes_out_of_the_axis(images, split):
    means = split[split["official"] == "train"].groupby("label")["pc1_within_class"].mean()
    assert np.abs(means).max() < 10**-DECIMALS


def test_an_image_in_both_tails_belongs_to_pc1(images):
    _, label = images
    axes = principal_axes(*images, np.ones(IMAGES, bool), images[0].mean(axis=1))
    region = regions(axes, label, np.ones(IMAGES, bool), TAIL)
    extreme = axes.pc1 > np.quantile(axes.pc1, 1 - TAIL)
    assert set(region[extreme]) == {"pc1-high"}
    assert set(region) == set(REGIONS)


def test_core_matched_and_all_differ_as_they_should(split):
    core, matched, everyone = (training_rows(split, kind, stream(0, "matched")) for kind in ("core", "matched", "all"))
    assert len(core) == len(matched)
    assert set(split["subset"].iloc[core]) == {"train"}
    assert set(matched) <= set(everyone)
    assert set(split["subset"].iloc[matched]) == {"train", *TAILS}
    assert len(everyone) == POOL - VALIDATION
    assert not set(everyone) & set(np.flatnonzero(split["subset"].isin(["validation", "test"])))


def test_holdouts_are_what_core_training_never_saw(split):
    rows = scored_rows(split, "holdouts", stream(0))
    assert set(split["subset"].iloc[rows]) == set(HOLDOUTS)
    assert not set(rows) & set(training_rows(split, "core", stream(0)))
    assert len(scored_rows(split, "all", stream(0))) == IMAGES
    assert set(split["subset"].iloc[scored_rows(split, "test", stream(0))]) == {"test"}


def test_a_sample_has_every_holdout_and_as_many_training_as_validation_images(split):
    rows, again = (scored_rows(split, "sample", stream(0, "split", "sample")) for _ in range(2))
    counts, whole = (table["subset"].value_counts() for table in (split.iloc[rows], split))
    assert counts[list(HOLDOUTS)].equals(whole[list(HOLDOUTS)])
    assert counts["train"] == counts["validation"] == whole["validation"] == VALIDATION
    assert (np.diff(rows) > 0).all()
    assert np.array_equal(rows, again)
    other = scored_rows(split, "sample", stream(1, "split", "sample"))
    assert set(split["subset"].iloc[np.setxor1d(rows, other)]) == {"train"}


def test_the_images_that_show_the_fit_are_those_of_the_sample_without_the_tails(split):
    fit, sample = (scored_rows(split, name, stream(0, "split", "sample")) for name in ("fit", "sample"))
    assert np.array_equal(fit, sample[~split["subset"].iloc[sample].isin(TAILS)])
    assert {"train", "validation", "test"} == set(split["subset"].iloc[fit])


def test_a_validation_set_that_leaves_nothing_to_train_on_is_refused(images):
    with pytest.raises(ParameterError, match="validation = 2400 leaves no image to train on"):
        hold_out(*images, np.arange(IMAGES) < POOL, TAIL, 2400, stream(0))


def test_an_image_on_a_threshold_is_in_the_centre():
    axes = Axes(pc1=np.arange(21.0), pc1_within_class=(8.0 * np.arange(21) + 5) % 21)
    region = regions(axes, np.zeros(21, np.uint8), np.ones(21, bool), TAIL)
    found = {name: np.flatnonzero(region == name).tolist() for name in TAILS}
    places = {"within-low": int(axes.pc1_within_class.argmin()), "within-high": int(axes.pc1_within_class.argmax())}
    assert found == {"pc1-low": [0], "pc1-high": [20]} | {name: [place] for name, place in places.items()}


def along_one_direction(direction):
    """Images of one class that vary in this direction, and how far each is along it."""
    rng = np.random.default_rng(0)
    place = rng.standard_normal(400)
    noise = rng.normal(0, 2, (400, len(direction)))
    return np.clip(128 + place[:, None] * direction + noise, 0, 255).astype(np.uint8), place


def test_an_axis_follows_ink_against_its_largest_loading():
    grey, place = along_one_direction(np.array([30.0] + 9 * [-20.0]))
    axes = principal_axes(grey, np.zeros(400, np.uint8), np.ones(400, bool), grey.mean(axis=1) / 255)
    for axis in (axes.pc1, axes.pc1_within_class):
        assert np.corrcoef(axis, -place)[0, 1] > 0.99


def test_an_axis_that_knows_nothing_of_ink_follows_its_largest_loading():
    grey, place = along_one_direction(np.array([-30.0, 20.0, 10.0]))
    ink = np.random.default_rng(1).random(400)
    axes = principal_axes(grey, np.zeros(400, np.uint8), np.ones(400, bool), ink)
    assert np.corrcoef(axes.pc1, -place)[0, 1] > 0.99


def digits_split():
    levels, label = load_digits(return_X_y=True)
    grey = np.rint(levels * (255 / 16)).astype(np.uint8)
    pool = np.arange(len(grey)) < 1400
    return hold_out(grey, label.astype(np.uint8), pool, TAIL, 100, stream(0, "validation"))


def file_of(split, path):
    write_table(path, split, SPLIT, key=["id"])
    return path.read_bytes()


def test_a_split_does_not_depend_on_the_last_digits_of_the_projections(tmp_path, monkeypatch):
    exact, noise = holdout._first_component, np.random.default_rng(0)
    clean = file_of(digits_split(), tmp_path / "split.parquet")
    added = []

    def with_noise(*words):
        added.append(noise.normal(0, 1e-11, len(words[0])))
        return exact(*words) + added[-1]

    monkeypatch.setattr(holdout, "_first_component", with_noise)
    assert file_of(digits_split(), tmp_path / "noisy.parquet") == clean
    assert len(added) == 2


@pytest.mark.parametrize("kernels", ["Prescott", "Haswell"])
def test_a_split_is_the_same_bytes_on_another_processor(tmp_path, kernels):
    """OpenBLAS computes here as it does on older processors; elsewhere than on x86 it ignores the names."""
    script = f"""
import sys
from pathlib import Path
from tests.pipeline.data.test_holdout import digits_split, file_of
file_of(digits_split(), Path({str(tmp_path / "other.parquet")!r}))
"""
    subprocess.run([sys.executable, "-c", script], env=os.environ | {"OPENBLAS_CORETYPE": kernels}, check=True)
    here = file_of(digits_split(), tmp_path / "split.parquet")
    assert hashlib.sha256((tmp_path / "other.parquet").read_bytes()).hexdigest() == hashlib.sha256(here).hexdigest()


def test_projections_that_round_to_the_threshold_are_in_the_centre():
    """Values that differ only below the stored decimals fall on the same side, whatever their order was."""
    values = np.arange(21.0)
    tied = np.array([0.0, 1.0, 1.0, *values[3:18], 19.0, 19.0, 20.0])
    noise = 1e-9 * np.random.default_rng(0).standard_normal((5, 21))
    found = {
        tuple(regions(Axes(rounded, rounded), np.zeros(21, np.uint8), np.ones(21, bool), TAIL))
        for rounded in (holdout._rounded(tied + one) for one in noise)
    }
    (region,) = found
    assert [place for place, name in enumerate(region) if name != "centre"] == [0, 20]


def test_no_image_is_in_matched_twice(split):
    rows = training_rows(split, "matched", stream(0, "matched"))
    assert len(set(rows)) == len(rows)

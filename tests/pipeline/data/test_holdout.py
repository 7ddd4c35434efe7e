import numpy as np
import pytest

from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.data.holdout import Axes, hold_out, principal_axes, regions
from pipeline.data.subsets import HOLDOUTS, REGIONS, TAILS, scored_rows, training_rows

IMAGES, POOL, TAIL, VALIDATION = 3000, 2500, 0.05, 200


def made_up(seed=0):
    """Images of ten classes that vary in ink and, within each class, along a second direction."""
    rng = np.random.default_rng(seed)
    digit = rng.integers(0, 10, IMAGES).astype(np.uint8)
    means = rng.uniform(60, 190, size=(10, 16))
    slant = np.where(np.arange(16) % 2, 25.0, -25.0)
    noise = rng.normal(0, 6, size=(IMAGES, 16))
    grey = means[digit] + rng.normal(0, 1, (IMAGES, 1)) * slant + noise
    return np.clip(grey, 0, 255).astype(np.uint8), digit


def split_of(grey, digit):
    pool = np.arange(IMAGES) < POOL
    return hold_out(grey, digit, pool, TAIL, VALIDATION, stream(0, "validation"))


@pytest.fixture(scope="module")
def images():
    return made_up()


@pytest.fixture(scope="module")
def split(images):
    return split_of(*images)


def test_every_image_is_in_one_set_and_every_pool_image_outside_test(split):
    assert split["id"].is_unique
    assert (split["set"].notna() & split["region"].notna()).all()
    assert (split["set"] == "test").sum() == IMAGES - POOL
    assert ((split["set"] == "test") == (split["official"] == "test")).all()


def test_each_tail_of_pc1_is_its_share_of_the_pool(split):
    pool = split[split["official"] == "train"]
    for tail in ("pc1-low", "pc1-high"):
        assert (pool["region"] == tail).sum() == pytest.approx(TAIL * POOL, abs=1)


def test_within_class_tails_hold_every_class_alike(split):
    pool = split[split["official"] == "train"]
    for _, own in pool.groupby("digit"):
        lowest = own["within"] < own["within"].quantile(TAIL)
        assert lowest.sum() == pytest.approx(TAIL * len(own), abs=1)
        assert set(own.loc[lowest, "region"]) <= {"within-low", "pc1-low", "pc1-high"}
        assert not (own.loc[~lowest, "region"] == "within-low").any()


def test_tail_sets_are_the_pools_tail_regions_and_validation_is_of_the_centre(split):
    pool = split[split["official"] == "train"]
    for tail in TAILS:
        assert ((pool["set"] == tail) == (pool["region"] == tail)).all()
    assert (split["set"] == "validation").sum() == VALIDATION
    assert (split.loc[split["set"].isin(["validation", "train"]), "region"] == "centre").all()


def test_test_images_move_no_threshold(images, split):
    grey, digit = images
    changed = grey.copy()
    changed[POOL:] = 255 - changed[POOL:]
    again = split_of(changed, digit)
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
    grey, digit = images
    inked = np.clip(grey.astype(int) // 3 + np.random.default_rng(0).integers(0, 120, (IMAGES, 1)), 0, 255)
    inked = inked.astype(np.uint8)
    ink = inked.mean(axis=1) / 255
    pool = np.ones(IMAGES, bool)
    assert np.corrcoef(principal_axes(inked, digit, pool, ink).pc1, ink)[0, 1] > 0.9
    flipped = 255 - inked
    flipped_ink = flipped.mean(axis=1) / 255
    assert np.corrcoef(principal_axes(flipped, digit, pool, flipped_ink).pc1, flipped_ink)[0, 1] > 0.9


def test_class_centring_takes_the_classes_out_of_the_axis(images, split):
    means = split[split["official"] == "train"].groupby("digit")["within"].mean()
    assert np.abs(means).max() < 1e-9


def test_an_image_in_both_tails_belongs_to_pc1(images):
    _, digit = images
    axes = principal_axes(*images, np.ones(IMAGES, bool), images[0].mean(axis=1))
    region = regions(axes, digit, np.ones(IMAGES, bool), TAIL)
    extreme = axes.pc1 > np.quantile(axes.pc1, 1 - TAIL)
    assert set(region[extreme]) == {"pc1-high"}
    assert set(region) == set(REGIONS)


def test_core_matched_and_all_differ_as_they_should(split):
    core, matched, everyone = (training_rows(split, kind, stream(0, "matched")) for kind in ("core", "matched", "all"))
    assert len(core) == len(matched)
    assert set(split["set"].iloc[core]) == {"train"}
    assert set(matched) <= set(everyone)
    assert set(split["set"].iloc[matched]) == {"train", *TAILS}
    assert len(everyone) == POOL - VALIDATION
    assert not set(everyone) & set(np.flatnonzero(split["set"].isin(["validation", "test"])))


def test_holdouts_are_what_core_training_never_saw(split):
    rows = scored_rows(split, "holdouts")
    assert set(split["set"].iloc[rows]) == set(HOLDOUTS)
    assert not set(rows) & set(training_rows(split, "core", stream(0)))
    assert len(scored_rows(split, "all")) == IMAGES
    assert set(split["set"].iloc[scored_rows(split, "test")]) == {"test"}


def test_a_validation_set_that_leaves_nothing_to_train_on_is_refused(images):
    with pytest.raises(ParameterError, match="validation = 2400 leaves nothing"):
        hold_out(*images, np.arange(IMAGES) < POOL, TAIL, 2400, stream(0))


def test_an_image_on_a_threshold_is_in_the_centre():
    axes = Axes(pc1=np.arange(21.0), within=(8.0 * np.arange(21) + 5) % 21)
    region = regions(axes, np.zeros(21, np.uint8), np.ones(21, bool), TAIL)
    found = {name: np.flatnonzero(region == name).tolist() for name in TAILS}
    places = {"within-low": int(axes.within.argmin()), "within-high": int(axes.within.argmax())}
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
    for axis in (axes.pc1, axes.within):
        assert np.corrcoef(axis, -place)[0, 1] > 0.99


def test_an_axis_that_knows_nothing_of_ink_follows_its_largest_loading():
    grey, place = along_one_direction(np.array([-30.0, 20.0, 10.0]))
    ink = np.random.default_rng(1).random(400)
    axes = principal_axes(grey, np.zeros(400, np.uint8), np.ones(400, bool), ink)
    assert np.corrcoef(axes.pc1, -place)[0, 1] > 0.99


def test_no_image_is_in_matched_twice(split):
    rows = training_rows(split, "matched", stream(0, "matched"))
    assert len(set(rows)) == len(rows)

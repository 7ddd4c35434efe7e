import numpy as np
import pytest

from pipeline.data.subsets import SUBSETS, TAILS
from pipeline.figures.data import examples, sets
from pipeline.figures.style import bin_count
from pipeline.figures.wall import TILE


def labels(ticks):
    return [label.get_text() for label in ticks]


@pytest.fixture
def split(study):
    return study.tables.split


def test_both_axes_of_the_split_are_shown_and_named(figures):
    pc1, within, _ = figures["sets"].axes
    assert (pc1.get_xlabel(), within.get_xlabel()) == ("PC1", "within-class PC1")


def test_thresholds_stand_where_the_tails_of_the_pool_begin(figures, split):
    pool = split[split["official"] == "train"].set_index("region")["pc1"]
    lines = [line.get_xdata()[0] for line in figures["sets"].axes[0].get_lines()]
    assert lines == [pool["pc1-low"].max(), pool["pc1-high"].min()]
    assert not figures["sets"].axes[1].get_lines()


def area(polygon):
    x, y = polygon.T
    return abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2


def test_only_the_pool_is_shown_and_all_of_it(figures, split):
    pool = split[split["official"] == "train"]
    for axes, values in zip(figures["sets"].axes, (pool["pc1"], pool["pc1_within_class"]), strict=False):
        bin_width = np.ptp(values) / bin_count(len(values))
        regions = [area(layer.get_paths()[0].vertices) / bin_width for layer in axes.collections]
        assert sorted(regions) == pytest.approx(sorted(pool["region"].value_counts()))


def test_the_label_mix_has_a_row_for_each_set_and_a_share_for_each_digit(figures, split):
    axes = figures["sets"].axes[2]
    counts = split["subset"].value_counts()
    assert labels(axes.get_yticklabels()) == [f"{name} ({counts[name]:,})" for name in SUBSETS]
    shares = np.reshape([text.get_text() for text in axes.texts], (len(SUBSETS), 10))
    for name in ("train", "pc1-low"):
        own = split.loc[split["subset"] == name, "label"]
        for label in range(10):
            share = 100 * (own == label).mean()
            expected = "<1" if 0 < share < 1 else f"{share:.0f}"
            assert shares[SUBSETS.index(name), label] == expected


def test_a_set_without_images_has_no_row(split):
    none = split[~split["subset"].isin(["within-low", "validation"])]
    rows = labels(sets(none).axes[2].get_yticklabels())
    assert [row.split()[0] for row in rows] == ["train", "test", "pc1-low", "pc1-high", "within-high"]


def tiles(axes, side):
    """The pictures of a wall as ones and zeros: one array a row, of as many images as it has room for."""
    wall = np.asarray(axes.images[0].get_array())
    pitch = side + max(1, side // 10)
    tops = (np.asarray(axes.get_yticks()) - side / 2).astype(int)
    rows = [[wall[top : top + side, left : left + side] for left in range(0, wall.shape[1], pitch)] for top in tops]
    return [[1 * (tile == 0) if (tile <= TILE).all() else None for tile in row] for row in rows]


def test_examples_show_each_set_from_its_first_image_to_its_last(figures, study, split):
    axes = figures["examples"].axes[0]
    assert labels(axes.get_yticklabels()) == ["train", "test", *TAILS]
    for name, row in zip(["train", "test", *TAILS], tiles(axes, 28), strict=True):
        members = np.flatnonzero(split["subset"] == name)
        shown = study.tables.images.binary_stochastic[members]
        assert np.array_equal(row[0].ravel(), shown[0])
        assert np.array_equal(row[9].ravel(), shown[-1])
        places = [next(i for i, image in enumerate(shown) if np.array_equal(image, tile.ravel())) for tile in row]
        assert np.ptp(np.diff(places)) <= 1


def test_a_small_set_shows_all_it_has_once(study, split):
    few = split.groupby("subset", observed=True).head(3)
    images = study.tables.images
    for row in tiles(examples(images.binary_stochastic, images.id, few, 10).axes[0], 28):
        assert sum(tile is not None for tile in row) == 3


def test_images_are_found_by_id_whatever_their_order(study, split, figures):
    images = study.tables.images
    order = np.random.default_rng(3).permutation(len(images.id))
    shuffled = examples(images.binary_stochastic[order], images.id[order], split.iloc[order], 10)
    pictures = [figure.axes[0].images[0].get_array() for figure in (shuffled, figures["examples"])]
    assert np.array_equal(*pictures)

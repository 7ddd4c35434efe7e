import numpy as np
import pytest
from matplotlib.colors import to_hex

from pipeline.data.subsets import TAILS
from pipeline.figures.board import INK, gap
from pipeline.figures.data import examples, sets
from pipeline.figures.palette import REGION_COLOURS
from pipeline.figures.style import bin_count


def labels(ticks):
    return [label.get_text() for label in ticks]


@pytest.fixture
def split(study):
    return study.tables.split


def axes_of(figures, place):
    return figures[f"sets-{place}"].axes[0]


def test_both_axes_of_the_split_are_shown_and_named(figures):
    assert [axes_of(figures, place).get_xlabel() for place in (1, 2, 3)] == ["PC1", *["within-class PC1"] * 2]


def test_thresholds_stand_where_the_tails_of_the_pool_begin(figures, split):
    pool = split[split["official"] == "train"].set_index("region")["pc1"]
    lines = [line.get_xdata()[0] for line in axes_of(figures, 1).get_lines()]
    assert lines == [pool["pc1-low"].max(), pool["pc1-high"].min()]
    assert not axes_of(figures, 2).get_lines()


def area(polygon):
    x, y = polygon.T
    return abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2


def test_only_the_pool_is_shown_and_all_of_it(figures, split):
    pool = split[split["official"] == "train"]
    for place, values in ((1, pool["pc1"]), (2, pool["pc1_within_class"])):
        axes = axes_of(figures, place)
        bin_width = np.ptp(values) / bin_count(len(values))
        regions = [area(layer.get_paths()[0].vertices) / bin_width for layer in axes.collections]
        assert sorted(regions) == pytest.approx(sorted(pool["region"].value_counts()))


def test_every_region_is_named_beside_its_colour_once(figures):
    legends = [figures[f"sets-{place}"].legends for place in (1, 2, 3)]
    assert [len(found) for found in legends] == [1, 0, 0]
    (legend,) = legends[0]
    handles = zip(labels(legend.get_texts()), legend.get_patches(), strict=False)
    assert {name: to_hex(patch.get_facecolor()) for name, patch in handles} == {
        name: to_hex(colour) for name, colour in REGION_COLOURS.items()
    }
    assert labels(legend.get_texts())[-1] == "threshold"


def test_tails_of_every_class_are_drawn_from_their_thresholds_outwards(figures, split):
    pool = split[split["official"] == "train"]
    axes = axes_of(figures, 3)
    for name in ("within-low", "within-high"):
        drawn = {
            int(line.get_ydata()[0]): list(line.get_xdata()) for line in axes.get_lines() if line.get_label() == name
        }
        own = pool[pool["region"] == name].groupby("label")["pc1_within_class"]
        assert drawn == {label: [values.min(), values.max()] for label, values in own}
    middles = [line.get_xdata() for line in axes.get_lines() if line.get_color() == REGION_COLOURS["centre"]]
    for label, (low, high) in enumerate(middles):
        own = pool[pool["label"] == label]
        tails = [own.loc[own["region"] == name, "pc1_within_class"] for name in ("within-low", "within-high")]
        between = own.loc[~own["region"].isin(["within-low", "within-high"]), "pc1_within_class"]
        assert low == (tails[0].max() if len(tails[0]) else between.min())
        assert high == (tails[1].min() if len(tails[1]) else between.max())
    assert axes.get_xlim() == axes_of(figures, 2).get_xlim()


def test_a_set_without_images_has_no_panel(study, split):
    none = split[~split["subset"].isin(["within-low", "validation"])]
    images = study.tables.images
    panels = examples(images.binary_stochastic, images.id, none, 3)
    assert titles(panels) == ["train", "test", "pc1-low", "pc1-high", "within-high"]
    assert len(sets(none)) == 3


def titles(panels):
    return [panel.axes[0].get_title(loc="left") for panel in panels]


def tiles(panel, side):
    """Return the images of a panel as ones and zeros, row by row, and None where there is room for one more."""
    picture = panel.axes[0].images[0].get_array()
    grey, nothing = np.asarray(picture), np.ma.getmaskarray(picture)
    pitch = side + gap(side)
    places = [(top, left) for top in range(0, grey.shape[0], pitch) for left in range(0, grey.shape[1], pitch)]
    spots = [(slice(top, top + side), slice(left, left + side)) for top, left in places]
    return [None if nothing[spot].all() else 1 * (grey[spot] == INK) for spot in spots]


def test_examples_show_each_set_from_its_first_image_to_its_last(figures, study, split):
    panels = [figures[f"examples-{place}"] for place in range(1, 7)]
    assert titles(panels) == ["train", "test", *TAILS]
    for name, panel in zip(["train", "test", *TAILS], panels, strict=True):
        members = np.flatnonzero(split["subset"] == name)
        shown = study.tables.images.binary_stochastic[members]
        row = tiles(panel, 28)
        assert len(row) == 10
        assert np.array_equal(row[0].ravel(), shown[0])
        assert np.array_equal(row[9].ravel(), shown[-1])
        places = [next(i for i, image in enumerate(shown) if np.array_equal(image, tile.ravel())) for tile in row]
        assert np.ptp(np.diff(places)) <= 1


def test_a_small_set_shows_all_it_has_once(study, split):
    few = split.groupby("subset", observed=True).head(3)
    images = study.tables.images
    for panel in examples(images.binary_stochastic, images.id, few, 10):
        assert sum(tile is not None for tile in tiles(panel, 28)) == 3


def test_images_are_found_by_id_whatever_their_order(study, split, figures):
    images = study.tables.images
    order = np.random.default_rng(3).permutation(len(images.id))
    shuffled = examples(images.binary_stochastic[order], images.id[order], split.iloc[order], 10)
    for place, panel in enumerate(shuffled, start=1):
        pictures = [figure.axes[0].images[0].get_array() for figure in (panel, figures[f"examples-{place}"])]
        assert np.array_equal(*pictures)

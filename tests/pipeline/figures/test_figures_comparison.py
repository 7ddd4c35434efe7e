import numpy as np
import pandas as pd
import pytest

from pipeline.data.subsets import HOLDOUTS
from pipeline.figures.board import INK, TILE, gap
from pipeline.figures.comparison import gains, pair_up, scatter
from pipeline.figures.style import to_svg


@pytest.fixture(scope="module")
def paired(study):
    return pair_up(study.tables.scores["vae-04"], study.tables.scores["vae-20"])


@pytest.fixture(scope="module")
def holdout(paired):
    own = paired[paired["subset"].isin(HOLDOUTS)]
    return own.assign(gain=own["b"] - own["a"])


def tiles_of(figure, side):
    """Return the binary images of a panel, row by row."""
    found = []
    for drawn in figure.axes[0].images:
        strip = drawn.get_array()
        assert len(strip) == side
        for left in range(0, strip.shape[1], side + gap(side)):
            tile = strip[:, left : left + side]
            assert not np.ma.getmaskarray(tile).any()
            assert set(np.unique(tile)) <= {TILE, INK}
            found.append((tile.data == INK).ravel())
    return np.array(found)


def captions_of(figure):
    """Return the captions below the images of a panel, in their order."""
    return [text.get_text() for text in figure.axes[0].texts if text.get_ha() == "center"]


def test_images_are_paired_by_id_whatever_their_order(study, paired):
    small, large = study.tables.scores["vae-04"], study.tables.scores["vae-20"]
    assert pair_up(small.sample(frac=1, random_state=0), large.sample(frac=1, random_state=1)).equals(paired)
    one = paired.iloc[17]
    assert one["a"] == small.set_index("id").loc[one["id"], "log_likelihood"]
    assert one["b"] == large.set_index("id").loc[one["id"], "log_likelihood"]


def test_only_images_that_both_have_scored_are_paired(study):
    matched = study.tables.scores["vae-20-matched"]
    assert set(pair_up(study.tables.scores["vae-04"], matched)["id"]) == set(matched["id"])


def test_every_holdout_image_is_counted_in_the_hexagon_of_its_mean_and_difference(figures, holdout):
    hexagons = figures["scatter-1"].axes[0].collections[0]
    counts, centres = np.asarray(hexagons.get_array()), hexagons.get_offsets()
    assert counts.sum() == len(holdout)
    assert f"{len(holdout):,} holdout images" in figures["scatter-1"].get_suptitle()
    points = np.stack([(holdout["a"] + holdout["b"]) / 2, holdout["gain"]], axis=1)
    assert (counts @ centres) / len(holdout) == pytest.approx(points.mean(0), abs=0.05 * np.ptp(points, axis=0).max())
    sizes = np.ptp(hexagons.get_paths()[0].vertices, axis=0)
    wanted = [(np.abs(points - centre) < sizes / 4).all(1).sum() for centre in centres]
    assert (counts >= wanted).all()


def test_the_line_of_no_difference_is_drawn_and_the_scale_of_counts_is_logarithmic(figures):
    axes, bar = figures["scatter-1"].axes
    (line,) = axes.get_lines()
    assert set(line.get_ydata()) == {0}
    assert bar.get_xscale() == "log"
    assert bar.get_xlabel() == "images"


def test_labels_have_the_models_and_the_unit(figures, study):
    small, middle = (study.marks[name].label for name in ("vae-04", "vae-20"))
    left, right = figures["scatter-1"].axes[0], figures["scatter-2"].axes[0]
    assert " ".join(left.get_ylabel().split()) == f"{middle} minus {small} (nats)"
    assert " ".join(right.get_xlabel().split()) == f"{middle} minus {small} (nats per image)"
    assert "nats" in left.get_xlabel()


def test_boxes_stand_at_the_median_difference_of_each_class(figures, holdout):
    right = figures["scatter-2"].axes[0]
    medians = holdout["gain"].groupby(holdout["label"]).median()
    drawn = [line.get_xdata()[0] for line in right.get_lines() if line.get_color() == "white"]
    assert drawn == pytest.approx(medians.to_list())
    assert [label.get_text() for label in right.get_yticklabels()] == list("0123456789")


def test_seventy_thousand_images_make_small_files(study):
    rng = np.random.default_rng(0)
    a = rng.normal(-110, 25, 70_000)
    table = pd.DataFrame(
        {"label": np.arange(70_000) % 10, "subset": "test", "a": a, "b": a + rng.normal(20, 12, 70_000)}
    )
    assert all(len(to_svg(figure)) < 60_000 for figure in scatter(table, study.marks["vae-04"], study.marks["vae-20"]))


def test_the_largest_and_the_smallest_gain_of_each_class_stand_under_their_images(figures, study, holdout):
    best = holdout.loc[holdout.groupby("label")["gain"].idxmax()]
    worst = holdout.loc[holdout.groupby("label")["gain"].idxmin()]
    for panel, expected in (("gains-1", best), ("gains-2", worst)):
        assert captions_of(figures[panel]) == [
            f"{value:+.1f}".replace("-", "\N{MINUS SIGN}") for value in expected["gain"]
        ]
        assert np.array_equal(tiles_of(figures[panel], 28), study.tables.images.binary_stochastic[expected["id"]] == 1)


def test_titles_have_the_models_of_a_gain(figures, study):
    small, middle = (study.marks[name].label for name in ("vae-04", "vae-20"))
    titles = [" ".join(figures[f"gains-{place}"].axes[0].texts[0].get_text().split()) for place in (1, 2)]
    assert titles == [f"{middle} gains {kind} over {small} (nats)" for kind in ("most", "least")]


def test_a_loss_has_a_real_minus_sign(study, paired):
    images = study.tables.images
    swapped = paired.rename(columns={"a": "b", "b": "a"})
    _, least = gains(swapped, images.binary_stochastic, images.id, ("b", "a"))
    assert all(text.startswith("\N{MINUS SIGN}") for text in captions_of(least))


def test_a_class_without_images_is_left_out(study, paired):
    images = study.tables.images
    few = paired[(paired["subset"] == "test") & paired["label"].isin([1, 4, 7])]
    assert [len(captions_of(figure)) for figure in gains(few, images.binary_stochastic, images.id, ("a", "b"))] == [
        3,
        3,
    ]

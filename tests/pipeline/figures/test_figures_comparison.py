import numpy as np
import pandas as pd
import pytest

from pipeline.data.subsets import HOLDOUTS
from pipeline.figures.comparison import gains, pair_up, scatter
from pipeline.figures.palette import COLOURS
from pipeline.figures.style import to_svg
from tests.pipeline.figures.test_figures_data import tiles


@pytest.fixture(scope="module")
def paired(study):
    return pair_up(study.tables.scores["vae-04"], study.tables.scores["vae-20"])


def test_images_are_paired_by_id_whatever_their_order(study, paired):
    small, large = study.tables.scores["vae-04"], study.tables.scores["vae-20"]
    assert pair_up(small.sample(frac=1, random_state=0), large.sample(frac=1, random_state=1)).equals(paired)
    one = paired.iloc[17]
    assert one["a"] == small.set_index("id").loc[one["id"], "log_likelihood"]
    assert one["b"] == large.set_index("id").loc[one["id"], "log_likelihood"]


def test_only_images_that_both_have_scored_are_paired(study):
    matched = study.tables.scores["vae-20-matched"]
    assert set(pair_up(study.tables.scores["vae-04"], matched)["id"]) == set(matched["id"])


def test_each_holdout_image_is_a_dot_in_the_colour_of_its_class(figures, paired):
    left, _ = figures["scatter"].axes
    holdout = paired[paired["subset"].isin(HOLDOUTS)]
    (dots,) = left.collections
    assert np.array_equal(dots.get_offsets(), holdout[["a", "b"]])
    expected = [[int(COLOURS[label][i : i + 2], 16) / 255 for i in (1, 3, 5)] for label in holdout["label"]]
    assert dots.get_facecolors()[:, :3] == pytest.approx(np.array(expected))
    assert f"{len(holdout):,} holdout images" in left.get_title(loc="left")


def test_the_line_is_that_of_equal_likelihood_on_equal_scales(figures):
    left, _ = figures["scatter"].axes
    assert left.get_aspect() == 1
    (line,) = left.get_lines()
    assert line.get_slope() == 1
    assert line.get_xy1()[0] == line.get_xy1()[1]


def test_labels_have_the_model_and_the_unit(figures, study):
    left, right = figures["scatter"].axes
    small, middle = (study.marks[name].label for name in ("vae-04", "vae-20"))
    assert left.get_xlabel() == f"log likelihood under {small} (nats)"
    assert left.get_ylabel() == f"log likelihood under {middle} (nats)"
    assert " ".join(right.get_xlabel().split()) == f"{middle} minus {small} (nats)"


def test_boxes_stand_at_the_median_difference_of_each_class(figures, paired):
    _, right = figures["scatter"].axes
    holdout = paired[paired["subset"].isin(HOLDOUTS)]
    medians = (holdout["b"] - holdout["a"]).groupby(holdout["label"]).median()
    drawn = [line.get_xdata()[0] for line in right.get_lines() if line.get_color() == "white"]
    assert drawn == pytest.approx(medians.to_list())
    assert [label.get_text() for label in right.get_yticklabels()] == list("0123456789")


def test_seventy_thousand_images_make_a_small_file(study):
    rng = np.random.default_rng(0)
    a = rng.normal(-110, 25, 70_000)
    table = pd.DataFrame(
        {"label": np.arange(70_000) % 10, "subset": "test", "a": a, "b": a + rng.normal(20, 12, 70_000)}
    )
    svg = to_svg(scatter(table, study.marks["vae-04"], study.marks["vae-20"]))
    assert len(svg) < 200_000
    assert b"data:image/png;base64" in svg


def test_gains_are_in_order_and_stand_under_their_images(figures, study, paired):
    holdout = paired[paired["subset"].isin(HOLDOUTS)]
    gain = (holdout["b"] - holdout["a"]).set_axis(holdout["id"]).sort_values()
    for axes, expected in zip(figures["gains"].axes, (gain[::-1][:20], gain[:20]), strict=True):
        assert [text.get_text() for text in axes.texts] == [
            f"{value:+.1f}".replace("-", "\N{MINUS SIGN}") for value in expected
        ]
        shown = [tile.ravel() for row in tiles(axes, 28) for tile in row]
        assert np.array_equal(shown, study.tables.images.binary_stochastic[expected.index])


def test_titles_have_the_models_of_a_gain(figures, study):
    most, least = (axes.get_title(loc="left") for axes in figures["gains"].axes)
    small, middle = (study.marks[name].label for name in ("vae-04", "vae-20"))
    assert most == f"{middle} gains most over {small} (nats under each image)"
    assert least == f"{middle} gains least over {small} (nats under each image)"


def test_a_loss_has_a_real_minus_sign(study, paired):
    images = study.tables.images
    swapped = paired.rename(columns={"a": "b", "b": "a"})
    figure = gains(swapped, images.binary_stochastic, images.id, ("b", "a"), 5)
    assert all(text.get_text().startswith("\N{MINUS SIGN}") for text in figure.axes[1].texts)


def test_fewer_images_than_a_row_has_room_for_are_shown_once(study, paired):
    images = study.tables.images
    few = paired[paired["subset"] == "test"][:4]
    figure = gains(few, images.binary_stochastic, images.id, ("a", "b"), 6)
    assert [len(axes.texts) for axes in figure.axes] == [4, 4]

import numpy as np

from pipeline.figures.board import INK, TILE, draw_board, in_rows, shade
from pipeline.figures.palette import marks
from pipeline.figures.sample import generation, reconstructions
from pipeline.figures.style import new_panel
from pipeline.investigations.sample.choice import RANKS


def labels(ticks):
    return [label.get_text() for label in ticks]


def cell(axes, side, row, column):
    pitch = side + max(1, side // 10)
    return np.asarray(axes.images[0].get_array())[row * pitch :, column * pitch :][:side, :side]


def arrays(side=10, rows=2):
    rng = np.random.default_rng(0)
    probability = rng.random((3, rows, side * side))
    return {
        "original": rng.integers(0, 2, (rows, side * side)).astype(np.uint8),
        "subset": np.array(["test", "pc1-low"]),
        "rank": np.array(["likely", "unlikely"]),
        "multiples": np.array([0.0, 1.0, 4.0]),
        "probabilities": probability,
        "draws": (probability > 0.5).astype(np.uint8),
    }


def test_shades_go_from_light_grey_to_black():
    assert shade(np.array([[0.0, 1.0]])).tolist() == [[TILE, INK]]
    assert (np.diff(shade(np.linspace(0, 1, 50)[None])[0].astype(int)) <= 0).all()


def test_what_is_missing_is_no_image():
    board = in_rows(np.zeros((3, 100)), 2)
    axes = new_panel(2).subplots()
    draw_board(axes, board)
    drawn = np.ma.getmaskarray(axes.images[0].get_array())
    assert drawn.shape == (21, 21)
    assert drawn[11:, 11:].all()
    assert drawn[10].all()
    assert not drawn[:10, :10].any()


def test_each_reconstruction_stands_at_its_row_and_column():
    own = arrays()
    panels = [panel.axes[0] for panel in reconstructions(own)]
    assert [axes.get_title(loc="left") for axes in panels] == ["likely images", "unlikely images"]
    assert [labels(axes.get_yticklabels()) for axes in panels] == [["test"], ["pc1-low"]]
    shown = [
        own["original"],
        own["probabilities"][0],
        own["probabilities"][1],
        own["draws"][1],
        own["probabilities"][2],
    ]
    for row, axes in enumerate(panels):
        headings = ["real", "mean", "draw", "pixels", "4\N{MULTIPLICATION SIGN}"]
        assert labels(axes.get_xticklabels()) == headings
        for column, images in enumerate(shown):
            assert np.array_equal(cell(axes, 10, 0, column).ravel(), shade(images[row].astype(float)))


def test_an_ordinary_image_stands_beside_the_likely_ones_and_is_called_so():
    likely, _ = reconstructions(arrays(rows=3) | {"subset": np.array(["test"] * 3), "rank": np.array([*RANKS])})
    assert labels(likely.axes[0].get_yticklabels()) == ["test", "test,\nordinary"]


def test_ticks_are_in_the_middle_of_their_cells():
    axes = new_panel(2).subplots()
    draw_board(axes, np.zeros((2, 3, 100)), ["a", "b"], ["x", "y", "z"])
    assert axes.get_yticks().tolist() == [5, 16]
    assert axes.get_xticks().tolist() == [5, 16, 27]


def test_drawn_pixels_stand_at_the_place_of_their_probabilities():
    probability = np.random.default_rng(0).random((13, 100))
    own = {"vae.probabilities": probability, "vae.draws": (probability > 0.5).astype(np.uint8)}
    (panel,) = generation(own, {"vae": marks({"vae": "a model"})["vae"].label})
    above, below = panel.axes
    assert np.array_equal(cell(above, 10, 1, 2).ravel(), shade(probability[12]))
    assert np.array_equal(cell(below, 10, 1, 2).ravel(), shade((probability[12] > 0.5).astype(float)))
    assert above.get_title(loc="left") == "a model: probabilities"
    assert below.get_title(loc="left") == "pixels drawn with them"


def test_the_styles_of_a_study_are_named_by_their_labels(figures):
    for axes in figures["styles-1"].axes:
        assert labels(axes.get_xticklabels()) == [str(label) for label in range(10)]

import numpy as np

from pipeline.figures.board import draw_board, shade
from pipeline.figures.palette import marks
from pipeline.figures.pictures import generation, reconstructions
from pipeline.figures.style import new_figure
from pipeline.figures.wall import INK, TILE


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


def test_each_reconstruction_stands_at_its_row_and_column():
    own = arrays()
    axes = reconstructions(own).axes[0]
    assert labels(axes.get_yticklabels()) == ["test\nlikely", "pc1-low\nunlikely"]
    assert [text.split("\n")[0] for text in labels(axes.get_xticklabels())] == [
        "original",
        "mean of z",
        "z drawn",
        "z and",
        "4 \N{MULTIPLICATION SIGN} its",
    ]
    shown = [
        own["original"],
        own["probabilities"][0],
        own["probabilities"][1],
        own["draws"][1],
        own["probabilities"][2],
    ]
    for row in range(2):
        for column, images in enumerate(shown):
            assert np.array_equal(cell(axes, 10, row, column).ravel(), shade(images[row].astype(float)))


def test_ticks_are_in_the_middle_of_their_cells():
    axes = new_figure(2).subplots()
    draw_board(axes, np.zeros((2, 3, 100)), ["a", "b"], ["x", "y", "z"])
    assert axes.get_yticks().tolist() == [5, 16]
    assert axes.get_xticks().tolist() == [5, 16, 27]


def test_drawn_pixels_stand_at_the_place_of_their_probabilities():
    probability = np.random.default_rng(0).random((7, 100))
    own = {"vae.probabilities": probability, "vae.draws": (probability > 0.5).astype(np.uint8)}
    above, below = generation(own, {"vae": marks({"vae": "vae"})["vae"].label}).axes
    assert np.array_equal(cell(above, 10, 1, 1).ravel(), shade(probability[6]))
    assert np.array_equal(cell(below, 10, 1, 1).ravel(), shade((probability[6] > 0.5).astype(float)))
    assert above.get_title(loc="left").startswith("vae\nprobabilities")


def test_the_styles_of_a_study_are_named_by_their_labels(figures):
    assert labels(figures["styles"].axes[0].get_xticklabels()) == [str(label) for label in range(10)]

import base64
import dataclasses

import numpy as np
import pytest

from pipeline.figures.atlas import draw_all, model_label, scored_pair
from pipeline.figures.palette import COLOURS
from pipeline.figures.style import to_svg
from pipeline.rendering.figures import spell_out
from tests.support.parameters import PARAMS

NAMES = {
    "classification",
    "mistakes",
    "worth",
    "sets",
    "examples",
    "training",
    "likelihood",
    "regions",
    "validate",
    "certificate",
    "differences",
    "scatter",
    "gains",
    "histograms",
    "training-runs",
    "unseen",
    "dimensions",
    "gain-model",
    "negative-gains",
    "reconstructions",
    "generation",
    "interpolation",
    "paths",
    "styles",
    "voids",
    "void-images",
    "training-lengths",
    "monte-carlo",
    "likeliest",
    "shares",
    *(f"regress-{name}" for name in ("contributions", "fits", "moves", "traces", "variants")),
}


def test_every_figure_is_drawn(figures):
    assert set(figures) == NAMES


def test_the_page_has_room_for_all_figures(figures):
    svgs = {name: to_svg(figure) for name, figure in figures.items()}
    assert max(map(len, svgs.values())) < 300_000
    page = "".join(f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" for svg in svgs.values())
    assert len(spell_out(page)) < 2_700_000


def test_a_model_without_scores_is_left_out_and_the_others_keep_their_colours(study):
    scores = {name: table for name, table in study.tables.scores.items() if name != "vae-20"}
    tables = dataclasses.replace(
        study.tables,
        scores=scores,
        pairs=study.tables.pairs.query("model_a != 'vae-20' and model_b != 'vae-20'"),
    )
    drawn = draw_all(study.drawing(3, ("vae-04", "vae-32")), tables)
    lines = drawn["training"].axes[0].get_lines()
    assert [line.get_color() for line in lines[::2]] == [COLOURS[0], *COLOURS[2:5]]


def test_drawing_changes_no_table(study):
    before = study.tables.split.copy(), study.tables.images.binary_stochastic.copy()
    scores = {name: table.copy() for name, table in study.tables.scores.items()}
    draw_all(study.drawing(gallery=3), study.tables)
    assert study.tables.split.equals(before[0])
    assert np.array_equal(study.tables.images.binary_stochastic, before[1])
    assert all(study.tables.scores[name].equals(table) for name, table in scores.items())


@pytest.mark.parametrize(
    ("pair", "scored", "found"),
    [
        (("a", "b"), ["c", "b", "a"], ("a", "b")),
        (("a", "b"), ["c", "b"], ("b", "b")),
        (("a", "b"), ["c", "d", "e"], ("c", "e")),
    ],
)
def test_the_pair_falls_back_on_models_that_are_scored(pair, scored, found):
    assert scored_pair(pair, scored) == found


@pytest.mark.parametrize(
    ("name", "change", "label"),
    [
        ("vae-20", {}, "vae-20"),
        ("vae-04", {"latent_dim": 4}, "vae-04"),
        ("vae-20-short-10", {}, "vae-20-short-10"),
        ("vae-20", {"latent_dim": 16}, "vae-20 (d = 16)"),
        ("vae-20-short-10", {"latent_dim": 10}, "vae-20-short-10 (d = 10)"),
        ("vae-2", {}, "vae-2 (d = 20)"),
        ("wide", {}, "wide (d = 20)"),
        ("cvae-20", {"conditional": True}, "cvae-20 (given the label)"),
        ("vae-20", {"binarization": "threshold"}, "vae-20 (thresholded images)"),
        ("v", {"conditional": True, "latent_dim": 3}, "v (d = 3, given the label)"),
    ],
)
def test_a_label_says_what_the_parameters_say(name, change, label):
    assert model_label(name, PARAMS.models["vae-20"].model_copy(update=change)) == label


def test_figures_call_a_model_by_its_number_of_dimensions_whatever_its_name(study):
    tables = dataclasses.replace(study.tables, diagnosed={}, latent={})
    for latent_dim, label in ((20, "vae-20"), (16, "vae-20 (d = 16)")):
        params = study.drawing(gallery=3)
        changed = params.models["vae-20"].model_copy(update={"latent_dim": latent_dim})
        models = {name: params.models[name] for name in study.models} | {"vae-20": changed}
        drawn = draw_all(params.model_copy(update={"models": models}), tables)
        for name in ("training", "likelihood"):
            (legend,) = drawn[name].legends
            assert label in [text.get_text() for text in legend.get_texts()]

import base64
import dataclasses

import numpy as np
import pytest
from matplotlib.text import Text

from pipeline.figures.alternatives import ALTERNATIVES, as_markdown
from pipeline.figures.atlas import dimension_figures, draw_all, model_label, scored_pair
from pipeline.figures.contrast import legible
from pipeline.figures.findings import finding_figures
from pipeline.figures.palette import COLOURS
from pipeline.figures.style import title_of, to_svg
from pipeline.numbers.claims import Claim, Verdict
from pipeline.rendering.figures import spell_out
from tests.support.parameters import PARAMS

PANELS = {
    "answer": 2,
    "certificate": 5,
    "classification": 3,
    "differences": 6,
    "dimensions": 8,
    "examples": 6,
    "gain-model": 2,
    "gains": 2,
    "generation": 3,
    "histograms": 1,
    "interpolation": 2,
    "likeliest": 2,
    "likelihood": 2,
    "mistakes": 2,
    "monte-carlo": 2,
    "negative-gains": 1,
    "paths": 3,
    "reconstructions": 2,
    "regress-contributions": 4,
    "regress-fits": 4,
    "regress-moves": 2,
    "regress-traces": 4,
    "regress-variants": 3,
    "scatter": 2,
    "sets": 3,
    "shares": 2,
    "styles": 1,
    "training": 3,
    "training-runs": 2,
    "unseen": 1,
    "validate": 6,
    "void-images": 4,
    "voids": 3,
    "worth": 1,
}
"""Number of panels of each figure."""


def test_every_figure_is_drawn(figures):
    assert set(figures) == {f"{name}-{place}" for name, panels in PANELS.items() for place in range(1, panels + 1)}


def test_every_figure_of_a_page_has_words_in_its_place():
    assert set(PANELS) | {"orders"} == set(ALTERNATIVES)


def test_a_claim_that_is_a_finding_has_a_figure_and_no_other_claim_has_one():
    claims = {
        name: Claim(name, "", 1.0, 0.5, 1.5, "nats", Verdict.ABOVE) for name in ("dips", "fit-middle", "fit-small")
    }
    assert set(finding_figures(claims)) == {"finding-dips", "finding-fit-middle"}


def test_a_curve_needs_three_numbers_of_latent_dimensions(study):
    dimensions = study.tables.dimensions
    few = dimensions[dimensions["latent_dim"].isin(sorted(set(dimensions["latent_dim"]))[:2])]
    tables = dataclasses.replace(study.tables, dimensions=few)
    drawn = dimension_figures(study.drawing(gallery=3), tables, study.marks)
    assert "dimensions" in drawn
    assert "answer" not in drawn


def test_a_removed_main_model_takes_its_lane_with_it_and_nothing_else(study):
    """Its shorter counterpart and the one that was trained on the tails are still there."""
    drawn = dimension_figures(study.drawing(gallery=3), study.tables, study.marks)
    fewer = {name: mark for name, mark in study.marks.items() if name != study.params.roles.large}
    assert set(dimension_figures(study.drawing(gallery=3), study.tables, fewer)) <= set(drawn)


def test_every_panel_of_several_has_a_title_that_its_words_have_too(figures):
    titles = {name: title_of(figure) for name, figure in figures.items()}
    several = [name for name, panels in PANELS.items() if panels > 1]
    for name in several:
        words = as_markdown(name, titles)
        for place in range(1, PANELS[name] + 1):
            assert titles[f"{name}-{place}"]
            assert f"Panel {place} of {PANELS[name]}: {titles[f'{name}-{place}']}." in words


def test_the_pages_have_room_for_all_figures(figures):
    svgs = {name: to_svg(figure) for name, figure in figures.items()}
    assert max(map(len, svgs.values())) < 60_000
    page = "".join(f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" for svg in svgs.values())
    assert len(spell_out(page)) < 3_200_000


def test_a_model_without_scores_is_left_out_and_the_others_keep_their_colours(study):
    scores = {name: table for name, table in study.tables.scores.items() if name != "vae-20"}
    tables = dataclasses.replace(
        study.tables,
        scores=scores,
        pairs=study.tables.pairs.query("model_a != 'vae-20' and model_b != 'vae-20'"),
    )
    drawn = draw_all(study.drawing(3, ("vae-04", "vae-32")), tables)
    lines = drawn["training-1"].axes[0].get_lines()
    assert [line.get_color() for line in lines] == [legible(colour) for colour in (COLOURS[0], *COLOURS[2:5])]


def test_drawing_changes_no_table(study, copied, figures):
    split, binary, scores = copied
    assert study.tables.split.equals(split)
    assert np.array_equal(study.tables.images.binary_stochastic, binary)
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
        ("vae-20-epochs-008", {}, "vae-20-epochs-008"),
        ("vae-20", {"latent_dim": 16}, "vae-20 (d = 16)"),
        ("vae-20-epochs-008", {"latent_dim": 10}, "vae-20-epochs-008 (d = 10)"),
        ("vae-2", {}, "vae-2 (d = 20)"),
        ("wide", {}, "wide (d = 20)"),
        ("cvae-20", {"label": "one-hot"}, "cvae-20 (given the label)"),
        ("vae-20", {"binarisation": "threshold"}, "vae-20 (thresholded images)"),
        ("v", {"label": "one-hot", "latent_dim": 3}, "v (d = 3, given the label)"),
    ],
)
def test_a_label_says_what_the_parameters_say(name, change, label):
    assert model_label(name, PARAMS.models["vae-20"].model_copy(update=change)) == label


def test_figures_call_a_model_by_its_number_of_dimensions_whatever_its_name(study, figures):
    tables, params = dataclasses.replace(study.tables, diagnosed={}, latent={}), study.drawing(gallery=3)
    changed = params.models["vae-20"].model_copy(update={"latent_dim": 16})
    models = {name: params.models[name] for name in study.models} | {"vae-20": changed}
    others = draw_all(params.model_copy(update={"models": models}), tables)
    for drawn, label in ((figures, "vae-20 (d = 21)"), (others, "vae-20 (d = 16)")):
        for name in ("training-1", "training-2", "training-3"):
            assert label in [" ".join(text.get_text().split()) for text in drawn[name].findobj(Text)]
        assert f"under {label} (nats" in " ".join(drawn["likelihood-1"].axes[0].get_xlabel().split())

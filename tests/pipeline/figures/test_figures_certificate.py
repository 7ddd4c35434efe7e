import numpy as np
import pandas as pd
import pytest

from pipeline.data.subsets import SUBSETS
from pipeline.figures.certify import KINDS, certificate
from pipeline.figures.palette import INK
from pipeline.figures.style import to_svg
from pipeline.validation.certify.agreement import compare_methods


def panels_of(figure, study):
    return dict(zip(study.tables.certified, figure.axes, strict=True))


def points_of(axes, kind):
    """Heights of the markers of a kind, and the ends of their bars."""
    lines = axes.get_lines()
    found = [
        place for place, line in enumerate(lines) if line.get_marker() == kind.marker and line.get_markersize() < 5
    ]
    heights = np.concatenate([lines[place].get_ydata() for place in found] or [np.empty(0)])
    bars = np.concatenate([np.reshape(lines[place - 1].get_ydata(), (-1, 3)) for place in found] or [np.empty((0, 3))])
    return heights, bars[:, :2]


def rings_of(axes):
    return np.concatenate([line.get_ydata() for line in axes.get_lines() if line.get_markersize() == 7])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.label)
def test_every_difference_is_drawn_with_two_errors_to_either_side(figures, study, kind):
    for name, axes in panels_of(figures["certificate"], study).items():
        both = compare_methods(study.tables.certified[name], kind.a, kind.b)
        heights, bars = points_of(axes, kind)
        assert sorted(heights) == pytest.approx(sorted(both["difference"]))
        wanted = np.stack([both["difference"] - 2 * both["error"], both["difference"] + 2 * both["error"]], axis=1)
        assert np.sort(bars, axis=0) == pytest.approx(np.sort(wanted, axis=0))


def test_contradictions_are_ringed_and_no_gap_is(figures, study):
    for name, axes in panels_of(figures["certificate"], study).items():
        pairs = [compare_methods(study.tables.certified[name], kind.a, kind.b) for kind in KINDS[:3]]
        far = [both.loc[both["contradiction"], "difference"] for both in pairs]
        assert sorted(rings_of(axes)) == pytest.approx(sorted(pd.concat(far)))
        assert len(rings_of(axes)) == 1


def test_each_set_has_its_place_and_its_images_stand_in_the_order_of_the_difference(figures, study):
    axes = panels_of(figures["certificate"], study)["vae-04"]
    labels = [label.get_text().replace("\n", "") for label in figures["certificate"].axes[-1].get_xticklabels()]
    assert labels == [*SUBSETS, "simulated"]
    drawn = [line for line in axes.get_lines() if line.get_marker() == "o" and line.get_markersize() < 5]
    for place, line in enumerate(drawn):
        x, y = line.get_data()
        assert ((x > place - 0.5) & (x < place + 0.5)).all()
        assert (np.diff(y[np.argsort(x)]) >= 0).all()


def test_the_legend_names_what_is_drawn_and_nothing_else(figures, study):
    words = [text.get_text() for text in figures["certificate"].legends[0].get_texts()]
    assert [kind.label for kind in KINDS] == words[:-1]
    alone = {"vae-20": study.tables.certified["vae-20"].query("method in ('score', 'annealing')")}
    words = [text.get_text() for text in certificate(alone, study.marks).legends[0].get_texts()]
    assert words[:-1] == ["score − annealing"]


def test_a_model_has_its_colour_and_a_contradiction_is_in_ink(figures, study):
    for name, axes in panels_of(figures["certificate"], study).items():
        colours = {line.get_color() for line in axes.get_lines()}
        assert colours == {study.marks[name].colour, INK}


def test_a_full_certificate_is_no_heavier_than_a_figure_may_be(study):
    part = study.tables.certified["vae-04"].query("subset == 'test'")
    many = pd.concat([part.assign(id=part["id"] + 10_000 * copy) for copy in range(120)])
    tables = dict.fromkeys(list(study.marks)[:3], many)
    assert len(to_svg(certificate(tables, study.marks))) < 200_000

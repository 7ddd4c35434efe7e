import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from pipeline.figures.certify import KINDS, certificate
from pipeline.figures.palette import FAINT, INK
from pipeline.figures.ridges import BASE, LEAST
from pipeline.figures.style import to_svg
from pipeline.validation.certify.agreement import compare_methods


def panels_of(figures, study):
    return {name: figures[f"certificate-{place}"].axes[0] for place, name in enumerate(study.tables.certified, start=1)}


def ridges_of(axes):
    """Heading, height above the base and edges of every histogram, from the top."""
    for text, patch in zip(axes.texts, axes.patches, strict=True):
        values, edges, base = patch.get_data()
        yield text.get_text(), values - base, edges


def kinds_of(table):
    found = {label: compare_methods(table, a, b) for (a, b), label in KINDS.items()}
    return {label: both for label, both in found.items() if len(both)}


def test_every_model_has_a_histogram_of_every_kind_of_difference(figures, study):
    for name, axes in panels_of(figures, study).items():
        kinds = kinds_of(study.tables.certified[name])
        found = list(ridges_of(axes))
        assert [heading.partition(" (")[0] for heading, *_ in found] == list(kinds)
        for (heading, heights, edges), both in zip(found, kinds.values(), strict=True):
            counts, _ = np.histogram(both["difference"], edges)
            assert counts.sum() == len(both)
            assert f"({len(both):,}" in heading
            wanted = BASE * np.where(counts > 0, np.maximum(counts / counts.max(), LEAST), 0)
            assert heights == pytest.approx(wanted)


def test_the_heading_names_the_largest_difference(figures, study):
    for name, axes in panels_of(figures, study).items():
        for (heading, *_), both in zip(ridges_of(axes), kinds_of(study.tables.certified[name]).values(), strict=True):
            far = both.loc[both["difference"].abs().idxmax()]
            value = f"{far['difference']:+.2f}".replace("-", "\N{MINUS SIGN}")
            assert heading.endswith(f"largest {value}: {far['subset']}, image {far['id']}")


def test_contradictions_are_ringed_and_counted_and_no_gap_of_bounds_is(figures, study):
    for name, axes in panels_of(figures, study).items():
        pairs = [compare_methods(study.tables.certified[name], a, b) for a, b in list(KINDS)[:3]]
        far = pd.concat([both.loc[both["contradiction"], "difference"] for both in pairs])
        rings = np.concatenate([line.get_xdata() for line in axes.get_lines() if line.get_markersize() == 7])
        assert sorted(rings) == pytest.approx(sorted(far))
        assert len(rings) == 1
        assert ["; 1 contradicts" in heading for heading, *_ in ridges_of(axes)].count(True) == 1


def test_all_models_have_one_scale_that_holds_every_difference(figures, study):
    ((low, high),) = {axes.get_xlim() for axes in panels_of(figures, study).values()}
    for table in study.tables.certified.values():
        for both in kinds_of(table).values():
            assert low <= both["difference"].min() <= both["difference"].max() <= high


def test_what_a_model_does_not_have_has_no_histogram(study):
    alone = {"vae-20": study.tables.certified["vae-20"].query("method in ('score', 'annealing')")}
    (figure,) = certificate(alone, study.marks)
    assert [heading.partition(" (")[0] for heading, *_ in ridges_of(figure.axes[0])][:1] == ["score − annealing"]
    assert len(figure.axes[0].patches) == 1


def test_histograms_are_grey_and_a_contradiction_is_in_ink(figures, study):
    for axes in panels_of(figures, study).values():
        assert {to_hex(patch.get_facecolor()) for patch in axes.patches} == {FAINT.lower()}
        assert {line.get_color() for line in axes.get_lines()} == {INK}


def test_a_full_certificate_is_no_heavier_than_a_panel_may_be(study):
    part = study.tables.certified["vae-04"].query("subset == 'test'")
    many = pd.concat([part.assign(id=part["id"] + 10_000 * copy) for copy in range(120)])
    tables = dict.fromkeys(list(study.marks)[:3], many)
    assert all(len(to_svg(figure)) < 60_000 for figure in certificate(tables, study.marks))

import numpy as np
import pytest

from pipeline.figures.validate import STAR, STAR_BUT_WORST, validate
from pipeline.numbers.validate import errors
from pipeline.validation.validate.tables import CURVES, REFERENCE, STUDY


def stars_of(axes):
    return [line.get_ydata()[0] for line in axes.get_lines() if line.get_marker() == "*"]


def off_by(table, nats):
    """Return the table with the study's score of its first image this far from the reference."""
    truth = table[table["method"] == REFERENCE].set_index("id")["log_likelihood"]
    first = (table["method"] == STUDY) & (table["id"] == truth.index[0])
    return table.assign(log_likelihood=table["log_likelihood"].where(~first, truth.iloc[0] + nats))


def test_each_model_has_curves_and_then_a_histogram_on_common_scales(figures, study):
    curves = [figures[f"validate-{place}"] for place in (1, 3, 5)]
    histograms = [figures[f"validate-{place}"] for place in (2, 4, 6)]
    labels = [study.marks[name].label for name in study.tables.estimated]
    assert [figure.get_suptitle() for figure in curves] == [f"{label}: error by work" for label in labels]
    assert [figure.get_suptitle() for figure in histograms] == [f"{label}: image by image" for label in labels]
    assert len({(figure.axes[0].get_xlim(), figure.axes[0].get_ylim()) for figure in curves}) == 1
    assert len({figure.axes[0].get_xlim() for figure in histograms}) == 1
    assert [len(figure.legends) for figure in curves] == [1, 0, 0]


def test_curves_are_the_errors_of_each_proposal_against_its_cost(figures, study):
    for place, table in zip((1, 3, 5), study.tables.estimated.values(), strict=True):
        found, axes = errors(table), figures[f"validate-{place}"].axes[0]
        for method, line in zip(CURVES, axes.get_lines(), strict=False):
            own = found[found["method"] == method].sort_values("passes")
            assert line.get_xdata() == pytest.approx(own["passes"].to_numpy())
            assert line.get_ydata() == pytest.approx(own["rmse"].to_numpy())
        low, high = axes.get_ylim()
        assert low < found["rmse"].min() < found["rmse"].max() < high


def test_every_error_of_the_scores_and_of_the_encoder_is_in_a_histogram(figures, study):
    for place, table in zip((2, 4, 6), study.tables.estimated.values(), strict=True):
        axes = figures[f"validate-{place}"].axes[0]
        truth = table[table["method"] == REFERENCE].set_index("id")["log_likelihood"]
        encoder = table[table["method"] == "encoder"]
        parts = table[table["method"] == STUDY], encoder[encoder["draws"] == encoder["draws"].max()]
        for text, patch, part in zip(axes.texts, axes.patches, parts, strict=True):
            off = part["log_likelihood"].to_numpy() - truth.loc[part["id"]].to_numpy()
            values, edges, base = patch.get_data()
            counts, _ = np.histogram(off, edges)
            assert counts.sum() == len(off)
            assert np.argmax(values) == np.argmax(counts)
            assert ((values > base) == (counts > 0)).all()
            far = np.argmax(np.abs(off))
            value = f"{off[far]:+.2f}".replace("-", "\N{MINUS SIGN}")
            assert text.get_text().endswith(
                f"largest {value}: {part['subset'].iloc[far]}, image {part['id'].iloc[far]}"
            )


def test_a_second_star_leaves_out_an_image_that_dominates(study):
    table = study.tables.estimated["vae-04"]
    curve, histogram = validate({"vae-04": off_by(table, 20.0)}, study.marks)
    found = errors(off_by(table, 20.0)).set_index("method").loc[STUDY]
    assert sorted(stars_of(curve.axes[0])) == pytest.approx([found["rmse_but_worst"], found["rmse"]])
    assert found["rmse"] > 10 * found["rmse_but_worst"]
    assert {STAR, STAR_BUT_WORST} <= {text.get_text() for text in curve.legends[0].get_texts()}
    assert "largest +20.00" in histogram.axes[0].texts[0].get_text()


def test_without_such_an_image_there_is_one_star(study):
    table = study.tables.estimated["vae-04"]
    curve, _ = validate({"vae-04": table}, study.marks)
    assert stars_of(curve.axes[0]) == pytest.approx([errors(table).set_index("method").loc[STUDY, "rmse"]])
    assert STAR_BUT_WORST not in {text.get_text() for text in curve.legends[0].get_texts()}

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from pipeline.figures.atlas import compared_marks, draw_decomposition
from pipeline.figures.decompose import orders
from pipeline.figures.likeliest import ends
from pipeline.figures.style import to_svg
from pipeline.numbers.decompose import PARTS, repeatability
from pipeline.numbers.excess_nats import excess_by_class, with_entropy
from tests.pipeline.figures.test_figures_comparison import captions_of, tiles_of


def test_the_averages_stand_at_their_means_less_that_of_the_scores(figures, study):
    left, right = (figures[f"monte-carlo-{place}"].axes[0] for place in (1, 2))
    draws = study.tables.decomposition.draws
    scores = study.tables.scores["vae-20"].set_index("id")["log_likelihood"]
    means = draws.groupby("draws")[["inside", "outside"]].mean() - scores[draws["id"].unique()].mean()
    inside, outside = (container.lines[0] for container in left.containers)
    assert inside.get_ydata() == pytest.approx(means["inside"].to_numpy())
    assert outside.get_ydata() == pytest.approx(means["outside"].to_numpy())
    assert inside.get_xdata().tolist() == means.index.tolist()
    assert [label.get_text() for label in right.get_yticklabels()] == list("0123456789")


def test_every_class_has_its_ends_in_order(figures, study):
    own = study.tables.scores["vae-20"]
    ordered = own[(own["subset"] == "test") & (own["label"] == 3)].sort_values("log_likelihood")
    for panel, wanted in (("likeliest-1", ordered[:4]), ("likeliest-2", ordered[-4:])):
        labels = [text.get_text() for text in figures[panel].axes[0].texts if text.get_ha() == "right"]
        assert labels == list("0123456789")
        assert captions_of(figures[panel])[12:16] == [
            f"{value:.0f}".replace("-", "\N{MINUS SIGN}") for value in wanted["log_likelihood"]
        ]
        shown = tiles_of(figures[panel], 28)[12:16]
        assert np.array_equal(shown, study.tables.images.binary_stochastic[wanted["id"]] == 1)


def test_no_image_is_shown_twice():
    few = pd.DataFrame({"id": range(3)})
    assert [part["id"].tolist() for part in ends(few, 10)] == [[0, 1, 2], []]
    assert [part["id"].tolist() for part in ends(few, 4)] == [[0, 1], [2]]
    assert [part["id"].tolist() for part in ends(pd.DataFrame({"id": range(9)}), 4)] == [[0, 1], [7, 8]]


def test_bars_are_entropy_and_excess_and_dots_are_shares(figures, study):
    left, right = (figures[f"shares-{place}"].axes[0] for place in (1, 2))
    table = excess_by_class(with_entropy(study.tables.scores["vae-20"], study.tables.images.grey), 0.95)
    dark, light = left.containers
    assert [bar.get_width() for bar in dark] == pytest.approx(table["binarisation_entropy"].tolist())
    assert [bar.get_width() for bar in light] == pytest.approx(table["excess_nats"].tolist())
    ends = [segment[:, 0] for segment in left.collections[0].get_segments()]
    assert np.diff(ends).ravel() == pytest.approx((table["high"] - table["low"]).tolist())
    share = next(line for line in right.get_lines() if line.get_marker() == "o")
    assert sum(share.get_xdata()) == pytest.approx(100)
    assert [label.get_text() for label in right.get_yticklabels()] == list(PARTS.values())


def test_shares_of_thresholded_images_are_drawn_where_a_model_of_them_was_scored(wide_study, figures):
    assert "^" not in {line.get_marker() for line in figures["shares-2"].axes[0].get_lines()}
    right = draw_decomposition(wide_study.tables, wide_study.models, 4, 0.95)["shares"][1].axes[0]
    [control] = [line for line in right.get_lines() if line.get_marker() == "^"]
    estimates = wide_study.tables.decomposition.estimates
    own = estimates[estimates["quantity"] == "share.vae-20-threshold"]
    assert control.get_xdata() == pytest.approx((100 * own["value"]).tolist())
    assert sum(control.get_xdata()) == pytest.approx(100)


def test_orders_are_drawn_of_the_models_that_were_compared(wide_study, figures):
    found = draw_decomposition(wide_study.tables, wide_study.models, 4, 0.95)
    assert set(found) == {"monte-carlo", "likeliest", "shares", "orders"}
    assert "orders-1" not in figures
    [figure] = found["orders"]
    [axes] = figure.axes
    *models, ceiling = axes.get_lines()
    assert {line.get_label() for line in models} == {"with vae-20-threshold", "with vae-20-seed-1"}
    assert axes.get_xticklabels()[-1].get_text() == "mean"
    decomposition = wide_study.tables.decomposition
    scores = wide_study.tables.scores[decomposition.model]
    highest = math.sqrt(repeatability(decomposition.estimates, scores[scores["subset"] == "test"]))
    assert set(ceiling.get_ydata()) == {highest}
    [again] = orders(decomposition.estimates, compared_marks(decomposition), highest)
    assert to_svg(again) == to_svg(figure)


def test_without_its_tables_nothing_is_drawn(wide_study):
    assert (
        draw_decomposition(dataclasses.replace(wide_study.tables, decomposition=None), wide_study.models, 4, 0.95) == {}
    )

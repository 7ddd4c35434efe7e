"""Figures take the label of a model from its mark, which follows the parameters, and never from the model's name."""

import dataclasses

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from pipeline.figures.certify import certificate
from pipeline.figures.comparison import gains, pair_up, scatter
from pipeline.figures.decompose import orders, shares
from pipeline.figures.differences import differences
from pipeline.figures.dimensions import dimensions
from pipeline.figures.gain import gain_model, most_negative_gains
from pipeline.figures.histograms import histograms
from pipeline.figures.likeliest import likeliest
from pipeline.figures.likelihood import likelihood
from pipeline.figures.monte_carlo import monte_carlo
from pipeline.figures.training_runs import training_runs
from pipeline.figures.unseen import unseen
from pipeline.figures.validate import validate
from pipeline.investigations.compare.negative_gains import gains_of, negative_gains
from pipeline.numbers.excess_nats import excess_by_class, with_entropy


@pytest.fixture(scope="module")
def drawn(wide_study):
    """Figures of models whose labels have nothing in common with their names."""
    tables = wide_study.tables
    marks = {
        name: dataclasses.replace(mark, label=f"model {place}")
        for place, (name, mark) in enumerate(wide_study.marks.items())
    }
    small, middle = marks["vae-04"], marks["vae-20"]
    labels = small.label, middle.label
    scores = tables.scores["vae-20"]
    ids, binary = tables.images.id, tables.images.binary_stochastic
    paired = pair_up(tables.scores["vae-04"], scores)
    negative = negative_gains(gains_of(scores, tables.scores["vae-04"]), 4.0)
    decomposition = tables.decomposition
    by_class = excess_by_class(with_entropy(scores, tables.images.grey), 0.95)
    return {
        "scatter": scatter(paired, small, middle),
        "gains": gains(paired, binary, ids, labels),
        "negative-gains": most_negative_gains(negative, binary, ids, labels),
        "differences": differences(tables.pairs, marks),
        "dimensions": dimensions(tables.dimensions, middle.label),
        "training-runs": training_runs(tables.effects, tables.pairs, marks, ("vae-32", "vae-20")),
        "unseen": unseen(tables.pairs, tables.effects, marks, {"vae-20": "vae-20-matched"}),
        "gain-model": gain_model(tables.effects, marks),
        "histograms": histograms(scores, middle),
        "likelihood": likelihood(tables.scores, marks, "vae-20", 0.95),
        "certificate": certificate(tables.certified, marks),
        "validate": validate(tables.estimated, marks),
        "monte-carlo": monte_carlo(decomposition.draws, scores, middle),
        "likeliest": likeliest(scores, binary, ids, middle, 10),
        "shares": shares(decomposition.estimates, by_class, middle),
        "orders": orders(decomposition.estimates, {"vae-20-threshold": middle, "vae-20-seed-1": small}, 0.9),
    }


def test_the_label_of_the_mark_is_shown_and_not_the_name_of_the_model(drawn):
    for name, drawing in drawn.items():
        panels = [drawing] if isinstance(drawing, Figure) else drawing
        text = " ".join(" ".join(one.get_text().split()) for panel in panels for one in panel.findobj(Text))
        assert "model " in text, name
        assert "vae-" not in text, name

"""All figures of the study, each from the tables that it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from pipeline.anatomy.price import by_digit
from pipeline.anatomy.tables import Anatomy
from pipeline.config import ModelParams
from pipeline.figures.accuracy import accuracy
from pipeline.figures.anatomy import orders, shares
from pipeline.figures.certificate import certificate
from pipeline.figures.classification import classification
from pipeline.figures.comparison import gains, pair_up, scatter
from pipeline.figures.data import examples, sets
from pipeline.figures.differences import differences
from pipeline.figures.histograms import histograms
from pipeline.figures.likeliest import likeliest
from pipeline.figures.likelihood import likelihood_by_region, likelihood_by_set
from pipeline.figures.monte_carlo import monte_carlo
from pipeline.figures.palette import Mark, marks
from pipeline.figures.training import training
from pipeline.images import Images


@dataclass(frozen=True)
class Tables:
    """What the figures show.

    `history` and `summary` have a column `model`; `scores` and `certified` are one table a model, `classified`
    one a conditional model, `estimated` one a model whose estimators are compared.
    """

    images: Images
    split: pd.DataFrame
    history: pd.DataFrame
    scores: Mapping[str, pd.DataFrame]
    summary: pd.DataFrame
    pairs: pd.DataFrame
    classified: Mapping[str, pd.DataFrame]
    certified: Mapping[str, pd.DataFrame]
    estimated: Mapping[str, pd.DataFrame]
    anatomy: Anatomy | None = None


def draw_all(
    tables: Tables, models: Mapping[str, ModelParams], pair: tuple[str, str], gallery: int
) -> dict[str, Figure]:
    """Draw every figure.

    Args:
        tables: what they show.
        models: in the order that gives them their colours; one without scores is left out.
        pair: the two models that are compared image by image, the poorer first.
        gallery: images a row.

    Returns:
        The figures by name; `classification` is of the first conditional model, if there is one, and
        `accuracy` is there if estimators were compared.
    """
    everyone = marks({name: model_label(name, model) for name, model in models.items()})
    scored = {name: mark for name, mark in everyone.items() if name in tables.scores}
    poor, rich = scored_pair(pair, list(scored))
    paired = pair_up(tables.scores[poor], tables.scores[rich])
    binary, ids = tables.images.binary(models[rich].binarization), tables.images.id
    classifier = [classification(table, everyone[name]) for name, table in [*tables.classified.items()][:1]]
    return {
        "sets": sets(tables.split),
        "examples": examples(binary, ids, tables.split, gallery),
        "training": training(tables.history, scored),
        "likelihood": likelihood_by_set(tables.summary, scored),
        "regions": likelihood_by_region(tables.summary, scored),
        "certificate": certificate(tables.certified, everyone),
        **({"accuracy": accuracy(tables.estimated, everyone)} if tables.estimated else {}),
        "differences": differences(tables.pairs, everyone),
        "scatter": scatter(paired, scored[poor], scored[rich]),
        "gains": gains(paired, binary, ids, (scored[poor].label, scored[rich].label), gallery),
        "histograms": histograms(tables.scores[rich], scored[rich]),
        **({"classification": classifier[0]} if classifier else {}),
        **draw_anatomy(tables, models, gallery),
    }


def draw_anatomy(tables: Tables, models: Mapping[str, ModelParams], gallery: int) -> dict[str, Figure]:
    """What makes an image likely under the one model whose likelihood was taken apart, if there is one.

    Models that its order of images is compared with need not be among `models`; they stand in for it, and get the
    marks of a figure of their own.
    """
    anatomy = tables.anatomy
    if anatomy is None or anatomy.model not in models or anatomy.model not in tables.scores:
        return {}
    own = marks({name: model_label(name, model) for name, model in models.items()})[anatomy.model]
    scores, images = tables.scores[anatomy.model], tables.images
    others = compared_marks(anatomy)
    return {
        "monte-carlo": monte_carlo(anatomy.draws, scores, own),
        "likeliest": likeliest(scores, images.binary(models[anatomy.model].binarization), images.id, own, gallery),
        "shares": shares(anatomy.estimates, by_digit(scores, images.grey), own),
        **({"orders": orders(anatomy.estimates, others)} if others else {}),
    }


def compared_marks(anatomy: Anatomy) -> dict[str, Mark]:
    """Of the models that the order of images was compared with."""
    quantities = anatomy.estimates["quantity"]
    names = quantities[quantities.str.startswith("order.")].str.removeprefix("order.").unique()
    return marks({name: f"with {name}" for name in names})


def scored_pair(pair: tuple[str, str], scored: Sequence[str]) -> tuple[str, str]:
    """The pair as far as it is scored; where it is not at all, the first model and the last."""
    among = [name for name in pair if name in scored] or list(scored)
    return among[0], among[-1]


def model_label(name: str, model: ModelParams) -> str:
    """What figures call a model: its name, and what it is the likelihood of where that is not p(x)."""
    notes = [
        *(["given the digit"] if model.conditional else []),
        *(["thresholded images"] if model.binarization == "threshold" else []),
    ]
    return f"{name} ({', '.join(notes)})" if notes else name

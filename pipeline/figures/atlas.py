"""All figures of the study, each from the tables that it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from matplotlib.figure import Figure

from pipeline.anatomy.price import by_digit
from pipeline.anatomy.tables import Anatomy
from pipeline.config import ModelParams
from pipeline.diagnosis.shown import Diagnosis
from pipeline.dimensions.losses import clear_losses, gains_of
from pipeline.families import unconditional
from pipeline.figures.accuracy import accuracy
from pipeline.figures.anatomy import orders, shares
from pipeline.figures.certificate import certificate
from pipeline.figures.classification import classification
from pipeline.figures.comparison import gains, pair_up, scatter
from pipeline.figures.data import examples, sets
from pipeline.figures.diagnosis import pictures, training_lengths, voids
from pipeline.figures.differences import differences
from pipeline.figures.dimensions import fit, training_runs, unseen
from pipeline.figures.gain import gain_model, losses
from pipeline.figures.histograms import histograms
from pipeline.figures.likeliest import likeliest
from pipeline.figures.likelihood import likelihood_by_region, likelihood_by_set
from pipeline.figures.mistakes import mistakes
from pipeline.figures.monte_carlo import monte_carlo
from pipeline.figures.palette import Mark, marks
from pipeline.figures.paths import paths
from pipeline.figures.pictures import generation, interpolation, reconstructions, styles
from pipeline.figures.regression import regression_figures
from pipeline.figures.training import training
from pipeline.figures.worth import worth
from pipeline.images import Images
from pipeline.regression.tables import Regression
from pipeline.sampling.arrays import Samples


@dataclass(frozen=True)
class Tables:
    """What the figures show.

    `history` and `summary` have a column `model`; `scores` and `certified` are one table a model, `classified`
    one a conditional model, `estimated` one a model whose estimators are compared. `effects` is what the number of
    latent dimensions changes; an image that loses by more than so many `joint_errors` is shown.
    one a conditional model, `estimated` one a model whose estimators are compared; `samples` are arrays by kind of
    picture.
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
    regression: Regression
    effects: pd.DataFrame
    joint_errors: float
    samples: Samples
    diagnosis: Diagnosis = field(default_factory=Diagnosis)
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
        The figures by name; `classification` and `mistakes` are of the first conditional model, if there is
        one, `worth` is of all that have a model to be compared with, and `accuracy` is there if estimators
        were compared, and `voids` if latent spaces were looked at.
    """
    everyone = marks({name: model_label(name, model) for name, model in models.items()})
    scored = {name: mark for name, mark in everyone.items() if name in tables.scores}
    poor, rich = scored_pair(pair, list(scored))
    paired = pair_up(tables.scores[poor], tables.scores[rich])
    binary, ids = tables.images.binary(models[rich].binarization), tables.images.id
    return {
        "sets": sets(tables.split),
        "examples": examples(binary, ids, tables.split, gallery),
        "training": training(tables.history, scored),
        "likelihood": likelihood_by_set(tables.summary, scored),
        "regions": likelihood_by_region(tables.summary, scored),
        **({"certificate": certificate(tables.certified, everyone)} if tables.certified else {}),
        **({"accuracy": accuracy(tables.estimated, everyone)} if tables.estimated else {}),
        "differences": differences(tables.pairs, everyone),
        "scatter": scatter(paired, scored[poor], scored[rich]),
        "gains": gains(paired, binary, ids, (scored[poor].label, scored[rich].label), gallery),
        "histograms": histograms(tables.scores[rich], scored[rich]),
        **regression_figures(tables.regression),
        **_conditional(tables, models, everyone, gallery),
        **dimension_figures(tables, everyone, (poor, rich), binary, gallery),
        **draw_samples(tables.samples, {name: mark.label for name, mark in everyone.items()}),
        **_latent(tables.diagnosis, scored, rich),
        **draw_anatomy(tables, models, gallery),
    }


def draw_samples(samples: Samples, labels: Mapping[str, str]) -> dict[str, Figure]:
    """The figures of what the models draw; `styles` is there if a conditional one draws."""
    return {
        "reconstructions": reconstructions(samples["reconstructions"]),
        "generation": generation(samples["generation"], labels),
        "interpolation": interpolation(samples["interpolation"]),
        "paths": paths(samples["interpolation"]),
        **({"styles": styles(samples["styles"], labels)} if samples["styles"] else {}),
    }


def dimension_figures(
    tables: Tables,
    marks: Mapping[str, Mark],
    pair: tuple[str, str],
    binary: UInt8[np.ndarray, "n pixels"],
    gallery: int,
) -> dict[str, Figure]:
    """Those figures of the number of latent dimensions for which there are models."""
    kinds, effects = set(tables.effects["kind"]), tables.effects
    lost = clear_losses(gains_of(tables.scores[pair[1]], tables.scores[pair[0]]), tables.joint_errors)
    labels = (marks[pair[0]].label, marks[pair[1]].label)
    return {
        **({"training-runs": training_runs(effects, tables.pairs, marks)} if "runs" in kinds else {}),
        **({"unseen": unseen(effects, marks)} if "unseen" in kinds else {}),
        **({"fit": fit(effects, marks)} if "fit" in kinds else {}),
        **({"gain-model": gain_model(effects, marks)} if "gain-slope" in kinds else {}),
        **({"losses": losses(lost, binary, tables.images.id, labels, gallery)} if len(lost) else {}),
    }


def _conditional(
    tables: Tables, models: Mapping[str, ModelParams], everyone: Mapping[str, Mark], gallery: int
) -> dict[str, Figure]:
    """The figures of the conditional models, as far as there are any."""
    figures = {}
    for name, table in [*tables.classified.items()][:1]:
        binary = tables.images.binary(models[name].binarization)
        figures["classification"] = classification(table, everyone[name])
        figures["mistakes"] = mistakes(table, binary, tables.images.id, everyone[name], gallery)
    scored = {name: model for name, model in models.items() if name in tables.scores}
    others = {name: unconditional(scored, models[name]) for name in tables.classified}
    pairs = {name: (tables.classified[name], tables.scores[one]) for name, one in others.items() if one is not None}
    return figures | ({"worth": worth(pairs, everyone)} if pairs else {})


def _latent(diagnosis: Diagnosis, marks: Mapping[str, Mark], wanted: str) -> dict[str, Figure]:
    """The figures of latent spaces, of the wanted model or else of the last one that was looked at."""
    names = [name for name in marks if name in diagnosis.found]
    if not names:
        return {}
    chosen = wanted if wanted in names else names[-1]
    drawn = {
        "voids": voids(diagnosis.found, diagnosis.arrays, diagnosis.real, marks, chosen),
        "void-images": pictures(diagnosis.arrays[chosen]["pictures"]),
    }
    if len(diagnosis.trained) > 1:
        drawn["training-lengths"] = training_lengths(diagnosis.numbers, diagnosis.trained)
    return drawn


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
        *(["given the label"] if model.conditional else []),
        *(["thresholded images"] if model.binarization == "threshold" else []),
    ]
    return f"{name} ({', '.join(notes)})" if notes else name

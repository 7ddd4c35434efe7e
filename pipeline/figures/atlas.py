"""All figures of the study, each from the tables that it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from pipeline.config import ModelParams
from pipeline.figures.accuracy import accuracy
from pipeline.figures.certificate import certificate
from pipeline.figures.classification import classification
from pipeline.figures.comparison import gains, pair_up, scatter
from pipeline.figures.data import examples, sets
from pipeline.figures.differences import differences
from pipeline.figures.histograms import histograms
from pipeline.figures.likelihood import likelihood_by_region, likelihood_by_set
from pipeline.figures.palette import marks
from pipeline.figures.paths import paths
from pipeline.figures.pictures import generation, interpolation, reconstructions, styles
from pipeline.figures.training import training
from pipeline.images import Images
from pipeline.sampling.arrays import Samples


@dataclass(frozen=True)
class Tables:
    """What the figures show.

    `history` and `summary` have a column `model`; `scores` and `certified` are one table a model, `classified`
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
    samples: Samples


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
        **draw_samples(tables.samples, {name: mark.label for name, mark in everyone.items()}),
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

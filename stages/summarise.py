"""Gather every number that the page quotes."""

from pipeline.accuracy.tables import read_estimated
from pipeline.anatomy.subject import subject
from pipeline.anatomy.tables import read_anatomy
from pipeline.certification.tables import read_certified
from pipeline.classification.tables import read_classified
from pipeline.config import load_params
from pipeline.dimensions.tables import read_effects
from pipeline.images import read_images
from pipeline.numbers import all_numbers, headline
from pipeline.regression.tables import read_regression
from pipeline.results import read_pairs, read_scores
from pipeline.sampling.arrays import KINDS
from pipeline.storage import read_arrays, read_json, write_json
from pipeline.tables import read_history, read_split
from stages.command import run
from stages.layout import Layout
from stages.listed import (
    listed_anatomy,
    listed_certified,
    listed_classifiers,
    listed_diagnosed,
    listed_estimated,
    listed_models,
)


def main(layout: Layout) -> None:
    """Write numbers.json for the page and metrics.json for `dvc metrics diff`."""
    params = load_params(layout.params)
    models = listed_models(params, layout, "summarise")
    images = read_images(layout.images)

    numbers = all_numbers(
        params,
        images,
        read_split(layout.split, images.id),
        {name: read_history(layout.history(name)) for name in models},
        {name: read_scores(layout.scores(name)) for name in models},
        read_pairs(layout.pairs),
        {name: read_classified(layout.classified(name)) for name in listed_classifiers(params, layout, "summarise")},
        {name: read_estimated(layout.estimated(name)) for name in listed_estimated(params, layout, "summarise")},
        {name: read_certified(layout.certified(name)) for name in listed_certified(params, layout, "summarise")},
        read_regression(layout.regression),
        read_effects(layout.effects),
        {kind: read_arrays(layout.sampled(kind)) for kind in KINDS},
        {name: read_json(layout.diagnosis(name)) for name in listed_diagnosed(params, layout, "summarise")},
        read_anatomy(subject(params), layout.anatomy) if listed_anatomy(layout, "summarise") else None,
    )

    write_json(layout.numbers, numbers)
    write_json(layout.metrics, headline(numbers))


if __name__ == "__main__":
    run(main)

"""Draw every figure of the report."""

from pipeline.accuracy.tables import read_estimated
from pipeline.anatomy.subject import subject
from pipeline.anatomy.tables import read_anatomy
from pipeline.certification.tables import read_certified
from pipeline.classification.tables import read_classified
from pipeline.config import load_params
from pipeline.diagnosis.shown import gather
from pipeline.dimensions.tables import read_effects
from pipeline.families import principals
from pipeline.figures.atlas import Tables, draw_all
from pipeline.figures.style import to_svg
from pipeline.images import read_images
from pipeline.regression.tables import read_regression
from pipeline.results import read_pairs, read_scores
from pipeline.sampling.arrays import KINDS
from pipeline.storage import read_arrays, read_json, write_bytes
from pipeline.summary import summary
from pipeline.tables import concatenate, read_history, read_split
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
    """Write one SVG a figure, from the tables of all models."""
    params = load_params(layout.params)
    models, classifiers = listed_models(params, layout, "plot"), listed_classifiers(params, layout, "plot")
    scores = {name: read_scores(layout.scores(name)) for name in models}
    images = read_images(layout.images)
    shown = {name: params.models[name] for name in principals(params) if name in models}
    looked_at = listed_diagnosed(params, layout, "plot")
    tables = Tables(
        images=images,
        split=read_split(layout.split, images.id),
        history=concatenate({name: read_history(layout.history(name)) for name in shown}, "model"),
        scores=scores,
        summary=concatenate({name: summary(scores[name]) for name in shown}, "model"),
        pairs=read_pairs(layout.pairs),
        classified={name: read_classified(layout.classified(name)) for name in classifiers},
        estimated={name: read_estimated(layout.estimated(name)) for name in listed_estimated(params, layout, "plot")},
        samples={kind: read_arrays(layout.sampled(kind)) for kind in KINDS},
        certified={name: read_certified(layout.certified(name)) for name in listed_certified(params, layout, "plot")},
        regression=read_regression(layout.regression),
        effects=read_effects(layout.effects),
        joint_errors=params.dimensions.joint_errors,
        diagnosis=gather(
            params,
            {name: read_json(layout.diagnosis(name)) for name in looked_at},
            {name: read_arrays(layout.diagnosed(name)) for name in looked_at},
            scores,
        ),
        anatomy=read_anatomy(subject(params), layout.anatomy) if listed_anatomy(layout, "plot") else None,
    )

    figures = draw_all(tables, shown, (params.roles.small, params.roles.middle), params.plot.gallery)

    for name, figure in figures.items():
        write_bytes(layout.figure(name), to_svg(figure))


if __name__ == "__main__":
    run(main)

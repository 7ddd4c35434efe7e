"""Draw every figure of the report."""

from pipeline.accuracy.tables import read_estimated
from pipeline.anatomy.subject import subject
from pipeline.anatomy.tables import read_anatomy
from pipeline.certification.tables import read_certified
from pipeline.classification.tables import read_classified
from pipeline.config import load_params
from pipeline.families import principals
from pipeline.figures.atlas import Tables, draw_all
from pipeline.figures.style import to_svg
from pipeline.images import read_images
from pipeline.results import read_pairs, read_scores
from pipeline.storage import write_bytes
from pipeline.summary import summary
from pipeline.tables import concatenate, read_history, read_split
from stages.command import run
from stages.layout import Layout
from stages.listed import listed_anatomy, listed_certified, listed_classifiers, listed_estimated, listed_models


def main(layout: Layout) -> None:
    """Write one SVG a figure, from the tables of all models."""
    params = load_params(layout.params)
    models, classifiers = listed_models(params, layout, "plot"), listed_classifiers(params, layout, "plot")
    scores = {name: read_scores(layout.scores(name)) for name in models}
    images = read_images(layout.images)
    shown = {name: params.models[name] for name in principals(params) if name in models}
    tables = Tables(
        images=images,
        split=read_split(layout.split, images.id),
        history=concatenate({name: read_history(layout.history(name)) for name in shown}, "model"),
        scores=scores,
        summary=concatenate({name: summary(scores[name]) for name in shown}, "model"),
        pairs=read_pairs(layout.pairs),
        classified={name: read_classified(layout.classified(name)) for name in classifiers},
        estimated={name: read_estimated(layout.estimated(name)) for name in listed_estimated(params, layout, "plot")},
        certified={name: read_certified(layout.certified(name)) for name in listed_certified(params, layout, "plot")},
        anatomy=read_anatomy(subject(params), layout.anatomy) if listed_anatomy(layout, "plot") else None,
    )

    figures = draw_all(tables, shown, (params.roles.small, params.roles.middle), params.plot.gallery)

    for name, figure in figures.items():
        write_bytes(layout.figure(name), to_svg(figure))


if __name__ == "__main__":
    run(main)

"""Make the explorer: every holdout image under any two models, on one self-contained page."""

from pipeline.config import load_params
from pipeline.core.storage import write_text
from pipeline.core.tables import read_split
from pipeline.data.images import read_images
from pipeline.data.subjects import SUBJECTS
from pipeline.explorer.page import explorer_page
from pipeline.explorer.study import pack
from pipeline.likelihood.score_tables import read_scores
from stages.command import run
from stages.layout import Layout
from stages.listed import listed_models


def main(layout: Layout) -> None:
    """Write the page beside the report, from the scores of all models."""
    params = load_params(layout.params)
    scores = {name: read_scores(layout.scores(name)) for name in listed_models(params, layout, "explore")}
    images = read_images(layout.images)

    study = pack(images, read_split(layout.split, images.id), scores, params.models)
    page = explorer_page(
        study, SUBJECTS[params.dataset], (params.roles.small, params.roles.middle), params.explore.wall
    )

    write_text(layout.explorer, page)


if __name__ == "__main__":
    run(main)

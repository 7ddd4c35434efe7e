"""Make the explorer, one self-contained page that shows every holdout image under any two models."""

from pipeline.config import load_params
from pipeline.core.storage import read_arrays, write_text
from pipeline.core.tables import read_by_model, read_split
from pipeline.data.images import read_images
from pipeline.download.catalogue import find
from pipeline.explorer.page import explorer_page
from pipeline.explorer.study import pack
from pipeline.explorer.views import views_of
from pipeline.likelihood.score_tables import SCORES
from stages.shared.command import run
from stages.shared.layout import Layout


def main(layout: Layout) -> None:
    """Write the page beside the report, from the scores of all models and the reconstructions of some."""
    params = load_params(layout.params)
    scores = read_by_model(layout.gathered("scores.parquet"), SCORES)
    images = read_images(layout.images)

    study = pack(
        images,
        read_split(layout.split, images.id),
        scores,
        params.models,
        read_arrays(layout.gathered("samples.npz")),
    )
    page = explorer_page(
        study,
        find(params.dataset),
        (params.roles.small, params.roles.middle),
        params.explore.wall,
        views=views_of(params.roles, params.compare.joint_errors, scores),
        confidence=params.intervals.confidence,
    )

    write_text(layout.explorer, page)


if __name__ == "__main__":
    run(main)

"""Find what the number of latent dimensions changes."""

from pipeline.config import load_params
from pipeline.core.tables import read_split, write_table
from pipeline.data.images import read_images
from pipeline.investigations.compare.effects import dimension_effects
from pipeline.investigations.compare.tables import EFFECTS
from pipeline.likelihood.score_tables import read_scores
from stages.command import run
from stages.layout import Layout
from stages.listed import listed_models


def main(layout: Layout) -> None:
    """Write every effect with its interval: over images or over training runs."""
    params = load_params(layout.params)
    models = listed_models(params, layout, "dimensions")
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)
    scores = {name: read_scores(layout.scores(name)) for name in models}

    effects = dimension_effects(params, scores, images, split)

    write_table(layout.effects, effects, EFFECTS)


if __name__ == "__main__":
    run(main)

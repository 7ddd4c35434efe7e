"""Compare models on the same images, and compute the effects of the number of latent dimensions."""

import pandas as pd

from pipeline.config import load_params
from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.core.tables import read_by_model, read_split, write_table
from pipeline.data.images import read_images
from pipeline.investigations.compare.effects import dimension_effects
from pipeline.investigations.compare.pairs import compare
from pipeline.investigations.compare.tables import EFFECTS, PAIRS
from pipeline.likelihood.score_tables import SCORES
from stages.shared.command import run
from stages.shared.layout import Layout


def main(layout: Layout) -> None:
    """Write the mean difference of every pair of models, and the effects of the latent dimension, with intervals."""
    params = load_params(layout.params)
    scores = read_by_model(layout.gathered("scores.parquet"), SCORES)
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)

    pairs = [
        compare(scores[a], scores[b], params.intervals, stream(params.seed, "compare", a, b)).assign(
            model_a=a, model_b=b
        )
        for a, b in params.compare.pairs
        if {a, b} <= set(scores)
    ]
    if not pairs:
        raise ParameterError("dvc.yaml lists no two models of compare.pairs; run `make models`")
    effects = dimension_effects(params, scores, images, split)

    write_table(layout.pairs, pd.concat(pairs, ignore_index=True), PAIRS)
    write_table(layout.effects, effects, EFFECTS)


if __name__ == "__main__":
    run(main)

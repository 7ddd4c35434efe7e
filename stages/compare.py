"""Compare models on the same images, and find what the number of latent dimensions changes."""

from pipeline.config import load_params
from pipeline.core.tables import read_by_model, read_split, write_table
from pipeline.data.images import read_images
from pipeline.investigations.compare.dimensions import dimension_table
from pipeline.investigations.compare.effects import dimension_effects
from pipeline.investigations.compare.pairs import compare_pairs
from pipeline.investigations.compare.tables import DIMENSIONS, EFFECTS, PAIRS
from pipeline.investigations.diagnose.tables import DIAGNOSIS, unflatten
from pipeline.likelihood.score_tables import SCORES
from stages.shared.command import run
from stages.shared.layout import Layout


def main(layout: Layout) -> None:
    """Write the differences of pairs of models, the table of latent dimensions, and their effects, with intervals."""
    params = load_params(layout.params)
    scores = read_by_model(layout.gathered("scores.parquet"), SCORES)
    diagnoses = read_by_model(layout.gathered("diagnosis.parquet"), DIAGNOSIS)
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)
    active = {name: unflatten(table)["active"] for name, table in diagnoses.items()}

    pairs = compare_pairs(params, scores)
    dimensions = dimension_table(params, scores, active, pairs)
    effects = dimension_effects(params, scores, images, split, pairs)

    write_table(layout.pairs, pairs, PAIRS)
    write_table(layout.dimensions, dimensions, DIMENSIONS)
    write_table(layout.effects, effects, EFFECTS)


if __name__ == "__main__":
    run(main)

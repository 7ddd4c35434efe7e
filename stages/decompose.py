"""Decompose the log likelihood of test images under `roles.middle`."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.core.tables import read_by_model, read_split, write_table
from pipeline.data.images import read_images
from pipeline.investigations.decompose.measure import measure
from pipeline.investigations.decompose.tables import SCHEMAS
from pipeline.investigations.model_relations import compared_in_order
from pipeline.likelihood.score_tables import SCORES
from pipeline.models.files import load_model
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.progress import progress


def main(layout: Layout) -> None:
    """Write the tables of the decomposition."""
    params = load_params(layout.params)
    name = params.roles.middle
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)
    scores = read_by_model(layout.gathered("scores.parquet"), SCORES)
    others = {other: scores[other] for other in compared_in_order(params, name) if other in scores}
    device = prepare(params.device, params.threads)
    source = partial(stream, params.seed, "anatomy", name)  # the name decides the numbers, and stays
    model = load_model(layout.weights(name), params.models[name], params.data.hidden)
    redrawn = params.decompose.redrawn * params.decompose.redraws
    with progress(name, redrawn, "binarisations") as step:
        tables = measure(model.to(device), images, split, scores[name], others, params, source, device, step)

    for table, schema in SCHEMAS.items():
        write_table(layout.decomposition(table), tables[table], schema)


if __name__ == "__main__":
    run(main)

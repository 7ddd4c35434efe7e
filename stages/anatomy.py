"""Take the likelihood of test images under the middle model apart."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.core.tables import read_split, write_table
from pipeline.core.tensors import read_into
from pipeline.data.images import read_images
from pipeline.investigations.decompose.measure import measure
from pipeline.investigations.decompose.subject import compared, subject
from pipeline.investigations.decompose.tables import SCHEMAS
from pipeline.likelihood.score_tables import read_scores
from pipeline.models.build import build
from stages.command import run
from stages.layout import Layout
from stages.listed import listed
from stages.progress import progress


def main(layout: Layout) -> None:
    """Write what makes an image likely, and what a gradient is made of."""
    params = load_params(layout.params)
    name, images = subject(params), read_images(layout.images)
    split, scores = read_split(layout.split, images.id), read_scores(layout.scores(name))
    known = listed(compared(params, name), layout.scores, layout, "anatomy")
    others = {other: read_scores(layout.scores(other)) for other in known}
    device, source = prepare(params.device, params.threads), partial(stream, params.seed, "anatomy", name)
    model = read_into(layout.weights(name), build(images.grey.shape[1], params.data.hidden, params.models[name]))
    redrawn = params.anatomy.redrawn * params.anatomy.redraws
    with progress(name, redrawn, "binarizations") as step:
        tables = measure(model.to(device), images, split, scores, others, params, source, device, step)

    for table, schema in SCHEMAS.items():
        write_table(layout.anatomy(table), tables[table], schema)


if __name__ == "__main__":
    run(main)

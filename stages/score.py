"""Score every image of a model's `score_on` under it."""

from functools import partial

from pipeline.config import load_params
from pipeline.device import prepare
from pipeline.images import read_images
from pipeline.results import SCORES
from pipeline.rng import stream
from pipeline.scoring import score
from pipeline.sets import scored_rows
from pipeline.storage import write_json
from pipeline.summary import model_metrics
from pipeline.tables import read_split, write_table
from pipeline.tensors import read_into
from pipeline.vae.build import build
from stages.command import run
from stages.layout import Layout
from stages.progress import progress


def main(name: str, layout: Layout) -> None:
    """Write the likelihood of every image under the model `name`."""
    params = load_params(layout.params)
    model_params = params.model(name)
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)
    rows = scored_rows(split, model_params.score_on)
    device = prepare(params.device, params.threads)
    model = read_into(layout.weights(name), build(images.grey.shape[1], params.data.hidden, model_params)).to(device)
    x, source = images.binary(model_params.binarization)[rows], partial(stream, params.seed, "score", name)
    with progress(name, len(rows), "images") as step:
        table = score(model, x, images.digit[rows], images.id[rows], params.score, source, device, step)
    table = table.merge(split[["id", "digit", "set", "region"]], on="id", validate="one_to_one")

    write_table(layout.scores(name), table, SCORES)
    write_json(layout.score_metrics(name), model_metrics(table))


if __name__ == "__main__":
    run(main, "MODEL")

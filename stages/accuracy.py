"""Hold several estimators of the likelihood against one whose error is negligible, on a few images."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.core.tables import write_table
from pipeline.core.tensors import read_into
from pipeline.data.images import read_images
from pipeline.likelihood.score_tables import read_scores
from pipeline.models.build import build
from pipeline.validation.validate.measure import measure, sample
from pipeline.validation.validate.tables import ESTIMATED
from stages.command import run
from stages.layout import Layout
from stages.progress import progress


def main(name: str, layout: Layout) -> None:
    """Write what every method says of images that the model `name` was scored on."""
    params = load_params(layout.params)
    model_params = params.model(name)
    images, scores = read_images(layout.images), read_scores(layout.scores(name))
    chosen = sample(scores, params.accuracy, partial(stream, params.seed, "accuracy", "images"))
    x = images.binary(model_params.binarization)[chosen["id"]]
    device, source = prepare(params.device, params.threads), partial(stream, params.seed, "accuracy", name)
    model = read_into(layout.weights(name), build(x.shape[1], params.data.hidden, model_params)).to(device)
    with progress(name, len(x), "images") as step:
        table = measure(model, x, chosen, params.score, params.accuracy, source, device, step)

    write_table(layout.estimated(name), table, ESTIMATED)


if __name__ == "__main__":
    run(main, "MODEL")

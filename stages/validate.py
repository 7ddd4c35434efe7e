"""Compare estimators of the log likelihood with a reference whose error is negligible, on a few images."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.core.tables import write_table
from pipeline.data.images import read_images
from pipeline.likelihood.score_tables import read_scores
from pipeline.models.files import load_model
from pipeline.validation.validate.measure import measure, sample
from pipeline.validation.validate.tables import METHOD_ESTIMATES
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.progress import progress

OLD_NAME = "accuracy"
"""What the stage was called: it seeds the random numbers, so that it does not change with the stage's name."""


def main(name: str, layout: Layout) -> None:
    """Write every method's estimates for images that the model `name` was scored on."""
    params = load_params(layout.params)
    model_params = params.model(name)
    images, scores = read_images(layout.images), read_scores(layout.scores(name))
    chosen = sample(scores, params.validation, partial(stream, params.seed, OLD_NAME, "images"))
    x = images.binary(model_params.binarisation)[chosen["id"]]
    device = prepare(params.device, params.threads)
    source = partial(stream, params.seed, OLD_NAME, name)
    model = load_model(layout.weights(name), model_params, params.data.hidden).to(device)
    with progress(name, len(x), "images") as step:
        table = measure(model, x, chosen, params.score, params.validation, source, device, step)

    write_table(layout.validation(name), table, METHOD_ESTIMATES)


if __name__ == "__main__":
    run(main, "MODEL")

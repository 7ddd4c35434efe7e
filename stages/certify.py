"""Ask other methods for the likelihood of a few images of every set under a model."""

from functools import partial

import pandas as pd

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.core.tables import write_table
from pipeline.core.tensors import read_into
from pipeline.data.images import read_images
from pipeline.data.sampled_images import choose
from pipeline.likelihood.score_tables import read_scores
from pipeline.models.build import build
from pipeline.validation.certify.opinions import Certifier, work
from pipeline.validation.certify.tables import CERTIFIED
from stages.command import run
from stages.layout import Layout
from stages.progress import progress


def main(name: str, layout: Layout) -> None:
    """Write the opinions on images that the model `name` was scored on, and on images drawn from it."""
    params = load_params(layout.params)
    model_params = params.model(name)
    images, scores = read_images(layout.images), read_scores(layout.scores(name))
    chosen = choose(scores, params.certify.images, partial(stream, params.seed, "certify", "images"))
    x, y = images.binary(model_params.binarization)[chosen["id"]], images.digit[chosen["id"]]
    device, source = prepare(params.device, params.threads), partial(stream, params.seed, "certify", name)
    model = read_into(layout.weights(name), build(x.shape[1], params.data.hidden, model_params)).to(device)
    with progress(name, work(len(x), params.certify), "transitions") as step:
        certifier = Certifier(model, params.certify, source, device, step)
        table = pd.concat([certifier.real(x, y, chosen), certifier.simulated(y)], ignore_index=True)

    write_table(layout.certified(name), table, CERTIFIED)


if __name__ == "__main__":
    run(main, "MODEL")

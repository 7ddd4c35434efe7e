"""Estimate the log likelihood of a few images of every subset under a model by other methods."""

from functools import partial

import pandas as pd

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.data.images import read_images
from pipeline.data.sampled_images import choose
from pipeline.likelihood.score_tables import read_scores
from pipeline.models.files import load_model
from pipeline.validation.certify.estimates import Certifier, transitions
from pipeline.validation.certify.tables import KEY, write_certified
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.progress import progress


def main(name: str, layout: Layout) -> None:
    """Write the estimates for images that the model `name` was scored on, and for images drawn from the model."""
    params = load_params(layout.params)
    model_params = params.model(name)
    images, scores = read_images(layout.images), read_scores(layout.scores(name))
    chosen = choose(scores, params.certify.images, partial(stream, params.seed, "certify", "images"))
    x, y = images.binary(model_params.binarisation)[chosen["id"]], images.label[chosen["id"]]
    tested = choose(
        scores[scores["subset"] == "test"],
        params.certify.searched_in(model_params.latent_dim),
        partial(stream, params.seed, "certify", "images"),
    )
    device, source = prepare(params.device, params.threads), partial(stream, params.seed, "certify", name)
    model = load_model(layout.weights(name), model_params, params.data.hidden).to(device)
    with progress(name, transitions(len(x), params.certify), "transitions") as step:
        certifier = Certifier(model, params.certify, source, device, step)
        tables = [certifier.real(x, y, chosen), certifier.simulated(y)]
    x, y = images.binary(model_params.binarisation)[tested["id"]], images.label[tested["id"]]
    tables.append(certifier.searched(x, y, tested, params.score))
    table = pd.concat(tables, ignore_index=True).drop_duplicates(list(KEY))

    write_certified(layout.certificate(name), table)


if __name__ == "__main__":
    run(main, "MODEL")

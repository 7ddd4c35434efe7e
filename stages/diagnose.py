"""Diagnose a model's latent space: active units, the aggregate posterior against the prior, paths, generated images."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.core.storage import write_arrays, write_json
from pipeline.core.tables import read_split
from pipeline.data.images import read_images
from pipeline.data.subsets import training_rows
from pipeline.investigations.diagnose.diagnose import Labelled, diagnose, unseen_rows
from pipeline.models.files import load_model
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.progress import progress


def main(name: str, layout: Layout) -> None:
    """Write the diagnosis of the model `name`, and its arrays."""
    params = load_params(layout.params)
    model_params = params.model(name)
    images = read_images(layout.images)
    split, x = read_split(layout.split, images.id), images.binary(model_params.binarisation)
    seen = training_rows(split, model_params.train_on, stream(params.data_seed, "train", "matched"))
    unseen = unseen_rows(split, model_params.train_on)
    train, held_out = (Labelled(x[rows], images.label[rows]) for rows in (seen, unseen))
    device, source = prepare(params.device, params.threads), partial(stream, params.seed, "diagnose", name)
    model = load_model(layout.weights(name), model_params, params.data.hidden).to(device)
    effort = params.score.model_copy(update={"levels": params.diagnose.levels})
    confidence = params.intervals.confidence
    with progress(name, params.diagnose.generated, "images") as step:
        found, arrays = diagnose(model, train, held_out, params.diagnose, effort, confidence, source, device, step)

    write_json(layout.diagnosis(name), found)
    write_arrays(layout.latent(name), arrays)


if __name__ == "__main__":
    run(main, "MODEL")

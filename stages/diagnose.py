"""Look at a model's latent space: units in use, the aggregate posterior against the prior, generated images."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.core.storage import write_arrays, write_json
from pipeline.core.tables import read_split
from pipeline.core.tensors import read_into
from pipeline.data.images import read_images
from pipeline.data.subsets import training_rows
from pipeline.investigations.diagnose.diagnose import Labelled, diagnose, unseen_rows
from pipeline.models.plain import VAE
from stages.command import run
from stages.layout import Layout
from stages.progress import progress


def main(name: str, layout: Layout) -> None:
    """Write what was found of the model `name`, and the arrays that figures show of it."""
    params = load_params(layout.params)
    model_params = params.model(name)
    images = read_images(layout.images)
    split, x = read_split(layout.split, images.id), images.binary(model_params.binarization)
    seen = training_rows(split, model_params.train_on, stream(params.seed, "train", "matched"))
    unseen = unseen_rows(split, model_params.train_on)
    train, held_out = (Labelled(x[rows], images.digit[rows]) for rows in (seen, unseen))
    device, source = prepare(params.device, params.threads), partial(stream, params.seed, "diagnose", name)
    model = read_into(layout.weights(name), VAE(x.shape[1], params.data.hidden, model_params.latent_dim)).to(device)
    effort = params.score.model_copy(update={"levels": params.diagnose.levels})
    with progress(name, params.diagnose.generated, "images") as step:
        found, arrays = diagnose(model, train, held_out, params.diagnose, effort, source, device, step)

    write_json(layout.diagnosis(name), found)
    write_arrays(layout.diagnosed(name), arrays)


if __name__ == "__main__":
    run(main, "MODEL")

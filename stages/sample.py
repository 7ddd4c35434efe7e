"""Draw from one model: reconstructions, new images, styles of every label."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.core.storage import write_arrays
from pipeline.core.tables import read_split
from pipeline.data.images import read_images
from pipeline.investigations.sample.study import Pictures
from pipeline.likelihood.score_tables import read_scores
from pipeline.models.files import load_model
from stages.shared.command import run
from stages.shared.layout import Layout


def main(name: str, layout: Layout) -> None:
    """Write the arrays of the model `name`, under the names `KIND.NAME`."""
    params = load_params(layout.params)
    model_params, images = params.model(name), read_images(layout.images)
    device = prepare(params.device, params.threads)
    pictures = Pictures(
        params=params.sample,
        name=name,
        model=load_model(layout.weights(name), model_params, params.data.hidden).to(device),
        images=images,
        split=read_split(layout.split, images.id),
        binary=images.binary(model_params.binarisation),
        scores=read_scores(layout.scores(name)),
        stream=partial(stream, params.seed, "sample"),
        device=device,
    )

    arrays = pictures.all()

    write_arrays(
        layout.samples(name), {f"{kind}.{key}": values for kind, own in arrays.items() for key, values in own.items()}
    )


if __name__ == "__main__":
    run(main, "MODEL")

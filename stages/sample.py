"""Draw reconstructions, new images, paths between images and styles of every digit."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.core.storage import write_arrays
from pipeline.core.tables import read_split
from pipeline.core.tensors import read_into
from pipeline.data.images import read_images
from pipeline.investigations.sample.study import Pictures
from pipeline.likelihood.score_tables import read_scores
from pipeline.models.build import build
from stages.command import run
from stages.layout import Layout
from stages.listed import listed


def main(layout: Layout) -> None:
    """Write the arrays, one file a kind of picture."""
    params = load_params(layout.params)
    device, images = prepare(params.device, params.threads), read_images(layout.images)
    described = {name: params.models[name] for name in listed(params.sample.models, layout.weights, layout, "sample")}
    shapes = {name: build(images.grey.shape[1], params.data.hidden, model) for name, model in described.items()}
    pictures = Pictures(
        params=params,
        models={name: read_into(layout.weights(name), shape).to(device) for name, shape in shapes.items()},
        images=images,
        split=read_split(layout.split, images.id),
        scores=read_scores(layout.scores(params.judge)),
        stream=partial(stream, params.seed, "sample"),
        device=device,
    )
    for kind, arrays in pictures.all().items():
        write_arrays(layout.sampled(kind), arrays)


if __name__ == "__main__":
    run(main)

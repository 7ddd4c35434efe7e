"""Compute the log likelihood of images under a model; started by torchrun, several processes share the images."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.rng import stream
from pipeline.core.tables import read_split
from pipeline.data.images import read_images
from pipeline.data.subsets import scored_rows
from pipeline.likelihood.resume import score_resumably, scratch_folder
from pipeline.likelihood.score_tables import write_scores
from pipeline.likelihood.sharding import workers
from pipeline.models.files import load_model
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.progress import progress


def main(name: str, layout: Layout) -> None:
    """Write the log likelihood of every image under the model `name`."""
    params = load_params(layout.params)
    model_params = params.model(name)
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)
    rows = scored_rows(split, model_params.score_on, stream(params.data_seed, "split", "sample"))
    data = images.binary(model_params.binarisation)[rows], images.label[rows], images.id[rows]
    model = load_model(layout.weights(name), model_params, params.data.hidden)
    source, follow = partial(stream, params.seed, "score", name), partial(progress, name, unit="images")
    with scratch_folder(layout.unfinished_scores(name)) as kept, workers(params.device, params.threads) as group:
        table = score_resumably(group, kept, model, *data, params.score, source, follow)
        if table is not None:
            write_scores(layout.scores(name), table, split)


if __name__ == "__main__":
    run(main, "MODEL")

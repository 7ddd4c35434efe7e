"""Score every image of a model's `score_on` under it; torchrun has several processes share the images."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.rng import stream
from pipeline.core.storage import write_json
from pipeline.core.tables import read_split
from pipeline.core.tensors import read_into
from pipeline.data.images import read_images
from pipeline.data.subsets import scored_rows
from pipeline.likelihood.resume import kept_until_done, score_resumably
from pipeline.likelihood.score_tables import write_scores
from pipeline.likelihood.sharding import workers
from pipeline.likelihood.subset_means import model_metrics
from pipeline.models.build import build
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
    data = images.binary(model_params.binarization)[rows], images.digit[rows], images.id[rows]
    model = read_into(layout.weights(name), build(images.grey.shape[1], params.data.hidden, model_params))
    source, follow = partial(stream, params.seed, "score", name), partial(progress, name, unit="images")
    with kept_until_done(layout.unfinished_scores(name)) as kept, workers(params.device, params.threads) as group:
        table = score_resumably(group, kept, model, *data, params.score, source, follow)
        if table is not None:
            scores = write_scores(layout.scores(name), table, split)
            write_json(layout.score_metrics(name), model_metrics(scores))


if __name__ == "__main__":
    run(main, "MODEL")

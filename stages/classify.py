"""Score a sample of images under a conditional model, given each digit in turn."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.core.tables import read_split, write_table
from pipeline.core.tensors import read_into
from pipeline.data.images import read_images
from pipeline.investigations.classify.labels import label_shares, sample, score_labels
from pipeline.investigations.classify.tables import CLASSIFIED
from pipeline.models.conditional import ConditionalVAE
from stages.command import run
from stages.layout import Layout
from stages.progress import progress


def main(name: str, layout: Layout) -> None:
    """Write log p(x | y) under the model `name` for every digit y."""
    params = load_params(layout.params)
    model_params = params.model(name)
    if not model_params.conditional:
        raise ParameterError(f"{name} is not conditional; classify one of {', '.join(params.classify.models)}")
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)
    chosen = sample(split, params.classify, partial(stream, params.seed, "classify", "images"))
    x = images.binary(model_params.binarization)[chosen["id"]]
    device, source = prepare(params.device, params.threads), partial(stream, params.seed, "classify", name)
    model = read_into(layout.weights(name), ConditionalVAE(x.shape[1], params.data.hidden, model_params.latent_dim))
    prior = label_shares(split, model_params.train_on, stream(params.seed, "train", "matched"), model.classes)
    effort = params.score.model_copy(update={"levels": params.classify.levels})
    with progress(name, len(x) * len(prior), "images") as step:
        table = score_labels(model.to(device), x, chosen, prior, effort, source, device, step)
    write_table(layout.classified(name), table, CLASSIFIED)


if __name__ == "__main__":
    run(main, "MODEL")

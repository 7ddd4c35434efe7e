"""Score a sample of images under a conditional model, given each label in turn."""

from functools import partial
from typing import cast

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.core.tables import read_split
from pipeline.data.images import read_images
from pipeline.investigations.classify.labels import label_shares, sample, score_labels
from pipeline.investigations.classify.tables import write_classified
from pipeline.models.conditional import ConditionalVAE
from pipeline.models.files import load_model
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.progress import progress


def main(name: str, layout: Layout) -> None:
    """Write log p(x | y) under the model `name` for every label y."""
    params = load_params(layout.params)
    model_params = params.model(name)
    if not model_params.conditional:
        raise ParameterError(f"{name} is not conditional; classify one of {', '.join(params.classify.models)}")
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)
    chosen = sample(split, params.classify, partial(stream, params.seed, "classify", "images"))
    x = images.binary(model_params.binarisation)[chosen["id"]]
    device, source = prepare(params.device, params.threads), partial(stream, params.seed, "classify", name)
    model = cast(ConditionalVAE, load_model(layout.weights(name), model_params, params.data.hidden))
    prior = label_shares(split, model_params.train_on, stream(params.data_seed, "train", "matched"), model.classes)
    effort = params.score.model_copy(update={"levels": params.classify.levels})
    with progress(name, len(x) * len(prior), "images") as step:
        table = score_labels(model.to(device), x, chosen, prior, effort, source, device, step)
    write_classified(layout.classification(name), table)


if __name__ == "__main__":
    run(main, "MODEL")

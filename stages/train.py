"""Train one model on the images that its `train_on` names."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import keep_memory, prepare
from pipeline.core.rng import stream
from pipeline.core.tables import read_split, write_history
from pipeline.data.examples import examples_for
from pipeline.data.images import read_images
from pipeline.models.build import build, start
from pipeline.models.checkpoints import Checkpoint, identity, only_trainer, train_resumably
from pipeline.models.files import save_model
from pipeline.models.training import Plan
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.live import follow_training


def main(name: str, layout: Layout) -> None:
    """Write the weights and the training curve of the model `name`."""
    keep_memory()
    params = load_params(layout.params)
    model_params, data = params.model(name), params.data
    images = read_images(layout.images)
    split = read_split(layout.split, images.id)
    examples, validation = examples_for(model_params, images, split, stream(params.data_seed, "train", "matched"))
    source = partial(stream, params.seed, "train", name, model_params.seed)
    plan = Plan(params.epochs(name), data.batch_size, params.train, source, prepare(params.device, params.threads))
    model = start(build(images.grey.shape[1], data.hidden, model_params), examples.mean(), source("start"))
    with only_trainer(layout.checkpoints, name), follow_training(name, plan, layout.live) as on_epoch:
        checkpoint = Checkpoint(layout.checkpoints, name, identity(model, examples, validation, plan))
        history = train_resumably(model.to(plan.device), examples, validation, plan, checkpoint, on_epoch)
        save_model(layout.weights(name), model, model_params.model_dump())
        write_history(layout.history(name), history)
        checkpoint.discard()


if __name__ == "__main__":
    run(main, "MODEL")

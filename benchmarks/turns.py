"""Train or score with the version of the library in the current folder, one turn for every line of input.

`benchmarks.paired` starts this file, by its path, in the folders of two versions: `turns.py train`, or
`turns.py score ROLE WEIGHTS IMAGES`. A turn is an epoch, or the scoring of 1,000 test images, on one thread. For each
turn it prints the seconds of processor time. It may use only what both versions have.
"""

import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
from safetensors.torch import load_file

from pipeline.config import load_params
from pipeline.core.device import keep_memory, prepare
from pipeline.core.rng import stream
from pipeline.data.examples import Examples
from pipeline.data.images import binarise, read_images
from pipeline.likelihood.scoring import score
from pipeline.models.build import build, start
from pipeline.models.training import Plan, begin, train

PIXELS, TRAINED, VALIDATED, SCORED, BATCH, HIDDEN = 784, 43_000, 5_000, 1_000, 200, (512, 512)


class Clock:
    """Processor time between the beginning and the end of a turn."""

    def __init__(self) -> None:
        self.begun = time.process_time()

    def turn(self, _: object = None) -> None:
        """Print the seconds since the last turn began, and wait for the order to begin the next."""
        print(time.process_time() - self.begun, flush=True)
        if not sys.stdin.readline():
            sys.exit()
        self.begun = time.process_time()


def training(clock: Clock) -> None:
    """Train a model of the study's MNIST shape on made-up images, four fifths of whose pixels are dark."""
    rng, params = np.random.default_rng(0), load_params(Path("params.yaml"))
    images, pixels = TRAINED + VALIDATED, PIXELS
    grey = rng.integers(0, 256, (images, pixels), np.uint8) * (rng.random((images, pixels), np.float32) < 0.2)
    label = np.zeros(images, np.uint8)
    examples = Examples(grey[:TRAINED], label[:TRAINED], redraw=True)
    validation = Examples(binarise(grey[TRAINED:], rng), label[TRAINED:], redraw=False)
    settings = params.train.model_copy(update={"precision": "bfloat16"})
    plan = Plan(1_000, BATCH, settings, partial(stream, 0, "turns"), prepare("cpu", 1))
    model = start(build(PIXELS, HIDDEN, params.model(params.roles.middle)), examples.mean(), stream(0, "turns"))
    clock.turn()
    train(model, examples, validation, plan, begin(model, plan), clock.turn)


def scoring(clock: Clock, role: str, weights: str, images: str) -> None:
    """Score the first test images of a file under a trained model, which either version may have trained."""
    params, rows = load_params(Path("params.yaml")), read_images(Path(images))
    model = build(PIXELS, HIDDEN, params.model(getattr(params.roles, role)))
    model.load_state_dict(load_file(weights))
    x, label, ids = (part[-10_000:][:SCORED] for part in (rows.binary_stochastic, rows.label, rows.id))
    device = prepare("cpu", 1)
    while True:
        clock.turn()
        score(model, x, label, ids, params.score, partial(stream, 0, "turns"), device, lambda images: None)


if __name__ == "__main__":
    keep_memory()
    work, *words = sys.argv[1:]
    if work == "train":
        training(Clock())
    else:
        scoring(Clock(), *words)

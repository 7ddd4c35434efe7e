"""Freeze binary images and hold out the extreme ones."""

import numpy as np

from pipeline.config import load_params
from pipeline.core.rng import stream
from pipeline.core.tables import SPLIT, write_table
from pipeline.data import idx
from pipeline.data.holdout import hold_out
from pipeline.data.images import label, write_images
from stages.command import run
from stages.layout import Layout


def main(layout: Layout) -> None:
    """Write every image in grey and in binary, and the set and region of each."""
    params = load_params(layout.params)
    train, test = idx.read(layout.download(params.dataset))
    grey = np.concatenate([train.images, test.images]).reshape(len(train.images) + len(test.images), -1)
    digit = np.concatenate([train.labels, test.labels])
    pool = np.arange(len(digit)) < len(train.labels)

    images = label(grey, digit, stream(params.seed, "split", "binarise"))
    validation = stream(params.seed, "split", "validation")
    split = hold_out(grey, digit, pool, params.split.tail, params.data.validation, validation)

    write_images(layout.images, images)
    write_table(layout.split, split, SPLIT)


if __name__ == "__main__":
    run(main)

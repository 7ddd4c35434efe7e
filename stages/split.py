"""Binarise every image once, and hold out the extreme ones."""

import numpy as np

from pipeline.config import load_params
from pipeline.core.rng import stream
from pipeline.core.tables import SPLIT, write_table
from pipeline.data import idx
from pipeline.data.holdout import hold_out
from pipeline.data.images import freeze, write_images
from stages.shared.command import run
from stages.shared.layout import Layout


def main(layout: Layout) -> None:
    """Write the grey and the binary images, and the subset and region of each."""
    params = load_params(layout.params)
    train, test = idx.read(layout.download(params.dataset))
    grey = np.concatenate([train.images, test.images]).reshape(len(train.images) + len(test.images), -1)
    label = np.concatenate([train.labels, test.labels])
    pool = np.arange(len(label)) < len(train.labels)

    images = freeze(grey, label, stream(params.data_seed, "split", "binarise"))
    validation = stream(params.data_seed, "split", "validation")
    split = hold_out(grey, label, pool, params.split.tail, params.data.validation, validation)

    write_images(layout.images, images)
    write_table(layout.split, split, SPLIT, key=["id"])


if __name__ == "__main__":
    run(main)

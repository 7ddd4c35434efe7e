"""Download the data set: four IDX files, unpacked and checked."""

import os
import sys

from pipeline.config import load_params
from pipeline.core.rng import stream
from pipeline.core.storage import write_bytes
from pipeline.download.dataset import MIRROR_VARIABLE, obtain
from stages.shared.command import run
from stages.shared.layout import Layout


def main(layout: Layout) -> None:
    """Write the four files of the data set that params.yaml selects."""
    params = load_params(layout.params)

    rng = stream(params.seed, "download", params.dataset)
    files = obtain(params.dataset, params.download, os.environ.get(MIRROR_VARIABLE), rng, _tell)

    for name, content in files.items():
        write_bytes(layout.download(params.dataset) / name, content)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    run(main)

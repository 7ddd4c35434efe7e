"""Download the data set: four IDX files, unpacked and checked."""

import os
import sys
from pathlib import Path

from pipeline.config import load_params
from pipeline.core.rng import stream
from pipeline.core.storage import write_bytes
from pipeline.download.dataset import obtain
from pipeline.download.mirrors import MIRROR_VARIABLE
from stages.shared.command import run
from stages.shared.layout import Layout


def main(layout: Layout) -> None:
    """Write the four files of the data set that params.yaml selects."""
    params = load_params(layout.params)

    rng = stream(params.data_seed, "download", params.dataset)
    files = obtain(params.dataset, params.download, _own_mirror(), rng, _tell)

    for name, content in files.items():
        write_bytes(layout.download(params.dataset) / name, content)


def _own_mirror() -> str:
    """Return the user's mirror, or an empty text.

    A relative path starts from the user's folder: DVC runs experiments of its queue in folders of their own, and names
    the user's in DVC_ROOT.
    """
    mirror = os.environ.get(MIRROR_VARIABLE, "")
    return mirror if "://" in mirror or not mirror else str(Path(os.environ.get("DVC_ROOT", ""), mirror))


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    run(main)

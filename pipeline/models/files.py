"""Weights on disk, with a description of the model that they belong to."""

from pathlib import Path
from typing import Any

import torch

from pipeline.config import ModelParams
from pipeline.core.errors import DataError
from pipeline.core.tensors import fill, read_described, require_fit, write_tensors
from pipeline.models.build import KINDS, Autoencoder, decided, kind_of

REMEDY = "remake it with `dvc repro`"
LARGEST = 10_000_000
"""Largest dimension that a file may claim; more means that its metadata is damaged."""
CHOICES: dict[str, list[object]] = {"label": ["one-hot", "number"], "encoder_sees_label": [True, False]}
"""Values of those parts of a shape that are no dimensions."""


def save_model(path: Path, model: Autoencoder, about: dict[str, Any]) -> None:
    """Write a model's weights as safetensors, with its kind and shape in the metadata.

    Args:
        path: the file.
        model: one of `KINDS`.
        about: anything else that is worth keeping about the model.
    """
    kind = next(name for name, one in KINDS.items() if type(model) is one)
    write_tensors(path, model.state_dict(), {**about, "kind": kind, "shape": model.shape})


def load_model(path: Path, params: ModelParams | None = None, hidden: tuple[int, ...] | None = None) -> Autoencoder:
    """Read a model whose kind and shape its file describes.

    Args:
        path: the file.
        params: the model's section of params.yaml, if the file must be of that kind, number of latent dimensions and
            use of the label.
        hidden: units of each hidden layer, if the file must be of these.

    Raises:
        DataError: the file is damaged or of something else, or is of another model than is asked for.
        StorageError: the file cannot be read.
    """
    tensors, about = read_described(path)
    kind, shape = _described(path, about)
    wanted: dict[str, object] = {"hidden": hidden}
    if params is not None:
        wanted |= {"kind": kind_of(params), **decided(params)}
    for name, value in wanted.items():
        found = kind if name == "kind" else shape[name]
        if value is not None and found != value:
            raise DataError(f"{path}: the weights of another model: {name} is {found}, not {value}; {REMEDY}")
    with torch.device("meta"):  # takes no memory, whatever shape the file claims
        require_fit(KINDS[kind](**shape), tensors, path)
    model = KINDS[kind](**shape)
    fill(model, tensors, path)
    return model


def _described(path: Path, about: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the kind and the shape that a file describes."""
    kind = about.get("kind")
    shape = about.get("shape")
    if kind not in KINDS or not isinstance(shape, dict) or shape.keys() != KINDS[kind].SHAPE:
        raise DataError(f"{path}: does not say which model its tensors are of; {REMEDY}")
    hidden = shape["hidden"]
    widths = hidden if isinstance(hidden, list) else [None]
    for width in (*widths, *(value for name, value in shape.items() if name not in ("hidden", *CHOICES))):
        if type(width) is not int or not 1 <= width <= LARGEST:
            raise DataError(f"{path}: describes a model of the impossible shape {shape}; {REMEDY}")
    if any(shape[name] not in allowed for name, allowed in CHOICES.items() if name in shape):
        raise DataError(f"{path}: describes a model of the impossible shape {shape}; {REMEDY}")
    return kind, shape | {"hidden": tuple(hidden)}

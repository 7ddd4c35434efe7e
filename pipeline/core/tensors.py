"""Tensors on disk, as data and never as code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from safetensors.torch import load, save
from torch import Tensor, nn

from pipeline.core.errors import DataError
from pipeline.core.storage import read_bytes, write_bytes

Module = TypeVar("Module", bound=nn.Module)


def write_tensors(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Put named tensors at `path` as safetensors, the same tensors giving the same bytes.

    Args:
        path: where to.
        tensors: on any device.
        about: what they are, kept under one metadata key; two keys would not come out in one order.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_bytes(path, save(plain, metadata={"about": json.dumps(dict(about), sort_keys=True)}))


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The named tensors at `path`.

    Raises:
        DataError: the file is truncated, or is something else than safetensors.
        StorageError: the file cannot be read.
    """
    content = read_bytes(path)
    try:
        return load(content)
    except Exception as error:  # broken bytes make the library raise almost anything
        raise DataError(f"{path}: no whole safetensors file ({error}); remake it with `dvc repro`") from error


def read_into(path: Path, module: Module) -> Module:
    """Fill `module` with the weights at `path`, every one of them and no other, and return it.

    Raises:
        DataError: the file is another model's, or not whole; `module` is left as it was.
        StorageError: the file cannot be read.
    """
    fill(module, read_tensors(path), path)
    return module


def fill(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Fill `module` with `tensors`, which come from `path`, every one of them and no other.

    Raises:
        DataError: a name, shape or type differs; `module` is left as it was.
    """
    wanted = module.state_dict()
    for name in sorted(wanted.keys() | tensors.keys()):
        found, expected = _kind(tensors.get(name)), _kind(wanted.get(name))
        if found != expected:
            raise DataError(
                f"{path}: another model's weights: {name} is {found}, not {expected}; remake them with `dvc repro`"
            )
    module.load_state_dict(tensors, strict=True)


def _kind(tensor: Tensor | None) -> str:
    return "nothing" if tensor is None else f"{tuple(tensor.shape)} {tensor.dtype}"

"""Tensors on disk, as data and never as code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load, save
from torch import Tensor, nn

from pipeline.core.errors import DataError
from pipeline.core.storage import read_bytes, write_bytes

HEAD = 8
"""Bytes that give the length of the metadata."""


def write_tensors(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Write named tensors as safetensors; the same tensors give the same bytes.

    Args:
        path: the file.
        tensors: on any device.
        about: a description of them, kept as JSON under one metadata key, since the order of two keys would vary.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_bytes(path, save(plain, metadata={"about": json.dumps(dict(about), sort_keys=True)}))


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read the named tensors at `path`.

    Raises:
        DataError: the file is truncated, or is not a safetensors file.
        StorageError: the file cannot be read.
    """
    return read_described(path)[0]


def read_described(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read the named tensors at `path`, and the description that `write_tensors` put beside them.

    Returns:
        The tensors, and the description; the latter is empty where there is none.

    Raises:
        DataError: the file is truncated, or is not a safetensors file.
        StorageError: the file cannot be read.
    """
    content = read_bytes(path)
    try:
        tensors = load(content)
        head = json.loads(content[HEAD : HEAD + int.from_bytes(content[:HEAD], "little")])
        about = json.loads(head.get("__metadata__", {}).get("about", "{}"))
    except Exception as error:  # broken bytes make the library raise almost anything
        raise DataError(f"{path}: not a whole safetensors file ({error}); remake it with `dvc repro`") from error
    return tensors, about if isinstance(about, dict) else {}


def fill(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Fill `module` with `tensors`, which were read from `path`: all of them, and no others.

    Raises:
        DataError: a name, shape or type differs; `module` is left as it was.
    """
    require_fit(module, tensors, path)
    module.load_state_dict(tensors, strict=True)


def require_fit(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Check that `tensors`, which were read from `path`, have the names, shapes and types of those of `module`.

    Raises:
        DataError: a name, shape or type differs.
    """
    wanted = module.state_dict()
    for name in sorted(wanted.keys() | tensors.keys()):
        found = _kind(tensors.get(name))
        expected = _kind(wanted.get(name))
        if found != expected:
            raise DataError(
                f"{path}: the weights of another model: {name} is {found}, not {expected}; remake it with `dvc repro`"
            )


def _kind(tensor: Tensor | None) -> str:
    return "nothing" if tensor is None else f"{tuple(tensor.shape)} {tensor.dtype}"

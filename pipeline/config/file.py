"""Read params.yaml, and report any fault in it in one line."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.config.fault import explain
from pipeline.config.params import Params
from pipeline.core.errors import DataError, ParameterError
from pipeline.core.storage import read_text


def load_params(path: Path) -> Params:
    """Read and check params.yaml.

    Raises:
        ParameterError: the file is empty or is not YAML 1.2, or a key is missing, unknown or repeated, or a value has
            the wrong type or is out of range; the message has the key's path and its value.
        StorageError: the file cannot be read.
    """
    tree = read_mapping(path)
    try:
        return Params.model_validate_json(json.dumps(tree, default=str))
    except ValidationError as error:
        raise ParameterError(f"{path.name}: {explain(error)}") from error
    except (TypeError, ValueError) as error:
        raise ParameterError(
            f"{path.name}: {error}; keys must be words, and a value must not contain itself"
        ) from error


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML 1.2 file.

    Raises:
        ParameterError: the file is empty or is not YAML 1.2, or a key is repeated.
        StorageError: the file cannot be read.
    """
    try:
        tree = YAML(typ="safe", pure=True).load(read_text(path))
    except (YAMLError, DataError) as error:
        raise ParameterError(f"{path.name}: {_first_line(error)}") from error
    except RecursionError as error:
        raise ParameterError(
            f"{path.name}: brackets are nested too deeply; restore it with `git checkout {path.name}`"
        ) from error
    if not isinstance(tree, dict):
        raise ParameterError(f"{path.name}: is not a mapping; restore it with `git checkout {path.name}`")
    return tree


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)

"""Read the settings of _quarto.yml that Pandoc uses too."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.core.errors import RenderingError
from pipeline.core.storage import read_text
from pipeline.rendering.document import read_yaml


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Html(_Section):
    """Settings of the HTML page."""

    css: list[str] = []
    toc_depth: int = Field(default=3, alias="toc-depth")
    toc_title: str = Field(default="Contents", alias="toc-title")


class Formats(_Section):
    """Output formats; this study has one."""

    html: Html


class Execute(_Section):
    """Default options of code cells."""

    echo: bool = True


class Project(_Section):
    """The settings of a Quarto project that both renderers use."""

    lang: str
    bibliography: list[str] = []
    execute: Execute = Execute()
    format: Formats


def load_project(folder: Path) -> Project:
    """Read a folder's _quarto.yml.

    Raises:
        RenderingError: the file is not YAML, or one of the settings above is missing or of another type.
    """
    path = folder / "_quarto.yml"
    try:
        return Project.model_validate(read_yaml(read_text(path), path.name))
    except ValidationError as error:
        first = error.errors()[0]
        raise RenderingError(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error

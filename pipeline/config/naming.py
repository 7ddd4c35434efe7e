"""Sections that name models, each with its check that these are described under `models:`."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping

from pipeline.config.models import ModelParams
from pipeline.config.section import Section
from pipeline.config.suggestion import did_you_mean

Models = Mapping[str, ModelParams]


class NamesModels(Section):
    """A section that names models, of which only the whole of params.yaml knows whether they are there."""

    @abstractmethod
    def check_models(self, models: Models) -> None:
        """Check every model's name.

        Args:
            models: all that are described, by name.

        Raises:
            ValueError: the first name that is not one of the models this section can use.
        """


def require_described(key: str, names: Iterable[str], models: Models) -> None:
    """Check that every name is a model's.

    Args:
        key: where in params.yaml the names stand.
        names: to be checked, in order.
        models: all that are described, by name.

    Raises:
        ValueError: the first name that is none.
    """
    _require(key, names, list(models), "is not")


def require_conditional(key: str, names: Iterable[str], models: Models) -> None:
    """Check as `require_described` does that every name is a conditional model's."""
    _require(key, names, [name for name, model in models.items() if model.conditional], "is no conditional one")


def require_unconditional(key: str, names: Iterable[str], models: Models) -> None:
    """Check as `require_described` does that every name is a model's that is not conditional."""
    _require(key, names, [name for name, model in models.items() if not model.conditional], "is no unconditional one")


def _require(key: str, names: Iterable[str], known: list[str], fault: str) -> None:
    for name in names:
        if name not in known:
            raise ValueError(
                f"{key} has {name!r}, which {fault} under models:{did_you_mean(name, known)}; "
                f"there are {', '.join(known)}"
            )

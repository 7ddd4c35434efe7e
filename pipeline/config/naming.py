"""Sections that refer to models by name, and the check that these models exist under `models:`."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping

from pipeline.config.models import ModelParams
from pipeline.config.section import Section
from pipeline.config.suggestion import did_you_mean, there_are

Models = Mapping[str, ModelParams]


class NamesModels(Section):
    """Section that refers to models by name; `Params` checks the names once all sections are read."""

    @abstractmethod
    def check_models(self, models: Models) -> None:
        """Check that every model named in this section exists and is of a kind that the section can use.

        Args:
            models: all models, by name.

        Raises:
            ValueError: a name is not one of the models that the section can use; the message names the first.
        """


def require_described(key: str, names: Iterable[str], models: Models) -> None:
    """Check that every name is that of a model.

    Args:
        key: of the names in params.yaml, for the message.
        names: to be checked, in order.
        models: all models, by name.

    Raises:
        ValueError: a name is not that of a model; the message is about the first one.
    """
    _require(key, names, list(models), "a model")


def require_conditional(key: str, names: Iterable[str], models: Models) -> None:
    """Check that every name is that of a conditional model; see `require_described`."""
    _require(key, names, [name for name, model in models.items() if model.conditional], "a conditional model")


def require_unconditional(key: str, names: Iterable[str], models: Models) -> None:
    """Check that every name is that of an unconditional model; see `require_described`."""
    _require(key, names, [name for name, model in models.items() if not model.conditional], "an unconditional model")


def _require(key: str, names: Iterable[str], known: list[str], kind: str) -> None:
    for name in names:
        if name not in known:
            raise ValueError(
                f"{key} has {name!r}, which is not {kind} under models:{did_you_mean(name, known)}; {there_are(known)}"
            )

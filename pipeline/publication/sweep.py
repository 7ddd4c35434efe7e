"""Experiments that differ in one parameter: which they are, their log likelihoods, and a page that shows them."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

import pandas as pd

from pipeline.core.errors import ParameterError
from pipeline.data.subsets import HOLDOUTS

COMMITTED = "committed study"
PAGE = Template((files(__package__) / "sweep.html").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Experiment:
    """A finished experiment of DVC, or the committed study: its name, parameters by path, and numbers by key."""

    name: str
    params: Mapping[str, object]
    numbers: Mapping[str, object]


def flat(params: object, stem: str = "") -> dict[str, object]:
    """Return nested parameters by their paths, such as `models.vae-20.latent_dim`; a list is one value."""
    if not isinstance(params, Mapping):
        return {stem: params}
    found: dict[str, object] = {}
    for key, value in params.items():
        found |= flat(value, f"{stem}.{key}" if stem else str(key))
    return found


def changed(experiment: Experiment, committed: Experiment) -> frozenset[str]:
    """Return the paths of the parameters in which an experiment differs from the committed study."""
    paths = {*experiment.params, *committed.params}
    return frozenset(path for path in paths if experiment.params.get(path) != committed.params.get(path))


def choose(committed: Experiment, tried: Sequence[Experiment], asked: str) -> str:
    """Return the parameter to compare over: the one asked for, or the only one that was changed alone.

    Args:
        committed: the committed study.
        tried: the experiments.
        asked: path of a parameter, or an empty text.

    Raises:
        ParameterError: no experiment changed it alone, or several parameters were changed and none was asked for.
    """
    single = sorted({path for one in tried if len(paths := changed(one, committed)) == 1 for path in paths})
    if asked:
        if asked not in single:
            known = f"; changed alone were {', '.join(single)}" if single else ""
            raise ParameterError(f"no finished experiment changed {asked} alone{known}")
        return asked
    if not single:
        raise ParameterError(
            "no finished experiment changed one parameter alone; `dvc exp run -S models.vae-20.latent_dim=16` makes one"
        )
    if len(single) > 1:
        raise ParameterError(f"several parameters were changed; name one, as in PARAM={single[0]}: {', '.join(single)}")
    return single[0]


def compared(committed: Experiment, tried: Sequence[Experiment], parameter: str) -> list[Experiment]:
    """Return the committed study and the experiments that changed this parameter alone, by its value."""
    own = [one for one in tried if changed(one, committed) == {parameter}]
    return sorted([committed, *own], key=lambda one: _order(one.params.get(parameter)))


def means(experiments: Sequence[Experiment], parameter: str) -> tuple[str, pd.DataFrame]:
    """Return the model that the parameter belongs to, or else `roles.middle`, and its mean log likelihoods.

    Args:
        experiments: to compare, in order.
        parameter: its path.

    Returns:
        The model's name; and one row per experiment and subset that was scored: experiment, value, subset,
        log_likelihood, and sampling_error, its standard error over images, in nats.
    """
    section, _, rest = parameter.partition(".")
    path = rest.rpartition(".")[0] if section == "models" else ""
    rows = []
    for one in experiments:
        model = path or str(one.params["roles.middle"])
        for subset in HOLDOUTS:
            mean, error = (one.numbers.get(f"{model}.{subset}.{part}") for part in ("log_likelihood", "sampling_error"))
            if mean is not None and error is not None:
                rows.append((one.name, one.params.get(parameter), subset, mean, error))
    table = pd.DataFrame(rows, columns=["experiment", "value", "subset", "log_likelihood", "sampling_error"])
    return path or "roles.middle", table


def page(parameter: str, model: str, table: pd.DataFrame, figures: Mapping[str, bytes]) -> str:
    """Return a self-contained HTML page with the figures and the table.

    Args:
        parameter: that was changed.
        model: whose log likelihoods these are.
        table: see `means`.
        figures: SVG by subset.
    """
    subsets = list(dict.fromkeys(table["subset"]))
    body: dict[tuple[str, str], dict[str, str]] = {}
    for row in table.to_dict("records"):
        cells = body.setdefault((str(row["value"]), str(row["experiment"])), dict.fromkeys(subsets, "–"))
        cells[str(row["subset"])] = f"{row['log_likelihood']:.2f} ± {row['sampling_error']:.2f}"
    rows = [[*names, *cells.values()] for names, cells in body.items()]
    return PAGE.substitute(
        parameter=escape(parameter),
        model=escape(model),
        figures="\n".join(_picture(figure, f"{subset} against {parameter}") for subset, figure in figures.items()),
        table="\n".join(_rows([parameter, "experiment", *subsets], rows)),
    )


def _picture(svg: bytes, words: str) -> str:
    address = f"data:image/svg+xml;base64,{b64encode(svg).decode('ascii')}"
    return f'<img src="{address}" alt="Log likelihood of {escape(words)}; the table has the numbers.">'


def _rows(head: Sequence[str], body: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"<thead><tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr></thead>"
    yield "<tbody>"
    for row in body:
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
    yield "</tbody>"


def _order(value: object) -> tuple[bool, float, str]:
    """Sort numbers by size, before everything else by its text."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return (not number, float(str(value)) if number else 0.0, str(value))

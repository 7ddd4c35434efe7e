"""Numbers by key, how an estimate and its interval stand among them, and words for numbers of layers."""

from collections.abc import Mapping, Sequence

from pipeline.core.statistics import Interval

LAYERS = ("one hidden layer", "two hidden layers", "three hidden layers", "four hidden layers")
Numbers = dict[str, float | int | str]
"""Numbers, and a few words, by key."""


def with_interval(key: str, found: Interval, factor: float = 1) -> dict[str, float]:
    """Return an estimate under `KEY.value` and the ends of its interval under `KEY.low` and `KEY.high`.

    Args:
        key: of the estimate.
        found: the estimate and its interval.
        factor: by which they are multiplied, such as 100 for a share that is reported in per cent.
    """
    return {f"{key}.{end}": factor * number for end, number in found._asdict().items()}


def read_interval(numbers: Mapping[str, object], key: str) -> Interval | None:
    """Return the estimate under a key with its interval, as `with_interval` wrote it; None if a part is missing."""
    parts = [numbers.get(f"{key}.{end}") for end in Interval._fields]
    return Interval(*parts) if all(isinstance(part, int | float) for part in parts) else None  # type: ignore[arg-type]


def hidden_layers(units: Sequence[int]) -> str:
    """Return in words how many hidden layers of how many units there are, such as `two hidden layers of 512`."""
    if len(units) > len(LAYERS) or len(set(units)) > 1:
        return f"hidden layers of {', '.join(map(str, units))}"
    return f"{LAYERS[len(units) - 1]} of {units[0]}"

"""Keys of estimates that have an interval."""

from pipeline.core.statistics import Interval


def with_interval(key: str, found: Interval) -> dict[str, float]:
    """Return an estimate under `key` and the ends of its interval under `key_low` and `key_high`."""
    return {key: found.value, f"{key}_low": found.low, f"{key}_high": found.high}

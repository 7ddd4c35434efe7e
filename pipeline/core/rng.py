"""Named streams of random numbers: the same name gives the same numbers, whatever else is drawn."""

import hashlib
from collections.abc import Callable

import numpy as np

Stream = Callable[..., np.random.Generator]
"""Return the generator of a purpose, given its names: `stream` with its first arguments fixed."""


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator of one purpose, as in `stream(0, "train", "vae-20", 17)`.

    Streams of different names are independent, so that adding a model, epoch or image changes no existing number.

    Args:
        seed: the study's seed.
        names: of the purpose, from the general to the particular.
    """
    text = "\x1f".join(f"{type(name).__name__}:{name}" for name in (seed, *names))
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return np.random.Generator(np.random.Philox(key=np.frombuffer(digest[:16], dtype=np.uint64)))

"""Random numbers by name: who asks for the same name gets the same numbers, whoever else asks."""

import hashlib

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """A generator that belongs to one purpose, as in `stream(0, "train", "vae-20", 17)`.

    Streams of different names are independent, so a new model, epoch or image moves no old number.

    Args:
        seed: the study's seed.
        names: the purpose, from the general to the particular.
    """
    text = "\x1f".join(f"{type(name).__name__}:{name}" for name in (seed, *names))
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return np.random.Generator(np.random.Philox(key=np.frombuffer(digest[:16], dtype=np.uint64)))

"""Which images are certified."""

from collections.abc import Callable

import numpy as np
import pandas as pd

Stream = Callable[..., np.random.Generator]


def choose(scores: pd.DataFrame, images: int, stream: Stream) -> pd.DataFrame:
    """Draw so many images of every set, the same for every model that was scored on the set.

    The images of a smaller number are among those of a larger one.

    Args:
        scores: one row an image, with its id and set.
        images: of each set; a smaller set is taken whole.
        stream: a source of random numbers by the set's name.

    Returns:
        The rows of those images, by ascending id.
    """
    chosen = [
        part.sort_values("id").iloc[stream(str(name)).permutation(len(part))[:images]]
        for name, part in scores.groupby("set", observed=True)
    ]
    return pd.concat(chosen).sort_values("id", ignore_index=True)

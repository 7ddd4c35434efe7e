"""Draw a sample of images from every subset."""

import pandas as pd

from pipeline.core.rng import Stream


def choose(scores: pd.DataFrame, images: int, stream: Stream) -> pd.DataFrame:
    """Draw images of every subset; with the same stream, the same ones for every model that was scored on the subset.

    A larger sample contains every smaller one.

    Args:
        scores: columns id and subset; one row per image.
        images: number of images per subset; a smaller subset is taken whole.
        stream: makes the generator of a subset, from its name.

    Returns:
        The rows of these images, by ascending id.
    """
    chosen = [
        part.sort_values("id").iloc[stream(str(name)).permutation(len(part))[:images]]
        for name, part in scores.groupby("subset", observed=True)
    ]
    return pd.concat(chosen).sort_values("id", ignore_index=True)

"""Tables of what makes an image likely, made up."""

from functools import partial

import numpy as np
import pandas as pd

from pipeline.config import CompareParams
from pipeline.core.rng import stream
from pipeline.investigations.decompose.binarization import luck, redraw
from pipeline.investigations.decompose.estimates import estimate
from pipeline.investigations.decompose.tables import DRAWS, GRADIENTS, REDRAWS, Anatomy


def make_anatomy(scores, images, split):
    """Averages that approach the middle model's scores, flips that shift them, gradients, and estimates of it all."""
    own = scores["vae-20"]
    test = own[own["set"] == "test"].reset_index(drop=True)
    others = {name: scores[name] for name in ("vae-20-threshold", "vae-20-seed-1") if name in scores}
    compare = CompareParams(pairs=(("vae-20", "vae-04"),), resamples=100, confidence=0.95)
    source, redraws = partial(stream, 0), _redraw(test[:12], images.grey)
    shares = estimate(own, redraws, others, images.grey, split, compare, source)
    return Anatomy("vae-20", _average(test[:30]), redraws, _slopes(), shares)


def _average(test):
    parts = [
        pd.DataFrame(
            {
                "image": test["id"],
                "digit": test["digit"],
                "draws": np.int32(draws),
                "repetitions": np.int32(1024 // draws * 4),
                "inside": test["log_likelihood"] - (test["log_likelihood"] - test["elbo"]) / np.sqrt(draws),
                "inside_spread": 3 / np.sqrt(draws),
                "outside": test["elbo"],
                "outside_spread": 4 / np.sqrt(draws),
            }
        )
        for draws in (1, 16, 1024)
    ]
    return pd.concat(parts, ignore_index=True)[DRAWS.names]


def _redraw(test, grey):
    rng, parts = np.random.default_rng(4), []
    for row in test.to_dict("records"):
        lucky = luck(np.repeat(grey[[row["id"]]], 4, axis=0), redraw(grey[row["id"]], 4, rng))
        found = row["log_likelihood"] + 0.7 * lucky + rng.normal(0, 2, 4)
        columns = {"image": np.int32(row["id"]), "redraw": np.arange(4, dtype=np.int32), "log_likelihood": found}
        parts.append(pd.DataFrame(columns | {"standard_error": 0.1, "luck": lucky}))
    return pd.concat(parts, ignore_index=True)[REDRAWS.names]


def _slopes():
    rows = [
        (network, objective, draws, 1.0, noise / draws, 5.0, 40)
        for network, noise in (("encoder", 30.0), ("decoder", 8.0))
        for objective, draws in (("outside", 1), ("inside", 1), ("inside", 16))
    ]
    types = {"network": "category", "objective": "category", "draws": np.int32, "images": np.int32}
    return pd.DataFrame(rows, columns=GRADIENTS.names).astype(types)

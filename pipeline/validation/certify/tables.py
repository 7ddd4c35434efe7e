"""The table of second opinions: what every method says of the images that were certified."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pipeline.core.tables import CATEGORY, read_table

SIMULATED = "simulated"
"""The set of images drawn from the model itself; every other set is of real ones."""
AGAIN = "annealing-again"
"""The method that annealing is called where an image is annealed anew; the first value stays beside it."""

CERTIFIED = pa.schema(
    {
        "image": pa.int32(),
        "set": CATEGORY,
        "method": CATEGORY,
        "log_likelihood": pa.float64(),
        "error": pa.float64(),
    }
)
"""One row an image and method: log p(x) in nats, with its error.

`image` is the id, or counts the simulated ones. Methods: `score`, the estimator; `annealing`, below
log p(x) in expectation; `annealing-again`, the same with other random numbers and more temperatures, of
those images alone on which `score` and `annealing` contradict each other; `reverse`, of simulated images
alone, above it in expectation; `quadrature`, where there are few latent dimensions. The error is the
Monte Carlo standard error, and of quadrature the difference to a coarser rule.
"""


def read_certified(path: Path) -> pd.DataFrame:
    """What every method says of one model's certified images; see `CERTIFIED`."""
    return read_table(path, CERTIFIED)

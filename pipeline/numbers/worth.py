"""What being told the label is worth, and what else sets a conditional model apart from one without labels."""

import numpy as np
import pandas as pd

from pipeline.numbers.bayes import verdicts


def label_worth(table: pd.DataFrame, plain: pd.DataFrame | None) -> pd.DataFrame:
    """Split the difference between log p(x | y) and another model's log p(x), image by image.

    With p the conditional model, its mixture over labels as p(x), and r the other model,

        log p(x | y) - log r(x) = [log p(y | x) - log p(y)] + [log p(x) - log r(x)],

    of which the first bracket is the label's worth, at most -log p(y), and the second the gain of one density
    of images over the other.

    Args:
        table: one row an image and label, as in `CLASSIFIED`.
        plain: scores of the other model, one row an image; None if there is none.

    Returns:
        One row an image that both have, by ascending id: image, set, digit; worth; ceiling, -log p(y), which is
        infinite for a label that training had none of; and, with `plain`, gain and difference. In nats.
    """
    found = verdicts(table).assign(worth=lambda rows: rows["given"] - rows["mixture"])
    prior = table.drop_duplicates("y").set_index("y")["prior"]
    with np.errstate(divide="ignore"):
        found = found.assign(ceiling=-np.log(found["digit"].map(prior)))
    kept = ["image", "set", "digit", "worth", "ceiling"]
    if plain is None:
        return found[kept]
    scores = plain[["id", "log_likelihood"]].rename(columns={"id": "image", "log_likelihood": "plain"})
    both = found.merge(scores, on="image", validate="one_to_one")
    gain, difference = both["mixture"] - both["plain"], both["given"] - both["plain"]
    return both.assign(gain=gain, difference=difference)[[*kept, "gain", "difference"]]

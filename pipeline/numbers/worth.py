"""The label's part in the difference between a conditional model and one without labels."""

import numpy as np
import pandas as pd

from pipeline.numbers.bayes import predict


def label_worth(table: pd.DataFrame, plain: pd.DataFrame | None) -> pd.DataFrame:
    """Split the difference between log p(x | y) and another model's log p(x), image by image.

    With p the conditional model, its mixture over labels as p(x), and r the other model,

        log p(x | y) - log r(x) = [log p(y | x) - log p(y)] + [log p(x) - log r(x)],

    of which the first bracket is the label's worth, at most -log p(y), and the second the gain of one density
    of images over the other.

    Args:
        table: one row per image and label, as in `CLASSIFIED`.
        plain: scores of the other model, one row per image; None if there is no such model.

    Returns:
        One row per image that both have, by ascending id: id, subset, label; worth; ceiling, -log p(y), which is
        infinite for a label that was absent from training; and, with `plain`, gain and difference. In nats.
    """
    found = predict(table).assign(worth=lambda rows: rows["given"] - rows["mixture"])
    prior = table.drop_duplicates("given_label").set_index("given_label")["prior"]
    with np.errstate(divide="ignore"):
        found = found.assign(ceiling=-np.log(found["label"].map(prior)))
    kept = ["id", "subset", "label", "worth", "ceiling"]
    if plain is None:
        return found[kept]
    scores = plain[["id", "log_likelihood"]].rename(columns={"log_likelihood": "plain"})
    both = found.merge(scores, on="id", validate="one_to_one")
    both = both.assign(gain=both["mixture"] - both["plain"], difference=both["given"] - both["plain"])
    return both[[*kept, "gain", "difference"]]

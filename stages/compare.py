"""Compare models with each other, image by image."""

import pandas as pd

from pipeline.config import load_params
from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.core.tables import write_table
from pipeline.investigations.compare.pairs import compare
from pipeline.likelihood.score_tables import PAIRS, read_scores
from stages.command import run
from stages.layout import Layout
from stages.listed import listed_models


def main(layout: Layout) -> None:
    """Write the mean difference of every pair, with its interval, by set and region."""
    params = load_params(layout.params)
    models = set(listed_models(params, layout, "compare"))
    tables = []
    for a, b in params.compare.pairs:
        if {a, b} <= models:
            scores = read_scores(layout.scores(a)), read_scores(layout.scores(b))
            table = compare(*scores, params.compare, stream(params.seed, "compare", a, b))
            tables.append(table.assign(model_a=a, model_b=b))
    if not tables:
        raise ParameterError("dvc.yaml lists no two models of compare.pairs; run `make models`")

    write_table(layout.pairs, pd.concat(tables, ignore_index=True), PAIRS)


if __name__ == "__main__":
    run(main)

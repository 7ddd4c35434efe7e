"""Differences between the estimator and other methods, image by image, and between the bounds of annealing."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from pipeline.figures.palette import FAINT, Mark
from pipeline.figures.panels import panels_of
from pipeline.figures.ridges import Ridge, draw_ridges, scale_of
from pipeline.figures.style import house_style
from pipeline.validation.certify.agreement import compare_methods
from pipeline.validation.certify.tables import AGAIN

KINDS = {
    ("score", "annealing"): "score − annealing",
    ("score", "quadrature"): "score − quadrature",
    ("score", AGAIN): "score − annealing, repeated",
    ("reverse", "annealing"): "upper − lower bound, simulated",
}
"""Methods that are compared, and the label of their difference, in the order of the histograms."""


@house_style()
def certificate(tables: Mapping[str, pd.DataFrame], marks: Mapping[str, Mark]) -> list[Figure]:
    """Draw histograms of the differences between methods over the certified images, in nats, one panel per model.

    All panels have one scale. A ring is around the estimates that contradict each other; bounds cannot.

    Args:
        tables: log likelihoods of each model's images by each method; see `CERTIFIED`.
        marks: of the models.
    """
    found = {name: _compare(tables[name]) for name in marks if name in tables}
    if not found:
        return []
    every = pd.concat([table["difference"] for kinds in found.values() for table in kinds.values()])
    scale = scale_of(every.to_numpy(float))
    return panels_of(
        *(
            draw_ridges(
                marks[name].label,
                [Ridge(label, table, FAINT) for label, table in kinds.items()],
                scale,
                "difference (nats per image)",
            )
            for name, kinds in found.items()
        )
    )


def _compare(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the differences of each kind that the table has, by label."""
    found = {label: compare_methods(table, a, b) for (a, b), label in KINDS.items()}
    bounds = KINDS["reverse", "annealing"]
    found[bounds] = found[bounds].assign(contradiction=False)
    return {label: both for label, both in found.items() if len(both)}

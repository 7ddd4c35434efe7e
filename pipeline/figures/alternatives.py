"""Texts that stand for the figures where they cannot be seen."""

from collections.abc import Mapping

ALTERNATIVES = {
    "answer": (
        "Log likelihood of test images by region against the number of latent dimensions, and its difference "
        "from one number of them."
    ),
    "certificate": "Histograms of the differences between the estimator and other methods, one panel per model.",
    "classification": "Accuracy against confidence, and which classes were taken for which.",
    "differences": (
        "Mean paired differences of log likelihood by region, with intervals, one panel per pair of models."
    ),
    "dimensions": (
        "Differences of log likelihood and bound, active units and overfitting against the number of latent dimensions."
    ),
    "examples": "Binary images of each subset.",
    "gain-model": "Shares of the variance of the gain by predictor, and regression coefficients.",
    "gains": "Of each class, the image that gains most and the one that gains least from more latent dimensions.",
    "generation": "Generated images, probabilities above and drawn pixels below, one panel per model.",
    "histograms": "One histogram of the log likelihood of test images per class, ordered by median.",
    "interpolation": (
        "One pair of images joined by five paths through latent space, as probabilities and as drawn pixels."
    ),
    "likeliest": "The least likely and the most likely test images of each class.",
    "likelihood": "Log likelihood of every model less that of the middle model, by region.",
    "mistakes": "Misclassified images with class, predicted class, its posterior, and its odds against the class.",
    "monte-carlo": (
        "Averages inside and outside the logarithm against the number of draws, and log likelihood less bound by class."
    ),
    "negative-gains": "Images that are likelier under the model with fewer latent dimensions.",
    "orders": "Rank correlation between models of the log likelihood of test images, by class.",
    "paths": "Length of z, share in voids and entropy of the pixels along the paths.",
    "reconstructions": "Images and their reconstructions at growing multiples of the encoder's spread.",
    "regress-contributions": ("Move of f beside sigma, and cost of the move, along x, in one dip of each model."),
    "regress-fits": "Both fits with their bands beside the truth, and their standard deviations and errors.",
    "regress-moves": (
        "Shortfall of the log likelihood against the second-order cost of a move, and as a multiple of it."
    ),
    "regress-traces": "Log likelihood by step, and shortfall below the best so far, for both models.",
    "regress-variants": "Dips, moves and price of every variant, relative to plain sigma(x).",
    "scatter": "Difference of log likelihood between two models against its mean, as density, and by class.",
    "sets": "Histograms of both axes by region, and the tails of each class.",
    "shares": "Minus log likelihood by class, and shares of its variance.",
    "styles": "All classes at the same few latent points, as probabilities and as drawn pixels.",
    "training": "Validation bound by epoch, its approach to its last value, and training less validation bound.",
    "training-runs": "Every training run by region, and the difference of two kinds of model with both intervals.",
    "unseen": "Gain from having trained on images of the tails, by region and number of latent dimensions.",
    "validate": "Error against decoder passes for three proposals, and errors image by image, for each model.",
    "void-images": "Binary images: real, from the posterior, and from full and empty parts of the prior.",
    "voids": (
        "Length of the latent points of encoded images against the prior, their share against the prior's at low "
        "ratios of density, and generated less real likelihood."
    ),
    "worth": "By class, the worth of the label beside its ceiling, and the gain of the density.",
}
"""What each figure of the report shows, by its name."""


def as_markdown(name: str, drawn: Mapping[str, str]) -> str:
    """Return the panels of a figure as Markdown, in their order; empty if there are none.

    Args:
        name: of the figure.
        drawn: titles of all figures and panels by name, in which a screen reader would miss what a panel is of.
    """
    panels = [panel for panel in drawn if panel == name or (panel.rpartition("-")[0] == name and panel[-1].isdigit())]
    titles = [f": {title}" if (title := drawn[panel].replace('"', "'")) else "" for panel in panels]
    places = [f" Panel {place} of {len(panels)}{title}." for place, title in enumerate(titles, start=1)]
    places = places if len(panels) > 1 else [""] * len(panels)
    shown = zip(panels, places, strict=True)
    return "\n".join(
        f'![](../data/plot/{panel}.svg){{fig-alt="{ALTERNATIVES[name]}{place}"}}\n' for panel, place in shown
    )

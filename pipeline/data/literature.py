"""What others have published of the same data, to be read beside the study's own numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A mean test log likelihood of binary images as its source gives it; `citation` is a key of references.bib."""

    key: str
    citation: str
    model: str
    binarization: str
    latent_dim: int
    log_likelihood: float
    estimator: str


PUBLISHED = {
    "mnist": (
        Published("burda-vae", "burda2016", "VAE", "fresh draws", 50, -86.76, "encoder, 5,000 draws"),
        Published("burda-iwae", "burda2016", "IWAE of 50 draws", "fresh draws", 50, -84.78, "encoder, 5,000 draws"),
        Published(
            "burda-continued",
            "burda2016",
            "VAE continued from an IWAE's weights",
            "fresh draws",
            50,
            -86.02,
            "encoder, 5,000 draws",
        ),
        Published("burda-fixed", "burda2016", "VAE", "fixed", 50, -88.71, "encoder, 5,000 draws"),
        Published("wu-ais", "wu2017", "IWAE", "fixed", 50, -85.62, "annealed importance sampling"),
        Published("wu-encoder", "wu2017", "IWAE", "fixed", 50, -86.46, "encoder, 100,000 draws"),
        Published(
            "nowozin-iw", "nowozin2018", "VAE, mean of five runs", "fresh draws", 40, -89.22, "encoder, 32 draws"
        ),
        Published(
            "nowozin-jackknife",
            "nowozin2018",
            "VAE, mean of five runs",
            "fresh draws",
            40,
            -88.40,
            "encoder, 32 draws, jackknife",
        ),
        Published("pythae", "chadebec2022", "VAE, reproduced", "fixed", 40, -89.78, "encoder, 200 draws"),
        Published(
            "conditional",
            "nbip",
            "conditional VAE, whose prior knows the digit",
            "fresh draws",
            100,
            -82.32,
            "encoder, 5,000 draws",
        ),
    )
}
"""By data set. Signs are those of a log likelihood; most sources print its negative."""


def literature_numbers(dataset: str) -> dict[str, float | int | str]:
    """The published numbers of one data set, none where none are known."""
    return {
        f"literature.{one.key}.{quantity}": value
        for one in PUBLISHED.get(dataset, ())
        for quantity, value in vars(one).items()
        if quantity != "key"
    }

"""Catalogue of the data sets: files and checksums, names of the classes, words for the report, published results.

A new data set in the format of MNIST (the four files of `pipeline.data.idx.FILES`, ten classes, at most `LARGEST` bytes
per file) needs one entry here, and in params.yaml its sizes under `datasets:` and its mirrors under `download:`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.config import did_you_mean
from pipeline.core.errors import ParameterError
from pipeline.data.idx import FILES

DIGITS = "digits"
"""The data set that comes with scikit-learn, and has no files."""
LARGEST = 2**26
"""Bytes; every file of every data set is smaller, packed or unpacked."""


@dataclass(frozen=True)
class Source:
    """One file of a data set, with the checksums by which it is recognised."""

    name: str
    """Name of the unpacked file; the packed one is `<name>.gz`."""
    md5: str
    """MD5 of the packed file as its makers published it."""
    sha256: str | None
    """SHA-256 of the unpacked file; None where it is unknown."""

    def __str__(self) -> str:
        """Return the name of the packed file and its checksums."""
        unpacked = f", unpacked SHA-256 {self.sha256}" if self.sha256 else ""
        return f"{self.name}.gz (MD5 {self.md5}{unpacked})"


@dataclass(frozen=True)
class Published:
    """Mean test log likelihood of binary images as published; most sources print its negative."""

    key: str
    citation: str
    """A key of report/references.bib."""
    model: str
    objective: str
    """Objective of training: `ELBO`, with the average over draws outside the logarithm, or `IWAE`, with it inside."""
    draws: int | None
    """From the encoder, per image and step of training; None where the source does not say. One draw makes both
    objectives the ELBO."""
    latent_dim: int
    training_images: int | None
    """None where the source does not say."""
    binarisation: str
    """Of the training images: `fixed`, once for all; or `redrawn`, whenever an image is used."""
    log_likelihood: float
    """In nats."""
    estimator: str
    conditional: bool = False
    """Given the class of the image."""


@dataclass(frozen=True)
class DataSet:
    """Entry of the catalogue."""

    title: str
    """Name of the data set in sentences."""
    torchvision: str | None = None
    """Class of torchvision that lists the files with their MD5s."""
    md5: Mapping[str, str] = field(default_factory=dict)
    """MD5s of the packed files by the names of the unpacked ones, where torchvision does not list them."""
    sha256: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of unpacked files, which recognise a file that was packed again."""
    classes: tuple[str, ...] = ()
    """Names of the ten classes as their makers gave them; none where a label is its own name."""
    noun: str = "class"
    """Word of the report for the class of an image."""
    nouns: str = "classes"
    ink: str = "brightness"
    """Word of the report for the mean grey level of an image."""
    published: tuple[Published, ...] = ()

    @property
    def listing(self) -> str:
        """Return a sentence that names the classes."""
        if not self.classes:
            return "Its ten classes are the digits, each labelled by itself."
        named = ", ".join(f"{label} {name}" for label, name in enumerate(self.classes))
        return f"Its ten classes go by their labels here: {named}."


ENCODER = "encoder, 5,000 draws"

CATALOGUE = {
    "mnist": DataSet(
        title="MNIST",
        torchvision="MNIST",
        sha256={
            "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
        noun="digit",
        nouns="digits",
        ink="ink",
        published=(
            Published("burda-vae", "burda2016", "VAE", "ELBO", 1, 50, 59_600, "redrawn", -86.76, ENCODER),
            Published("burda-vae-50", "burda2016", "VAE", "ELBO", 50, 50, 59_600, "redrawn", -86.35, ENCODER),
            Published("burda-iwae", "burda2016", "IWAE", "IWAE", 50, 50, 59_600, "redrawn", -84.78, ENCODER),
            Published(
                "burda-continued",
                "burda2016",
                "VAE continued from an IWAE's weights",
                "ELBO",
                1,
                50,
                59_600,
                "redrawn",
                -86.02,
                ENCODER,
            ),
            Published("burda-fixed", "burda2016", "VAE", "ELBO", 1, 50, 50_000, "fixed", -88.71, ENCODER),
            Published("nbip-vae", "nbip", "VAE", "ELBO", 1, 50, 60_000, "redrawn", -86.35, ENCODER),
            Published(
                "wu-ais", "wu2017", "IWAE", "IWAE", None, 50, None, "fixed", -85.62, "annealed importance sampling"
            ),
            Published(
                "wu-encoder", "wu2017", "IWAE", "IWAE", None, 50, None, "fixed", -86.46, "encoder, 100,000 draws"
            ),
            Published(
                "nowozin-iw",
                "nowozin2018",
                "VAE, mean of five runs",
                "ELBO",
                1,
                40,
                50_000,
                "redrawn",
                -89.22,
                "encoder, 32 draws",
            ),
            Published(
                "nowozin-jackknife",
                "nowozin2018",
                "VAE, mean of five runs",
                "ELBO",
                1,
                40,
                50_000,
                "redrawn",
                -88.40,
                "encoder, 32 draws, jackknife",
            ),
            Published("pythae", "chadebec2022", "VAE", "ELBO", 1, 40, 50_000, "fixed", -89.78, "encoder, 200 draws"),
            Published(
                "conditional",
                "nbip",
                "conditional VAE, whose prior depends on the digit",
                "ELBO",
                1,
                100,
                60_000,
                "redrawn",
                -82.32,
                ENCODER,
                conditional=True,
            ),
        ),
    ),
    "fashion-mnist": DataSet(
        title="Fashion-MNIST",
        torchvision="FashionMNIST",
        sha256={
            "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
    ),
    "kmnist": DataSet(
        title="KMNIST",
        torchvision="KMNIST",
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        ink="ink",
    ),
    DIGITS: DataSet(title="scikit-learn's digits", noun="digit", nouns="digits", ink="ink"),
}


def find(dataset: str) -> DataSet:
    """Return the entry of a data set.

    Raises:
        ParameterError: the catalogue has no such data set.
    """
    if dataset not in CATALOGUE:
        raise ParameterError(
            f"params.yaml: dataset = {dataset!r} is not in pipeline/download/catalogue.py"
            f"{did_you_mean(dataset, CATALOGUE)}; there are {', '.join(CATALOGUE)}"
        )
    return CATALOGUE[dataset]


def sources(dataset: str) -> tuple[Source, ...]:
    """Return the training images, training labels, test images and test labels of a data set, with their checksums.

    Raises:
        ParameterError: the catalogue has no such data set, or not the checksums of its four files.
    """
    entry = find(dataset)
    md5 = entry.md5 or _listed_by_torchvision(entry.torchvision)
    if set(md5) != set(FILES) or not set(entry.sha256) <= set(FILES):
        raise ParameterError(
            f"pipeline/download/catalogue.py: the entry of {dataset} needs the MD5s of {', '.join(FILES)}, in `md5` "
            "or by a class of torchvision that lists them, and no checksum of another file"
        )
    return tuple(Source(name, md5[name], entry.sha256.get(name)) for name in FILES)


def _listed_by_torchvision(name: str | None) -> Mapping[str, str]:
    """Return the MD5s that a class of torchvision itself lists; none for a class that inherits those of another."""
    from torchvision import datasets  # noqa: PLC0415 (takes seconds, and not every data set needs it)

    resources: list[tuple[str, str]] = vars(getattr(datasets, name or "", object)).get("resources", [])
    return {file.removesuffix(".gz"): md5 for file, md5 in resources}


def literature_numbers(dataset: str) -> dict[str, float | int | str]:
    """Return the published results of a data set: of each, the fields that the source states as `literature.KEY.*`."""
    return {
        f"literature.{one.key}.{quantity}": int(value) if isinstance(value, bool) else value
        for one in find(dataset).published
        for quantity, value in vars(one).items()
        if quantity != "key" and value is not None
    }

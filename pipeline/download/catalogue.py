"""What the files of a data set are called, and the checksums they are known by."""

from dataclasses import dataclass

LARGEST = 2**26
"""Bytes; no file of any of the data sets is as large, packed or unpacked."""

CLASSES = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}
"""The class of torchvision's that lists a data set's files."""

UNPACKED_SHA256 = {
    "mnist": {
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    "fashion-mnist": {
        "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
}
"""Of the files whose packed form has torchvision's MD5; whoever packed them again changed the MD5 alone."""


@dataclass(frozen=True)
class Source:
    """One file of a data set."""

    name: str
    """Of the unpacked file; the packed one is `<name>.gz`."""
    md5: str
    """Of the packed file."""
    sha256: str | None
    """Of the unpacked file, where it is known."""

    def __str__(self) -> str:
        """The packed file's name and all that is known of its content."""
        unpacked = f", unpacked SHA-256 {self.sha256}" if self.sha256 else ""
        return f"{self.name}.gz (MD5 {self.md5}{unpacked})"


def catalogue(dataset: str) -> tuple[Source, ...]:
    """The files of a data set, by the names and MD5s that torchvision gives them.

    Args:
        dataset: a key of `CLASSES`.
    """
    from torchvision import datasets  # noqa: PLC0415 - takes seconds, and only these data sets need it

    known = UNPACKED_SHA256.get(dataset, {})
    resources: list[tuple[str, str]] = getattr(datasets, CLASSES[dataset]).resources
    packed = [(name.removesuffix(".gz"), md5) for name, md5 in resources]
    return tuple(Source(name, md5, known.get(name)) for name, md5 in packed)

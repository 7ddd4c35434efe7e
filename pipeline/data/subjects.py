"""What the images of each data set are of, and the words for it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """How a page speaks of a data set's images."""

    classes: tuple[str, ...]
    """What the ten labels stand for; empty where a label is itself the name."""
    noun: str = "class"
    nouns: str = "classes"
    ink: str = "brightness"
    """The mean grey level."""

    @property
    def listing(self) -> str:
        """A sentence on what the labels mean."""
        if not self.classes:
            return "Its ten classes are the digits, each labelled by itself."
        named = ", ".join(f"{label} *{name}*" for label, name in enumerate(self.classes))
        return f"Its ten classes go by their labels on this page: {named}."


DIGITS = Subject((), "digit", "digits", "ink")

SUBJECTS = {
    "mnist": DIGITS,
    "digits": DIGITS,
    "fashion-mnist": Subject(
        ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
    ),
    "kmnist": Subject(("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"), ink="ink"),
}
"""By data set; names of classes are those that their makers gave, as torchvision lists them."""

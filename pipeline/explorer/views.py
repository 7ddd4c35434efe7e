"""Views of the explorer that have a name, which a link can give: `explorer.html#view=NAME`."""

from collections.abc import Container
from dataclasses import dataclass

from pipeline.config import Roles
from pipeline.data.subsets import TAILS


@dataclass(frozen=True)
class View:
    """A view with a name: two models, and what of them the page shows."""

    name: str
    title: str
    x: str
    y: str
    rest: str = ""
    """Settings besides the axes, as the address of the page has them; see `address.js`."""

    @property
    def address(self) -> str:
        """Return the settings of the view as they are in the page's address, after the `#`."""
        return "&".join(filter(None, (f"x={self.x}", f"y={self.y}", self.rest)))


def views_of(roles: Roles, joint_errors: float, scored: Container[str]) -> list[View]:
    """Return the views that reproduce the article's figures.

    Args:
        roles: which model plays which part.
        joint_errors: standard errors of the difference by which an image is likelier under the small model before it
            counts as such.
        scored: names of the models that have scores; views of others are left out.
    """
    small, middle, matched = roles.small, roles.middle, roles.matched
    tails = f"subsets=test&regions={','.join(TAILS)}"
    found = [
        View("small-middle", f"{middle} against {small}", small, middle),
        View(
            "small-middle-difference", f"{middle} minus {small}, against their mean", small, middle, "plot=difference"
        ),
        View("middle-large", f"{roles.large} against {middle}", middle, roles.large),
        View("matched-tails", f"{matched} against {middle}: test images in the tails", middle, matched, tails),
        View(
            "small-wins",
            f"Test images that are likelier under {small} than under {middle}",
            small,
            middle,
            f"subsets=test&select=s:..-{joint_errors:g}&order=loss",
        ),
        View("conditional", f"{roles.conditional}, given the label, against {middle}", middle, roles.conditional),
    ]
    return [view for view in found if view.x in scored and view.y in scored]

"""Which model is taken apart, and which others its order of images is held against."""

from pipeline.config import Params
from pipeline.core.errors import ParameterError
from pipeline.investigations.compare.model_relations import relatives


def subject(params: Params) -> str:
    """The middle model, or the first that is one of images whose coins are flipped and whose digit is not given.

    Raises:
        ParameterError: there is no such model.
    """
    plain = [
        name for name, model in params.models.items() if model.binarization == "bernoulli" and not model.conditional
    ]
    if not plain:
        raise ParameterError("params.yaml: anatomy needs a model with binarization bernoulli that is not conditional")
    return params.roles.middle if params.roles.middle in plain else plain[0]


def compared(params: Params, name: str) -> list[str]:
    """The model of thresholded images that is otherwise like `name`, and one that differs by the seed alone.

    The second tells how far the order of images depends on nothing but the run. Either may be absent.
    """
    return [*relatives(params, name, "binarization")[:1], *relatives(params, name, "seed")[:1]]

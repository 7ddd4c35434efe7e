"""The type checker of the tests: beartype, with an int for a float and NumPy's scalars for both accepted, too."""

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype

check = beartype(
    conf=BeartypeConf(hint_overrides=FrozenDict({int: int | np.integer, float: float | int | np.floating | np.integer}))
)

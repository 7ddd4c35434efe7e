"""Numbers of the paths between images through the latent space of the middle model."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool
from scipy.stats import chi2

from pipeline.core.statistics import Interval, mean_normal, normal_interval, share_wilson
from pipeline.investigations.diagnose.ways import WAYS
from pipeline.numbers.keys import Numbers, with_interval

PATHS = {
    "means": "line between means",
    "samples": "line between samples",
    "distribution": "interpolated distribution with new noise",
    "coupled": "interpolated distribution with one noise",
    "circle": "great circle",
}
"""The ways of interpolating, in words after "the"."""


def shell(units: int, confidence: float) -> tuple[float, float]:
    """Return the bounds on |z| of the central shell that holds a share `confidence` of the prior's draws.

    Args:
        units: number of units over which |z| is taken.
        confidence: the share.
    """
    low, high = np.sqrt(chi2.ppf([(1 - confidence) / 2, (1 + confidence) / 2], units))
    return float(low), float(high)


def difference_paired(a: Bool[np.ndarray, " n"], b: Bool[np.ndarray, " n"], confidence: float) -> Interval:
    """Compute the share of `a` minus the share of `b`, two properties of the same n things, with its interval.

    The normal interval of n differences has no width where the two properties never differ, as if the shares were
    known to be equal. Counting half a thing more in each of the four cells of the table of a and b mends that, and
    keeps the coverage close to `confidence` in small samples.

    Args:
        a: whether each thing has the first property.
        b: whether it has the second.
        confidence: of the interval.

    References:
        Agresti and Min (2005), Simple improved confidence intervals for comparing matched proportions, section 3.
    """
    only_a, only_b, n = (a & ~b).sum() + 0.5, (b & ~a).sum() + 0.5, len(a) + 2
    centre = (only_a - only_b) / n
    error = np.sqrt(only_a + only_b - n * centre**2) / n
    _, low, high = normal_interval(float(centre), float(error), confidence)
    return Interval(float(a.mean() - b.mean()), low, high)


def path_numbers(arrays: Mapping[str, np.ndarray], void: float, confidence: float) -> Numbers:
    """Compare the ways of interpolating at the middle of their paths with each other, with the ends and with the prior.

    Args:
        arrays: of one model's diagnosis; see `pipeline.investigations.diagnose.paths.join`.
        void: ratio q(z) / p(z) of aggregate posterior and prior below which a point lies in a void.
        confidence: of the intervals, and the share of the prior's draws in the central shell.

    Returns:
        `path.WAY.*`, at the middle: norm, the mean |z| over the units in use; inside_percent, the percentage of paths
        in the prior's central shell; void_percent, that in voids; entropy_gain, the mean entropy in nats of the pixels
        minus that at the means of the ends. `path.best` and `next`, the ways with the fewest middles in voids;
        `margin`, the latter's percentage minus the former's, over the same pairs of images.
        `path.turned.void_percent`, that of the great circle minus that of the straight line between the same draws.
    """
    units, times = int(arrays["path_units"]), arrays["path_t"]
    norms, entropies = arrays["path_norm"], arrays["path_entropy"]
    empty = arrays["path_log_ratio"] < np.log(void)
    middle = int(np.abs(times - 0.5).argmin())
    low, high = shell(units, confidence)
    ends = entropies[WAYS.index("means")][[0, -1]].mean(axis=0)
    numbers: Numbers = {"path.pairs": norms.shape[2], "path.units": units}
    of_way = dict(zip(WAYS, empty[:, middle], strict=True))
    for way, norm, entropy in zip(WAYS, norms[:, middle], entropies[:, middle], strict=True):
        key = f"path.{way}"
        numbers[f"{key}.norm"] = float(norm.mean())
        numbers[f"{key}.inside_percent"] = 100 * float(((norm >= low) & (norm <= high)).mean())
        share = share_wilson(int(of_way[way].sum()), len(norm), confidence)
        numbers |= with_interval(f"{key}.void_percent", share, 100)
        numbers |= with_interval(f"{key}.entropy_gain", mean_normal(entropy - ends, confidence))
    best, second = sorted(WAYS, key=lambda way: of_way[way].sum())[:2]
    for key, more, fewer in (("margin", second, best), ("turned.void_percent", "circle", "samples")):
        difference = difference_paired(of_way[more], of_way[fewer], confidence)
        numbers |= with_interval(f"path.{key}", difference, 100)
    return numbers | {"path.best": PATHS[best], "path.next": PATHS[second]}

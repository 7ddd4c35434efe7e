"""Numbers of the paths between images through the latent space of the middle model."""

from collections.abc import Mapping

import numpy as np
from scipy.stats import chi2

from pipeline.core.statistics import Interval, mean_normal, share_wilson
from pipeline.investigations.diagnose.ways import WAYS
from pipeline.numbers.keys import with_interval

Numbers = dict[str, float | int | str]


def shell(units: int, confidence: float) -> tuple[float, float]:
    """Return the bounds on |z| of the central shell that holds a share `confidence` of the prior's draws.

    Args:
        units: number of units over which |z| is taken.
        confidence: the share.
    """
    low, high = np.sqrt(chi2.ppf([(1 - confidence) / 2, (1 + confidence) / 2], units))
    return float(low), float(high)


def path_numbers(arrays: Mapping[str, np.ndarray], void: float, confidence: float) -> Numbers:
    """Compare the ways of interpolating at the middle of their paths with each other, with the ends and with the prior.

    Args:
        arrays: of one model's diagnosis; see `pipeline.investigations.diagnose.paths.join`.
        void: ratio q(z) / p(z) of aggregate posterior and prior below which a point lies in a void.
        confidence: of the intervals, and the share of the prior's draws in the central shell.

    Returns:
        `path.WAY.*`, at the middle: norm, the mean |z| over the units in use; inside_percent, the percentage of paths
        in the prior's central shell; void_percent, that in voids; entropy_gain, the mean entropy in nats of the pixels
        minus that at the means of the ends. `path.ends.void_percent`, the percentage in voids of the means of the ends.
        `path.best` and `next`, the ways with the fewest middles in voids; `margin`, the latter's percentage minus the
        former's, over the same pairs of images. `path.turned.*`: differences between the great circle and the straight
        line between the same draws.
    """
    units, times = int(arrays["path_units"]), arrays["path_t"]
    norms, entropies = arrays["path_norm"], arrays["path_entropy"]
    empty = arrays["path_log_ratio"] < np.log(void)
    middle = int(np.abs(times - 0.5).argmin())
    low, high = shell(units, confidence)
    means, straight, turned = (WAYS.index(way) for way in ("means", "samples", "circle"))
    ends = entropies[means][[0, -1]].mean(axis=0)
    numbers: Numbers = {
        "path.pairs": norms.shape[2],
        "path.units": units,
        "path.shell_percent": 100 * confidence,
        "path.shell_low": low,
        "path.shell_high": high,
        "path.ends.void_percent": 100 * float(empty[means][[0, -1]].mean()),
    }
    of_way = dict(zip(WAYS, empty[:, middle], strict=True))
    for way, norm, entropy in zip(WAYS, norms[:, middle], entropies[:, middle], strict=True):
        key = f"path.{way}"
        numbers[f"{key}.norm"] = float(norm.mean())
        numbers[f"{key}.inside_percent"] = 100 * float(((norm >= low) & (norm <= high)).mean())
        share = share_wilson(int(of_way[way].sum()), len(norm), confidence)
        numbers |= with_interval(f"{key}.void_percent", Interval(*(100 * end for end in share)))
        numbers |= with_interval(f"{key}.entropy_gain", mean_normal(entropy - ends, confidence))
    best, second = sorted(WAYS, key=lambda way: of_way[way].sum())[:2]
    differences = {
        "margin": 100.0 * of_way[second] - 100.0 * of_way[best],
        "turned.void_percent": 100.0 * of_way["circle"] - 100.0 * of_way["samples"],
        "turned.entropy": entropies[turned, middle] - entropies[straight, middle],
    }
    for key, values in differences.items():
        numbers |= with_interval(f"path.{key}", mean_normal(values, confidence))
    return numbers | {"path.best": best, "path.next": second}

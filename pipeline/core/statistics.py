"""Confidence intervals, bootstrap samples and shares of R^2: the statistics that every room uses.

A name says what is estimated and by which method, as in `mean_t` or `share_wilson`. `confidence` is the coverage of an
interval, between 0 and 1; values are independent, and in whatever unit the caller has.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int64
from scipy.special import entr
from scipy.stats import binomtest, bootstrap, chi2, norm, t

Values = Float[np.ndarray, " n"]
Counts = Int64[np.ndarray, "b n"]
Samples = Float[np.ndarray, " b"]
Moments = Float[np.ndarray, "b m m"]

BLOCK = 64
"""Bootstrap samples whose moments are computed at once."""
ELEMENTS = 4_000_000
"""Numbers that scipy's bootstrap may hold at once."""


class Interval(NamedTuple):
    """An estimate and the ends of its confidence interval."""

    value: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Return half the width of the interval."""
        return (self.high - self.low) / 2


def normal_quantile(confidence: float) -> float:
    """Return the number of standard errors on either side of a normal interval, 1.96 for a confidence of 0.95."""
    return float(norm.ppf((1 + confidence) / 2))


def normal_interval(value: float, error: float, confidence: float) -> Interval:
    """Return a value with the normal interval of its standard error."""
    return _symmetric(value, normal_quantile(confidence) * error)


def mean_normal(values: Values, confidence: float) -> Interval:
    """Return the mean with the interval of the central limit theorem.

    Args:
        values: at least two, and enough of them that their mean is normal.
        confidence: of the interval.
    """
    return normal_interval(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values)), confidence)


def mean_t(values: Values, confidence: float) -> Interval:
    """Return the mean with Student's t interval.

    Args:
        values: at least two, from a normal distribution unless there are many.
        confidence: of the interval.
    """
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    return _student(float(values.mean()), error, len(values) - 1, confidence)


def mean_bootstrap(values: Values, confidence: float, resamples: int, rng: np.random.Generator) -> Interval:
    """Return the mean with its expanded percentile bootstrap interval.

    Bootstrap means vary by 1 / n times the sum of squares, not 1 / (n - 1) times, and by the normal quantile, not
    Student's: of 20 values, a plain interval of 95 per cent covers 92. So the quantiles are taken further out, at
    F(-t sqrt(n / (n - 1))) for Student's quantile t, where F is the normal distribution function.

    Args:
        values: at least two.
        confidence: of the interval.
        resamples: of the bootstrap.
        rng: draws them.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
        Hesterberg (2015), What teachers should know about the bootstrap, The American Statistician 69, 371-386.
    """
    n = len(values)
    outside = norm.sf(t.ppf((1 + confidence) / 2, n - 1) * math.sqrt(n / (n - 1)))
    found = bootstrap(
        (values,),
        np.mean,
        n_resamples=resamples,
        confidence_level=1 - 2 * outside,
        method="percentile",
        batch=max(1, ELEMENTS // len(values)),
        rng=rng,
    ).confidence_interval
    return Interval(float(values.mean()), float(found.low), float(found.high))


def jackknife_t(
    statistic: Callable[[np.ndarray], Float[np.ndarray, " statistics"]],
    parts: Float[np.ndarray, "n ..."],
    confidence: float,
) -> list[Interval | None]:
    """Return statistics of a sum over independent parts, with Student's t intervals from the jackknife.

    The standard error is sqrt((n - 1) / n Σ (θ_i - mean θ)²), where θ_i is the statistic without part i of n.

    Args:
        statistic: function of the sum.
        parts: the summands, at least two.
        confidence: of the intervals.

    Returns:
        One interval per statistic; None for one that is not finite, with all parts or without one of them.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 11.
    """
    n, total = len(parts), parts.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = statistic(total)
        without = np.stack([statistic(total - part) for part in parts])
        error = np.sqrt((n - 1) / n * ((without - without.mean(0)) ** 2).sum(0))
    found = [_student(float(one), float(off), n - 1, confidence) for one, off in zip(value, error, strict=True)]
    return [one if np.isfinite(one).all() else None for one in found]


def difference_normal(a: Float[np.ndarray, " n"], b: Float[np.ndarray, " m"], confidence: float) -> Interval:
    """Return the mean of a less the mean of b, with the interval of the central limit theorem."""
    error = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return normal_interval(float(a.mean() - b.mean()), error, confidence)


def difference_welch(a: Float[np.ndarray, " n"], b: Float[np.ndarray, " m"], confidence: float) -> Interval:
    """Return the mean of a less the mean of b, with Welch's interval: their variances may differ.

    Student's t with (u + v)^2 / (u^2 / (n_a - 1) + v^2 / (n_b - 1)) degrees of freedom, where u and v are the squared
    standard errors of the two means.

    Args:
        a: at least two values.
        b: at least two values.
        confidence: of the interval.

    References:
        Welch (1947), The generalization of 'Student's' problem when several different population variances are
        involved, Biometrika 34, 28-35.
    """
    u, v = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    spread = u**2 / (len(a) - 1) + v**2 / (len(b) - 1)
    degrees = (u + v) ** 2 / spread if spread > 0 else 1.0
    return _student(float(a.mean() - b.mean()), math.sqrt(u + v), float(degrees), confidence)


def difference_pooled(a: Float[np.ndarray, " n"], b: Float[np.ndarray, " m"], confidence: float) -> Interval:
    """Return the mean of a less the mean of b, with Student's interval: their variances are taken to be equal.

    Args:
        a: one value or more.
        b: one value or more, and at least three together with those of a.
        confidence: of the interval.
    """
    degrees = len(a) + len(b) - 2
    squares = ((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()
    error = math.sqrt(squares / degrees * (1 / len(a) + 1 / len(b)))
    return _student(float(a.mean() - b.mean()), error, degrees, confidence)


def deviation_chi2(values: Values, confidence: float) -> Interval:
    """Return the standard deviation of normal values, at least two, with its chi-squared interval."""
    found, degrees = float(values.std(ddof=1)), len(values) - 1
    lower, upper = chi2.ppf([(1 - confidence) / 2, (1 + confidence) / 2], degrees)
    return Interval(found, found * math.sqrt(degrees / upper), found * math.sqrt(degrees / lower))


def share_wilson(hits: int, trials: int, confidence: float) -> Interval:
    """Return the share of hits among independent trials, with Wilson's score interval.

    References:
        Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212.
    """
    found = binomtest(hits, trials).proportion_ci(confidence, method="wilson")
    return Interval(hits / trials, float(found.low), float(found.high))


def share_exact(hits: int, trials: int, confidence: float) -> Interval:
    """Return the share of hits among independent trials, with an interval that covers at least as often as it says.

    References:
        Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial,
        Biometrika 26, 404-413.
    """
    found = binomtest(hits, trials).proportion_ci(confidence, method="exact")
    return Interval(hits / trials, float(found.low), float(found.high))


def difference_newcombe(a: Interval, b: Interval) -> Interval:
    """Return a less b, for independent estimates with intervals of one confidence.

    The distances from the estimates to the ends that matter are added in squares: those of `a.low` and `b.high` for the
    lower end. With Wilson's intervals of two shares this is Newcombe's interval of their difference.

    References:
        Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine
        17, 873-890, method 10.
    """
    difference = a.value - b.value
    below = math.hypot(a.value - a.low, b.high - b.value)
    above = math.hypot(a.high - a.value, b.value - b.low)
    return Interval(difference, difference - below, difference + above)


def bootstrap_counts(n: int, resamples: int, rng: np.random.Generator) -> Int64[np.ndarray, "b {n}"]:
    """Draw bootstrap samples of n rows, as how often each row is in each sample.

    Returns:
        One row per sample. The first is the data itself, each row once; `resamples` drawn ones follow. A statistic of
        all samples is what `percentile_interval` takes.
    """
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=resamples)
    return np.concatenate([np.ones((1, n), dtype=np.int64), drawn])


def percentile_interval(samples: Samples, confidence: float) -> Interval:
    """Return the first sample's value with the percentile interval of the other samples.

    Args:
        samples: a statistic of the samples of `bootstrap_counts`.
        confidence: of the interval.
    """
    low, high = np.quantile(samples[1:], [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(samples[0]), float(low), float(high))


def mean_products(columns: Float[np.ndarray, "n m"], counts: Counts) -> Moments:
    """Compute the mean product of any two columns in each bootstrap sample.

    Args:
        columns: one row per observation; the first column is 1, so that the first row of a moment matrix has the means.
        counts: how often each row is in each sample; see `bootstrap_counts`.
    """
    upper = np.triu_indices(columns.shape[1])
    products = columns[:, upper[0]] * columns[:, upper[1]]
    blocks = np.array_split(counts, 1 + len(counts) // BLOCK)
    means = np.concatenate([block.astype(np.float64) @ products for block in blocks])
    found = np.empty((len(counts), columns.shape[1], columns.shape[1]))
    found[:, upper[0], upper[1]] = means / counts.sum(axis=1, keepdims=True)
    found[:, upper[1], upper[0]] = found[:, upper[0], upper[1]]
    return found


def least_squares(moments: Moments, predictors: Sequence[int], target: int) -> tuple[Float[np.ndarray, "b k"], Samples]:
    """Regress one column on others, with a constant, in each bootstrap sample.

    Args:
        moments: mean products of all columns; see `mean_products`.
        predictors: columns to regress on, besides the first, which is the constant. They may be linearly dependent, as
            indicators of all classes are with the constant.
        target: the column that is explained.

    Returns:
        Coefficients, the constant's first; and R^2, which is 0 for a target that does not vary.
    """
    used = [0, *predictors]
    inverse = np.linalg.pinv(moments[:, used][:, :, used], rcond=1e-10, hermitian=True)
    towards = moments[:, used, target]
    coefficients = np.einsum("bij,bj->bi", inverse, towards)
    mean = moments[:, 0, target]
    total = moments[:, target, target] - mean**2
    explained = np.einsum("bi,bi->b", coefficients, towards) - mean**2
    return coefficients, np.where(total > 0, explained, 0) / np.where(total > 0, total, 1)


def r_squared_of_subsets(
    moments: Moments, groups: Mapping[str, Sequence[int]], target: int
) -> dict[frozenset[str], Samples]:
    """Compute R^2 of the regression of one column on every subset of groups of columns, in each bootstrap sample."""
    return {
        frozenset(chosen): least_squares(moments, [column for name in chosen for column in groups[name]], target)[1]
        for size in range(len(groups) + 1)
        for chosen in combinations(groups, size)
    }


def shapley_shares(r_squared: Mapping[frozenset[str], Samples]) -> dict[str, Samples]:
    """Split R^2 among groups of predictors: what each group adds, averaged over all orders of adding the groups.

    Args:
        r_squared: of every subset of the groups, the empty one included; see `r_squared_of_subsets`.

    Returns:
        Shares that add up to R^2 of all groups, in the order in which the groups first occur.

    References:
        Lindeman, Merenda and Gold (1980), Introduction to Bivariate and Multivariate Analysis, section 4.3.
        Shapley (1953), A value for n-person games.
    """
    names = list(dict.fromkeys(name for chosen in r_squared if len(chosen) == 1 for name in chosen))
    # Of the n! orders, s! (n - 1 - s)! put exactly the s groups of `before` ahead of a group.
    return {
        name: np.sum(
            [
                (r_squared[before | {name}] - r_squared[before]) / (len(names) * math.comb(len(names) - 1, len(before)))
                for before in r_squared
                if name not in before
            ],
            axis=0,
        )
        for name in names
    }


def bernoulli_entropy(p: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Compute -p log p - (1 - p) log(1 - p) in nats, which is 0 where p is 0 or 1."""
    found: Float[np.ndarray, "*shape"] = entr(p) + entr(1 - p)
    return found


def _student(value: float, error: float, degrees: float | int, confidence: float) -> Interval:
    return _symmetric(value, float(t.ppf((1 + confidence) / 2, degrees)) * error)


def _symmetric(value: float, half: float) -> Interval:
    return Interval(value, value - half, value + half)

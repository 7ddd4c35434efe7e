"""Two-sample tests of the aggregate posterior against the prior, and the prior's mass in voids."""

import math

import numpy as np
from jaxtyping import Float
from scipy.stats import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from pipeline.core.statistics import Interval, mean_normal, mean_t, normal_interval, share_wilson
from pipeline.investigations.diagnose.encodings import Encodings

LOWEST, HIGHEST = -10.0, 10.0
"""Limits to which log ratios are clipped, so that no single draw dominates a mean of exponentials."""

Logits = Float[np.ndarray, " n"]
Estimate = dict[str, float]
"""An estimate with its confidence interval: value, low, high."""


def accuracy(posterior: Logits, prior: Logits, confidence: float) -> Estimate:
    """Return the accuracy of a classifier of draws, with Wilson's interval.

    Args:
        posterior: the classifier's logits at draws of the posterior, which are classified right above zero.
        prior: its logits at draws of the prior.
        confidence: of the interval.
    """
    right = int((posterior > 0).sum() + (prior <= 0).sum())
    return share_wilson(right, len(posterior) + len(prior), confidence)._asdict()


def void_mass(
    posterior: Float[np.ndarray, "networks n"],
    prior: Float[np.ndarray, "networks n"],
    void: float,
    confidence: float,
) -> dict[str, Estimate]:
    """Estimate the mass of either distribution in the region where the estimated ratio q/p is below `void`.

    The draws must not be those from which the ratio was learned. In a void the posterior has much less mass than the
    prior, so that the two masses together confirm or refute it, however good the estimate of the ratio is.

    Args:
        posterior: log q/p at draws of the posterior, as estimated by each of two networks or more, whose mean decides.
        prior: the same at draws of the prior.
        void: ratio q/p below which a region counts as a void.
        confidence: of the intervals.

    Returns:
        The share of the prior's draws in the region, and that of the posterior's. An end of its interval is as far away
        as Wilson's and that of the mean of the shares by single networks (Student's t), added in squares: the first is
        for other draws, the second for other random numbers of the networks.
    """
    return {
        name: _share_below(ratios, math.log(void), confidence)
        for name, ratios in (("prior", prior), ("posterior", posterior))
    }


def _share_below(ratios: Float[np.ndarray, "networks n"], edge: float, confidence: float) -> Estimate:
    value, low, high = share_wilson(int((ratios.mean(axis=0) < edge).sum()), ratios.shape[1], confidence)
    half = mean_t((ratios < edge).mean(axis=1), confidence).half
    below, above = math.hypot(value - low, half), math.hypot(high - value, half)
    return Interval(value, max(0.0, value - below), min(1.0, value + above))._asdict()


def divergence_bound(posterior: Logits, prior: Logits, confidence: float) -> Estimate:
    """Estimate a lower bound of KL(q(z) || p), in nats: E_q[T] - E_p[e^T] + 1, where T is the logit.

    It is a bound for every T that was learned from other draws, and tight at T = log q/p.

    Args:
        posterior: T at draws of the posterior q.
        prior: T at draws of the prior p.
        confidence: of the interval, which is normal.

    References:
        Nguyen, Wainwright and Jordan (2010), Estimating divergence functionals and the likelihood ratio, section II.
    """
    t = np.clip(posterior, LOWEST, HIGHEST)
    ratio = np.exp(np.clip(prior, LOWEST, HIGHEST))
    error = math.sqrt(t.var(ddof=1) / len(t) + ratio.var(ddof=1) / len(ratio))
    return normal_interval(float(t.mean() - ratio.mean() + 1), error, confidence)._asdict()


def norm_levels(z: Float[np.ndarray, "n latent"]) -> Float[np.ndarray, " n"]:
    """Return the prior's distribution function of |z|^2 at each draw, sorted; it is uniform for draws of the prior.

    Under the prior, |z|^2 is chi-squared with one degree of freedom per unit.
    """
    return np.sort(chi2(z.shape[1]).cdf(np.square(z).sum(axis=1)))


def relative_norm(z: Float[np.ndarray, "n latent"], confidence: float) -> Estimate:
    """Return the mean of |z|^2 over independent draws, relative to the prior's, with a normal interval."""
    return mean_normal(np.square(z).sum(axis=1) / z.shape[1], confidence)._asdict()


def moments_accuracy(
    encodings: Encodings,
    posterior: Float[np.ndarray, "m latent"],
    prior: Float[np.ndarray, "m latent"],
    rng: np.random.Generator,
    confidence: float,
) -> Estimate:
    """Return the accuracy of a logistic regression on z and all products of two coordinates of z.

    It depends on means and covariances alone, and so measures differences in location, scale and correlation.

    Args:
        encodings: posteriors from which one draw each is taken to fit the regression, with as many draws of the prior.
        posterior: fresh draws of the posterior, to be classified.
        prior: fresh draws of the prior, to be classified.
        rng: makes the draws for the fit.
        confidence: of the interval.
    """
    drawn = encodings.draw(rng)
    z = np.concatenate([drawn, rng.standard_normal(drawn.shape)])
    is_posterior = np.repeat([1, 0], len(drawn))
    classifier = make_pipeline(
        PolynomialFeatures(2, include_bias=False), StandardScaler(), LogisticRegression(max_iter=500)
    )
    classifier.fit(z, is_posterior)
    return accuracy(classifier.decision_function(posterior), classifier.decision_function(prior), confidence)

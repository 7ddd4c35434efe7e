"""Whether draws of the aggregate posterior can be told from draws of the prior, and where the prior is left empty."""

import math

import numpy as np
from jaxtyping import Float
from scipy.stats import binomtest, chi2, kstwo
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from pipeline.investigations.diagnose.encodings import Encodings

CONFIDENCE = 0.95
VOID = 0.1
"""Where the aggregate posterior's density is below so much of the prior's, there is a void."""
INNER = 0.1
"""Share of the prior, by norm, that counts as its middle."""
LOWEST, HIGHEST = -10.0, 10.0
"""Log ratios beyond are taken for these, so that no single draw decides a mean of exponentials."""

Logits = Float[np.ndarray, " n"]
Estimate = dict[str, float]


def accuracy(posterior: Logits, prior: Logits) -> Estimate:
    """Share of draws that a classifier tells right, those of the posterior by logits above zero: value, low, high."""
    right = int((posterior > 0).sum() + (prior <= 0).sum())
    return share(right, len(posterior) + len(prior))


def void_mass(posterior: Logits, prior: Logits) -> dict[str, Estimate]:
    """How much of either distribution lies where the ratio q/p is estimated below `VOID`.

    The region was chosen by other draws. If it is a void, it holds much less of the posterior than of the prior; so the
    two shares together prove or disprove it, whatever the classifier is worth.

    Returns:
        The share of the prior's draws, and of the posterior's, each with value, low, high.
    """
    edge = math.log(VOID)
    return {name: share(int((z < edge).sum()), len(z)) for name, z in (("prior", prior), ("posterior", posterior))}


def divergence_bound(posterior: Logits, prior: Logits) -> Estimate:
    """Estimate of a lower bound of KL(q(z) || p), in nats: E_q[T] - E_p[e^T] + 1, with the logit for T.

    It holds for every T that was learned from other draws, and is tight at T = log q/p.

    References:
        Nguyen, Wainwright and Jordan (2010), Estimating divergence functionals and the likelihood ratio, section II.
    """
    t, rival = np.clip(posterior, LOWEST, HIGHEST), np.exp(np.clip(prior, LOWEST, HIGHEST))
    value = float(t.mean() - rival.mean() + 1)
    half = 1.959964 * math.sqrt(t.var(ddof=1) / len(t) + rival.var(ddof=1) / len(rival))
    return {"value": value, "low": value - half, "high": value + half}


def norm_calibration(z: Float[np.ndarray, "n latent"]) -> tuple[Float[np.ndarray, " n"], dict[str, float]]:
    """Hold |z|^2 against its distribution under the prior, chi-squared with as many degrees as there are units.

    Returns:
        The share of the prior with a smaller norm, of each draw: uniform where the two agree. And the mean square,
        relative to the prior's; `inner`, the share of draws within the innermost tenth of the prior; the largest
        distance of the norms' distribution from the uniform one; and `chance`, the distance that as many draws from
        the prior itself exceed once in twenty times.
    """
    squared = np.square(z).sum(axis=1)
    level = np.sort(chi2(z.shape[1]).cdf(squared))
    n = len(level)
    distance = max(np.max(np.arange(1, n + 1) / n - level), np.max(level - np.arange(n) / n))
    norm = {"relative": float(squared.mean() / z.shape[1]), "inner": float((level < INNER).mean())}
    return level, norm | {"distance": float(distance), "chance": float(kstwo.ppf(CONFIDENCE, n))}


def moments_accuracy(
    encodings: Encodings,
    posterior: Float[np.ndarray, "n latent"],
    prior: Float[np.ndarray, "n latent"],
    rng: np.random.Generator,
) -> Estimate:
    """Accuracy of logistic regression on z and all products of two of its coordinates, on draws that it has not seen.

    It knows of means and covariances alone: what it tells apart is a matter of location, scale and correlation.
    """
    drawn = encodings.draw(rng)
    z = np.concatenate([drawn, rng.standard_normal(drawn.shape)])
    of = np.repeat([1, 0], len(drawn))
    told = make_pipeline(PolynomialFeatures(2, include_bias=False), StandardScaler(), LogisticRegression(max_iter=500))
    told.fit(z, of)
    return accuracy(told.decision_function(posterior), told.decision_function(prior))


def share(hits: int, draws: int) -> Estimate:
    """A share with its Wilson interval: value, low, high."""
    found = binomtest(hits, draws).proportion_ci(CONFIDENCE, method="wilson")
    return {"value": hits / draws, "low": float(found.low), "high": float(found.high)}

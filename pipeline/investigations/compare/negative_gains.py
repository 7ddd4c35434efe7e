"""Images that are likelier under fewer latent dimensions, by more than the estimator's error."""

import pandas as pd

from pipeline.data.subsets import HOLDOUTS
from pipeline.likelihood.subset_means import trustworthy


def gains_of(scores_a: pd.DataFrame, scores_b: pd.DataFrame) -> pd.DataFrame:
    """Compute the gain log p_a(x) - log p_b(x) of every holdout image that both models scored.

    Returns:
        One row per image: id, label, subset, region; a, b, gain = a - b and joint_error, the Monte Carlo standard
        error of the gain, in nats; trusted, whether both Pareto shapes are low enough.
    """
    wanted = ["id", "label", "subset", "region", "a", "error_a", "trusted_a"]
    first = scores_a.assign(a=scores_a["log_likelihood"], error_a=scores_a["standard_error"])
    first = first.assign(trusted_a=trustworthy(scores_a))[wanted]
    second = scores_b[["id", "log_likelihood", "standard_error"]].assign(trusted_b=trustworthy(scores_b))
    both = first[first["subset"].isin(HOLDOUTS)].merge(second, on="id", validate="one_to_one")
    return both.assign(
        b=both["log_likelihood"],
        gain=both["a"] - both["log_likelihood"],
        joint_error=(both["error_a"] ** 2 + both["standard_error"] ** 2) ** 0.5,
        trusted=both["trusted_a"] & both["trusted_b"],
    )[["id", "label", "subset", "region", "a", "b", "gain", "joint_error", "trusted"]]


def negative_gains(gains: pd.DataFrame, joint_errors: float) -> pd.DataFrame:
    """Return the images whose gain is this many joint errors below zero, the most negative first."""
    clear = gains["gain"] < -joint_errors * gains["joint_error"]
    return gains[clear].sort_values(["gain", "id"], ignore_index=True)

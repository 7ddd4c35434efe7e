"""Test images that are likelier under fewer latent dimensions, by more than the estimator's error."""

import numpy as np
import pandas as pd


def gains_of(scores_a: pd.DataFrame, scores_b: pd.DataFrame) -> pd.DataFrame:
    """Compute the gain log p_a(x) - log p_b(x) of every image of `test` that both models scored.

    Args:
        scores_a: scores of model a, one row per image.
        scores_b: scores of model b.

    Returns:
        One row per image: id, label; a, b, gain = a - b and joint_error, the Monte Carlo standard error of the gain, in
        nats.
    """
    wanted = ["id", "log_likelihood", "standard_error"]
    test = scores_a.loc[scores_a["subset"] == "test", [*wanted, "label"]]
    both = test.merge(scores_b[wanted], on="id", validate="one_to_one")
    return pd.DataFrame(
        {
            "id": both["id"],
            "label": both["label"],
            "a": both["log_likelihood_x"],
            "b": both["log_likelihood_y"],
            "gain": both["log_likelihood_x"] - both["log_likelihood_y"],
            "joint_error": np.hypot(both["standard_error_x"], both["standard_error_y"]),
        }
    )


def negative_gains(gains: pd.DataFrame, joint_errors: float) -> pd.DataFrame:
    """Return the images whose gain is this many joint errors below zero, the most negative first.

    Args:
        gains: what `gains_of` returned.
        joint_errors: number of joint standard errors.
    """
    clear = gains["gain"] < -joint_errors * gains["joint_error"]
    return gains[clear].sort_values(["gain", "id"], ignore_index=True)


def less_ink_than_the_class(gains: pd.DataFrame, ink: "pd.Series[float]") -> "pd.Series[bool]":
    """Return whether each image has less ink than the median image of its class.

    Args:
        gains: one row per image: id, label.
        ink: of the images, by id.
    """
    own = gains["id"].map(ink)
    less: pd.Series[bool] = own < own.groupby(gains["label"]).transform("median")
    return less

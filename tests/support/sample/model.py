"""Something to quote from."""

import math

import numpy as np


def log_marginal(log_weights: np.ndarray) -> np.ndarray:
    """Log of the mean weight, in nats."""
    largest = log_weights.max(axis=0)
    return largest + np.log(np.exp(log_weights - largest).sum(axis=0)) - math.log(len(log_weights))

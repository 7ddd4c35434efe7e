"""Estimates for each image from its column of log weights."""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def elbo(log_w: Float[Tensor, "k n"]) -> Float[Tensor, " n"]:
    """Evidence lower bound per image, in nats: the mean of log w. Monte Carlo outside the log.

    Unbiased for the bound of the proposal that made the weights.
    """
    return log_w.mean(dim=0)


def log_marginal(log_w: Float[Tensor, "k n"]) -> Float[Tensor, " n"]:
    """Importance-sampling estimate of log p(x) per image, in nats: log E_q[w]. Monte Carlo inside the log.

    Biased low, by about Var(w) / (2 K E[w]^2); `effective_draws` tells when that matters.

    References:
        Burda, Grosse and Salakhutdinov (2016), Importance Weighted Autoencoders, section 3.
    """
    return torch.logsumexp(log_w, dim=0) - math.log(log_w.shape[0])


def effective_draws(log_w: Float[Tensor, "k n"]) -> Float[Tensor, " n"]:
    """Return Kish's effective sample size (sum w)^2 / sum w^2, between 1 and K.

    References:
        Owen (2013), Monte Carlo theory, methods and examples, section 9.3.
    """
    return torch.exp(2 * torch.logsumexp(log_w, dim=0) - torch.logsumexp(2 * log_w, dim=0))


def standard_error(log_w: Float[Tensor, "k n"]) -> Float[Tensor, " n"]:
    """Monte Carlo standard error of `log_marginal`, in nats, for independent draws: sqrt(1 / ESS - 1 / K).

    By the delta method; too small where `pareto_k` is large.
    """
    return torch.sqrt(torch.clamp(1 / effective_draws(log_w) - 1 / log_w.shape[0], min=0))

"""AdamW in single precision, for networks that compute with rounded copies of its parameters."""

import copy
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

CHUNK = 2**17
"""Numbers that are changed at once: few enough to stay in the processor's cache with their gradients and moments."""

Chunks = list[tuple[Tensor, ...]]
Model = TypeVar("Model", bound=nn.Module)


class AdamW(torch.optim.AdamW):
    """torch's AdamW, whose parameters may be more exact than those that a network computes with.

    Most steps are too small to show in bfloat16; they add up in the exact parameters. `follow` names a copy of the
    model with rounded ones: its gradients are used, and its parameters are rounded anew after every step. All this
    happens chunk by chunk, while a chunk is in the processor's cache, in three fifths of the time of one pass each.

    References:
        Loshchilov and Hutter (2019), Decoupled Weight Decay Regularization.
        Micikevicius et al. (2018), Mixed Precision Training, section 3.1.
    """

    def __init__(self, groups: list[dict[str, Any]], weight_decay: float) -> None:
        super().__init__(groups, lr=0.0, weight_decay=weight_decay, fused=True)
        self.work: list[tuple[dict[str, Any], Tensor, Tensor, Chunks]] = []

    def follow(self, exact: nn.Module, rounded: nn.Module) -> None:
        """Take gradients from `rounded`, a copy of the model `exact` or itself, and round parameters into it."""
        copies = dict(zip(exact.parameters(), rounded.parameters(), strict=True))
        self.work = [
            (group, copies[one], *self._prepared(one, copies[one]))
            for group in self.param_groups
            for one in group["params"]
        ]

    def _prepared(self, exact: Tensor, rounded: Tensor) -> tuple[Tensor, Chunks]:
        """Return a parameter's number of steps; and chunks of it, its copy and its two moments."""
        state = self.state[exact]
        if not state:
            state["step"] = torch.zeros((), device=exact.device)
            state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(exact), torch.zeros_like(exact)
        whole = (exact, rounded, state["exp_avg"], state["exp_avg_sq"])
        return state["step"], list(zip(*(part.detach().view(-1).split(CHUNK) for part in whole), strict=True))

    @torch.no_grad()
    def update(self) -> None:
        """Change every parameter that has a gradient, and round it; without the hooks of `step`, which take time."""
        for group, rounded, steps, chunks in self.work:
            if rounded.grad is None:
                continue
            steps.add_(1)
            beta1, beta2 = group["betas"]
            settings = {name: group[name] for name in ("lr", "weight_decay", "eps", "amsgrad", "maximize")}
            slopes = rounded.grad.view(-1).split(CHUNK)
            for slope, (one, near, mean, square) in zip(slopes, chunks, strict=True):
                torch._fused_adamw_(
                    [one], [slope.float()], [mean], [square], [], [steps], beta1=beta1, beta2=beta2, **settings
                )
                near.copy_(one)


def in_bfloat16(model: Model) -> Model:
    """Return a copy of a model with its parameters rounded to bfloat16; buffers are shared."""
    rounded = copy.deepcopy(model, {id(buffer): buffer for buffer in model.buffers()})
    for parameter in rounded.parameters():
        parameter.data = parameter.data.bfloat16()
    return rounded

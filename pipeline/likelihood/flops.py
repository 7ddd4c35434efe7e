"""Work in the one unit that does not depend on the machine: multiply-adds, as passes through the decoder."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from pipeline.models.density import LatentVariableModel


def decoder_multiply_adds(model: LatentVariableModel) -> float:
    """Multiply-adds of the matrix products that lead from one latent point to p(x | z)."""
    point = torch.zeros(1, *model.prior.event_shape, device=model.prior.mean.device)
    with torch.inference_mode(mode=False), torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.likelihood(point.clone())
    return float(counter.get_total_flops()) / 2

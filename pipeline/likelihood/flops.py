"""Cost of a decoder pass in multiply-adds: a unit of work that does not depend on the machine."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from pipeline.models.density import LatentVariableModel


def decoder_multiply_adds(model: LatentVariableModel, z: Float[Tensor, "1 latent"]) -> float:
    """Count the multiply-adds of the matrix products that lead from one latent point to p(x | z)."""
    with torch.inference_mode(mode=False), torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.likelihood(z.clone())
    return float(counter.get_total_flops()) / 2

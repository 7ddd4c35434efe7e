import pytest
import torch

from pipeline.core.device import prepare
from pipeline.core.errors import ParameterError


def test_cuda_that_is_not_there_is_told():
    if torch.cuda.is_available():
        pytest.skip("NOT CHECKED: CUDA is there")
    with pytest.raises(ParameterError, match="device = cuda, but torch finds no CUDA device"):
        prepare("cuda", 1)

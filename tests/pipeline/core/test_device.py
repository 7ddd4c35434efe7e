import os
import subprocess
import sys

import pytest
import torch

from pipeline.core.device import prepare, product_dtype
from pipeline.core.errors import ParameterError


def test_cuda_that_is_not_there_is_told():
    if torch.cuda.is_available():
        pytest.skip("NOT CHECKED: CUDA is there")
    with pytest.raises(ParameterError, match="device = cuda, but torch finds no CUDA device"):
        prepare("cuda", 1)


@pytest.mark.parametrize(("there", "found"), [(True, "cuda"), (False, "cpu")])
def test_auto_is_cuda_where_it_is_found(monkeypatch, there, found):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    for setting in ("set_num_threads", "set_flush_denormal", "use_deterministic_algorithms"):
        monkeypatch.setattr(torch, setting, lambda value: None)
    assert prepare("auto", 1) == torch.device(found)


def test_products_are_in_float32_where_it_is_asked_for():
    assert product_dtype("float32", torch.device("cpu")) is torch.float32


def test_products_are_in_bfloat16_if_torch_has_fast_ones(monkeypatch):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    assert product_dtype("bfloat16", torch.device("cpu")) is torch.bfloat16


def test_products_are_in_float32_on_a_processor_without_avx512():
    code = (
        "import torch; from pipeline.core import device; print(device.product_dtype('bfloat16', torch.device('cpu')))"
    )
    plain = os.environ | {"ATEN_CPU_CAPABILITY": "avx2"}
    ran = subprocess.run([sys.executable, "-c", code], env=plain, capture_output=True, text=True, check=True)
    assert ran.stdout == "torch.float32\n"

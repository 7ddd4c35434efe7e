"""The processor that torch computes on, made to repeat itself."""

import ctypes
import os
import sys

import torch

from pipeline.core.errors import ParameterError

MALLOPT = {"M_TRIM_THRESHOLD": (-1, 1 << 30), "M_TOP_PAD": (-2, 1 << 26), "M_MMAP_THRESHOLD": (-3, 1 << 25)}
"""Which of glibc's settings have which number, and the bytes that each is set to."""


def keep_memory() -> None:
    """Have the process keep the memory that it frees, for work that asks for as much again at once.

    A gradient step frees and asks for some megabytes, and glibc would give them back to the system each
    time, to get them anew page by page. Elsewhere than on Linux nothing happens.
    """
    if sys.platform == "linux":
        for option, size in MALLOPT.values():
            ctypes.CDLL(None).mallopt(option, size)


def prepare(device: str, threads: int) -> torch.device:
    """Choose the device and make torch's results a function of their inputs alone.

    Everything this study asks of the processor repeats itself as it is; CUDA has to be told.

    Args:
        device: `cpu`, `cuda`, or `auto` for CUDA where it is found.
        threads: of the processor; sums are split by it, so another number moves the last bits.

    Raises:
        ParameterError: CUDA is asked for and not there.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise ParameterError("params.yaml: device = cuda, but torch finds no CUDA device; set it to cpu or auto")
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    if device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    return torch.device("cuda")

"""Choose the device that torch computes on, and make its results reproducible."""

import ctypes
import os
import sys

import torch

from pipeline.core.errors import ParameterError

MALLOPT = {"M_TRIM_THRESHOLD": (-1, 1 << 30), "M_TOP_PAD": (-2, 1 << 26), "M_MMAP_THRESHOLD": (-3, 1 << 25)}
"""Settings of glibc's malloc: the number of each option, and the bytes to which it is set."""


def keep_memory() -> None:
    """Keep freed memory in the process instead of returning it to the operating system.

    Each gradient step frees and allocates some megabytes, which glibc would otherwise return and fault in again page
    by page. Does nothing on systems other than Linux.
    """
    if sys.platform == "linux":
        for option, size in MALLOPT.values():
            ctypes.CDLL(None).mallopt(option, size)


def prepare(device: str, threads: int) -> torch.device:
    """Choose the device and make torch's results a function of their inputs alone.

    On the CPU all operations that this project uses are deterministic; CUDA needs to be configured.

    Args:
        device: `cpu`, `cuda`, or `auto` for CUDA where it is available.
        threads: number of CPU threads; sums are split among them, so another number changes the last bits.

    Raises:
        ParameterError: `device` is `cuda` and torch finds none.
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


def product_dtype(precision: str, device: torch.device) -> torch.dtype:
    """Return the type of the numbers in matrix products: bfloat16 if it is asked for and fast on the device.

    Most laptops' processors have no instructions for bfloat16, and torch multiplies it there a hundred times slower
    than float32.

    Args:
        precision: `bfloat16` or `float32`.
        device: where the products are computed.
    """
    if device.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        fast = torch.backends.cpu.get_cpu_capability() == "AVX512"
    return torch.bfloat16 if precision == "bfloat16" and fast else torch.float32

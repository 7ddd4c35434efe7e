import subprocess
import sys

from tests.support.tiny import LONGEST, ROOT

PROGRAM = """
import resource
import sys
import numpy as np
from tests.pipeline.likelihood.test_likelihood import score_all
from tests.support.densities import small_vae

model, images = small_vae(pixels=784), np.zeros((1600, 784), np.uint8)
for some in (images[:160], images):
    score_all(model, some, draws=500)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1))
"""
"""Prints kilobytes; macOS counts bytes."""


def test_ten_times_the_images_need_no_more_memory():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert done.returncode == 0, done.stderr
    few, many = map(int, done.stdout.split())
    assert many < few + 60_000

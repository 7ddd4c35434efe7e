"""Print how fast this machine trains and scores, each figure beside its limit.

`make bench` times the library on made-up images of MNIST's size, so it needs no data. One process uses all
processors, whatever `threads` says; the study itself trains as many models side by side as there are processors.
"""

import os
import subprocess
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from benchmarks.measurements import keep, run
from pipeline.config import ModelParams, Params, Roles, load_params
from pipeline.core.device import keep_memory, prepare
from pipeline.core.rng import stream
from pipeline.data.examples import Examples
from pipeline.likelihood.proposals import encoder_draws
from pipeline.likelihood.reductions import log_marginal
from pipeline.likelihood.scoring import score
from pipeline.likelihood.weights import log_weights
from pipeline.models.build import Autoencoder, build, start
from pipeline.models.training import Plan, begin, train
from stages.shared.layout import Layout

PIXELS, IMAGES, SCORED = 784, 60_000, 16
MODEL = ModelParams(
    kind="vae",
    latent_dim=20,
    label="none",
    encoder_sees_label=False,
    train_on="all",
    binarisation="stochastic",
    seed=0,
    epochs=80,
    score_on="all",
)


def main(layout: Layout, *, record: bool) -> None:
    """Time, keep the figures, and print all that were kept."""
    params = load_params(layout.params)
    keep_memory()
    device = prepare("cpu", os.cpu_count() or 1)
    figures = {
        "train_epoch_bfloat16_seconds": epoch_seconds(params, "bfloat16", device),
        "train_epoch_float32_seconds": epoch_seconds(params, "float32", device),
        **scoring(params, device),
        "idle_repro_seconds": idle_repro_seconds(),
    }
    found = {name: round(value, 2) for name, value in figures.items() if np.isfinite(value)}
    print_table(keep(layout, found, record=record), params.roles)


def print_table(results: dict[str, float], roles: Roles) -> None:
    """Print one row per figure: what, measured, limit."""
    rows = [
        ("epoch of 60,000 images, batch 200, bfloat16", "train_epoch_bfloat16_seconds", "s", 2.2),
        ("epoch of 60,000 images, batch 200, float32", "train_epoch_float32_seconds", "s", 4.0),
        ("likelihood of one image, of 1,000 scored", "score_1000_image_milliseconds", "ms", 6.0),
        ("likelihood of one image, of 10,000 scored", "score_10000_image_milliseconds", "ms", 6.0),
        ("70,000 images at the rate of 10,000", "score_70000_seconds", "s", 420.0),
        ("encoder's estimate with 5,000 draws / the study's estimate", "encoder_over_study", "", None),
        ("`dvc repro` with nothing to do", "idle_repro_seconds", "s", 5.0),
        ("an epoch of 43,000 images / the older version's", "train_epoch_ratio", "", 0.80),
        *(
            (f"1,000 images scored under {name} / the older version's", f"score_1000_{name}_ratio", "", 0.75)
            for name in (roles.small, roles.middle, roles.large)
        ),
        ("first five models trained and scored", "first_models_seconds", "s", 3600.0),
        ("study of all models, from nothing to the page", "study_seconds", "s", 6600.0),
        ("largest process of the study", "study_peak_gigabytes", "GB", 3.0),
    ]
    for what, key, unit, limit in rows:
        measured = f"{results[key]:.2f} {unit}" if key in results else "not measured"
        print(f"{what:58} {measured:>14}   {f'at most {limit:g} {unit}' if limit else ''}".rstrip())


def epoch_seconds(params: Params, precision: str, device: torch.device) -> float:
    """Time one epoch in seconds, the least of three."""
    rng = np.random.default_rng(0)
    pixels = (rng.integers(0, 256, (IMAGES, PIXELS)) * (rng.random((IMAGES, PIXELS)) < 0.2)).astype(np.uint8)
    examples = Examples(pixels, np.zeros(IMAGES, np.uint8), redraw=True)
    one = Examples((pixels[:1000] > 0).astype(np.uint8), np.zeros(1000, np.uint8), redraw=False)
    settings = params.train.model_copy(update={"precision": precision})
    plan = Plan(4, 200, settings, partial(stream, 0, "speed"), device)
    model = fresh_model(params)
    ends = [time.perf_counter()]
    train(model, examples, one, plan, begin(model, plan), lambda progress: ends.append(time.perf_counter()))
    return float(np.diff(ends)[1:].min())


def scoring(params: Params, device: torch.device) -> dict[str, float]:
    """Time the scoring of 1,000 and of 10,000 images, and the encoder's estimate relative to the latter."""
    few, many = (image_milliseconds(params, images, device) for images in (1_000, 10_000))
    return {
        "score_1000_image_milliseconds": few,
        "score_10000_image_milliseconds": many,
        "score_70000_seconds": 70 * many,
        "encoder_over_study": encoder_milliseconds(params, device) / many,
    }


def image_milliseconds(params: Params, images: int, device: torch.device) -> float:
    """Time scoring in milliseconds per image, the choice of starts included."""
    x = (np.random.default_rng(0).random((images, PIXELS)) < 0.1).astype(np.uint8)
    model, ids = fresh_model(params), np.arange(images, dtype=np.int32)
    label, source = np.zeros(images, np.uint8), partial(stream, 0, "speed")
    once = partial(score, model, x, label, ids, params.score, source, device, lambda images: None)
    return 1e3 * least(once, 1) / images


def encoder_milliseconds(params: Params, device: torch.device) -> float:
    """Time the estimate with 5,000 draws of the encoder in milliseconds per image, the least of three runs."""
    model = fresh_model(params).to(device).given(torch.zeros(SCORED, dtype=torch.long, device=device))
    x = (torch.rand(SCORED, PIXELS, device=device) < 0.1).float()

    def once() -> None:
        with torch.inference_mode():
            q = model.posterior(x)
            log_marginal(log_weights(model, x, encoder_draws(q, torch.randn(5_000, *q.mean.shape, device=device))))

    return 1e3 * least(once, 3) / SCORED


def idle_repro_seconds() -> float:
    """Time `dvc repro` with nothing to do, in seconds; NaN where the study is not up to date."""
    status = subprocess.run(["dvc", "status", "-q"], check=False)
    if status.returncode:
        return float("nan")
    return least(lambda: subprocess.run(["dvc", "repro", "-q"], check=True), 3)


def fresh_model(params: Params) -> Autoencoder:
    """Return an untrained model of the study's MNIST shape."""
    model = build(PIXELS, params.datasets["mnist"].hidden, MODEL)
    start(model, np.full(PIXELS, 0.13), stream(0, "speed"))
    return model


def least(work: Callable[[], object], times: int) -> float:
    """Return the seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


if __name__ == "__main__":
    run(main)

"""Made-up tables of a study, with the columns and sizes of real ones, for two models or more."""

import dataclasses
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
import torch

from pipeline.config import ModelParams, SampleParams
from pipeline.core.rng import stream
from pipeline.core.tables import concatenate
from pipeline.data.holdout import hold_out
from pipeline.data.images import freeze
from pipeline.data.sampled_images import choose
from pipeline.data.subsets import scored_rows
from pipeline.figures.atlas import model_label
from pipeline.figures.palette import marks
from pipeline.investigations.classify.tables import CLASSIFIED
from pipeline.investigations.compare.dimensions import dimension_table
from pipeline.investigations.compare.effects import dimension_effects
from pipeline.investigations.compare.pairs import pairs_of
from pipeline.investigations.diagnose.paths import join
from pipeline.investigations.diagnose.space import examine
from pipeline.investigations.sample.arrays import by_kind
from pipeline.investigations.sample.study import Pictures
from pipeline.likelihood.subset_means import summary
from pipeline.models.build import build, start
from pipeline.numbers.results import Results
from pipeline.validation.validate.tables import CURVES, METHOD_ESTIMATES, REFERENCE, STUDY
from tests.support.decompositions import make_decomposition
from tests.support.latent_spaces import diagnosed
from tests.support.parameters import PARAMS
from tests.support.regressions import make_regression

NAMES = (
    "vae-04",
    "vae-20",
    "vae-32",
    "vae-20-matched",
    "cvae-20",
    "vae-20-threshold",
    "a-model-with-a-name-of-forty-letters-long",
    "vae-20-seed-1",
    "vae-64",
    "cvae-04",
)


VARIANTS = {
    "vae-20-seed-1": ("vae-20", {"seed": 1}),
    "vae-20-seed-2": ("vae-20", {"seed": 2}),
    "vae-32-seed-1": ("vae-32", {"seed": 1}),
    "vae-32-seed-2": ("vae-32", {"seed": 2}),
    "vae-04-matched": ("vae-04", {"train_on": "matched"}),
    "vae-32-matched": ("vae-32", {"train_on": "matched"}),
}
"""Variants of the first three models: the model, and the parameters that differ from it."""
SEVERAL_RUNS = VARIANTS | {f"vae-04-seed-{seed}": ("vae-04", {"seed": seed}) for seed in (1, 2)}
"""With these there are several training runs of every model whose runs the report compares."""


CPU = torch.device("cpu")


@dataclass(frozen=True)
class Study:
    """Parameters and results of a made-up study."""

    models: dict[str, ModelParams]
    tables: Results
    variants_of: dict[str, ModelParams] = field(default_factory=dict)
    """Models that are variants of others, and not shown beside them."""

    pair = NAMES[:2]

    @property
    def params(self):
        """Return the tests' parameters with these models in place of theirs."""
        sample = PARAMS.sample.model_copy(update={"models": tuple(self.models)})
        return PARAMS.model_copy(update={"models": self.models | self.variants_of, "sample": sample})

    def drawing(self, gallery, pair=pair):
        """Return `params` with `gallery` images per row, and with another pair of models to compare image by image."""
        update = {"plot": PARAMS.plot.model_copy(update={"gallery": gallery})}
        if pair != self.pair:
            parts = dict(zip(("small", "middle", "matched"), (*pair, pair[0]), strict=True))
            unscored = {name: model for name, model in self.variants_of.items() if name not in self.tables.scores}
            update |= {"models": self.models | unscored, "roles": PARAMS.roles.model_copy(update=parts)}
        return self.params.model_copy(update=update)

    @property
    def history(self):
        """Return all training curves in one table."""
        return concatenate(self.tables.histories, "model")

    @property
    def marks(self):
        return marks({name: model_label(name, model) for name, model in self.models.items()})


def make_study(*, models=5, side=28, images=1400, variants=VARIANTS):
    """Make up results for a number of models and images, of which the last three tenths are the test file.

    With five models or more there are also variants of them.
    """
    rng = np.random.default_rng(0)
    grey, label = _draw_images(images, side, rng)
    pool = np.arange(len(grey)) < 0.7 * len(grey)
    split = hold_out(grey, label, pool, 0.05, len(grey) // 14, rng)
    params = {name: _describe(name, place) for place, name in enumerate(NAMES[:models])}
    scores = {name: _score(split, model, rng) for name, model in params.items()}
    others = _variants(params, variants) if models >= 5 else {}
    pictures = freeze(grey, label, np.random.default_rng(7))
    everyone = scores | {
        name: _score(split, model, np.random.default_rng(place)) for place, (name, model) in enumerate(others.items())
    }
    shorter = {"vae-20-epochs-008": params["vae-20"].model_copy(update={"epochs": 8, "score_on": "test"})}
    labelled = freeze(grey, label, rng)
    found, latent = _diagnose(params | shorter, labelled)
    whole = _with_few_resamples(params | others)
    compared = dict.fromkeys([*zip(NAMES[1:models], NAMES, strict=False), *pairs_of(whole, everyone)])
    pairs = pd.concat([_compare(everyone, a, b) for a, b in compared], ignore_index=True)
    tables = Results(
        images=labelled,
        split=split,
        histories={name: _learn(model, rng) for name, model in params.items()},
        scores=everyone,
        pairs=pairs,
        classified={name: _classify(scores[name]) for name, model in params.items() if model.conditional},
        certified={name: _certify(scores[name], model, rng) for name, model in params.items()},
        estimated={name: _estimate(scores[name], place) for place, name in enumerate(NAMES[: min(models, 3)])},
        regression=make_regression(),
        dimensions=dimension_table(whole, everyone, {name: one["active"] for name, one in found.items()}, pairs),
        effects=dimension_effects(whole, everyone, pictures, split, pairs),
        samples={},
        diagnosed=found,
        latent=latent,
        decomposition=make_decomposition(scores, labelled, split),
    )
    drawing = {name: model for name, model in params.items() if name in NAMES[:3] or model.conditional}
    return Study(params, dataclasses.replace(tables, samples=_draw_pictures(drawing, tables)), others | shorter)


def _draw_pictures(models, tables):
    """Draw few pictures of each kind from models that have learnt nothing, as `gather` collects them."""
    few = {"multiples": (0, 1, 2, 4, 8), "generated": 7, "styles": 4}
    few |= {"measured": 20, "prior_points": 50, "draws": 4}
    pixels = tables.images.grey.shape[1]
    rng = np.random.default_rng(4)
    files = {}
    for name, model in models.items():
        pictures = Pictures(
            params=SampleParams(models=tuple(models), **few),
            name=name,
            model=start(build(pixels, (8,), model), np.full(pixels, 0.2), rng),
            images=tables.images,
            split=tables.split,
            binary=tables.images.binary(model.binarisation),
            scores=tables.scores[name],
            stream=lambda *names: stream(0, *names),
            device=CPU,
        )
        for kind, arrays in pictures.all().items():
            files |= {f"{name}.{kind}.{key}": values for key, values in arrays.items()}
    return by_kind(files, PARAMS.roles.middle)


def _draw_images(images, side, rng):
    label = np.arange(images, dtype=np.uint8) % 10
    prototypes = rng.random((10, side * side)) < np.linspace(0.1, 0.3, 10)[:, None]
    tone = rng.integers(90, 256, size=(images, 1))
    noise = rng.random((images, side * side)) < 0.03
    return ((prototypes[label] ^ noise) * tone).astype(np.uint8), label


def _describe(name, place):
    return ModelParams(
        kind="vae",
        latent_dim={0: 4, NAMES.index("vae-20-matched"): 21, NAMES.index("cvae-20"): 21, NAMES.index("cvae-04"): 4}.get(
            place, 20 + place
        ),
        label="one-hot" if name.startswith("cvae") else "none",
        encoder_sees_label=name.startswith("cvae"),
        train_on="matched" if "matched" in name else "core",
        binarisation="threshold" if "threshold" in name else "stochastic",
        seed=0,
        epochs=80,
        score_on="all" if place < 3 else "holdouts",
    )


def _score(split, model, rng):
    scored = split.loc[
        scored_rows(split, model.score_on, np.random.default_rng(0)), ["id", "label", "subset", "region"]
    ]
    hard = np.random.default_rng(1).normal(0, 18, len(split))[scored["id"]]
    level = np.array([-85, -45, -102, -96, -92, -98, -92, -82, -104, -88.0])[scored["label"]]
    log_likelihood = level + hard - 45 * np.exp(-model.latent_dim / 6) + rng.normal(0, 3, len(scored))
    log_likelihood += 60.0 * (model.latent_dim == 4) * (scored["id"].to_numpy() % 20 == 7)
    return scored.assign(
        elbo=log_likelihood - rng.gamma(4, 1, len(scored)),
        log_likelihood=log_likelihood,
        standard_error=rng.gamma(2, 0.1, len(scored)),
        ess=400.0,
        pareto_k=0.4,
        draws=np.int32(500),
        passes=np.float32(500),
    )


def _variants(params, variants):
    """Return those variants that are not among the models."""
    return {
        name: params[base].model_copy(update={**change, "score_on": "test"})
        for name, (base, change) in variants.items()
        if name not in params
    }


def _with_few_resamples(models):
    """Return the tests' parameters with these models and few resamples."""
    intervals = PARAMS.intervals.model_copy(update={"resamples": 100})
    return PARAMS.model_copy(update={"models": models, "intervals": intervals})


def _classify(scores):
    """Make up the score of every image under each label, mostly highest under its own."""
    rng, labels = np.random.default_rng(2), np.arange(10, dtype=np.int8)
    rows = scores.merge(pd.Series(labels, name="given_label"), how="cross")
    worse = np.where(rows["given_label"] == rows["label"], 0, rng.gamma(3, 5, len(rows)) - 2)
    return rows.assign(
        prior=np.linspace(0.09, 0.11, 10)[rows["given_label"]],
        log_likelihood=rows["log_likelihood"] - worse,
        draws=np.int32(500),
    )[CLASSIFIED.names]


def _certify(scores, model, rng):
    """Make up estimates of several methods: annealing is wrong on the last image, and right when it is repeated."""
    part = choose(scores, 10, lambda name: stream(0, name)).rename(columns={"standard_error": "error"})
    part = part.assign(method="score")[["id", "subset", "method", "log_likelihood", "error"]].astype({"subset": str})
    simulated = part[:10].assign(id=range(10), subset="simulated", method="annealing")
    wrong = 9.0 * (part["id"] == part["id"].iloc[-1])
    parts = [part, _about(part, "annealing", rng, wrong), _about(part[-1:], "annealing-again", rng)]
    parts += [_about(part, "quadrature", rng)] if model.latent_dim == 4 else []
    parts += [simulated, _about(simulated, "reverse", rng, -0.4)]
    parts += [_about(part[part["subset"] == "test"], "second-search", rng)]
    return pd.concat(parts, ignore_index=True).astype({"subset": "category", "method": "category"})


def _about(part, method, rng, below=0.0):
    """Make up the estimates of another method for the same images."""
    values = part["log_likelihood"] - below + rng.normal(0, 0.05, len(part))
    return part.assign(method=method, log_likelihood=values, error=0.05)


def _estimate(scores, place):
    """Make up estimates by three proposals, better from first to last and with more draws, and by the reference."""
    rng = np.random.default_rng(3 + place)
    part = choose(scores, 20, lambda name: stream(0, name))
    truth = part.assign(method=REFERENCE, draws=np.int32(50_000), passes=6e4, standard_error=0.01)
    found = [truth, _off(part, STUDY, 256, 600, 0.05, rng)]
    for method, worth, before in zip(CURVES, (8.0, 2.0, 0.8), (1, 189, 300), strict=True):
        draws = (16, 256, 5000) if method == "encoder" else (16, 256)
        found += [_off(part, method, k, before + k, worth / np.sqrt(k), rng) for k in draws]
    return pd.concat(found, ignore_index=True).astype({"method": "category"})[METHOD_ESTIMATES.names]


def _diagnose(models, images):
    """Make up a diagnosis, as numbers and as arrays, of the first three unconditional models and of the last model."""
    rng = np.random.default_rng(4)
    plain = [*[name for name, model in models.items() if not model.conditional][:3], list(models)[-1]]
    found = {name: diagnosed(models[name].latent_dim, rng, epochs=models[name].epochs / 80) for name in plain}
    arrays = {
        name: {
            "level": np.sort(rng.random(1000) ** 0.8),
            "posterior_ratio": rng.normal(1, 1, 1000),
            "prior_ratio": rng.normal(-2, 2, 1000),
            "generated": rng.normal(-110, 20, 100),
            "pictures": rng.integers(0, 2, (4, 12, images.grey.shape[1]), dtype=np.uint8),
        }
        | _join(models[name], images)
        for name in plain
    }
    return found, arrays


def _join(model, images):
    """Join a few images through the latent space of a model that has learnt nothing."""
    x, rng = images.binary(model.binarisation)[:50], np.random.default_rng(6)
    made = start(build(x.shape[1], (8,), model), np.full(x.shape[1], 0.2), rng)
    quick = PARAMS.diagnose.model_copy(update={"networks": 1, "hidden": 8, "steps": 4})
    space = examine(made, x, x, quick, partial(stream, 1), CPU)
    return {f"path_{key}": values for key, values in join(made, space, x, 5, 5, rng, CPU).items()}


def _off(part, method, draws, passes, error, rng):
    values = part["log_likelihood"] + error * rng.normal(size=len(part))
    columns = {"method": method, "draws": np.int32(draws), "passes": float(passes), "standard_error": error}
    return part.assign(log_likelihood=values, **columns)


def _learn(model, rng):
    epoch = np.arange(1, 101)
    train = -88 - 45 * np.exp(-model.latent_dim / 6) - 400 * np.exp(-epoch / 2) - 9 / np.sqrt(epoch)
    return pd.DataFrame(
        {
            "epoch": epoch,
            "learning_rate": 0.002 * np.cos(epoch / 64) ** 2,
            "train_elbo": train,
            "validation_elbo": train - 0.03 * epoch + rng.normal(0, 0.1, len(epoch)),
        }
    )


def _compare(scores, a, b):
    means = summary(scores[a]).merge(summary(scores[b]), on=["subset", "region"])
    difference = means["log_likelihood_x"] - means["log_likelihood_y"]
    return pd.DataFrame(
        {
            "model_a": a,
            "model_b": b,
            "subset": means["subset"],
            "region": means["region"],
            "difference": difference,
            "low": difference - 1 / np.sqrt(means["images_x"]),
            "high": difference + 1 / np.sqrt(means["images_x"]),
            "images": means["images_x"].astype("int32"),
        }
    )

"""All numbers of the study, each under one key: a superset of those that the report quotes."""

from collections.abc import Iterable, Mapping
from itertools import chain

import numpy as np
import pandas as pd
from jaxtyping import Float, UInt8

from pipeline.config import Params
from pipeline.data.images import Images
from pipeline.download.catalogue import literature_numbers
from pipeline.investigations.compare.strata import stratum
from pipeline.investigations.decompose.binarization import ENTROPY
from pipeline.investigations.model_relations import KINDS, headline_models, variants_of
from pipeline.investigations.sample.slant import slant
from pipeline.likelihood.subset_means import parts, summary, trustworthy
from pipeline.numbers.certify import certificate_numbers
from pipeline.numbers.classify import classify_numbers
from pipeline.numbers.compare import dimension_numbers, effect_numbers, pair_numbers
from pipeline.numbers.decompose import decompose_numbers
from pipeline.numbers.diagnose import diagnosis_numbers
from pipeline.numbers.losses import loss_numbers
from pipeline.numbers.paths import path_numbers
from pipeline.numbers.regress import regression_numbers
from pipeline.numbers.results import Results
from pipeline.numbers.sample import sample_numbers
from pipeline.numbers.validate import bias_of_scores, estimation_error, validate_numbers
from pipeline.numbers.versions import version_numbers

Numbers = dict[str, float | int | str]
EFFORT = (
    "prior_points",
    "starts",
    "refine_rounds",
    "degrees",
    "inflation",
    "prior_share",
    "target_standard_error",
    "levels",
)
BLOCK = 10_000
"""Images whose slant is computed at once."""
QUANTITIES = ("log_likelihood", "sampling_error", "elbo", "images")


def all_numbers(params: Params, results: Results) -> Numbers:
    """Return the numbers of every investigation and of the parameters, sorted by key.

    A quantity that was not measured has no key: nothing absent is reported as zero.
    """
    images, scores = results.images, results.scores
    void, confidence = params.diagnose.void, params.intervals.confidence
    bias = {name: bias_of_scores(table) for name, table in results.estimated.items()}
    found = [
        run_numbers(params, scores),
        data_numbers(images, results.split),
        *(history_numbers(name, table) for name, table in results.histories.items()),
        *(
            score_numbers(name, table, params.score.target_standard_error, bias.get(name, {}))
            for name, table in scores.items()
        ),
        pair_numbers(results.pairs),
        classify_numbers(params, results.classified, scores),
        validate_numbers(params, results.estimated),
        certificate_numbers(results.certified, params.certify, confidence),
        regression_numbers(params.regress, results.regression, confidence),
        literature_numbers(params.dataset),
        version_numbers(),
        dimension_numbers(results.dimensions),
        effect_numbers(params, results.effects),
        loss_numbers(params, scores, results.split, results.estimated),
        sample_numbers(params, results.samples),
        diagnosis_numbers(params, results.diagnosed, scores),
        *(path_numbers(own, void, confidence) for name, own in results.latent.items() if name == params.roles.middle),
        decompose_numbers(results.decomposition, scores, images, params),
    ]
    return dict(sorted(chain.from_iterable(numbers.items() for numbers in found)))


def run_numbers(params: Params, models: Iterable[str]) -> Numbers:
    """Return the parameters that the report quotes: data set, effort, and the models with their roles."""
    numbers: Numbers = {
        "dataset": params.dataset,
        "precision": params.train.precision,
        "epochs": params.data.epochs,
        "batch_size": params.data.batch_size,
        "score.draws": params.score.draws,
        **{f"score.{key}": getattr(params.score, key) for key in EFFORT},
        "tail": params.split.tail,
        "confidence": params.intervals.confidence,
        "models": " ".join(name for name in headline_models(params) if name in models),
        "hidden": ", ".join(str(units) for units in params.data.hidden),
    }
    numbers |= {f"role.{role}": name for role, name in params.roles if name in models}
    for kind in KINDS:
        for own in headline_models(params):
            numbers |= {f"relative.{kind}.{other}": own for other in variants_of(params, own, kind) if other in models}
    for name in models:
        numbers |= {
            f"{name}.latent_dim": params.models[name].latent_dim,
            f"{name}.train_on": params.models[name].train_on,
        }
    return numbers


def data_numbers(images: Images, split: pd.DataFrame) -> Numbers:
    """Return the sizes of the subsets, their shares of the classes, and what the axes correlate with."""
    numbers: Numbers = {"images": len(split), "pixels": images.grey.shape[1]}
    for subset, region, part in parts(split):
        key = stratum(subset, region)
        numbers[f"data.{key}.images"] = len(part)
        for label, share in part["label"].value_counts(normalize=True).sort_index().items():
            numbers[f"data.{key}.percent_{label}"] = 100 * float(share)
    numbers |= axis_numbers(images.grey, split)
    return numbers | {"data.binarization_entropy": mean_binarization_entropy(images)}


def axis_numbers(grey: UInt8[np.ndarray, "all pixels"], split: pd.DataFrame) -> Numbers:
    """Return the correlation of each axis with ink and with slant, over the images that the axes were fitted to.

    For the axis within classes the class's mean is subtracted from the axis and from the traits.

    Args:
        grey: every image, by id; one without ink has no slant, and is left out.
        split: label, ink and position of every image.
    """
    pool = split[(split["official"] == "train") & (split["ink"] > 0)]
    columns = pool[["pc1", "pc1_within_class", "ink"]].assign(slant=slants(grey[pool["id"].to_numpy()]))
    within = columns - columns.groupby(pool["label"]).transform("mean")
    return {
        f"data.{axis}.{trait}_correlation": float(table[axis].corr(table[trait]))
        for axis, table in (("pc1", columns), ("pc1_within_class", within))
        for trait in ("ink", "slant")
    }


def slants(grey: UInt8[np.ndarray, "n pixels"]) -> Float[np.ndarray, " n"]:
    """Compute the slant of each grey image, a block of images at a time; see `slant`."""
    return np.concatenate([slant(grey[first : first + BLOCK] / 255) for first in range(0, len(grey), BLOCK)])


def mean_binarization_entropy(images: Images) -> float:
    """Compute the mean over images of the entropy of the binarisation, in nats: the sum over pixels of H(grey / 255).

    No model can have a mean log likelihood above minus this.
    """
    # By grey level, since 70,000 images at once would need 400 MB.
    pixels = np.bincount(images.grey.ravel(), minlength=256) / len(images.grey)
    return float(pixels @ ENTROPY)


def history_numbers(name: str, history: pd.DataFrame) -> Numbers:
    """Return the values of the last epoch."""
    last = history.iloc[-1]
    return {f"{name}.last.{key}": float(last[key]) for key in ("train_elbo", "validation_elbo")}


def score_numbers(name: str, scores: pd.DataFrame, tolerance: float, bias: Mapping[str, float]) -> Numbers:
    """Return a model's likelihood by subset and region, its effort, and how many estimates are not to be trusted.

    Args:
        name: of the model.
        scores: its log likelihoods, one row per image.
        tolerance: standard error in nats above which an estimate counts as imprecise.
        bias: mean error of its estimates against the reference, in nats, by subset; empty where it was not measured.
            That of a tail also stands for the test images in its region, that of `test` for all other images.

    Returns:
        `MODEL.SUBSET[.REGION].*`, with `estimation_error` as the function of that name computes it;
        `distrusted_percent`, of the estimates whose Pareto shape is too high; `imprecise`, the number of imprecise
        ones; and the effort.
    """
    numbers: Numbers = {
        f"{name}.distrusted_percent": 100 * float(1 - trustworthy(scores).mean()),
        f"{name}.imprecise": int((scores["standard_error"] > tolerance).sum()),
        f"{name}.passes": float(scores["passes"].mean()),
        f"{name}.more_effort_percent": 100 * float((scores["draws"] > scores["draws"].min()).mean()),
    }
    for subset, part in scores.groupby("subset", observed=True):
        numbers[f"{name}.{subset}.distrusted_percent"] = 100 * float(1 - trustworthy(part).mean())
    for row in summary(scores).to_dict("records"):
        key = f"{name}.{stratum(row['subset'], row['region'])}"
        numbers |= {f"{key}.{quantity}": row[quantity] for quantity in QUANTITIES}
        place = next((one for one in (row["region"], row["subset"]) if one in bias), "test")
        numbers[f"{key}.estimation_error"] = estimation_error(row["monte_carlo_error"], bias.get(place))
    return numbers


def headline(numbers: Numbers) -> dict[str, float]:
    """Return at most ten numbers, by the roles of the models, for `dvc metrics diff`."""
    role = {key.removeprefix("role."): name for key, name in numbers.items() if key.startswith("role.")}
    wanted = {f"test_log_likelihood.{part}": f"{name}.test.log_likelihood" for part, name in role.items()}
    wanted["test_elbo.middle"] = f"{role.get('middle')}.test.elbo"
    wanted["gain.middle_over_small"] = f"pair.{role.get('middle')}.{role.get('small')}.test.difference"
    wanted["gain.large_over_middle"] = f"pair.{role.get('large')}.{role.get('middle')}.test.difference"
    wanted["gain.tails_seen"] = f"pair.{role.get('matched')}.{role.get('middle')}.test.pc1-high.difference"
    wanted["distrusted_percent.middle"] = f"{role.get('middle')}.distrusted_percent"
    return {name: float(numbers[key]) for name, key in wanted.items() if key in numbers}

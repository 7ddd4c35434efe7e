"""All numbers that the report quotes, each under one key."""

from collections.abc import Iterable, Mapping
from itertools import chain

import numpy as np
import pandas as pd
from jaxtyping import Float, UInt8

from pipeline.config import Params
from pipeline.data.images import Images
from pipeline.download.catalogue import CATALOGUE, literature_numbers
from pipeline.investigations.compare.strata import stratum
from pipeline.investigations.decompose.binarisation import ENTROPY
from pipeline.investigations.model_relations import at_base_length, headline_models, variants_of
from pipeline.investigations.sample.slant import slant
from pipeline.likelihood.subset_means import WHOLE, summary, trustworthy
from pipeline.numbers.ablations import ablation_numbers
from pipeline.numbers.certify import certificate_numbers
from pipeline.numbers.classify import classify_numbers
from pipeline.numbers.compare import dimension_numbers, effect_numbers, pair_numbers
from pipeline.numbers.decompose import decompose_numbers
from pipeline.numbers.diagnose import diagnosis_numbers
from pipeline.numbers.keys import Numbers, hidden_layers
from pipeline.numbers.lengths import length_numbers
from pipeline.numbers.losses import loss_numbers
from pipeline.numbers.paths import path_numbers
from pipeline.numbers.regress import regression_numbers
from pipeline.numbers.results import Results
from pipeline.numbers.sample import sample_numbers
from pipeline.numbers.validate import bias_of_scores, estimation_error, validate_numbers
from pipeline.numbers.versions import version_numbers

SECTIONS = (
    "intervals",
    "split",
    "train",
    "score",
    "certify",
    "validate",
    "classify",
    "sample",
    "diagnose",
    "decompose",
    "compare",
    "regress",
)
"""Sections of params.yaml that the report lists and quotes."""
BLOCK = 10_000
"""Images whose slant is computed at once."""
OF_SUBSETS = ("sampling_error", "elbo", "images")
"""Quantities of whole subsets that the report quotes beside the log likelihood."""


def all_numbers(params: Params, results: Results) -> Numbers:
    """Return the numbers of every investigation and of the parameters, sorted by key.

    A quantity that was not measured has no key: nothing absent is reported as zero.
    """
    images, scores = results.images, results.scores
    void, confidence = params.diagnose.void, params.intervals.confidence
    bias = {name: bias_of_scores(table) for name, table in results.estimated.items()}
    found = [
        run_numbers(params, scores),
        setting_numbers(params),
        subject_numbers(params.dataset),
        data_numbers(images, results.split),
        *(history_numbers(name, table) for name, table in results.histories.items()),
        *(
            score_numbers(name, table, params.score.target_standard_error, bias.get(name, {}))
            for name, table in scores.items()
        ),
        pair_numbers(results.pairs),
        classify_numbers(params, results.classified, scores),
        ablation_numbers(params, scores, results.classified),
        validate_numbers(params, results.estimated),
        certificate_numbers(results.certified, confidence),
        regression_numbers(params.regress, results.regression, confidence),
        literature_numbers(params.dataset),
        version_numbers(),
        dimension_numbers(results.dimensions),
        effect_numbers(params, results.effects),
        loss_numbers(params, scores, results.split, results.estimated),
        sample_numbers(results.samples),
        diagnosis_numbers(params, results.diagnosed, results.latent, scores),
        *(path_numbers(own, void, confidence) for name, own in results.latent.items() if name == params.roles.middle),
        length_numbers(params, results.diagnosed, scores, results.histories),
        decompose_numbers(results.decomposition, scores, images, params),
    ]
    return dict(sorted(chain.from_iterable(numbers.items() for numbers in found)))


def run_numbers(params: Params, models: Iterable[str]) -> Numbers:
    """Return the models with their roles and relatives, and parameters in the form in which a sentence has them.

    Parameters that are quoted as they stand in params.yaml are those of `setting_numbers`.
    """
    numbers: Numbers = {
        "batch_size": params.data.batch_size,
        "score.widths": " and ".join(f"{width:g}" for width in params.score.widths),
        "score.width_shares": " and ".join(f"{share:g}" for share in params.score.width_shares),
        "tail_percent": 100 * params.split.tail,
        "warmup_percent": 100 * params.train.warmup,
        "confidence_percent": 100 * params.intervals.confidence,
        "models": " ".join(name for name in headline_models(params) if name in models),
        "hidden": hidden_layers(params.data.hidden),
    }
    numbers |= {f"role.{role}": name for role, name in params.roles if name in models}
    short = {name: at_base_length(params, name) for name in headline_models(params)}
    numbers |= {f"short.{name}": one for name, one in short.items() if one is not None and one in models}
    numbers["compare.epochs"] = params.epochs(params.compare.base)
    owns = [one for one in dict.fromkeys([*short, *short.values()]) if one is not None]
    seen = {other: own for own in owns for other in variants_of(params, own, "train_on")}
    numbers |= {f"relative.train_on.{other}": own for other, own in seen.items() if other in models}
    for name in models:
        numbers |= {
            f"{name}.latent_dim": params.models[name].latent_dim,
            f"{name}.train_on": params.models[name].train_on,
            f"{name}.epochs": params.epochs(name),
        }
    return numbers


def setting_numbers(params: Params) -> Numbers:
    """Return the parameters of all stages, as `setting.SECTION.NAME`; a list becomes words."""
    found: Numbers = {}
    everything = params.model_dump(by_alias=True)
    for section in SECTIONS:
        for name, value in everything[section].items():
            words = ", ".join(map(_word, value)) if isinstance(value, list | tuple) else value
            if isinstance(words, str | int | float):
                found[f"setting.{section}.{name}"] = words
    return found


def _word(value: object) -> str:
    return " − ".join(value) if isinstance(value, list | tuple) else str(value)


def subject_numbers(dataset: str) -> Numbers:
    """Return the words for what the images of a data set show."""
    subject = CATALOGUE[dataset]
    words = {
        "title": subject.title,
        "noun": subject.noun,
        "nouns": subject.nouns,
        "ink": subject.ink,
        "listing": subject.listing,
    }
    return {f"subject.{name}": word for name, word in words.items()}


def data_numbers(images: Images, split: pd.DataFrame) -> Numbers:
    """Return the sizes of the subsets, their shares of the classes, and what the axes correlate with."""
    numbers: Numbers = {"images": len(split), "pixels": images.grey.shape[1]}
    labels = sorted(split["label"].unique())
    for subset, part in split.groupby("subset", observed=True):
        numbers[f"data.{subset}.images"] = len(part)
        for label, share in part["label"].value_counts(normalize=True).reindex(labels, fill_value=0).items():
            numbers[f"data.{subset}.percent_{label}"] = 100 * float(share)
    numbers |= axis_numbers(images.grey, split)
    return numbers | {"data.binarisation_entropy": mean_binarisation_entropy(images)}


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


def mean_binarisation_entropy(images: Images) -> float:
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
    """Return a model's likelihood by subset and region, its effort, and how many estimates are unreliable.

    Args:
        name: of the model.
        scores: its log likelihoods, one row per image.
        tolerance: standard error in nats above which an estimate counts as imprecise.
        bias: mean error of its estimates against the reference, in nats, by subset; empty where it was not measured.
            That of `test` also stands for the images of subsets without one.

    Returns:
        `MODEL.SUBSET[.REGION].log_likelihood`; `MODEL.SUBSET.*`, with `estimation_error` as the function of that name
        computes it; `unreliable_percent`, of the estimates whose Pareto shape is too high; `imprecise`, the number of
        imprecise ones; and the effort.
    """
    numbers: Numbers = {
        f"{name}.unreliable_percent": 100 * float(1 - trustworthy(scores).mean()),
        f"{name}.imprecise": int((scores["standard_error"] > tolerance).sum()),
        f"{name}.passes": float(scores["passes"].mean()),
        f"{name}.more_effort_percent": 100 * float((scores["draws"] > scores["draws"].min()).mean()),
    }
    for row in summary(scores).to_dict("records"):
        key = f"{name}.{stratum(row['subset'], row['region'])}"
        numbers[f"{key}.log_likelihood"] = row["log_likelihood"]
        if row["region"] == WHOLE:
            numbers |= {f"{key}.{quantity}": row[quantity] for quantity in OF_SUBSETS}
            off = bias.get(row["subset"], bias.get("test"))
            numbers[f"{key}.estimation_error"] = estimation_error(row["monte_carlo_error"], off)
    return numbers


def headline(numbers: Numbers) -> dict[str, float]:
    """Return at most ten numbers, by the roles of the models, for `dvc metrics diff`."""
    role = {key.removeprefix("role."): name for key, name in numbers.items() if key.startswith("role.")}
    wanted = {f"test_log_likelihood.{part}": f"{name}.test.log_likelihood" for part, name in role.items()}
    wanted["test_elbo.middle"] = f"{role.get('middle')}.test.elbo"
    wanted["gain.middle_over_small"] = f"pair.{role.get('middle')}.{role.get('small')}.test.value"
    wanted["gain.large_over_middle"] = f"pair.{role.get('large')}.{role.get('middle')}.test.value"
    wanted["gain.tails_seen"] = f"pair.{role.get('matched')}.{role.get('middle')}.test.pc1-high.value"
    wanted["unreliable_percent.middle"] = f"{role.get('middle')}.unreliable_percent"
    return {name: float(numbers[key]) for name, key in wanted.items() if key in numbers}

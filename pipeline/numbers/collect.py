"""All numbers of the study, each under one key: a superset of those that the report quotes."""

from collections.abc import Iterable
from itertools import chain

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.data.images import Images
from pipeline.download.catalogue import literature_numbers
from pipeline.investigations.decompose.binarization import ENTROPY
from pipeline.investigations.model_relations import KINDS, headline_models, variants_of
from pipeline.likelihood.subset_means import WHOLE, parts, summary, trustworthy
from pipeline.numbers.certify import certificate_numbers
from pipeline.numbers.classify import classify_numbers
from pipeline.numbers.compare import dimension_numbers
from pipeline.numbers.decompose import decompose_numbers
from pipeline.numbers.diagnose import diagnosis_numbers
from pipeline.numbers.findings import Findings
from pipeline.numbers.regress import regression_numbers
from pipeline.numbers.sample import sample_numbers
from pipeline.numbers.validate import validate_numbers
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
QUANTITIES = ("log_likelihood", "monte_carlo_error", "sampling_error", "elbo", "images")


def all_numbers(params: Params, findings: Findings) -> Numbers:
    """Return the numbers of every investigation and of the parameters, sorted by key.

    A quantity that was not measured has no key: nothing absent is reported as zero.
    """
    images, scores = findings.images, findings.scores
    found = [
        run_numbers(params, scores),
        data_numbers(images, findings.split),
        *(history_numbers(name, table) for name, table in findings.histories.items()),
        *(score_numbers(name, table, params.score.target_standard_error) for name, table in scores.items()),
        pair_numbers(findings.pairs),
        classify_numbers(params, findings.classified, scores),
        validate_numbers(params, findings.estimated),
        certificate_numbers(findings.certified, params.certify),
        regression_numbers(params.regress, findings.regression, params.intervals.confidence),
        literature_numbers(params.dataset),
        version_numbers(),
        dimension_numbers(params, findings.effects, scores),
        sample_numbers(params, findings.samples),
        diagnosis_numbers(params, findings.diagnosed, scores),
        decompose_numbers(findings.decomposition, scores, images.grey, params),
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
    """Return the sizes of the subsets, their shares of the classes, and the correlation of each axis with the ink."""
    numbers: Numbers = {"images": len(split), "pixels": images.grey.shape[1]}
    for subset, region, part in parts(split):
        key = _stratum(subset, region)
        numbers[f"data.{key}.images"] = len(part)
        for label, share in part["label"].value_counts(normalize=True).sort_index().items():
            numbers[f"data.{key}.percent_{label}"] = 100 * float(share)
    for axis in ("pc1", "pc1_within_class"):
        pool = split[split["official"] == "train"]
        numbers[f"data.{axis}.ink_correlation"] = float(pool[axis].corr(pool["ink"]))
    return numbers | {"data.binarization_entropy": mean_binarization_entropy(images)}


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


def score_numbers(name: str, scores: pd.DataFrame, tolerance: float) -> Numbers:
    """Return a model's likelihood by subset and region, its effort, and how many estimates are not to be trusted.

    `distrusted` are the estimates whose Pareto shape is too high, `imprecise` those whose standard error is above the
    tolerance in nats.
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
        key = f"{name}.{_stratum(row['subset'], row['region'])}"
        numbers |= {f"{key}.{quantity}": row[quantity] for quantity in QUANTITIES}
    return numbers


def pair_numbers(pairs: pd.DataFrame) -> Numbers:
    """Return the differences between models, with their intervals."""
    numbers: Numbers = {}
    for row in pairs.to_dict("records"):
        key = f"pair.{row['model_a']}.{row['model_b']}.{_stratum(row['subset'], row['region'])}"
        numbers |= {f"{key}.{quantity}": row[quantity] for quantity in ("difference", "low", "high", "images")}
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


def _stratum(subset: str, region: str) -> str:
    return subset if region == WHOLE else f"{subset}.{region}"

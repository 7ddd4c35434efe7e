"""Every number that the page quotes, under one key each."""

from collections.abc import Iterable
from itertools import chain

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.data.images import Images
from pipeline.data.literature import literature_numbers
from pipeline.investigations.compare.model_relations import KINDS, principals, relatives
from pipeline.likelihood.subset_means import WHOLE, parts, summary, trustworthy
from pipeline.numbers.certify import certificate_numbers
from pipeline.numbers.classify import classify_numbers
from pipeline.numbers.decompose import anatomy_numbers
from pipeline.numbers.diagnose import diagnosis_numbers
from pipeline.numbers.dimensions import dimensions_numbers
from pipeline.numbers.findings import Findings
from pipeline.numbers.regress import regression_numbers
from pipeline.numbers.sample import sample_numbers
from pipeline.numbers.validate import accuracy_numbers
from pipeline.numbers.versions import version_numbers

Numbers = dict[str, float | int | str]
EFFORT = ("points", "starts", "rounds", "degrees", "inflation", "prior_share", "tolerance", "levels")
QUANTITIES = ("log_likelihood", "monte_carlo_error", "sampling_error", "elbo", "images")


def all_numbers(params: Params, findings: Findings) -> Numbers:
    """The study in numbers: of the data, of each model, of each pair, of the certificate, of the run.

    What was not measured has no key; nothing stands as zero that is only absent.
    """
    images, scores = findings.images, findings.scores
    found = [
        run_numbers(params, scores),
        data_numbers(images, findings.split),
        *(history_numbers(name, table) for name, table in findings.histories.items()),
        *(score_numbers(name, table, params.score.tolerance) for name, table in scores.items()),
        pair_numbers(findings.pairs),
        classify_numbers(params, findings.classified, scores),
        accuracy_numbers(params, findings.estimated),
        certificate_numbers(findings.certified, params.certify),
        regression_numbers(params.regress, findings.regression, params.compare.confidence),
        literature_numbers(params.dataset),
        version_numbers(),
        dimensions_numbers(params, findings.effects, scores),
        sample_numbers(params, findings.samples),
        diagnosis_numbers(params, findings.diagnosed, scores),
        anatomy_numbers(findings.anatomy, scores, images.grey, params),
    ]
    return dict(sorted(chain.from_iterable(numbers.items() for numbers in found)))


def run_numbers(params: Params, models: Iterable[str]) -> Numbers:
    """What was asked for: data set, effort, and the models with their parts in the argument."""
    numbers: Numbers = {
        "dataset": params.dataset,
        "precision": params.train.precision,
        "epochs": params.data.epochs,
        "batch_size": params.data.batch_size,
        "draws": params.score.draws,
        **{f"score.{key}": getattr(params.score, key) for key in EFFORT},
        "tail": params.split.tail,
        "confidence": params.compare.confidence,
        "models": " ".join(name for name in principals(params) if name in models),
        "hidden": ", ".join(str(units) for units in params.data.hidden),
    }
    numbers |= {f"role.{role}": name for role, name in params.roles if name in models}
    for kind in KINDS:
        for own in principals(params):
            numbers |= {f"relative.{kind}.{other}": own for other in relatives(params, own, kind) if other in models}
    for name in models:
        numbers |= {
            f"{name}.latent_dim": params.models[name].latent_dim,
            f"{name}.train_on": params.models[name].train_on,
        }
    return numbers


def data_numbers(images: Images, split: pd.DataFrame) -> Numbers:
    """The sets: sizes, label mix, and how far each axis is one of ink."""
    numbers: Numbers = {"images": len(split), "pixels": images.grey.shape[1]}
    for one_set, region, part in parts(split):
        key = _place(one_set, region)
        numbers[f"data.{key}.images"] = len(part)
        for digit, share in part["digit"].value_counts(normalize=True).sort_index().items():
            numbers[f"data.{key}.percent_{digit}"] = 100 * float(share)
    for axis in ("pc1", "within"):
        pool = split[split["official"] == "train"]
        numbers[f"data.{axis}.ink_correlation"] = float(pool[axis].corr(pool["ink"]))
    return numbers | {"data.coin_entropy": coin_entropy(images)}


def coin_entropy(images: Images) -> float:
    """Mean entropy of an image's binarization, in nats: the sum over pixels of H(grey / 255).

    No model can have a mean log likelihood above minus this.
    """
    levels = np.bincount(images.grey.ravel(), minlength=256) / len(images.grey)
    p = np.arange(1, 255) / 255
    return float(levels[1:255] @ -(p * np.log(p) + (1 - p) * np.log1p(-p)))


def history_numbers(name: str, history: pd.DataFrame) -> Numbers:
    """Where training ended."""
    last = history.iloc[-1]
    return {f"{name}.last.{key}": float(last[key]) for key in ("train_elbo", "validation_elbo")}


def score_numbers(name: str, scores: pd.DataFrame, tolerance: float) -> Numbers:
    """A model's likelihood by set and region, what it cost, and how many images' estimates are marked.

    Marked are those whose weights are not to be trusted, by their Pareto shape, and those whose standard
    error is above the tolerance after all.
    """
    numbers: Numbers = {
        f"{name}.distrusted_percent": 100 * float(1 - trustworthy(scores).mean()),
        f"{name}.imprecise": int((scores["standard_error"] > tolerance).sum()),
        f"{name}.passes": float(scores["passes"].mean()),
        f"{name}.more_effort_percent": 100 * float((scores["draws"] > scores["draws"].min()).mean()),
    }
    for one_set, part in scores.groupby("set", observed=True):
        numbers[f"{name}.{one_set}.distrusted_percent"] = 100 * float(1 - trustworthy(part).mean())
    for row in summary(scores).to_dict("records"):
        key = f"{name}.{_place(row['set'], row['region'])}"
        numbers |= {f"{key}.{quantity}": row[quantity] for quantity in QUANTITIES}
    return numbers


def pair_numbers(pairs: pd.DataFrame) -> Numbers:
    """The differences between models, with their intervals."""
    numbers: Numbers = {}
    for row in pairs.to_dict("records"):
        key = f"pair.{row['model_a']}.{row['model_b']}.{_place(row['set'], row['region'])}"
        numbers |= {f"{key}.{quantity}": row[quantity] for quantity in ("difference", "low", "high", "images")}
    return numbers


def headline(numbers: Numbers) -> dict[str, float]:
    """At most ten numbers by the part a model plays, for `dvc metrics diff`."""
    role = {key.removeprefix("role."): name for key, name in numbers.items() if key.startswith("role.")}
    wanted = {f"test_log_likelihood.{part}": f"{name}.test.log_likelihood" for part, name in role.items()}
    wanted["test_elbo.middle"] = f"{role.get('middle')}.test.elbo"
    wanted["gain.middle_over_small"] = f"pair.{role.get('middle')}.{role.get('small')}.test.difference"
    wanted["gain.large_over_middle"] = f"pair.{role.get('large')}.{role.get('middle')}.test.difference"
    wanted["gain.tails_seen"] = f"pair.{role.get('matched')}.{role.get('middle')}.test.pc1-high.difference"
    wanted["distrusted_percent.middle"] = f"{role.get('middle')}.distrusted_percent"
    return {name: float(numbers[key]) for name, key in wanted.items() if key in numbers}


def _place(one_set: str, region: str) -> str:
    return one_set if region == WHOLE else f"{one_set}.{region}"

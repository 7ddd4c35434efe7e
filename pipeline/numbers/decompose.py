"""Numbers of the decomposition of one model's log likelihood."""

from collections.abc import Mapping
from itertools import chain

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from scipy.stats import spearmanr

from pipeline.config import Params
from pipeline.core.statistics import mean_normal
from pipeline.investigations.decompose.tables import Decomposition
from pipeline.investigations.model_relations import variants_of
from pipeline.numbers.excess_nats import excess_nats

Numbers = dict[str, float | int | str]


def decompose_numbers(
    decomposition: Decomposition | None,
    scores: Mapping[str, pd.DataFrame],
    grey: UInt8[np.ndarray, "all pixels"],
    params: Params,
) -> Numbers:
    """Return the numbers of every table of the decomposition, and of the gap between log p(x) and the bound.

    Args:
        decomposition: None if there is none.
        scores: of every model.
        grey: every image, by id.
        params: describes the models, and has the confidence of the intervals.
    """
    if decomposition is None or decomposition.model not in scores:
        return {}
    own = scores[decomposition.model]
    confidence = params.intervals.confidence
    found = [
        gap_numbers(own, confidence),
        draw_numbers(decomposition.draws, own, confidence),
        gradient_numbers(decomposition.gradients),
        estimate_numbers(decomposition.estimates),
        binarization_numbers(decomposition.estimates, own),
        excess_numbers(excess_nats(own, grey)),
    ]
    pairs = chain.from_iterable(numbers.items() for numbers in found)
    redraws = decomposition.redraws["id"].value_counts()
    return {
        "decompose.model": decomposition.model,
        "decompose.redraws": int(redraws.max()),
        **compared_numbers(decomposition, params),
        **{f"decompose.{key}": value for key, value in pairs},
    }


def compared_numbers(decomposition: Decomposition, params: Params) -> Numbers:
    """Return the models with which the order of images was compared, by the parameter in which they differ."""
    numbers: Numbers = {}
    for kind in ("binarization", "seed"):
        for name in variants_of(params, decomposition.model, kind):
            if (decomposition.estimates["quantity"] == f"order.{name}").any():
                numbers[f"decompose.other.{kind}"] = name
    return numbers


def gap_numbers(scores: pd.DataFrame, confidence: float) -> Numbers:
    """Return the mean of log p(x) less the bound by subset and by class of the test images, and its distribution."""
    gap = scores["log_likelihood"] - scores["elbo"]
    test = scores["subset"] == "test"
    groups = {str(name): gap[scores["subset"] == name] for name in scores["subset"].astype(str).unique()}
    groups |= {f"label_{label}": gap[test & (scores["label"] == label)] for label in sorted(set(scores["label"]))}
    numbers: Numbers = {}
    for name, values in groups.items():
        if len(values) > 1:
            numbers |= {f"gap.{name}.{key}": value for key, value in _mean(values, confidence).items()}
    for share in (5, 50, 95):
        numbers[f"gap.percentile_{share}"] = float(np.percentile(gap[test], share))
    numbers["gap.largest"] = float(gap[test].max())
    numbers["gap.order"] = float(spearmanr(scores.loc[test, "log_likelihood"], scores.loc[test, "elbo"]).statistic)
    numbers["gap.with_likelihood"] = float(spearmanr(gap[test], scores.loc[test, "log_likelihood"]).statistic)
    return numbers


def draw_numbers(draws: pd.DataFrame, scores: pd.DataFrame, confidence: float) -> Numbers:
    """Return both averages by number of draws, and the distance of the one inside from the study's estimate.

    `short` is the study's log p(x) less the average inside; `study_error` is the standard error of a mean over this
    many images, drawn from the whole test set.
    """
    study = scores.set_index("id")["log_likelihood"]
    test = scores.loc[scores["subset"] == "test", "log_likelihood"]
    images = int(draws["id"].nunique())
    counts = sorted(draws["draws"].unique())
    numbers: Numbers = {
        "draws.images": images,
        "draws.study": float(study.loc[draws["id"].unique()].mean()),
        "draws.study_error": float(test.std(ddof=1) / np.sqrt(images)),
        "draws.counts": " ".join(map(str, counts)),
        "draws.fewest": int(counts[0]),
        "draws.most": int(counts[-1]),
        "draws.repetitions": int(draws["repetitions"].min()),
    }
    for count, part in draws.groupby("draws"):
        short = study.loc[part["id"]].to_numpy() - part["inside"]
        numbers |= {
            f"draws.{count}.inside": float(part["inside"].mean()),
            f"draws.{count}.outside": float(part["outside"].mean()),
            f"draws.{count}.inside_spread": _root_mean_square(part["inside_spread"]),
            f"draws.{count}.outside_spread": _root_mean_square(part["outside_spread"]),
            f"draws.{count}.worst": float(short.max()),
            **{f"draws.{count}.short.{key}": value for key, value in _mean(short, confidence).items()},
        }
    return numbers


def gradient_numbers(gradients: pd.DataFrame) -> Numbers:
    """Return the signal to noise of the gradient of one image's objective, and the effect of more draws per image.

    A batch of B images with K draws each has the variance (between + noise / K) / B. Averaged outside the
    logarithm, K draws have sqrt(K) times the signal to noise of one.
    """
    inside = sorted(set(gradients.loc[gradients["objective"] == "inside", "draws"]))
    numbers: dict[str, float] = {
        "gradients.images": int(gradients["images"].max()),
        "gradients.most": int(inside[-1]),
    }
    for row in gradients.to_dict("records"):
        key = f"gradients.{row['network']}.{row['objective']}.{row['draws']}"
        numbers[f"{key}.signal_to_noise"] = float(np.sqrt(max(row["signal"], 0) / row["noise"]))
        if row["objective"] == "outside":
            whole = row["between"] + row["noise"]
            single = f"gradients.{row['network']}.outside"
            for draws in inside:
                numbers[f"{single}.{draws}.signal_to_noise"] = float(np.sqrt(draws)) * numbers[f"{key}.signal_to_noise"]
            numbers[f"{key}.draws_percent"] = float(100 * row["noise"] / whole)
            numbers[f"{key}.doubled_percent"] = float(100 * (1 - (row["between"] + row["noise"] / 2) / whole))
            numbers[f"{key}.same_work_percent"] = float(100 * ((2 * row["between"] + row["noise"]) / whole - 1))
    return {"gradients.counts": " ".join(map(str, inside)), **numbers}


def estimate_numbers(estimates: pd.DataFrame) -> Numbers:
    """Return every estimate with its interval, shares in per cent."""
    numbers: Numbers = {}
    for row in estimates.to_dict("records"):
        factor = 100 if row["quantity"] in {"share", "alone"} else 1
        key = f"{row['quantity']}.{row['part']}"
        numbers |= {f"{key}.{end}": float(factor * row[end]) for end in ("value", "low", "high")}
        numbers[f"{key}.images"] = int(row["images"])
    return numbers


def binarization_numbers(estimates: pd.DataFrame, scores: pd.DataFrame) -> Numbers:
    """Return the correlations within a class that the binarisation alone allows.

    With v the variance of log p(x) within a class and b that between binarisations of one image, the log likelihoods
    of two binarisations correlate by `repeat` = 1 - b / v on average, and those of one binarisation with the mean over
    all of them by `ceiling`, the square root of that.
    """
    own = estimates[(estimates["quantity"] == "deviation") & (estimates["part"] == "binarization")]
    test = scores[scores["subset"] == "test"]
    within = test["log_likelihood"].groupby(test["label"]).var()
    repeat = float(max(1 - own["value"].iloc[0] ** 2 / within.mean(), 0))
    return {"binarization.repeat": repeat, "binarization.ceiling": float(np.sqrt(repeat))}


def excess_numbers(table: pd.DataFrame) -> Numbers:
    """Return the entropy and the excess of every class, the likeliest class, and its rank relative to its entropy.

    Args:
        table: see `excess_nats`.
    """
    numbers: Numbers = {}
    for row in table.reset_index().to_dict("records"):
        for key in table:
            numbers[f"label.{row['label']}.{key}"] = (int if key == "images" else float)(row[key])
    labels = table.index.to_numpy()
    total = (table["binarization_entropy"] + table["excess_nats"]).to_numpy()
    ratio = table["ratio"].to_numpy()
    images = table["images"]
    likeliest = int(total.argmin())
    return numbers | {
        "binarization_entropy.mean": float(np.average(table["binarization_entropy"], weights=images)),
        "excess_nats.mean": float(np.average(table["excess_nats"], weights=images)),
        "negative_log_likelihood.mean": float(np.average(total, weights=images)),
        "likeliest.label": str(labels[likeliest]),
        "likeliest.rank": int((ratio < ratio[likeliest]).sum()) + 1,
        "unlikeliest.label": str(labels[total.argmax()]),
        "lowest_ratio.label": str(labels[ratio.argmin()]),
        "digits": len(table),
    }


def _mean(values: "pd.Series[float]", confidence: float) -> dict[str, float]:
    mean, low, high = mean_normal(values.to_numpy(), confidence)
    return {"mean": mean, "low": low, "high": high}


def _root_mean_square(spread: "pd.Series[float]") -> float:
    return float(np.sqrt((spread**2).mean()))

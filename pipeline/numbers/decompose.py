"""What the page quotes of what makes an image likely."""

from collections.abc import Mapping
from itertools import chain

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from scipy.stats import norm, spearmanr

from pipeline.config import Params
from pipeline.investigations.compare.model_relations import relatives
from pipeline.investigations.decompose.tables import Anatomy
from pipeline.numbers.excess_nats import by_digit

Numbers = dict[str, float | int | str]


def anatomy_numbers(
    anatomy: Anatomy | None,
    scores: Mapping[str, pd.DataFrame],
    grey: UInt8[np.ndarray, "all pixels"],
    params: Params,
) -> Numbers:
    """The gap, the averages by draws, the gradient's noise, the shares, the orders and the price by digit.

    Args:
        anatomy: what was measured, if it was.
        scores: of every model.
        grey: every image, by id.
        params: the models, and the confidence of the intervals.
    """
    if anatomy is None or anatomy.model not in scores:
        return {}
    own, confidence = scores[anatomy.model], params.compare.confidence
    found = [
        gap_numbers(own, confidence),
        draw_numbers(anatomy.draws, own, confidence),
        gradient_numbers(anatomy.gradients),
        estimate_numbers(anatomy.estimates),
        order_numbers(anatomy.estimates, own),
        price_numbers(by_digit(own, grey)),
    ]
    pairs = chain.from_iterable(numbers.items() for numbers in found)
    redraws = anatomy.redraws["image"].value_counts()
    return {
        "anatomy.model": anatomy.model,
        "anatomy.redraws": int(redraws.max()),
        **compared_numbers(anatomy, params),
        **{f"anatomy.{key}": value for key, value in pairs},
    }


def compared_numbers(anatomy: Anatomy, params: Params) -> Numbers:
    """The models that the order of images was compared with, by what they differ in."""
    numbers: Numbers = {}
    for kind in ("binarization", "seed"):
        for name in relatives(params, anatomy.model, kind):
            if (anatomy.estimates["quantity"] == f"order.{name}").any():
                numbers[f"anatomy.other.{kind}"] = name
    return numbers


def gap_numbers(scores: pd.DataFrame, confidence: float) -> Numbers:
    """Log p(x) less the bound, by set, by digit of the test set, and over single test images."""
    gap = scores["log_likelihood"] - scores["elbo"]
    test = scores["set"] == "test"
    groups = {str(name): gap[scores["set"] == name] for name in scores["set"].astype(str).unique()}
    groups |= {f"digit_{digit}": gap[test & (scores["digit"] == digit)] for digit in sorted(set(scores["digit"]))}
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
    """Both averages by number of draws, and how far the one inside still is from the study's estimate.

    `study_error` is the standard error of a mean over so many images, drawn from all of the test set.
    """
    study = scores.set_index("id")["log_likelihood"]
    test, images = scores.loc[scores["set"] == "test", "log_likelihood"], int(draws["image"].nunique())
    counts = sorted(draws["draws"].unique())
    numbers: Numbers = {
        "draws.images": images,
        "draws.study": float(study.loc[draws["image"].unique()].mean()),
        "draws.study_error": float(test.std(ddof=1) / np.sqrt(images)),
        "draws.counts": " ".join(map(str, counts)),
        "draws.fewest": int(counts[0]),
        "draws.most": int(counts[-1]),
        "draws.repetitions": int(draws["repetitions"].min()),
    }
    for count, part in draws.groupby("draws"):
        short = study.loc[part["image"]].to_numpy() - part["inside"]
        numbers |= {
            f"draws.{count}.inside": float(part["inside"].mean()),
            f"draws.{count}.outside": float(part["outside"].mean()),
            f"draws.{count}.inside_spread": _typical(part["inside_spread"]),
            f"draws.{count}.outside_spread": _typical(part["outside_spread"]),
            f"draws.{count}.worst": float(short.max()),
            **{f"draws.{count}.short.{key}": value for key, value in _mean(short, confidence).items()},
        }
    return numbers


def gradient_numbers(gradients: pd.DataFrame) -> Numbers:
    """How noisy the gradient of one image's objective is, and what more draws an image would do to a batch's.

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
    """Every estimate with its interval, shares in per cent."""
    numbers: Numbers = {}
    for row in estimates.to_dict("records"):
        factor = 100 if row["quantity"] in {"share", "alone"} else 1
        key = f"{row['quantity']}.{row['part']}"
        numbers |= {f"{key}.{end}": float(factor * row[end]) for end in ("value", "low", "high")}
        numbers[f"{key}.images"] = int(row["images"])
    return numbers


def order_numbers(estimates: pd.DataFrame, scores: pd.DataFrame) -> Numbers:
    """Up to what rank correlation flips that are drawn once let a model agree with itself, digit by digit.

    With v the variance of log p(x) within a digit and f that between redraws, two sets of flips correlate by
    1 - f / v on average, and the flips of one set with the mean over all flips by the square root of that.
    """
    flips = estimates.loc[(estimates["quantity"] == "deviation") & (estimates["part"] == "flips"), "value"].iloc[0]
    test = scores[scores["set"] == "test"]
    within = test["log_likelihood"].groupby(test["digit"]).var()
    steady = float(max(1 - flips**2 / within.mean(), 0))
    return {"flips.repeat": steady, "flips.ceiling": float(np.sqrt(steady))}


def price_numbers(table: pd.DataFrame) -> Numbers:
    """What each digit costs, which one is likeliest, and what place it has when its coin flips are discounted."""
    numbers: Numbers = {}
    for row in table.reset_index().to_dict("records"):
        for key in table:
            numbers[f"digit.{row['digit']}.{key}"] = (int if key == "images" else float)(row[key])
    digits, whole = table.index.to_numpy(), (table["floor"] + table["price"]).to_numpy()
    ratio, images = table["ratio"].to_numpy(), table["images"]
    likeliest = int(whole.argmin())
    return numbers | {
        "floor.mean": float(np.average(table["floor"], weights=images)),
        "price.mean": float(np.average(table["price"], weights=images)),
        "cost.mean": float(np.average(whole, weights=images)),
        "likeliest.digit": str(digits[likeliest]),
        "likeliest.rank": int((ratio < ratio[likeliest]).sum()) + 1,
        "unlikeliest.digit": str(digits[whole.argmax()]),
        "cheapest.digit": str(digits[ratio.argmin()]),
        "digits": len(table),
    }


def _mean(values: "pd.Series[float]", confidence: float) -> dict[str, float]:
    """Mean over images, with an interval by the central limit theorem."""
    half = norm.ppf((1 + confidence) / 2) * values.std(ddof=1) / np.sqrt(len(values))
    return {"mean": float(values.mean()), "low": float(values.mean() - half), "high": float(values.mean() + half)}


def _typical(spread: "pd.Series[float]") -> float:
    """Root mean square over images."""
    return float(np.sqrt((spread**2).mean()))

"""A study of two equals: each of the study's intervals calls them different in at most 5 of 100 repeats.

Made-up results of two runs of one model, given as if they were of two models, go through the code that the study runs.
With a chance of 5 per cent each, more than `most(repeats)` of the repeats find a difference once in 2,500 times.
"""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from pipeline.core.statistics import (
    Interval,
    bootstrap_counts,
    difference_newcombe,
    percentile_interval,
    share_wilson,
)
from pipeline.investigations.compare.dimensions import dimension_table
from pipeline.investigations.compare.gain import SLOPES, gain_effects
from pipeline.investigations.compare.pairs import compare, compare_pairs
from pipeline.investigations.compare.seeds import seed_effects
from pipeline.investigations.compare.tables import FIT
from pipeline.investigations.decompose.shares import explain, lead, with_squares
from pipeline.investigations.diagnose.twosample import void_mass
from pipeline.investigations.diagnose.ways import WAYS
from pipeline.investigations.regress.rates import compare as compare_rates
from pipeline.numbers.certify import mean_over_models
from pipeline.numbers.claims import Verdict, verdict_of
from pipeline.numbers.classify import classify_numbers, gain_over_runs
from pipeline.numbers.keys import read_interval
from pipeline.numbers.losses import loss_numbers
from pipeline.numbers.paths import path_numbers
from pipeline.numbers.validate import validate_numbers
from pipeline.validation.validate.tables import REFERENCE, STUDY
from tests.support.parameters import PARAMS

REPEATS = 200
FEWER = {"several runs": 100, "one run of one": 100, "one run by size": 100}
"""Repeats of studies that take longer."""
CONFIDENCE = PARAMS.intervals.confidence
FEW = PARAMS.intervals.model_copy(update={"resamples": 500})
A, B = PARAMS.roles.middle, PARAMS.roles.small


def most(repeats):
    """Return how many of the repeats may find a difference."""
    return int(binom.isf(1 / 2500, repeats, 1 - CONFIDENCE))


def called_different(draw, repeats=REPEATS):
    """Return in how many repeats each of the intervals that `draw` returns for a generator, by name, excludes zero."""
    found = [draw(np.random.default_rng(seed)) for seed in range(repeats)]
    return {
        name: sum(verdict_of(one[name].low, one[name].high) is not Verdict.UNRESOLVED for one in found)
        for name in found[0]
    }


def images(rng, count=300, few=20):
    """Return images of `test`, of which a tail has only a few, and how hard each is in nats."""
    region = np.repeat(["centre", "pc1-low"], [count - few, few])
    table = pd.DataFrame({"id": np.arange(count), "label": np.arange(count) % 10, "subset": "test", "region": region})
    return table, rng.normal(-90, 15, count)


def scored(table, hard, rng, run=0.0):
    """Return scores of a run: its effect on every image, and an error of its own on each."""
    value = hard + run + rng.normal(0, 3, len(table))
    return table.assign(log_likelihood=value, elbo=value - 3, standard_error=0.1, pareto_k=0.3, draws=500)


def single_runs(rng, run=0.0):
    table, hard = images(rng)
    a, b = (scored(table, hard, rng, run * rng.normal()) for _ in range(2))
    found = compare(a, b, FEW, rng).set_index("region")
    return {where: Interval(*found.loc[where, ["difference", "low", "high"]]) for where in ("all", "pc1-low")}


def runs_of(sizes, rng):
    """Return parameters and scores of several runs of two models that are equal, with a spread between runs."""
    table, hard = images(rng, count=30, few=5)
    models = {
        f"{name}{run}": PARAMS.model(name).model_copy(update={"seed": run, "score_on": "test"})
        for name, size in sizes.items()
        for run in range(size)
    }
    renamed = {name if model.seed else name[:-1]: model for name, model in models.items()}
    scores = {name: scored(table, hard, rng, run=2 * rng.normal()) for name in renamed}
    compared = PARAMS.compare.model_copy(update={"pairs": (tuple(sizes),)})
    intervals = PARAMS.intervals.model_copy(update={"resamples": 2})
    return PARAMS.model_copy(update={"models": renamed, "compare": compared, "intervals": intervals}), scores


def several_runs(rng, sizes=(3, 3)):
    params, scores = runs_of(dict(zip((A, B), sizes, strict=True)), rng)
    pairs = compare_pairs(params, scores)
    effects = pd.DataFrame(seed_effects(params, scores, pairs)).set_index(["kind", "stratum"])
    sizes = dimension_table(params, scores, {}, pairs).set_index(["model", "stratum", "quantity"])
    by_size = sizes.loc[(B, "test", "log_likelihood"), ["difference", "difference_low", "difference_high"]]
    found = {where: effects.loc[("runs", where)] for where in ("test", "test.pc1-low")}
    intervals = {where: Interval(*row[["value", "low", "high"]]) for where, row in found.items()}
    return intervals | {"by size": Interval(*by_size)}


def one_run_of_one(rng):
    params, scores = runs_of({PARAMS.roles.matched: 1, A: 3}, rng)
    effects = pd.DataFrame(seed_effects(params, scores, compare_pairs(params, scores)))
    row = effects[(effects["kind"] == "single-run") & (effects["stratum"] == "test")].iloc[0]
    return {"test": Interval(*row[["value", "low", "high"]])}


def one_run_by_size(rng):
    params, scores = runs_of({B: 1, A: 3}, rng)
    table = dimension_table(params, scores, {}, compare_pairs(params, scores))
    row = table.set_index(["model", "stratum", "quantity"]).loc[(B, "test", "log_likelihood")]
    return {"test": Interval(*row[["difference", "difference_low", "difference_high"]])}


def training_less_validation(rng):
    table, hard = images(rng)
    table = table.assign(subset=np.repeat(["train", "validation", "test"], 100), region="centre")
    params = PARAMS.model_copy(update={"models": {A: PARAMS.model(A)}})
    found = dimension_table(params, {A: scored(table, hard, rng)}, {}, pd.DataFrame({"model_a": [], "model_b": []}))
    row = found[(found["stratum"] == FIT) & (found["quantity"] == "log_likelihood")].iloc[0]
    return {"gap": Interval(*row[["value", "low", "high"]])}


def summed_labels(rng):
    def labelled(run):
        rows = classified(60, rng)
        return rows.assign(log_likelihood=rows["log_likelihood"] + run)

    runs = [labelled(2 * rng.normal()) for _ in range(6)]
    summed = [pd.Series(mixture_of(one), pd.RangeIndex(60, name="id")) for one in runs]
    plain = [one.rename("log_likelihood").reset_index() for one in summed[3:]]
    return {"gain": gain_over_runs(summed[:3], plain, CONFIDENCE)}


def mixture_of(rows):
    """Return log p(x) of each image, for labels of equal probability."""
    return np.logaddexp.reduce(rows["log_likelihood"].to_numpy().reshape(-1, 10), axis=1) - np.log(10)


def classified(count, rng):
    """Return log likelihoods of images under ten labels, whose true label is drawn from its posterior."""
    value = rng.normal(-90, 2, (count, 10))
    odds = np.exp(value - value.max(axis=1, keepdims=True))
    label = [rng.choice(10, p=one / one.sum()) for one in odds]
    rows = {"id": np.repeat(np.arange(count), 10), "subset": "test", "region": "centre", "label": np.repeat(label, 10)}
    rows |= {"given_label": np.tile(np.arange(10), count), "prior": 0.1, "log_likelihood": value.ravel()}
    return pd.DataFrame(rows | {"standard_error": 0.1, "pareto_k": 0.3, "draws": 256})


def overconfidence(rng):
    name = PARAMS.roles.conditional
    params = PARAMS.model_copy(update={"models": {one: PARAMS.model(one) for one in (name, PARAMS.roles.middle)}})
    numbers = classify_numbers(params, {name: classified(100, rng)}, {})
    return {"test": read_interval(numbers, f"{name}.classify.test.overconfidence_percent")}


def estimated(rng, count=60):
    """Return estimates by the encoder and by the study whose errors have the same heavy-tailed law."""
    truth = pd.DataFrame({"id": range(count), "subset": "test", "log_likelihood": -90.0, "method": REFERENCE})
    truth = truth.assign(draws=50_000, passes=9.0, standard_error=0.001)
    draws = {STUDY: 256, "encoder": PARAMS.validation.encoder_draws}
    parts = [
        truth.assign(method=method, draws=own, log_likelihood=-90 + rng.standard_t(8, count))
        for method, own in draws.items()
    ]
    return pd.concat([truth, *parts], ignore_index=True)


def estimators(rng):
    numbers = validate_numbers(PARAMS, {A: estimated(rng), B: estimated(rng)})
    keys = ("validate.comparison.test.shift", f"validate.{A}.squares", f"validate.{A}.study.test.bias")
    return {key: read_interval(numbers, key) for key in keys}


def annealing(rng):
    """Return the mean over four models of the difference of two estimates, of twenty images each."""
    return {
        "together": mean_over_models([rng.normal(0, 0.1, 20) - rng.normal(0, 0.3, 20) for _ in range(4)], CONFIDENCE)
    }


def void(rng):
    """Return the difference of the masses that two equal priors have in the same void."""

    def ratios():
        """Return the ratio at 500 draws, by three networks, each of which is wrong by something of its own."""
        return rng.normal(size=500) + rng.normal(0, 0.1, (3, 1))

    masses = (void_mass(ratios(), ratios(), 0.1, CONFIDENCE)["prior"] for _ in range(2))
    return {"prior": difference_newcombe(*(Interval(**mass) for mass in masses))}


def shares(rng):
    found = (share_wilson(int(rng.binomial(n, 0.1)), n, CONFIDENCE) for n in (80, 200))
    return {"hits": difference_newcombe(*found)}


def turned(rng):
    """Return the difference in the void between two of the paths of the same pairs of images."""
    shape = (len(WAYS), 3, 200)
    common = rng.normal(-1, 1, shape[2])
    arrays = {"path_units": np.array(4), "path_t": np.linspace(0, 1, 3), "path_norm": np.ones(shape)}
    arrays |= {"path_log_ratio": common + rng.normal(-1, 1, shape), "path_entropy": rng.normal(size=shape)}
    return {"middle": read_interval(path_numbers(arrays, 0.1, CONFIDENCE), "path.turned.void_percent")}


def largest_share(rng):
    """Return the lead of the larger of two equal shares over the other, beside two parts without any."""
    columns = rng.normal(size=(4, 300))
    parts = {f"part {place}": with_squares(column) for place, column in enumerate(columns)}
    values = columns[0] + columns[1] + rng.normal(size=300)
    _, samples = lead(explain(parts, values, bootstrap_counts(300, 400, rng)).shares)
    return {"lead": percentile_interval(samples, CONFIDENCE)}


def slopes(rng):
    count = 300
    traits = {column: rng.normal(size=count) for column in SLOPES}
    hard = rng.normal(-90, 15, count)
    values = {one: hard + rng.normal(0, 3, count) for one in ("a", "b")}
    table = pd.DataFrame({"label": np.arange(count) % 10} | traits | values)
    rows = gain_effects(table, (A, B), FEW.model_copy(update={"resamples": 400}), rng)
    found = {row["quantity"]: row for row in rows if row["kind"] == "gain-slope"}
    return {name: Interval(*(found[name][end] for end in Interval._fields)) for name in ("ink", "label_3")}


def dips(rng, seeds):
    """Return the difference in dips per step of two equal variants, whose seeds differ in how often they dip."""

    def sums():
        steps = rng.integers(50, 500, (seeds, 6)).astype(float)
        dipped = rng.poisson(steps * 0.02 * rng.gamma(2, 0.5, (seeds, 1))).astype(float)
        square = steps * rng.gamma(5, 0.2, (seeds, 1))
        return np.stack([steps, dipped, square, square * rng.gamma(5, 0.2, (seeds, 1))], axis=1)

    return {"rate": compare_rates(sums(), sums(), CONFIDENCE)["dip_rate_difference"]}


def losses(rng):
    """Return the images that lose from more dimensions, less the false alarms, where errors alone make them lose."""
    count, checks = 2000, 200
    table, hard = images(rng, count)
    errors = partial(rng.standard_t, 3)
    scores = {name: scored(table, hard, rng).assign(log_likelihood=hard + 0.1 * errors(count)) for name in (A, B)}
    estimates = {
        name: pd.concat(
            [
                pd.DataFrame({"id": range(checks), "method": method, "log_likelihood": value, "standard_error": error})
                for method, value, error in ((STUDY, -90 + 0.1 * errors(checks), 0.1), (REFERENCE, -90.0, 0.0))
            ]
        )
        for name in (A, B)
    }
    split = pd.DataFrame({"id": range(count), "ink": rng.random(count)})
    params = PARAMS.model_copy(update={"models": {name: PARAMS.model(name) for name in (A, B)}})
    numbers = loss_numbers(params, scores, split, estimates)
    clear, least = (numbers[f"compare.negative_gains.{key}"] for key in ("clear", "real_least"))
    return {"clear": Interval(clear, least, max(clear, least))}


STUDIES = {
    "single runs": single_runs,
    "several runs": several_runs,
    "one run of one": one_run_of_one,
    "one run by size": one_run_by_size,
    "summed labels": summed_labels,
    "training less validation": training_less_validation,
    "estimators": estimators,
    "annealing": annealing,
    "overconfidence": overconfidence,
    "void": void,
    "shares": shares,
    "turned paths": turned,
    "largest share": largest_share,
    "slopes": slopes,
    "dips, 40 seeds": partial(dips, seeds=40),
    "dips, 6 seeds": partial(dips, seeds=6),
    "losses": losses,
}


@pytest.mark.parametrize("name", STUDIES)
def test_equals_are_seldom_called_different(name):
    repeats = FEWER.get(name, REPEATS)
    assert max(called_different(STUDIES[name], repeats).values()) <= most(repeats)


def test_an_interval_over_images_knows_nothing_of_runs():
    """These two runs are of one model: a verdict about a method needs an interval over runs."""
    assert called_different(partial(single_runs, run=1.0))["all"] > 5 * most(REPEATS)

"""Claims: comparisons with a verdict, by which pages choose between wordings whose truth depends on the data.

A claim's verdict is above, below or not resolved. A finding is one of the ten on the article's first page, which words
a claim.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import chain, pairwise
from typing import TypeVar

from pipeline.config import Roles
from pipeline.core.statistics import Interval, difference_newcombe
from pipeline.data.subsets import REGIONS, TAILS
from pipeline.numbers.decompose import PARTS
from pipeline.numbers.keys import Numbers, read_interval, with_interval

Wording = TypeVar("Wording")
NATS = "nats per image"
POINTS = "percentage points"
VOID_PERCENT, VOID_SHARE = 0.5, 0.2
"""A void is confirmed if fresh draws put more than this percentage of the prior in it, and less than this share of that
percentage of the aggregate posterior."""
FEW_RUNS = ("single-run", "images")
"""What differences between numbers of latent dimensions are over, where one was trained once, and where both were."""
VARIANTS = (
    "constant",
    "slow-mean",
    "slow-sigma",
    "floor",
    "clipped",
    "beta",
    "shallow",
    "shallow-fast",
    "narrow",
    "narrow-fast",
)
"""Variants of the regression whose rate of dips is compared with that of plain σ(x)."""
NAMES = (
    "dips",
    *(f"dips-{variant}" for variant in VARIANTS),
    "sigma-holdout",
    "sigma-price",
    "more",
    "more-runs",
    "larger",
    "larger-runs",
    "largest",
    "gain-largest",
    "gain-smallest",
    "losses",
    "losses-plain",
    *(f"unseen-{region}" for region in REGIONS),
    "unseen-fewer",
    "fit-small",
    "fit-middle",
    "fit-large",
    "fit-small-middle",
    "longer",
    "doubling",
    "lead",
    "lead-thresholded",
    "draws-shortfall",
    "draws-efficiency",
    "told-apart",
    "void",
    "void-longer",
    "void-path",
    "path-best",
    "generated",
    "shift",
    "errors-small",
    "errors-middle",
    "errors-large",
    "annealing",
    "sure",
    "worth",
    "worth-runs",
    "blind-encoder",
    "label-number",
)
"""All claims, in the order of the pages.

Most verdicts decide which sentences a page has. A few claims, such as `draws-shortfall`, no page words: they are in the
table of replications alone, where all are compared with those under other seeds.
"""
ONE_SIDED = ("lead", "lead-thresholded", "gain-largest", "gain-smallest", "losses", "path-best", "void", "worth-runs")
"""Claims that are above or not resolved: of the largest of several, of a count, of a rule, or of a lower bound."""


class Verdict(StrEnum):
    """What an interval says of the sign of what it estimates."""

    ABOVE = "above"
    BELOW = "below"
    UNRESOLVED = "not resolved"


@dataclass(frozen=True)
class Claim:
    """One comparison, with its estimate, its interval and its verdict."""

    name: str
    compared: str
    """What is estimated, in words; of a largest one, also which it is."""
    estimate: float
    low: float
    high: float
    unit: str
    verdict: Verdict

    def agrees(self, other: "Claim | None") -> bool:
        """Return whether another study comes to the same verdict, and finds the same one largest if that is resolved.

        Args:
            other: the claim of this name in the other study; None if it makes none.
        """
        if other is None or other.verdict is not self.verdict:
            return False
        return self.verdict is Verdict.UNRESOLVED or other.compared == self.compared

    def is_apart(self, other: "Claim | None") -> bool:
        """Return whether the estimates of two studies differ by more than the intervals of both allow.

        If so, the intervals leave out a source of variance: one over images or draws does not contain the training run.

        Args:
            other: the claim of this name in the other study; None, of which nothing is apart, if it makes none.
        """
        if other is None or other.compared != self.compared:
            return False
        ends = (Interval(one.estimate, one.low, one.high) for one in (self, other))
        difference = difference_newcombe(*ends)
        return verdict_of(difference.low, difference.high) is not Verdict.UNRESOLVED


def verdict_of(low: float, high: float) -> Verdict:
    """Return the verdict of a confidence interval: the sign of its ends, not resolved if it contains zero."""
    return by_sign(low, high, Verdict.ABOVE, Verdict.BELOW, Verdict.UNRESOLVED)


def verdicts(numbers: Numbers) -> dict[str, Claim]:
    """Return every claim by name, in the order of `NAMES`; those whose numbers are missing are left out.

    The verdict is that of the interval, less 50 per cent for `told-apart`, one for `sigma-price` and `compare.doubling`
    for `doubling`. Claims of `ONE_SIDED` are never below; `void` is above if the void is confirmed.

    Args:
        numbers: of the study, by key, as in numbers.json.
    """
    model, short = _role_models(numbers)
    found = chain(
        _dips(numbers),
        _more_dimensions(numbers, model, short),
        _gains(numbers, model["middle"], model["small"]),
        _unseen(numbers, model, short),
        _fit(numbers, short),
        _length(numbers),
        _likely(numbers),
        _voids(numbers, model["middle"]),
        _estimator(numbers, model),
        _label(numbers, model["conditional"], short["conditional"]),
    )
    claims = {claim.name: claim for claim in found}
    return {name: claims[name] for name in NAMES if name in claims}


def conditions(claims: Mapping[str, Claim]) -> dict[str, dict[str, bool]]:
    """Return what pages may ask of every claim: `above`, `below` or `unresolved`, and `known`; or else `absent`."""
    words = {Verdict.ABOVE: "above", Verdict.BELOW: "below", Verdict.UNRESOLVED: "unresolved"}
    return {
        name: {words[claims[name].verdict]: True, "known": True} if name in claims else {"absent": True}
        for name in NAMES
    }


def claim_numbers(claims: Mapping[str, Claim], stem: str = "claim") -> dict[str, float]:
    """Return the estimate of every claim with its interval, under `STEM.NAME.value`, `.low` and `.high`."""
    found: dict[str, float] = {}
    for name, claim in claims.items():
        found |= with_interval(f"{stem}.{name}", Interval(claim.estimate, claim.low, claim.high))
    return found


def compare_studies(study: Mapping[str, Claim], others: Mapping[str, Mapping[str, Claim]]) -> dict[str, object]:
    """Return what replications say of every claim, as `replication.json` has it.

    Args:
        study: claims of the study by name; see `verdicts`.
        others: the same of each replication, by its seed.

    Returns:
        `study`, the claims by name; and `replications`, by seed and name the claim, whether it `agrees` and whether it
        `is_apart`. A claim that only one of the two studies makes is missing from the other, and agrees with nothing.
    """
    replications = {
        seed: {
            name: _record(claim)
            | {"agrees": claim.agrees(study.get(name)), "is_apart": claim.is_apart(study.get(name))}
            for name, claim in replication.items()
        }
        for seed, replication in others.items()
    }
    return {"study": {name: _record(claim) for name, claim in study.items()}, "replications": replications}


def read_claims(records: Mapping[str, Mapping[str, object]]) -> dict[str, Claim]:
    """Return claims from what `compare_studies` made of them.

    Raises:
        KeyError, ValueError: it did not make these records.
    """
    fields = [key for key in Claim.__dataclass_fields__ if key not in ("name", "verdict")]
    return {
        name: Claim(name=name, verdict=Verdict(str(one["verdict"])), **{key: one[key] for key in fields})  # type: ignore[arg-type]
        for name, one in records.items()
    }


def by_sign(low: float, high: float, above: Wording, below: Wording, between: Wording) -> Wording:
    """Return the wording that a confidence interval supports.

    Args:
        low: lower end of the interval.
        high: upper end of the interval.
        above: the wording if the whole interval is positive.
        below: the wording if the whole interval is negative.
        between: the wording if the interval contains zero, so that the sign is unknown.
    """
    if low > 0:
        return above
    return below if high < 0 else between


def _record(claim: Claim) -> dict[str, object]:
    return {key: value for key, value in asdict(claim).items() if key != "name"}


def _claim(name: str, compared: str, found: Interval | None, unit: str, null: float = 0.0) -> Iterator[Claim]:
    """Yield a claim with the verdict of its interval less `null`; nothing without an interval."""
    if found is not None:
        verdict = verdict_of(found.low - null, found.high - null)
        if name in ONE_SIDED and verdict is Verdict.BELOW:
            verdict = Verdict.UNRESOLVED
        yield Claim(name, compared, found.value, found.low, found.high, unit, verdict)


def _largest(name: str, compared: str, found: Mapping[str, Interval], unit: str) -> Iterator[Claim]:
    """Yield how far the largest of some independent estimates is ahead of the second; nothing for fewer than two."""
    first, second, *_ = [*sorted(found, key=lambda one: -found[one].value), "", ""]
    if second:
        yield from _claim(name, compared.format(first), difference_newcombe(found[first], found[second]), unit)


def _dips(numbers: Numbers) -> Iterator[Claim]:
    more = read_interval(numbers, "regress.varying.dips_difference")
    yield from _claim("dips", "dips with a learned σ(x) less those with one σ", more, "dips per seed")
    for variant in VARIANTS:
        less = read_interval(numbers, f"regress.{variant}.dip_rate_difference")
        words = f"dips of the variant {variant} less those of plain σ(x), at equal log likelihood"
        yield from _claim(f"dips-{variant}", words, less, "dips per 1,000 steps")
    pays = read_interval(numbers, "regress.varying.holdout_difference")
    yield from _claim("sigma-holdout", "holdout log likelihood with σ(x) less that with one σ", pays, "nats")
    price = read_interval(numbers, "regress.varying.price_ratio")
    words = "second-order cost per squared move of f under σ(x), as a multiple of that under one σ"
    yield from _claim("sigma-price", words, price, "times", null=1.0)


def _more_dimensions(numbers: Numbers, model: Mapping[str, str], short: Mapping[str, str]) -> Iterator[Claim]:
    """Yield which number of latent dimensions explains test images better, for single weights and over runs."""
    for name, more, fewer in (("more", "middle", "small"), ("larger", "large", "middle")):
        a, b = model[more], model[fewer]
        words = f"log likelihood of {a} less that of {b}, over images"
        yield from _claim(name, words, read_interval(numbers, f"pair.{a}.{b}.test"), NATS)
        a, b = short[more], short[fewer]
        words = f"log likelihood of {a} less that of {b}, over training runs"
        yield from _claim(f"{name}-runs", words, _over_runs(numbers, a, b, "test"), NATS)
    sizes, base = str(numbers.get("dimensions", "")).split(), numbers.get("setting.compare.base")
    for name in sizes[-1:] if len(sizes) > 1 else []:
        key = f"dimensions.{name}.log_likelihood.test"
        over = "images" if numbers.get(f"{key}.over") == "images" else "training runs"
        words = f"log likelihood of {name} less that of {base}, over {over}"
        if name != base:
            yield from _claim("largest", words, read_interval(numbers, f"{key}.difference"), NATS)


def _over_runs(numbers: Numbers, a: str, b: str, where: str) -> Interval | None:
    """Return the difference of two kinds of model over training runs; None if neither has several."""
    kinds = (
        read_interval(numbers, f"compare.{kind}.{a}.{b}.log_likelihood.{where}") for kind in ("runs", "single-run")
    )
    return next((found for found in kinds if found is not None), None)


def _gains(numbers: Numbers, a: str, b: str) -> Iterator[Claim]:
    """Yield in which tail the gain of one model over another is largest and smallest, and which images lose."""
    found = {tail: read_interval(numbers, f"pair.{a}.{b}.test.{tail}") for tail in TAILS}
    gains = {tail: gain for tail, gain in found.items() if gain is not None}
    losses = {tail: Interval(-gain.value, -gain.high, -gain.low) for tail, gain in gains.items()}
    yield from _largest("gain-largest", f"gain of {a} over {b} in {{}} less that in the next tail", gains, NATS)
    yield from _largest("gain-smallest", f"gain of {a} over {b} in the next tail less that in {{}}", losses, NATS)
    clear, real, images = (numbers.get(f"compare.negative_gains.{key}") for key in ("clear", "real_least", "images"))
    if isinstance(clear, int) and isinstance(real, int | float) and isinstance(images, int):
        lost = Interval(100 * clear / images, 100 * real / images, 100 * clear / images)
        yield from _claim("losses", f"test images that {b} explains better than {a}", lost, "per cent")
    plain = read_interval(numbers, "compare.negative_gains.ink_percent")
    yield from _claim("losses-plain", "losses among images with less ink less those among the others", plain, POINTS)


def _unseen(numbers: Numbers, model: Mapping[str, str], short: Mapping[str, str]) -> Iterator[Claim]:
    """Yield what not having seen the tails costs: over training runs if there are several, otherwise over images."""
    several = _unseen_over_runs(numbers, short)
    names = short if several else model
    a, b = names["matched"], names["middle"]
    for region in REGIONS:
        single = read_interval(numbers, f"pair.{a}.{b}.test.{region}")
        over, found = ("training runs", _over_runs(numbers, a, b, f"test.{region}")) if several else ("images", single)
        words = f"log likelihood of {a} less that of {b} in {region}, over {over}"
        yield from _claim(f"unseen-{region}", words, found, NATS)
    few, many = short["small"], short["middle"]
    more = read_interval(numbers, f"compare.unseen-gap.{few}.{many}.log_likelihood.test.pc1-high")
    less = read_interval(numbers, f"compare.unseen-gap.{many}.{few}.log_likelihood.test.pc1-high")
    gap = more or (less and Interval(-less.value, -less.high, -less.low))
    words = (
        f"gain from the tails in pc1-high with as many dimensions as {few} less that with those of {many}, over images"
    )
    yield from _claim("unseen-fewer", words, gap, NATS)


def _unseen_over_runs(numbers: Numbers, short: Mapping[str, str]) -> bool:
    return any(_over_runs(numbers, short["matched"], short["middle"], f"test.{region}") for region in TAILS)


def _three_kinds(numbers: Numbers, short: Mapping[str, str]) -> bool:
    """Return whether the small, the middle and the large model have several runs, and as many."""
    names = (short[role] for role in ("small", "middle", "large"))
    sizes = {numbers.get(f"compare.spread.{name}.{name}.log_likelihood.test.size") for name in names}
    return len(sizes) == 1 and None not in sizes


def _role_models(numbers: Numbers) -> tuple[dict[str, str], dict[str, str]]:
    """Return the model of every role, and the one like it as long as `compare.base`; "" for a role without one."""
    model = {part: str(numbers.get(f"role.{part}", "")) for part in Roles.model_fields}
    return model, {part: str(numbers.get(f"short.{name}", name)) for part, name in model.items()}


def _fit(numbers: Numbers, short: Mapping[str, str]) -> Iterator[Claim]:
    for role in ("small", "middle", "large"):
        key = f"dimensions.{short[role]}.log_likelihood.train-validation"
        words = f"log likelihood of training images under {short[role]} less that of validation images"
        yield from _claim(f"fit-{role}", words, read_interval(numbers, key), NATS)
        if role == "small":
            words = f"that difference under {short[role]} less that under {numbers.get('setting.compare.base')}"
            yield from _claim("fit-small-middle", words, read_interval(numbers, f"{key}.difference"), NATS)


def _length(numbers: Numbers) -> Iterator[Claim]:
    """Yield what the last step to a longer training of the middle model changes."""
    least = numbers.get("setting.compare.doubling")
    for shorter, longer in [*pairwise(str(numbers.get("diagnose.lengths", "")).split())][-1:]:
        gain = read_interval(numbers, f"diagnose.longer.{longer}.log_likelihood")
        yield from _claim("longer", f"log likelihood of {longer} less that of {shorter}", gain, NATS)
        change = read_interval(numbers, f"diagnose.longer.{longer}.void.prior")
        yield from _claim("void-longer", f"void of {longer} less that of {shorter}", change, POINTS)
        doubling = read_interval(numbers, f"diagnose.longer.{longer}.doubling")
        if isinstance(least, int | float):
            words = f"gain on validation images from twice the epochs, up to {longer}"
            yield from _claim("doubling", words, doubling, NATS, null=least)


def _likely(numbers: Numbers) -> Iterator[Claim]:
    other = numbers.get("decompose.other.binarisation")
    for name, key, part, images in (
        ("lead", "decompose.lead", "decompose.lead.words", "test images"),
        ("lead-thresholded", f"decompose.lead.{other}", "decompose.lead.other.words", "thresholded test images"),
    ):
        if part in numbers:
            words = f"share of the {numbers[part]} in the variance of log p(x) over {images}, less the next share"
            yield from _claim(name, words, read_interval(numbers, key), POINTS)
    less = read_interval(numbers, "decompose.draws.shortfall")
    words = "the study's estimates less the longest average inside the logarithm"
    yield from _claim("draws-shortfall", words, less, NATS)
    work = read_interval(numbers, "decompose.same_work.encoder")
    many = numbers.get("decompose.same_work.draws")
    words = f"variance of the encoder's gradient with {many} draws per image less that with one, at the same work"
    yield from _claim("draws-efficiency", words, work, "per cent")


def _voids(numbers: Numbers, middle: str) -> Iterator[Claim]:
    key = f"diagnose.{middle}"
    accuracy = read_interval(numbers, f"{key}.accuracy")
    words = f"draws of {middle}'s prior and aggregate posterior that a network tells apart"
    yield from _claim("told-apart", words, accuracy, "per cent", null=50.0)
    prior, posterior = (read_interval(numbers, f"{key}.void.{kind}") for kind in ("prior", "posterior"))
    if prior is not None and posterior is not None:
        empty = prior.low > VOID_PERCENT and posterior.high < VOID_SHARE * prior.low
        (found,) = _claim("void", f"draws from the prior of {middle} in its void", prior, "per cent")
        yield replace(found, verdict=Verdict.ABOVE if empty else Verdict.UNRESOLVED)
    turned = read_interval(numbers, "path.turned.void_percent")
    yield from _claim("void-path", "middles of great circles in the void less those of straight lines", turned, POINTS)
    margin = read_interval(numbers, "path.margin")
    yield from _claim("path-best", "middles in the void on the second best path less those on the best", margin, POINTS)
    real = read_interval(numbers, f"{key}.gap")
    yield from _claim("generated", f"log likelihood of images generated by {middle} less that of real ones", real, NATS)


def _estimator(numbers: Numbers, model: Mapping[str, str]) -> Iterator[Claim]:
    """Yield what the encoder's estimates would change, whose errors are smaller, and whether annealing differs."""
    shift = read_interval(numbers, "validate.comparison.test.shift")
    pair = f"{model['middle']} less that of {model['small']}"
    words = f"log likelihood of {pair} by the encoder's estimates, less the same by the study's"
    yield from _claim("shift", words, shift, NATS)
    for role in ("small", "middle", "large"):
        name = model[role]
        smaller = read_interval(numbers, f"validate.{name}.squares")
        words = f"squared error of the encoder's estimates under {name} less that of the study's"
        yield from _claim(f"errors-{role}", words, smaller, "nats² per image")
    together = read_interval(numbers, "certificate.together")
    yield from _claim("annealing", "log likelihood by the study's estimates less that by annealing", together, NATS)


def _label(numbers: Numbers, name: str, short: str) -> Iterator[Claim]:
    key = f"{name}.classify"
    sure = read_interval(numbers, f"{key}.test.overconfidence_percent")
    yield from _claim("sure", f"mean posterior of {name}'s predicted label less its accuracy", sure, POINTS)
    words = f"log p(x) of {name} summed over labels less that of {numbers.get(f'{key}.against')}, over images"
    yield from _claim("worth", words, read_interval(numbers, f"{key}.test.gain"), NATS)
    least = read_interval(numbers, f"{short}.classify.gain_over_runs_least")
    words = f"lower bound of log p(x) of {short} less that of models without labels, over training runs"
    yield from _claim("worth-runs", words, least, NATS)
    for claim, kind, quantity, words in (
        ("blind-encoder", "encoder_sees_label", "inference_gap", "gap between likelihood and bound"),
        ("label-number", "label", "log_likelihood", "log likelihood"),
    ):
        variant = numbers.get(f"ablations.{kind}")
        change = read_interval(numbers, f"ablations.{variant}.{quantity}")
        yield from _claim(claim, f"{words} of {variant} less that of {numbers.get('ablations.base')}", change, NATS)


def study_conditions(numbers: Numbers) -> dict[str, dict[str, bool]]:
    """Return what pages may ask beside claims.

    These are roles that have a model, or a diagnosed one; whether `unseen` is over training runs, whether
    all three sizes have as many `runs`, whether the `largest`
    number of dimensions was trained once or several times, whether any `losses` are clear, whether the entropy has the
    `lead` for thresholded images, and whether the middle model was `scored` on training images and in the certificate;
    and what regressions show.
    """
    models = {key.removeprefix("role."): name for key, name in numbers.items() if key.startswith("role.")}
    *_, largest = ["", *str(numbers.get("dimensions", "")).split()]
    return {
        "roles": dict.fromkeys(models, True),
        "diagnosed": {role: f"diagnose.{name}.active" in numbers for role, name in models.items()},
        "unseen": {"runs": _unseen_over_runs(numbers, _role_models(numbers)[1])},
        "runs": {"alike": _three_kinds(numbers, _role_models(numbers)[1])},
        "largest": {one: numbers.get(f"dimensions.{largest}.log_likelihood.test.over") == one for one in FEW_RUNS},
        "lead": {"entropy": numbers.get("decompose.lead.other.words") == PARTS["binarisation_entropy"]},
        "scored": {
            "train": f"{models.get('middle')}.train.log_likelihood" in numbers,
            "certificate": f"certificate.{models.get('middle')}.search.missed" in numbers,
        },
        "losses": {"any": "compare.negative_gains.largest" in numbers},
        "regress": {
            "deepest": "regress.varying.deepest_depth" in numbers,
            "far": "regress.varying.far_ratio" in numbers,
        },
    }

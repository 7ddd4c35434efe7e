"""Verdicts of the findings, and choices between wordings whose truth depends on the data."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import chain, pairwise
from typing import TypeVar

from pipeline.core.statistics import Interval, difference_newcombe
from pipeline.data.subsets import TAILS

Wording = TypeVar("Wording")
Numbers = Mapping[str, object]
NATS = "nats per image"
POINTS = "percentage points"
NAMED = 0.5
"""A principal component is named by a trait if their correlation is above this."""
VOID_PERCENT, VOID_SHARE = 0.5, 0.2
"""A void is borne out if fresh draws put more than this percentage of the prior in it, and less than this share of that
percentage of the aggregate posterior."""
ROLES = ("small", "middle", "large", "matched", "conditional")
CALMER = {
    "floor": "with a floor under σ",
    "slow-mean": "with shorter steps of f",
    "narrow": "in a narrower network",
    "narrow-fast": "in a narrower network with longer steps of f",
}
"""Variants of the regression whose rate of dips the first finding compares."""


class Verdict(StrEnum):
    """What an interval says of the sign of what it estimates."""

    ABOVE = "above"
    BELOW = "below"
    UNRESOLVED = "not resolved"


@dataclass(frozen=True)
class Claim:
    """One comparison that the findings state."""

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
    """Return every claim of the findings by name, in their order; those whose numbers are missing are left out.

    The verdict is that of the interval, but for `void.prior`, which is above if the void is borne out.

    Args:
        numbers: of the study, by key, as in numbers.json.
    """
    names = [str(numbers.get(f"role.{part}", "")) for part in ROLES]
    small, middle, large, matched, conditional = names
    found = chain(
        _dips(numbers),
        _shares(numbers),
        *_each_length(numbers, middle, small),
        _gains(numbers, middle, small),
        *_each_length(numbers, large, middle),
        _unseen(numbers, matched, middle),
        _fit(numbers),
        _voids(numbers, middle),
        _encoder(numbers, middle, small),
        _errors(numbers, names),
        _conditional(numbers, conditional),
    )
    return {claim.name: claim for claim in found}


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


def axis_name(correlations: Mapping[str, float]) -> str | None:
    """Return the trait that a principal component may be named by, or None.

    It is the one with the largest correlation, of either sign, if that is above `NAMED`.

    Args:
        correlations: of the component with each trait, by the trait's name.
    """
    name = max(correlations, key=lambda trait: abs(correlations[trait]))
    return name if abs(correlations[name]) > NAMED else None


def _record(claim: Claim) -> dict[str, object]:
    return {key: value for key, value in asdict(claim).items() if key != "name"}


def _interval(numbers: Numbers, key: str) -> Interval | None:
    """Return the estimate under a key with its interval, in whichever form the numbers have it; None without it."""
    for value, joint in ((f"{key}.value", "."), (f"{key}.difference", "."), (key, "_")):
        ends = [numbers.get(one) for one in (value, f"{key}{joint}low", f"{key}{joint}high")]
        if all(isinstance(end, int | float) for end in ends):
            return Interval(*ends)  # type: ignore[arg-type]
    return None


def _claim(name: str, compared: str, found: Interval | None, unit: str) -> Iterator[Claim]:
    """Yield a claim with the verdict of its interval; nothing without an interval."""
    if found is not None:
        yield Claim(name, compared, found.value, found.low, found.high, unit, verdict_of(found.low, found.high))


def _largest(name: str, compared: str, found: Mapping[str, Interval], unit: str) -> Iterator[Claim]:
    """Yield how far the largest of some independent estimates is ahead of the second; nothing for fewer than two."""
    first, second, *_ = [*sorted(found, key=lambda one: -found[one].value), "", ""]
    if second:
        yield from _claim(name, compared.format(first), difference_newcombe(found[first], found[second]), unit)


def _dips(numbers: Numbers) -> Iterator[Claim]:
    more = _interval(numbers, "regress.varying.dips_difference")
    yield from _claim("dips", "dips with a learned σ(x) less those with one σ", more, "dips per seed")
    for variant, subject in CALMER.items():
        less = _interval(numbers, f"regress.{variant}.dip_rate_difference")
        words = f"dips at equal log likelihood {subject} less those without"
        yield from _claim(f"dips.{variant}", words, less, "dips per 1,000 steps")


def _shares(numbers: Numbers) -> Iterator[Claim]:
    other = numbers.get("decompose.other.binarisation")
    for name, images in (("decompose.lead", "test images"), (f"decompose.lead.{other}", "thresholded test images")):
        if f"{name}.part" in numbers:
            words = f"share of {numbers[f'{name}.part']} in the variance of log p(x) over {images}, less the next share"
            yield from _claim(name.removeprefix("decompose."), words, _interval(numbers, name), POINTS)


def _each_length(numbers: Numbers, a: str, b: str) -> list[Iterator[Claim]]:
    """Return what `_better` says of two models, and of those like them that are as long as the training runs."""
    pairs = dict.fromkeys([(a, b), _as_long_as_runs(numbers, a, b)])
    return [_better(numbers, *pair) for pair in pairs]


def _as_long_as_runs(numbers: Numbers, a: str, b: str) -> tuple[str, str]:
    """Return the models that are like these, but as long as `compare.base`; where there is none, the model itself."""
    first, second = (str(numbers.get(f"short.{name}", name)) for name in (a, b))
    return first, second


def _over_runs(numbers: Numbers, a: str, b: str, where: str) -> Interval | None:
    """Return the difference of two kinds of model over training runs; None if neither has several."""
    kinds = (_interval(numbers, f"compare.{kind}.{a}.{b}.log_likelihood.{where}") for kind in ("runs", "single-run"))
    return next((found for found in kinds if found is not None), None)


def _better(numbers: Numbers, a: str, b: str) -> Iterator[Claim]:
    """Yield which of two models explains test images better: over training runs if both have several."""
    runs = _interval(numbers, f"compare.runs.{a}.{b}.log_likelihood.test")
    over, found = ("images", _interval(numbers, f"pair.{a}.{b}.test")) if runs is None else ("training runs", runs)
    yield from _claim(f"better.{a}.{b}", f"log likelihood of {a} less that of {b}, over {over}", found, NATS)


def _gains(numbers: Numbers, a: str, b: str) -> Iterator[Claim]:
    """Yield in which tail the gain of one model over another is largest and smallest, and whether images lose."""
    found = {tail: _interval(numbers, f"pair.{a}.{b}.test.{tail}") for tail in TAILS}
    gains = {tail: gain for tail, gain in found.items() if gain is not None}
    losses = {tail: Interval(-gain.value, -gain.high, -gain.low) for tail, gain in gains.items()}
    yield from _largest("gain.largest", f"gain of {a} over {b} in {{}} less that in the next tail", gains, NATS)
    yield from _largest("gain.smallest", f"gain of {a} over {b} in the next tail less that in {{}}", losses, NATS)
    clear, real, images = (numbers.get(f"compare.negative_gains.{key}") for key in ("clear", "real_least", "images"))
    if isinstance(clear, int) and isinstance(real, int | float) and isinstance(images, int):
        lost = Interval(100 * clear / images, 100 * real / images, 100 * clear / images)
        yield from _claim("losses", f"test images that {b} explains better than {a}", lost, "per cent")


def _unseen(numbers: Numbers, a: str, b: str) -> Iterator[Claim]:
    """Yield what not having seen the tails costs, over training runs and for single weights, and what the centre."""
    centre: tuple[str, Interval | None] = "", None
    again = _as_long_as_runs(numbers, a, b)
    if any(_over_runs(numbers, *again, f"test.{region}") for region in TAILS):
        a, b = again
    for region in (*TAILS, "centre"):
        over_runs = _over_runs(numbers, a, b, f"test.{region}")
        single = _interval(numbers, f"pair.{a}.{b}.test.{region}")
        words = f"log likelihood of {a} less that of {b} in {region}, over"
        if region == "centre":
            centre = ("images", single) if over_runs is None else ("training runs", over_runs)
            yield from _claim("unseen.centre", f"{words} {centre[0]}", centre[1], NATS)
        else:
            yield from _claim(f"unseen.runs.{region}", f"{words} training runs", over_runs, NATS)
            yield from _claim(f"unseen.images.{region}", f"{words} images", single, NATS)


def _fit(numbers: Numbers) -> Iterator[Claim]:
    for name in str(numbers.get("dimensions", "")).split():
        gap = _interval(numbers, f"dimensions.{name}.log_likelihood.train-validation")
        words = f"log likelihood of training images under {name} less that of validation images"
        yield from _claim(f"fit.{name}", words, gap, NATS)


def _voids(numbers: Numbers, middle: str) -> Iterator[Claim]:
    prior, posterior = (_interval(numbers, f"diagnose.{middle}.void.{kind}") for kind in ("prior", "posterior"))
    if prior is not None and posterior is not None:
        empty = prior.low > VOID_PERCENT and posterior.high < VOID_SHARE * prior.low
        (found,) = _claim("void.prior", f"draws from the prior of {middle} in its void", prior, "per cent")
        yield replace(found, verdict=Verdict.ABOVE if empty else Verdict.UNRESOLVED)
    turned = _interval(numbers, "path.turned.void_percent")
    yield from _claim("void.path", "middles of great circles in the void less those of straight lines", turned, POINTS)
    trained = str(numbers.get("diagnose.lengths", "")).split()
    for short, long in pairwise(trained):
        change = _interval(numbers, f"diagnose.longer.{long}.void.prior")
        yield from _claim(f"void.longer.{long}", f"void of {long} less that of {short}", change, POINTS)
    for short, long in [*pairwise(trained)][-1:]:
        gain = _interval(numbers, f"diagnose.longer.{long}.log_likelihood")
        yield from _claim(f"longer.{long}", f"log likelihood of {long} less that of {short}", gain, NATS)


def _encoder(numbers: Numbers, a: str, b: str) -> Iterator[Claim]:
    shift = _interval(numbers, "validate.comparison.test.shift")
    words = f"log likelihood of {a} less that of {b} by the encoder's estimates, less the same by the study's"
    yield from _claim("shift", words, shift, NATS)


def _errors(numbers: Numbers, names: Iterable[str]) -> Iterator[Claim]:
    """Yield whose errors are smaller, where the mean error is largest, and whether annealing differs."""
    bias: dict[str, Interval] = {}
    for name in dict.fromkeys(names):
        smaller = _interval(numbers, f"validate.{name}.squares")
        words = f"squared error of the encoder's estimates under {name} less that of the study's"
        yield from _claim(f"errors.{name}", words, smaller, "nats² per image")
        for tail in TAILS:
            if (off := _interval(numbers, f"validate.{name}.study.{tail}.bias")) is not None:
                bias[f"{tail} under {name}"] = off if off.value >= 0 else Interval(-off.value, -off.high, -off.low)
    yield from _largest("bias.largest", "size of the mean error in {} less the next size", bias, NATS)
    together = _interval(numbers, "certificate.together")
    yield from _claim("annealing", "log likelihood by the study's estimates less that by annealing", together, NATS)


def _conditional(numbers: Numbers, name: str) -> Iterator[Claim]:
    key = f"{name}.classify"
    sure = _interval(numbers, f"{key}.test.overconfidence_percent")
    yield from _claim("sure", f"mean posterior of {name}'s predicted label less its accuracy", sure, POINTS)
    runs = _interval(numbers, f"{key}.gain_over_runs")
    over, found = ("images", _interval(numbers, f"{key}.test.gain")) if runs is None else ("training runs", runs)
    words = f"log p(x) of {name} summed over labels less that of {numbers.get(f'{key}.against')}, over {over}"
    yield from _claim("worth", words, found, NATS)

import json

import pytest

from pipeline.core.statistics import Interval
from pipeline.numbers.claims import (
    NAMES,
    ONE_SIDED,
    Claim,
    Verdict,
    by_sign,
    claim_numbers,
    compare_studies,
    conditions,
    read_claims,
    study_conditions,
    verdicts,
)
from pipeline.numbers.keys import with_interval

UNMADE = {"longer", "doubling", "lead-thresholded", "worth-runs", "blind-encoder", "label-number"}
"""Claims for which a made-up study of five models lacks trainings."""


@pytest.fixture(scope="module")
def numbers(made_numbers):
    """The numbers of a made-up study, which have been written to a file and read from it."""
    return made_numbers(5)


NULLS = {"sigma-price": 1.0, "told-apart": 50.0}
"""Claims that are not held against zero, and what they are held against."""


@pytest.mark.parametrize("name", NULLS)
def test_a_ratio_and_a_share_are_held_against_what_chance_gives(numbers, name):
    key = {"sigma-price": "regress.varying.price_ratio", "told-apart": "diagnose.vae-20.accuracy"}[name]
    for by, expected in ((0.5, Verdict.ABOVE), (-0.5, Verdict.BELOW), (0.0, Verdict.UNRESOLVED)):
        value = NULLS[name] + by
        found = with_interval(key, Interval(value, value - 0.2, value + 0.2))
        assert verdicts(numbers | found)[name].verdict is expected


def test_a_lower_bound_below_zero_resolves_nothing(numbers):
    key = "cvae-20.classify.gain_over_runs_least"
    for value, expected in ((-1.0, Verdict.UNRESOLVED), (1.0, Verdict.ABOVE)):
        found = verdicts(numbers | with_interval(key, Interval(value, value - 0.2, value + 0.2)))["worth-runs"]
        assert (found.verdict, found.estimate) == (expected, value)
        assert found.compared.startswith("lower bound of")


def claim(low, high, compared="a less b"):
    return Claim("c", compared, (low + high) / 2, low, high, "nats", verdict(low, high))


def verdict(low, high):
    return by_sign(low, high, Verdict.ABOVE, Verdict.BELOW, Verdict.UNRESOLVED)


def test_every_claim_is_made_under_its_name_and_in_order(numbers):
    assert list(verdicts(numbers)) == [name for name in NAMES if name not in UNMADE]
    assert len(set(NAMES)) == len(NAMES)


def test_a_name_does_not_depend_on_the_names_of_models(numbers):
    renamed = json.loads(
        json.dumps(numbers).replace("vae-20", "big").replace("vae-04", "little").replace("vae-32", "huge")
    )
    assert verdicts(renamed).keys() == verdicts(numbers).keys()
    assert "big" in verdicts(renamed)["more"].compared
    assert not [name for name in NAMES if "vae" in name]


def test_a_claim_is_of_the_models_that_play_its_roles(numbers):
    more = verdicts(numbers)["more"]
    key = "pair.vae-20.vae-04.test"
    assert (more.estimate, more.low) == (numbers[f"{key}.value"], numbers[f"{key}.low"])
    swapped = verdicts(numbers | {"role.middle": "vae-32", "role.small": "vae-20"})["more"]
    assert swapped.estimate == numbers["pair.vae-32.vae-20.test.value"]


def test_claims_over_training_runs_are_of_models_that_are_as_long_as_the_runs(numbers):
    runs = dict(zip(("value", "low", "high"), (5.0, 4.0, 6.0), strict=True))
    stem = "compare.runs.long.little.log_likelihood.test"
    short = {"short.vae-20": "long", "short.vae-04": "little"} | {f"{stem}.{end}": one for end, one in runs.items()}
    found = verdicts(numbers | short)
    assert (found["more-runs"].estimate, found["more-runs"].low) == (5.0, 4.0)
    assert "long less that of little" in found["more-runs"].compared
    assert found["more"] == verdicts(numbers)["more"]


def test_what_pages_may_ask_of_a_claim_follows_its_verdict(numbers):
    found = verdicts(numbers)
    asked = conditions(found)
    assert list(asked) == list(NAMES)
    words = {Verdict.ABOVE: "above", Verdict.BELOW: "below", Verdict.UNRESOLVED: "unresolved"}
    for name, one in asked.items():
        assert one == ({words[found[name].verdict]: True, "known": True} if name in found else {"absent": True})
    assert {word for one in asked.values() for word in one} == {*words.values(), "known", "absent"}


def test_the_numbers_of_a_claim_are_its_estimate_and_interval(numbers):
    found = {"more": verdicts(numbers)["more"]}
    more = found["more"]
    assert claim_numbers(found) == {
        "claim.more.value": more.estimate,
        "claim.more.low": more.low,
        "claim.more.high": more.high,
    }
    assert set(claim_numbers(found, "replication.3")) == {
        f"replication.3.more.{end}" for end in ("value", "low", "high")
    }


def test_a_verdict_is_that_of_the_sign_of_the_interval(numbers):
    found = verdicts(numbers)
    for judged in ("void", *NULLS):
        del found[judged]
    assert {name: one.verdict for name, one in found.items()} == {
        name: verdict(one.low, one.high) for name, one in found.items()
    }
    assert set(ONE_SIDED) <= set(NAMES)
    assert len({one.verdict for one in found.values()}) == 3
    assert [name for name, one in found.items() if not one.low <= one.estimate <= one.high] == []


@pytest.mark.parametrize(
    ("prior", "posterior", "expected"),
    [(30.0, 4.0, "above"), (30.0, 7.0, "not resolved"), (0.5, 0.01, "not resolved"), (0.6, 0.01, "above")],
)
def test_a_void_is_confirmed_by_both_masses(numbers, prior, posterior, expected):
    masses = {f"diagnose.vae-20.void.prior.{end}": prior for end in ("value", "low", "high")}
    masses |= {f"diagnose.vae-20.void.posterior.{end}": posterior for end in ("value", "low", "high")}
    assert verdicts(numbers | masses)["void"].verdict == expected


def test_what_a_tail_is_worth_is_judged_over_runs_where_there_are_several(numbers):
    tail = "unseen-pc1-high"
    assert "over training runs" in verdicts(numbers)[tail].compared
    fewer = {
        key: value for key, value in numbers.items() if not key.startswith(("compare.runs.", "compare.single-run."))
    }
    found = verdicts(fewer)
    assert "over images" in found[tail].compared
    assert found[tail].estimate == numbers["pair.vae-20-matched.vae-20.test.pc1-high.value"]
    assert not {"more-runs", "larger-runs"} & found.keys()
    assert "over images" in found["larger"].compared
    assert found["larger"].estimate == numbers["pair.vae-32.vae-20.test.value"]


def test_the_largest_of_several_is_ahead_of_the_second_and_named(numbers):
    stem = "pair.vae-20.vae-04.test"
    gains = dict(zip(("pc1-low", "pc1-high", "within-low", "within-high"), (3.0, 50.0, 20.0, 21.0), strict=True))
    ends = {"value": 0.0, "low": -3.0, "high": 4.0}
    turned = {f"{stem}.{tail}.{end}": gain + by for tail, gain in gains.items() for end, by in ends.items()}
    found = verdicts(numbers | turned)
    assert "in pc1-high" in found["gain-largest"].compared
    assert (found["gain-largest"].estimate, found["gain-largest"].low) == pytest.approx((29.0, 29.0 - 5.0))
    assert "in pc1-low" in found["gain-smallest"].compared
    assert (found["gain-smallest"].estimate, found["gain-smallest"].high) == pytest.approx((17.0, 17.0 + 5.0))


def test_claims_without_numbers_are_left_out(numbers):
    assert verdicts({}) == {}
    for silent in ("regress.", "decompose.", "pair.", "validate.", "diagnose."):
        kept = {key: value for key, value in numbers.items() if not key.startswith(silent)}
        assert set(verdicts(kept)) < set(verdicts(numbers))


@pytest.mark.parametrize(
    ("other", "agrees", "is_apart"),
    [
        (claim(1.0, 2.0), True, False),
        (claim(3.0, 4.0), True, True),
        (claim(-0.1, 2.0), False, False),
        (claim(-4.0, -3.0), False, True),
        (claim(1.0, 2.0, "a less c"), False, False),
        (None, False, False),
    ],
)
def test_two_studies_agree_by_their_verdicts_and_are_apart_by_their_estimates(other, agrees, is_apart):
    own = claim(1.0, 2.0)
    assert (own.agrees(other), own.is_apart(other)) == (agrees, is_apart)


def test_which_is_largest_need_not_agree_where_it_is_not_resolved():
    assert claim(-1.0, 1.0).agrees(claim(-1.0, 2.0, "a less c"))


def test_a_record_gives_its_claims_back(numbers):
    study = verdicts(numbers)
    fewer = {name: one for name, one in study.items() if name != "shift"}
    record = json.loads(json.dumps(compare_studies(study, {"7": fewer})))
    assert read_claims(record["study"]) == study
    assert read_claims(record["replications"]["7"]) == fewer
    assert all(one["agrees"] and not one["is_apart"] for one in record["replications"]["7"].values())


def test_pages_may_ask_whether_what_they_say_is_over_runs_and_of_any_images(numbers):
    asked = study_conditions(numbers)
    assert (asked["unseen"]["runs"], asked["losses"]["any"]) == (True, True)
    largest = str(numbers["dimensions"]).split()[-1]
    for over in ("images", "single-run", "runs"):
        told = numbers | {f"dimensions.{largest}.log_likelihood.test.over": over}
        assert study_conditions(told)["largest"] == {one: one == over for one in ("images", "single-run")}
    none = study_conditions({})
    assert not any([none["unseen"]["runs"], none["losses"]["any"], *none["largest"].values()])


@pytest.mark.parametrize(
    ("low", "high", "wording"),
    [(0.1, 2, "above"), (-2, -0.1, "below"), (-1, 1, "between"), (0, 1, "between"), (-1, 0, "between")],
)
def test_the_wording_follows_the_sign_of_the_interval(low, high, wording):
    assert by_sign(low, high, "above", "below", "between") == wording

import json

import pytest

from pipeline.numbers.claims import Claim, Verdict, axis_name, by_sign, compare_studies, read_claims, verdicts
from tests.support.made_up import make_study
from tests.support.studies import study_numbers

FINDINGS = (
    ["dips", "dips.floor", "dips.slow-mean", "dips.narrow", "dips.narrow-fast"],
    ["lead"],
    ["better.vae-20.vae-04", "gain.largest", "gain.smallest", "losses"],
    ["better.vae-32.vae-20"],
    [
        f"unseen.{over}.{tail}"
        for tail in ("pc1-low", "pc1-high", "within-low", "within-high")
        for over in ("runs", "images")
    ],
    ["unseen.centre"],
    ["fit.vae-04", "fit.vae-20", "fit.vae-32"],
    ["void.prior", "void.path", "void.longer.vae-20"],
    ["shift"],
    ["errors.vae-04", "errors.vae-20", "errors.vae-32", "bias.largest", "annealing"],
    ["sure", "worth"],
)


@pytest.fixture(scope="module")
def numbers():
    """The numbers of a made-up study, which have been written to a file and read from it."""
    return json.loads(json.dumps(study_numbers(make_study(models=5, side=8, images=700))))


def claim(low, high, compared="a less b"):
    return Claim("c", compared, (low + high) / 2, low, high, "nats", verdict(low, high))


def verdict(low, high):
    return by_sign(low, high, Verdict.ABOVE, Verdict.BELOW, Verdict.UNRESOLVED)


def test_every_finding_has_its_claims(numbers):
    assert list(verdicts(numbers)) == [name for names in FINDINGS for name in names]


def test_a_verdict_is_that_of_the_sign_of_the_interval(numbers):
    found = verdicts(numbers)
    del found["void.prior"]
    assert {name: one.verdict for name, one in found.items()} == {
        name: verdict(one.low, one.high) for name, one in found.items()
    }
    assert len({one.verdict for one in found.values()}) == 3
    assert [name for name, one in found.items() if not one.low <= one.estimate <= one.high] == []


@pytest.mark.parametrize(
    ("prior", "posterior", "expected"),
    [(30.0, 4.0, "above"), (30.0, 7.0, "not resolved"), (0.5, 0.01, "not resolved"), (0.6, 0.01, "above")],
)
def test_a_void_is_borne_out_by_both_masses(numbers, prior, posterior, expected):
    masses = {f"diagnose.vae-20.void.prior.{end}": prior for end in ("value", "low", "high")}
    masses |= {f"diagnose.vae-20.void.posterior.{end}": posterior for end in ("value", "low", "high")}
    assert verdicts(numbers | masses)["void.prior"].verdict == expected


def test_runs_decide_where_there_are_several(numbers):
    assert "over training runs" in verdicts(numbers)["better.vae-32.vae-20"].compared
    fewer = {key: value for key, value in numbers.items() if not key.startswith("compare.runs.")}
    found = verdicts(fewer)["better.vae-32.vae-20"]
    assert "over images" in found.compared
    assert found.estimate == numbers["pair.vae-32.vae-20.test.difference"]


def test_the_largest_of_several_is_ahead_of_the_second_and_named(numbers):
    stem = "pair.vae-20.vae-04.test"
    gains = dict(zip(("pc1-low", "pc1-high", "within-low", "within-high"), (3.0, 50.0, 20.0, 21.0), strict=True))
    ends = {"difference": 0.0, "low": -3.0, "high": 4.0}
    turned = {f"{stem}.{tail}.{end}": gain + by for tail, gain in gains.items() for end, by in ends.items()}
    found = verdicts(numbers | turned)
    assert "in pc1-high" in found["gain.largest"].compared
    assert (found["gain.largest"].estimate, found["gain.largest"].low) == pytest.approx((29.0, 29.0 - 5.0))
    assert "in pc1-low" in found["gain.smallest"].compared
    assert (found["gain.smallest"].estimate, found["gain.smallest"].high) == pytest.approx((17.0, 17.0 + 5.0))


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


@pytest.mark.parametrize(
    ("low", "high", "wording"),
    [(0.1, 2, "above"), (-2, -0.1, "below"), (-1, 1, "between"), (0, 1, "between"), (-1, 0, "between")],
)
def test_the_wording_follows_the_sign_of_the_interval(low, high, wording):
    assert by_sign(low, high, "above", "below", "between") == wording


@pytest.mark.parametrize(
    ("ink", "slant", "name"),
    [(-0.51, 0.1, "ink"), (0.05, -0.79, "slant"), (0.6, -0.7, "slant"), (0.5, -0.5, None), (0.2, 0.1, None)],
)
def test_an_axis_is_named_by_the_trait_that_it_correlates_with_most_and_above_one_half(ink, slant, name):
    assert axis_name({"ink": ink, "slant": slant}) == name

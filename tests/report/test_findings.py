"""Facts about the findings at the top of the page: each follows its numbers, and is left out without them."""

import re

import pytest

from tests.support.made_up import make_study
from tests.support.quotes import plain_text
from tests.support.studies import section_with, study_numbers

PAIR, MATCHED, CLASSIFY = "pair.vae-20.vae-04.test", "pair.vae-20-matched.vae-20.test", "cvae-20.classify.test"
SHIFT, TOGETHER = "validate.comparison.test.shift", "certificate.together"
ENDS = (("low", -0.5), ("value", 0.0), ("high", 0.5))
RUNS = "compare.runs.vae-32.vae-20.log_likelihood.test"
TAILS_OVER_RUNS = "compare.unseen-runs.vae-20-matched.vae-20.log_likelihood.test"
LOST = "compare.negative_gains"


@pytest.fixture(scope="module")
def numbers():
    """Return the numbers of a made-up study."""
    return study_numbers(make_study(models=5, side=8, images=700))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return the findings that the report states for given numbers, as text."""

    def draw(numbers):
        return plain_text(section_with(tmp_path_factory.mktemp("findings") / "project", "_findings.qmd", numbers))

    return draw


@pytest.fixture(scope="module")
def whole(found, numbers):
    """Return the findings of a complete study."""
    return found(numbers)


def interval(stem, middle, *, joint="."):
    name = f"{stem}.difference" if joint == "." else stem
    return {name: middle, f"{stem}{joint}low": middle - 0.5, f"{stem}{joint}high": middle + 0.5}


def signs(numbers, value):
    """Set the number of every claim to `value`, with an interval of half a unit on either side."""
    pairs = {
        key.removesuffix(".difference") for key in numbers if key.startswith("pair.") and key.endswith("difference")
    }
    turned = {key: one for stem in pairs for key, one in interval(stem, value).items()}
    classified = [f"{CLASSIFY}.gain", f"{CLASSIFY}.overconfidence_percent"]
    turned |= {key: one for stem in classified for key, one in interval(stem, value, joint="_").items()}
    turned |= interval(SHIFT, value, joint="_")
    turned |= {f"{stem}.{end}": value + side for stem in (RUNS, TOGETHER) for end, side in ENDS}
    turned |= interval("regress.varying.dips_difference", value, joint="_")
    for quantity in ("void.prior", "log_likelihood"):
        turned |= {f"diagnose.longer.vae-20.{quantity}.{end}": value + side for end, side in ENDS}
    turned |= interval("path.turned.void_percent", value, joint="_")
    turned |= {f"{LOST}.clear_percent": 1.0, f"{LOST}.real_least": max(0.0, value)}
    for stem in {key.removesuffix(".value") for key in numbers if key.startswith(TAILS_OVER_RUNS)}:
        turned |= {f"{stem}.{end}": value + side for end, side in ENDS}
    for stem in {key.removesuffix(".value") for key in numbers if key.endswith(".train-validation.value")}:
        turned |= {f"{stem}.{end}": value + side for end, side in ENDS}
    turned |= {f"diagnose.vae-20.void.prior.{end}": 20 + value + side for end, side in ENDS}
    turned |= {f"diagnose.vae-20.void.posterior.{end}": 4 - value + side for end, side in ENDS}
    turned |= {f"decompose.share.{part}.value": 20.0 for part in ("ink", "label", "axes")}
    turned |= {"decompose.share.binarization_entropy.value": 20 + value, "decompose.lead.low": abs(value) - 0.5}
    for key in numbers:
        if key.endswith(".study.rmse"):
            turned |= {key: 10.0 - value, key.replace(".study.", ".encoder."): 10.0}
    return numbers | turned


CLAIMS = [
    ("makes the likelihood dip more often", "makes the likelihood dip less often", "Whether the likelihood dips more"),
    (
        "the entropy of its coin flips says most about",
        "its class says most about",
        "the entropy of its coin flips or its class says most about",
    ),
    ("and where few images lie", "is borne out by fresh draws", "is borne out by fresh draws"),
    (
        "meets more of the void along",
        "less of the void along a great circle than along a straight line:",
        "image to image meets less",
    ),
    ("to 80 epochs the void grows", "to 80 epochs the void shrinks", "a change of the void is not resolved"),
    ("still raises the test log likelihood", "lowers the test log likelihood", "raises the test log likelihood is not"),
    ("Yet there are test images on which vae-04 wins", "vae-04 wins is not shown", "vae-04 wins is not shown"),
    (
        "These weights of vae-20 explain unseen images better than",
        "These weights of vae-20 explain unseen images worse",
        "vae-20 and vae-04 explain unseen images equally",
    ),
    ("vae-32 explains unseen images better", "vae-32 explains unseen images worse", "vae-32 or vae-20 explains unseen"),
    ("costs likelihood in every tail over training runs", "tail costs no likelihood", "tail costs no likelihood"),
    ("In the centre it is ahead as well", "It pays for that in the centre", "the two cannot be told apart"),
    ("vae-20 would look better", "vae-20 would look worse", "vae-20 would look other"),
    ("estimates are smaller than", "estimates are larger than", "estimates are larger than"),
    ("lies below it on average", "lies above it on average", "cannot be told apart from it on average"),
    ("It is surer than it is right", "It is right more often", "about as often right"),
    ("gives test images a higher likelihood", "gives test images a lower likelihood", "Whether cvae-20, summed over"),
    ("All models that were scored on", "is not resolved for any that was", "is not resolved for any that was"),
]


def test_each_claim_follows_the_sign_of_its_number(found, numbers):
    above, below, between = (found(signs(numbers, value)) for value in (3.0, -3.0, 0.0))
    for better, worse, neither in CLAIMS:
        assert better in above
        assert worse in below
        assert neither in between
        assert better not in below
        assert worse not in above
    alone = {key: one for key, one in signs(numbers, 0.0).items() if not key.startswith("compare.")}
    assert "These weights of vae-32 and vae-20 explain unseen images equally well" in found(alone)


def test_annealing_is_judged_by_all_models_together_and_not_by_one(found, numbers):
    single = {
        key: 1.0 if key.endswith("mean_difference") else 0.001
        for key in numbers
        if key.startswith("certificate.vae-04.real.score.annealing.mean_")
    }
    assert single
    said = found(signs(numbers, 0.0) | single)
    assert "cannot be told apart from it on average over the models" in said
    assert "+1.00 (vae-04)" in said


def test_a_gain_over_images_alone_is_not_one_over_runs(found, numbers):
    stem = "cvae-20.classify.gain_over_runs"
    alone = found(signs(numbers, 3.0))
    assert "for these two sets of weights, one training run of each" in alone
    runs = {"cvae-20.classify.runs_labelled": 3} | interval(stem, 0.2, joint="_")
    several = found(signs(numbers, 3.0) | runs)
    assert "is not resolved: over 3 and 3 training runs the difference is +0.20 nats" in several


def test_what_single_weights_show_in_every_tail_is_not_claimed_of_training_runs(found, numbers):
    """Every interval over images lies above zero, but only two of four over training runs."""
    turned = signs(numbers, 3.0)
    for tail in ("within-low", "within-high"):
        turned |= {f"{TAILS_OVER_RUNS}.{tail}.low": -0.5}
    (claim,) = re.findall(r"\*\*(Not having seen a tail.*?)\*\*", found(turned))
    assert "every tail" not in claim
    over_runs, alone = claim.split("; it ")
    assert over_runs.endswith("costs likelihood in pc1-low and pc1-high over training runs")
    assert alone == "costs these weights likelihood in within-low and within-high, which is not resolved over runs"


def test_a_tail_that_costs_nothing_is_left_out_of_those_that_do(found, numbers):
    turned = {key: one for key, one in signs(numbers, 3.0).items() if not key.startswith(TAILS_OVER_RUNS)}
    said = found(turned | interval(f"{MATCHED}.pc1-low", -2.0))
    (claim,) = re.findall(r"\*\*(Not having seen a tail.*?)\*\*", said)
    assert claim == "Not having seen a tail costs these weights likelihood in pc1-high, within-low and within-high"
    assert "with intervals over images" in said


def test_runs_of_both_kinds_are_quoted_and_the_spread_of_others_where_there_is_one(found, numbers, whole):
    pair = "vae-20.vae-04.log_likelihood.test"
    assert f"compare.spreads.{pair}.value" in numbers
    assert "times the standard deviation that was measured over runs of vae-" in whole
    kept = {key: value for key, value in numbers.items() if not key.startswith(f"compare.spreads.{pair}")}
    runs = dict(zip(("value", "low", "high", "size_a", "size_b"), (19.0, 18.0, 20.0, 3, 2), strict=True))
    said = found(kept | {f"compare.runs.{pair}.{name}": value for name, value in runs.items()})
    assert "**vae-20 explains unseen images better than vae-04**: over 3 and 2 training runs" in said
    assert "times the standard deviation" not in said


def test_findings_are_numbered_and_lead_to_their_evidence(whole):
    listed = re.findall(r"^(\d+)\. (.+)$", whole, re.MULTILINE)
    assert [int(place) for place, _ in listed] == list(range(1, len(listed) + 1))
    assert len(listed) == 10
    assert all(re.search(r"@(?:sec|fig|tbl)-[a-z]+", words) for _, words in listed)


@pytest.mark.parametrize(
    "silent",
    ["pair.", "validate.", "certificate.", "cvae-20.classify.", "role.", "regress.", "decompose.", "diagnose."],
)
def test_a_study_without_some_numbers_claims_less(found, numbers, whole, silent):
    fewer = found({key: value for key, value in numbers.items() if not key.startswith(silent)})
    assert len(fewer) < len(whole) - 200


def test_a_study_that_compares_nothing_says_so(found, numbers):
    nothing = {
        key: value for key, value in numbers.items() if key in ("models", "dataset") or key.endswith(".train_on")
    }
    assert "allow no comparison" in found(nothing)

"""Facts about the findings at the top of the page: each follows its numbers, and is left out without them."""

import re
import shutil

import pytest

from pipeline.core.storage import write_json
from pipeline.rendering.manuscript import read_manuscript
from tests.support.made_up import make_study
from tests.support.samples import make_sample
from tests.support.studies import ROOT, study_numbers

PAIR, MATCHED, CLASSIFY = "pair.vae-20.vae-04.test", "pair.vae-20-matched.vae-20.test", "cvae-20.classify.test"
SHIFT, BIAS = "validate.comparison.shift", "certificate.vae-04.real.score.annealing.mean_difference"
ENDS = (("low", -0.5), ("value", 0.0), ("high", 0.5))
RUNS = "compare.runs.vae-32.vae-20.log_likelihood.test"


@pytest.fixture(scope="module")
def numbers():
    """Return the numbers of a made-up study, with the comparison of the matched model that the real study has."""
    made = study_numbers(make_study(models=5, side=8, images=700))
    tails = ("", ".centre", ".pc1-low", ".pc1-high", ".within-low", ".within-high")
    return made | {key: value for tail in tails for key, value in interval(MATCHED + tail, 2.0).items()}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return the findings that the report states for given numbers, as text."""

    def draw(numbers):
        folder = make_sample(tmp_path_factory.mktemp("findings") / "project") / "report"
        shutil.copy(ROOT / "report" / "_findings.qmd", folder)
        setup = (ROOT / "report" / "index.qmd").read_text(encoding="utf-8").partition("\n::: {.screen}")[0]
        (folder / "index.qmd").write_text(setup + "\n{{< include _findings.qmd >}}\n", encoding="utf-8")
        write_json(folder.parent / "data" / "summarise" / "numbers.json", numbers)
        text = read_manuscript(folder).markdown
        return re.sub(r"\[([^\]]*)\]\{\.number[^}]*\}", r"\1", text).replace("`", "")

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
    turned |= {SHIFT: value, f"{SHIFT}_error": 0.25, f"{RUNS}.value": value}
    turned |= {f"{RUNS}.low": value - 0.5, f"{RUNS}.high": value + 0.5}
    dips = {"varying": 50 + value, "constant": 50.0}
    for one, count in dips.items():
        turned |= interval(f"regress.{one}.dips_all", count, joint="_")
    turned |= interval("compare.negative_gains.excess_percent", value, joint="_")
    turned["compare.negative_gains.clear_percent"] = 1.0
    turned |= {f"diagnose.longer.void.prior.{end}": value + side for end, side in ENDS}
    turned |= {f"diagnose.vae-20.void.prior.{end}": 20 + value + side for end, side in ENDS}
    turned |= {f"diagnose.vae-20.void.posterior.{end}": 4 - value + side for end, side in ENDS}
    turned |= {f"decompose.alone.{part}.value": 30.0 for part in ("ink", "label", "axes")}
    turned["decompose.alone.binarization_entropy.value"] = 30 + value
    for key in numbers:
        if key.endswith(".study.rmse"):
            turned |= {key: 10.0 - value, key.replace(".study.", ".encoder."): 10.0}
        if key.endswith(".real.score.annealing.mean_difference"):
            turned |= {key: value, key.replace("mean_difference", "mean_error"): 0.25}
        if key.endswith(".train.log_likelihood"):
            turned |= {key: value - 90.0, key.replace(".train.", ".validation."): -90.0}
        if key.endswith((".train.sampling_error", ".validation.sampling_error")):
            turned[key] = 0.1
    return numbers | turned


CLAIMS = [
    ("makes the likelihood dip more often", "makes the likelihood dip less often", "dips as often"),
    (
        "it was nearly black and white before",
        "because of its ink, little or much",
        "it was nearly black and white before",
    ),
    ("on which vae-04 wins beyond", "on which vae-04 wins are fewer", "on which vae-04 wins are as many"),
    ("which no image fills", "is borne out by fresh draws", "is borne out by fresh draws"),
    ("longest the void grows", "longest the void shrinks", "longest it does not change"),
    (
        "vae-20 explains unseen images better than",
        "vae-20 explains unseen images worse",
        "explain unseen images equally",
    ),
    ("Going on to vae-32 still helps", "Going on to vae-32 hurts", "going on to vae-32 helps is not resolved"),
    ("tail costs likelihood in every tail", "tail costs no likelihood that", "tail costs no likelihood that"),
    ("In the centre it is ahead as well", "It pays for that in the centre", "the two cannot be told apart"),
    ("vae-20 would look better", "vae-20 would look worse", "would be the same"),
    ("estimates are smaller than", "estimates are larger than", "estimates are larger than"),
    ("lies below it on average", "lies above it on average", "agrees with it on average"),
    ("It is surer than it is right", "It is right more often", "about as often right"),
    ("better than vae-20 even when", "worse than vae-20 when nobody", "cannot be told apart from vae-20"),
    ("Every model that was scored on", "No model that was scored on", "No model that was scored on"),
]


def test_each_claim_follows_the_sign_of_its_number(found, numbers):
    above, below, between = (found(signs(numbers, value)) for value in (3.0, -3.0, 0.0))
    for better, worse, neither in CLAIMS:
        assert better in above
        assert worse in below
        assert neither in between
        assert better not in below
        assert worse not in above
    assert "lies below it on average under vae-04" in above
    alone = {key: one for key, one in signs(numbers, 0.0).items() if not key.startswith("compare.")}
    assert "vae-32 changes nothing that the test set can resolve" in found(alone)
    assert "agrees with it on average under every model" in between


def test_a_tail_that_costs_nothing_is_left_out_of_those_that_do(found, numbers):
    said = found(numbers | interval(f"{MATCHED}.pc1-low", -2.0))
    assert "costs likelihood in some tails** (" in said
    assert "pc1-low" not in re.search(r"in some tails\*\* \(([^)]*)\)", said)[1]


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

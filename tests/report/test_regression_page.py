"""The report's section on dips: its claims follow their numbers."""

import re
import shutil

import pytest

from pipeline.core.storage import write_json
from pipeline.numbers.regress import regression_numbers
from pipeline.rendering.manuscript import read_manuscript
from tests.support.regressions import PARAMS, make_regression
from tests.support.samples import make_sample
from tests.support.studies import ROOT


@pytest.fixture(scope="module")
def numbers():
    return regression_numbers(PARAMS, make_regression(), 0.95)


@pytest.fixture
def section(tmp_path):
    """Return a function from numbers to the section as text."""

    def draw(numbers):
        root = make_sample(tmp_path / str(len(list(tmp_path.iterdir()))))
        shutil.copy(ROOT / "report" / "_regress.qmd", root / "report")
        setup = (ROOT / "report" / "index.qmd").read_text(encoding="utf-8").partition("\n::: {.screen}")[0]
        included = setup + "\n{{< include _regress.qmd >}}\n"
        (root / "report" / "index.qmd").write_text(included, encoding="utf-8")
        write_json(root / "data" / "summarise" / "numbers.json", {"models": "vae-20", "dataset": "mnist", **numbers})
        text = read_manuscript(root / "report").markdown
        return re.sub(r"\[([^\]]*)\]\{\.(?:number|words)[^}]*\}", r"\1", text).replace("`", "")

    return draw


def around(stem, middle, name=""):
    """Return the ends of an interval of half a unit to either side, and the number itself if it has a name."""
    return {f"{stem}_low": middle - 0.5, f"{stem}_high": middle + 0.5} | ({name: middle} if name else {})


def verdicts(numbers, total, rate):
    turned = dict(numbers)
    for one in PARAMS.variants:
        stem = f"regress.{one}.dips_difference"
        turned |= around(stem, total, stem) | around(f"regress.{one}.rate_difference", rate)
        turned |= {f"regress.{one}.dip_rate": 20 + rate, f"regress.{one}.dip_rate_other": 20.0}
        turned |= {f"regress.{one}.steps_ratio": 7.0}
    return turned


CLAIMS = [
    (3.0, 3.0, "adds dips", "in a thousand steps there are more, 23.0 against 20.0"),
    (
        3.0,
        -3.0,
        "adds dips",
        "as it needs 7.0 times the steps: in a thousand of them there are fewer, 17.0 against 20.0",
    ),
    (-3.0, -3.0, "takes dips away", "in a thousand steps there are fewer"),
    (0.0, 0.0, "makes no difference to the number of dips that these seeds resolve", "neither more nor fewer"),
]


@pytest.mark.parametrize(("total", "rate", "whole", "per_step"), CLAIMS)
def test_a_remedy_is_compared_by_number_of_dips_and_by_rate(section, numbers, total, rate, whole, per_step):
    text = section(verdicts(numbers, total, rate))
    for subject in ("a single hidden layer", "A floor under σ", "The β-NLL"):
        sentence = re.search(rf"{subject}.*?\.(?= |\n)", text)[0]
        assert whole in sentence
        assert per_step in sentence
    constant = re.search(r"Up to the level that it can reach, the constant model.*?\.(?= |\n)", text)[0]
    assert per_step in constant


def test_claims_about_sigma_and_about_small_moves_follow_their_numbers(section, numbers):
    stem = "regress.varying."
    up = {"sigma_missed": 2.0, "sigma_met": 1.0, "half_noise_percent": 90.0, "rest_slope": 0.9, "rest_correlation": 0.9}
    down = up | {"sigma_missed": 0.5, "half_noise_percent": 10.0}
    for values, least, said, unsaid in ((up, 0.01, 0, 1), (down, 0.9, 1, 0)):
        moves = {"regress.constant.least_move": 0.1, "regress.varying.least_move": least}
        text = section(numbers | {stem + key: value for key, value in values.items()} | moves)
        for pair in (
            ("σ(x) takes up as noise", "σ(x) does not take up"),
            ("as it is where σ grows", "so that σ does not explain them"),
            ("pass unseen under one σ", "does not make smaller moves dips"),
        ):
            assert pair[said] in text
            assert pair[unsaid] not in text


def test_the_setting_of_a_remedy_is_quoted(section, numbers):
    text = section(numbers)
    assert "floor keeps σ(x) above 0.05" in text
    assert "slow learns everything at a rate of 0.001 in place of 0.01" in text
    assert "a norm of 1 at most" in text
    assert "β = 0.5" in text


def test_the_section_of_a_study_without_dips_has_no_numbers_of_dips(section, numbers):
    shown = ("dips_seen", "slope", "deepest_depth", "cost", "least_move", "half_noise_percent", "uphill_percent")
    gone = (*shown, "dip_rate", "dip_rate_other", "rate_difference_low", "rate_difference_high", "sigma_missed")
    text = section({key: value for key, value in numbers.items() if not key.endswith(gone)})
    assert "no dip was seen" in text
    assert "How small a move is a dip" not in text
    assert "in a thousand steps there" not in text

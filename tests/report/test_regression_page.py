"""The report's section on dips: its claims follow their numbers."""

import re

import pytest

from pipeline.numbers.regress import regression_numbers
from tests.support.quotes import plain_text
from tests.support.regressions import PARAMS, make_regression
from tests.support.studies import section_with


@pytest.fixture(scope="module")
def numbers():
    return regression_numbers(PARAMS, make_regression(), 0.95)


@pytest.fixture
def section(tmp_path):
    """Return a function from numbers to the section as text."""

    def draw(numbers):
        root = tmp_path / str(len(list(tmp_path.iterdir())))
        everything = {"models": "vae-20", "dataset": "mnist", **numbers}
        return plain_text(section_with(root, "_regress.qmd", everything))

    return draw


def interval(stem, middle):
    """Return a number and the ends of its interval, a tenth to either side."""
    return {stem: middle, f"{stem}_low": middle - 0.1, f"{stem}_high": middle + 0.1}


def turned(numbers, name, rate=0.0, move=1.0, price=1.0):
    key = f"regress.{name}"
    rates = {f"{key}.dip_rate": 20.0 + rate, f"{key}.dip_rate_plain": 20.0}
    ratios = interval(f"{key}.move_ratio", move) | interval(f"{key}.price_ratio", price)
    return numbers | rates | ratios | interval(f"{key}.dip_rate_difference", rate)


EFFECTS = [
    (-3.0, "makes dips rarer"),
    (3.0, "makes dips more frequent"),
    (0.0, "makes no difference to the rate of dips"),
]


@pytest.mark.parametrize(("rate", "said"), EFFECTS)
def test_the_effect_of_a_variant_follows_its_interval(section, numbers, rate, said):
    for name in ("floor", "slow-mean", "slow-sigma", "clipped", "beta", "constant"):
        numbers = turned(numbers, name, rate)
    text = section(numbers)
    for subject in (
        "A floor under σ",
        "steps of f alone",
        "those of σ(x) alone",
        "Clipping",
        "The β-NLL",
        "one σ in place of",
    ):
        sentence = re.search(rf"{re.escape(subject)}.*?\.(?= |\n)", text.replace("$", ""))[0]
        assert said in sentence
        assert f"{20 + rate} against 20.0 in a thousand steps" in sentence


VERDICTS = [
    (-3.0, -3.0, "both a lower price of moves and shorter moves make dips rarer"),
    (-3.0, 0.0, "A lower price of moves makes dips rarer; that shorter moves do is not resolved"),
    (0.0, -3.0, "Shorter moves make dips rarer; that a lower price of moves does is not resolved"),
    (0.0, 3.0, "Neither a lower price of moves nor shorter moves are resolved"),
]


@pytest.mark.parametrize(("floor", "slow", "said"), VERDICTS)
def test_the_verdict_is_that_of_the_two_interventions(section, numbers, floor, slow, said):
    numbers = turned(turned(numbers, "floor", floor, price=0.5), "slow-mean", slow, move=0.5)
    text = section(numbers)
    assert [verdict for *_, verdict in VERDICTS if verdict in text] == [said]


def test_a_lower_rate_without_a_lower_price_is_no_effect_of_the_price(section, numbers):
    numbers = turned(turned(numbers, "floor", -3.0, price=1.0), "slow-mean", -3.0, move=0.5)
    assert VERDICTS[2][2] in section(numbers)


@pytest.mark.parametrize(
    ("rate", "move", "said"),
    [
        (0.0, 0.5, "So it takes no complicated model"),
        (-3.0, 0.5, "shallow-fast, narrow-fast still dip less often"),
        (0.0, 1.0, None),
    ],
)
def test_small_networks_are_cleared_only_if_they_dip_as_often_with_longer_steps(section, numbers, rate, move, said):
    for name in ("shallow", "narrow"):
        numbers = turned(turned(numbers, name, -5.0, move=move), f"{name}-fast", rate)
    text = section(numbers)
    conclusions = ("So it takes no complicated model", "shallow-fast, narrow-fast still dip less often")
    assert [one for one in conclusions if one in text] == [said] * (said is not None)
    assert "The smaller network narrow dips less often" in text


def test_claims_about_sigma_and_about_moves_follow_their_numbers(section, numbers):
    stem = "regress.varying."
    up = {"sigma_missed": 2.0, "sigma_met": 1.0, **interval("price_ratio", 3.0), **interval("far_noise_percent", 9.0)}
    down = up | {"sigma_missed": 0.5, **interval("price_ratio", 0.3), **interval("far_noise_percent", -9.0)}
    for values, said, unsaid in ((up, 0, 1), (down, 1, 0)):
        text = section(numbers | {stem + key: value for key, value in values.items()})
        for pair in (
            ("σ(x) takes up as noise", "σ(x) does not take up"),
            ("pass unseen under one σ", "moves are cheaper under σ(x)"),
            ("the noise part is a gain, +9.0", "the noise part is a loss, −9.0"),
        ):
            assert pair[said] in text
            assert pair[unsaid] not in text


def test_the_setting_of_a_variant_is_quoted(section, numbers):
    text = section(numbers)
    assert "floor keeps σ(x) above 0.05" in text
    assert "slow learns everything at a rate of 0.001" in text
    assert "slow-sigma learns σ(x) at a rate of 0.001" in text
    assert "narrow-fast has hidden layers of 8–8 and learns $f$ at a rate of 0.03" in text
    assert "a norm of 1 at most" in text
    assert "β = 0.5" in text


def test_the_section_of_a_study_without_dips_has_no_numbers_of_dips(section, numbers):
    shown = ("deepest_depth", "far_ratio", "uphill_percent", "dip_rate", "varying.price_ratio", "sigma_missed")
    text = section({key: value for key, value in numbers.items() if not key.endswith(shown)})
    assert "no dip was seen" in text
    assert "there are too few such steps" in text
    assert "What a move costs" not in text
    assert "in a thousand steps" not in text

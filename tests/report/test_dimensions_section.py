"""The report's section on latent dimensions: its claims follow their numbers, and its table grows with the sizes."""

import re

import pytest

from pipeline.numbers.compare import dimension_numbers
from tests.support.made_up import make_study
from tests.support.quotes import plain_text
from tests.support.sizes import EIGHT, make_table
from tests.support.studies import section_with, study_numbers

LOST = "compare.negative_gains"
FIT = "dimensions.vae-04.log_likelihood.train-validation"


@pytest.fixture(scope="module")
def numbers():
    return study_numbers(make_study(models=5, side=8, images=700))


@pytest.fixture(scope="module")
def section(tmp_path_factory):
    """Return a function from numbers to the section as Markdown with its quotations, and as text."""

    def draw(numbers):
        page = section_with(tmp_path_factory.mktemp("section") / "project", "_compare.qmd", numbers)
        return page, plain_text(page)

    return draw


@pytest.fixture(scope="module")
def whole(section, numbers):
    return section(numbers)


def row_of(text, start):
    plain = re.sub(r"\\(.)", r"\1", text)
    (line,) = [line for line in plain.splitlines() if line.startswith(f"| {start} |")]
    return [cell.strip() for cell in line.strip("| ").split(" | ")]


def test_the_table_has_a_column_for_every_size(section, numbers):
    eight = dimension_numbers(make_table())
    names = eight["dimensions"].split()
    described = {f"{name}.latent_dim": size for name, size in zip(names, EIGHT, strict=True)}
    kept = {key: value for key, value in numbers.items() if not key.startswith("dimensions.")}
    _, text = section(kept | eight | described)
    assert row_of(text, "Latent dimensions")[1:] == [str(size) for size in EIGHT]
    assert row_of(text, "Training runs")[1:] == ["3" if size in (20, 32) else "1" for size in EIGHT]
    assert row_of(text, "Active units")[1:] == [str(min(size, 16)) for size in EIGHT]
    assert len(row_of(text, "ELBO, test.pc1-high")) == 1 + len(EIGHT)
    assert "\N{EN DASH}" not in row_of(text, "Train − validation")


def test_the_worth_of_a_tail_is_quoted_from_the_pairs_alone(whole):
    page, _ = whole
    assert 'title="pair.vae-20-matched.vae-20.test.pc1-high.low"' in page
    assert "compare.unseen." not in page


def test_one_run_of_a_kind_stands_beside_the_spread_of_others_and_several_have_an_interval(section, numbers, whole):
    pair = "vae-20.vae-04.log_likelihood.test"
    _, text = whole
    assert re.search(r"\| [\d.]+ times the spread of vae-(20|32) \([\d.]+.to.[\d.]+\)", text)
    assert "one of vae-04" in text
    runs = dict(zip(("value", "low", "high", "size_a", "size_b"), (19.0, 18.0, 20.0, 3, 2), strict=True))
    _, several = section(numbers | {f"compare.runs.{pair}.{name}": value for name, value in runs.items()})
    assert "On the whole test set vae-20 is better than vae-04 as a method (+19.00" in several
    assert "it is not resolved whether vae-32 or vae-20 is the better method" in several


def test_more_overfitting_of_single_weights_is_no_property_of_the_dimensions(section, numbers, whole):
    ends = {f"{FIT}.difference": 0.5, f"{FIT}.difference_low": 0.1, f"{FIT}.difference_high": 0.9}
    _, single = section(numbers | ends)
    assert "Of these weights, those of vae-04 have overfitted more than those of vae-20 (+0.50" in single
    assert "they say nothing of the number of dimensions" in single
    assert "vae-04 overfits more" not in single
    _, several = section(numbers | ends | {f"{FIT}.over": "runs"})
    assert "that, over training runs, vae-04 overfits more than vae-20 (+0.50" in several


def test_what_is_said_of_losses_follows_the_check_and_the_ink(section, numbers):
    told = {
        (5.0, 1.0): (
            "at least 5 of the losses are real",
            "As predicted, the plainer images of a class lose more often",
        ),
        (0.0, -3.0): ("none of the losses is shown to be real", "Against the prediction, the plainer images"),
        (0.0, -1.0): ("none of the losses is shown to be real", "as predicted, is not resolved"),
    }
    for (real, low), sentences in told.items():
        ends = {f"{LOST}.ink_percent_low": low, f"{LOST}.ink_percent_high": low + 2}
        _, text = section(numbers | ends | {f"{LOST}.real_least": real, f"{LOST}.matched.real_least": real})
        assert all(sentence in text for sentence in sentences)
    unchecked = {key: value for key, value in numbers.items() if not key.startswith(LOST)}
    assert "a loss cannot be told from an error" in section(unchecked)[1]

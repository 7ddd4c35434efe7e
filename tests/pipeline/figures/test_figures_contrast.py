import pytest

from pipeline.figures.contrast import DARK, WHITE, contrast, in_the_dark, legible
from pipeline.figures.palette import COLOURS, FAINT, INK


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_the_filter_turns_lightness_over_and_keeps_hues():
    assert in_the_dark("#FFFFFF") == "#000000"
    assert in_the_dark("#000000") == "#ffffff"
    assert in_the_dark("#0072B2") == "#42b4f4"


@pytest.mark.parametrize("least", [3, 4.5])
@pytest.mark.parametrize("colour", [*COLOURS, "#C9C9C9"])
def test_a_legible_colour_holds_on_both_grounds(colour, least):
    found = legible(colour, least)
    assert contrast(found, WHITE) >= least
    assert contrast(in_the_dark(found), DARK) >= least


def test_a_colour_that_holds_is_kept():
    assert legible("#0072B2") == "#0072b2"
    assert min(contrast(FAINT, WHITE), contrast(in_the_dark(FAINT), DARK)) >= 3
    assert min(contrast(INK, WHITE), contrast(in_the_dark(INK), DARK)) >= 4.5

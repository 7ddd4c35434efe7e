import pytest

from pipeline.numbers.claims import axis_name, by_sign


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

import pytest

from pipeline.numbers.claims import axis_name, by_sign


@pytest.mark.parametrize(
    ("low", "high", "wording"),
    [(0.1, 2, "above"), (-2, -0.1, "below"), (-1, 1, "between"), (0, 1, "between"), (-1, 0, "between")],
)
def test_the_wording_follows_the_sign_of_the_interval(low, high, wording):
    assert by_sign(low, high, "above", "below", "between") == wording


def test_an_axis_is_named_by_the_ink_only_where_it_correlates_with_it():
    assert axis_name(-0.51, "ink") == "an axis of ink"
    assert axis_name(0.5, "brightness") == "not an axis of brightness"

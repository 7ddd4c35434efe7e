import numpy as np
import pytest
from matplotlib.colors import to_hex

from pipeline.figures.gain import gain_model
from pipeline.figures.panels import panel_axes
from pipeline.figures.ridges import scale_of
from pipeline.figures.rows import difference_range, draw_intervals, scale_differences


def test_intervals_have_their_ends_and_a_dot_at_each_value():
    axes = panel_axes(2)
    draw_intervals(axes, [0, 1], [2.0, 3.0], [1.0, 2.5], [4.0, 3.5], "#123456", marker="s", markerfacecolor="white")
    (dots,) = axes.get_lines()
    assert dots.get_xydata().tolist() == [[2, 0], [3, 1]]
    assert (dots.get_marker(), dots.get_color(), dots.get_markerfacecolor()) == ("s", "#123456", "white")
    (bars,) = axes.collections
    assert [bar.tolist() for bar in bars.get_segments()] == [[[1, 0], [4, 0]], [[2.5, 1], [3.5, 1]]]
    assert to_hex(bars.get_color()[0]) == "#123456"


def test_a_scale_of_differences_has_room_beyond_every_value_and_a_tick_for_every_factor_of_ten():
    limits = difference_range(-25.0, 0.3)
    axes = panel_axes(2)
    scale_differences(axes, limits)
    assert limits[0] < -25
    assert limits[1] > 1
    assert list(axes.get_xticks()) == [-10, -1, 0, 1]


def test_one_far_difference_does_not_set_the_linear_part_of_a_scale():
    every = np.append(np.linspace(-0.4, 0.4, 99), 300.0)
    scale = scale_of(every)
    assert scale.linear == 0.5
    assert scale.low == -0.5
    assert scale.high > 300
    assert (np.diff(scale.edges) > 0).all()
    assert scale.edges[[0, -1]] == pytest.approx([scale.low, scale.high])


def test_one_far_coefficient_does_not_set_the_range_and_its_value_is_written(study):
    effects = study.tables.effects.copy()
    slope = (effects["kind"] == "gain-slope") & (effects["quantity"] == "label_4")
    others = effects[(effects["kind"] == "gain-slope") & ~slope]
    effects.loc[slope, ["value", "low", "high"]] = [-900.0, -950.0, -850.0]
    axes = gain_model(effects, study.marks)[1].axes[0]
    low, high = axes.get_xlim()
    assert -900 < low < others["low"].min() < others["high"].max() < high
    (words,) = (text.get_text() for text in axes.texts)
    assert words.replace("\N{MINUS SIGN}", "-") == "← -900.0 (-950.0 to -850.0)"


def test_several_far_coefficients_set_the_range(study):
    effects = study.tables.effects.copy()
    slope = (effects["kind"] == "gain-slope") & effects["quantity"].isin(["label_4", "label_5"])
    effects.loc[slope, ["value", "low", "high"]] = [-900.0, -950.0, -850.0]
    axes = gain_model(effects, study.marks)[1].axes[0]
    assert axes.get_xlim()[0] < -950
    assert not axes.texts

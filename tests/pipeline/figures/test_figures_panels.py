import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D
from matplotlib.text import Text

from pipeline.figures.palette import COLOURS
from pipeline.figures.panels import (
    End,
    add_legend,
    height_for,
    line_ends,
    name_lines,
    panel_axes,
    scale_logarithmic,
    spread,
)
from pipeline.figures.style import PANEL, house_style


@pytest.mark.parametrize("count", [1, 4, 10])
def test_spread_moves_as_little_as_possible_and_keeps_the_order(count):
    rng = np.random.default_rng(count)
    wanted, sizes = np.sort(rng.uniform(0, 3, count)), rng.uniform(0.1, 0.3, count)
    found = spread(wanted, sizes, 3.0)
    assert (np.diff(found) >= (sizes[1:] + sizes[:-1]) / 2 - 1e-9).all()
    assert found[0] >= sizes[0] / 2 - 1e-9
    assert found[-1] <= 3 - sizes[-1] / 2 + 1e-9


def test_spread_leaves_what_is_apart_where_it_is():
    wanted = np.array([0.5, 1.0, 2.0])
    assert spread(wanted, np.full(3, 0.2), 3.0) == pytest.approx(wanted)
    assert spread(np.array([1.0, 1.0]), np.full(2, 0.2), 3.0) == pytest.approx([0.9, 1.1])


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ([3.0, 3.0, 3.0], [2.0, 3.0, 4.0]),
        ([1.0, 1.9, 2.0], [2 / 3 - 1 / 30, 5 / 3 - 1 / 30, 8 / 3 - 1 / 30]),
        ([0.1, 5.0], [0.5, 5.0]),
        ([5.0, 9.9], [5.0, 9.5]),
    ],
)
def test_neighbours_that_would_overlap_share_the_mean_of_what_they_want(places, found):
    assert spread(np.array(places), np.ones(len(places)), 10.0) == pytest.approx(found)


@pytest.mark.parametrize(
    ("limits", "ticks"),
    [((0.03, 0.5), [0.05, 0.1, 0.2, 0.5]), ((0.5, 2000), [1, 10, 100, 1000]), ((1, 9), [1, 2, 5])],
)
def test_a_logarithmic_scale_has_more_ticks_where_it_is_short_and_writes_numbers_out(limits, ticks):
    axes = panel_axes(2.7)
    axes.set(yscale="log", ylim=limits)
    scale_logarithmic(axes, "y")
    shown = [one for one in axes.get_yticks() if limits[0] <= one <= limits[1]]
    assert shown == pytest.approx(ticks)
    axes.get_figure().draw_without_rendering()
    words = {text.get_text() for text in axes.get_yticklabels()}
    assert {f"{tick:,g}" for tick in ticks} <= words
    assert not len(axes.get_yticks(minor=True))


def test_a_title_of_more_lines_makes_its_panel_higher():
    one, two = (panel_axes(2.7, title="t", lines=lines).get_figure().get_figheight() for lines in (1, 2))
    assert one == 2.7
    assert two > one


@pytest.mark.parametrize("left", [False, True])
def test_ten_names_of_forty_letters_stand_apart_in_the_panel(left):
    names = [f"a-model-with-a-name-of-forty-letters-{place:03d}" for place in range(10)]
    with house_style():
        axes = panel_axes(height_for(names), title="t", xlabel="x", ylabel="y")
        for place, name in enumerate(names):
            axes.plot([0, 1], [0, 0.01 * place], label=name)
        axes.set_ylim(-1, 1)
        name_lines(axes, line_ends(axes, 0 if left else -1), left=left)
    figure = axes.get_figure()
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text, renderer) for text in axes.texts]
    assert len(boxes) == 10
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    width, height = figure.get_size_inches() * figure.dpi
    assert min(box.x0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= width
    assert max(box.y1 for box in boxes) <= height
    area = axes.get_window_extent()
    assert all(box.x1 <= area.x0 if left else box.x0 >= area.x1 for box in boxes)


def test_a_name_stands_at_the_height_of_its_end_where_there_is_room():
    with house_style():
        axes = panel_axes(2.7)
        axes.set_ylim(0, 10)
        name_lines(axes, [End(1.0, 2.0, "low", COLOURS[0]), End(1.0, 8.0, "high", COLOURS[1])])
    assert [text.get_position()[1] for text in axes.texts] == pytest.approx([0.2, 0.8])
    assert [text.xy for text in axes.texts] == [(1, 2), (1, 8)]


def test_a_legend_makes_its_panel_higher_and_folds_long_labels():
    with house_style():
        axes = panel_axes(2.7)
        axes.plot([0, 1], [0, 1])
        add_legend(axes, [Line2D([], [], label="a model with a name of " + "forty letters " * 3)])
    figure = axes.get_figure()
    assert figure.get_figheight() > 3
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent(renderer)
    assert box.width <= PANEL * figure.dpi

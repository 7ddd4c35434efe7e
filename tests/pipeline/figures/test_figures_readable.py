import itertools

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from pipeline.figures.atlas import draw_all
from pipeline.figures.style import PANEL
from tests.pipeline.figures.test_figures_palette import contrasts
from tests.support.made_up import NAMES, make_study

STUDIES = {"two": (2, 8, 2, NAMES[:2]), "five": (5, 28, 10, NAMES[:2]), "nine": (9, 28, 20, NAMES[5:7])}
"""Models, side of an image, images a row, and the pair: of the shortest names or of the longest."""


@pytest.fixture(scope="module", params=STUDIES)
def drawn(request):
    models, side, gallery, pair = STUDIES[request.param]
    study = make_study(models=models, side=side, images=700)
    figures = draw_all(study.drawing(gallery, pair), study.tables)
    return figures, {name: texts_of(figure) for name, figure in figures.items()}


def texts_of(figure):
    """Each text that a drawing of the figure puts on paper, with its box in inches."""
    found = []
    draw = Text.draw

    def record(text, renderer, *args, **kwargs):
        if text.get_visible() and text.get_text().strip():
            box = Text.get_window_extent(text, renderer)  # of an annotation too, without its stroke
            found.append((text, box.transformed(figure.dpi_scale_trans.inverted())))
        return draw(text, renderer, *args, **kwargs)

    canvas = FigureCanvasAgg(figure)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", record)
        canvas.draw()
    return found


def apart(one, other, slack=0.01):
    return (
        one.x1 - slack < other.x0 or other.x1 - slack < one.x0 or one.y1 - slack < other.y0 or other.y1 - slack < one.y0
    )


def test_every_text_is_large_enough_whole_and_apart_from_the_others(drawn):
    for name, figure in drawn[0].items():
        texts = drawn[1][name]
        assert len(texts) > (0 if figure.axes[0].images else 2), name
        width, height = figure.get_size_inches()
        for text, box in texts:
            assert text.get_fontsize() >= 9, (name, text)
            assert box.x0 >= 0, (name, text)
            assert box.y0 >= 0, (name, text)
            assert box.x1 <= width, (name, text)
            assert box.y1 <= height, (name, text)
        for (text, box), (other, other_box) in itertools.combinations(texts, 2):
            assert apart(box, other_box), (name, text, other)


def test_no_text_lies_on_a_panel_it_does_not_belong_to(drawn):
    for name, figure in drawn[0].items():
        panels = [
            (axes, axes.get_window_extent().transformed(figure.dpi_scale_trans.inverted()))
            for axes in figure.axes
            if axes.axison
        ]
        for text, box in drawn[1][name]:
            for axes, panel in panels:
                assert text in axes.texts or apart(box, panel), (name, text)


def test_all_figures_are_as_wide_as_a_panel_and_transparent(drawn):
    for name, figure in drawn[0].items():
        assert figure.get_size_inches()[0] == PANEL, name
        grounds = {figure.get_facecolor(), *(axes.get_facecolor() for axes in figure.axes)}
        assert {ground[-1] for ground in grounds} == {0}, name


def test_axes_are_called_what_they_are_on_every_data_set(drawn):
    words = " ".join(text.get_text() for texts in drawn[1].values() for text, _ in texts).lower().split()
    assert not {"ink", "slant", "thickness"} & set(words)
    assert {"pc1", "within-class"} <= set(words)


def test_texts_and_lines_of_panels_stand_out_from_a_white_and_from_a_dark_page(drawn):
    for name, figure in drawn[0].items():
        for text, _ in drawn[1][name]:
            assert min(contrasts(text.get_color())) >= 4.5, (name, text)
        for line in itertools.chain.from_iterable(axes.get_lines() for axes in figure.axes):
            assert line.get_color() == "white" or min(contrasts(line.get_color())) >= 3, (name, line)


def test_axes_of_likelihood_say_nats(drawn):
    for name in ("training-1", "training-2", "training-3", "voids-3", "paths-3", "monte-carlo-1"):
        assert any("nats per image" in text.get_text() for text, _ in drawn[1][name]), name
    plots = ("likelihood", "certificate", "differences", "scatter", "histograms", "gains", "dimensions")
    for name in ("gain-model-2", *(f"{plot}-1" for plot in plots)):
        assert any("nats" in text.get_text() for text, _ in drawn[1][name]), name

from pipeline.figures.panels import panel_axes, panels_of
from pipeline.figures.style import to_svg
from pipeline.publication.readme import on_white
from pipeline.rendering.reader import read_page


def test_the_readmes_picture_is_drawn_on_white():
    """GitHub shows it on a dark page too, where the lines of a transparent picture would be lost."""
    (figure,) = panels_of(panel_axes(2, title="a", xlabel="b"))
    svg = to_svg(figure)
    elements = [element for element in read_page(on_white(svg).decode()).elements if element.name in ("svg", "rect")]
    assert [element.name for element in elements[:2]] == ["svg", "rect"]
    ground = {"width": "100%", "height": "100%", "fill": "white"}
    assert elements[1].attributes == ground
    assert on_white(svg).count(b'fill="white"') == 1

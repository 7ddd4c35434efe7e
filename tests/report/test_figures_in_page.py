"""Check that encoding figures as text does not change them."""

import base64
from urllib.parse import unquote

from pipeline.rendering.figures import spell_out

SVG = '<svg><path d="M 0 1\nL 2 3" fill="#ff0000"/><text>100 % – \'σ\' &amp;</text></svg>'


def test_a_picture_reads_as_before():
    page = f'<img src="data:image/svg+xml;base64,{base64.b64encode(SVG.encode()).decode()}" alt="line">'
    spelt = spell_out(page)
    start, end = spelt.split("data:image/svg+xml,")
    address, rest = end.split('"', 1)
    assert (start, rest) == ('<img src="', ' alt="line">')
    assert unquote(address) == SVG.replace("\n", " ")


def test_quotes_are_the_shorter_ones_where_there_are_no_others():
    spelt = spell_out(f"data:image/svg+xml;base64,{base64.b64encode(SVG.replace(chr(39), '').encode()).decode()}")
    assert unquote(spelt.partition(",")[2]).replace("'", '"') == SVG.replace("'", "").replace("\n", " ")


def test_nothing_in_it_ends_the_attribute_or_the_address():
    page = f'<img src="data:image/svg+xml;base64,{base64.b64encode(SVG.encode()).decode()}">'
    address = spell_out(page).split('"')[1]
    assert not set('<>#"\n\\') & set(address)


def test_other_pictures_stay():
    page = '<img src="data:image/png;base64,iVBORw0KGgo=">'
    assert spell_out(page) == page

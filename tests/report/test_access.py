"""Boxes that scroll sideways can be reached by keyboard, and so can notes that fold."""

import re

from pipeline.rendering.access import make_reachable

REACHED = r'(?:<(?:div|p)[^>]*tabindex="0"[^>]*>)\s*(?:<span[^>]*>)?\s*'


def test_every_formula_and_every_table_has_a_box_with_focus(pages):
    page = pages["index"]
    assert len(re.findall(rf'{REACHED}<math display="block"', page)) == page.count('<math display="block"') == 2
    boxed, own = re.findall(rf"{REACHED}<table", page), re.findall(r'<table[^>]*tabindex="0"', page)
    assert len(boxed) + len(own) == page.count("<table") == 3
    assert not (boxed and own)


def test_every_box_with_focus_that_is_no_control_has_a_role_and_a_name_unless_it_is_a_table(pages):
    for box in re.findall(r'<(?:p|div)[^>]*tabindex="0"[^>]*>', pages["index"].partition("<main")[2]):
        assert 'role="group"' in box
        assert 'aria-label="' in box


def test_quartos_link_without_words_gets_a_name():
    script = "a.classList.add('top-right');\n      a.href = '';"
    assert make_reachable(script).startswith(
        "a.classList.add('top-right'); a.setAttribute('aria-label', 'Light or dark');"
    )


def test_a_table_in_a_box_and_words_beside_a_formula_stay():
    box = '<div role="group" aria-label="Table" tabindex="0">'
    page = f'{box}\n<table>\n<p>Words <math display="block"'
    assert make_reachable(page) == page

"""The explorer's page on screens of several sizes, light and dark."""

import io
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from pipeline.explorer.plot import bokeh_scripts
from tests.support.explorer_reader import opened, until

AXE = Path(os.environ.get("AXE_CORE", ""))
"""axe-core from npm, which is not part of the project."""
AUDIT = """
const done = arguments[arguments.length - 1];
const told = (one) => one.nodes.map((node) => `${one.id}: ${node.html}`);
axe.run(document).then(({violations}) => done(violations.flatMap(told)));
"""
BOX = """
const {left, top, right, bottom} = document.querySelector(arguments[0]).getBoundingClientRect();
return [left, top, right, bottom];
"""
EVERYTHING = [
    *("h1", "#preset", "#copy", "#x", "#swap", "#y", "#plot-kind", "#caution", "#plot", "[name=drag]", "#whole"),
    *("#colour", "#filter-label", "#filter-subset", "#filter-region", "#picture", "#about", "#number", "#summary"),
    *("#means", "#order", "#download", "#clear"),
]
STATES = {
    "at first": "",
    "selected": "choose(view.rows); look(view.rows[3], {keep: true})",
    "not comparable": "applyAddress('x=vae-20&y=vae-20-threshold&colour=gain&plot=difference&select=d:..0')",
}


def box(reader, selector):
    return reader.driver.execute_script(BOX, selector)


@pytest.mark.parametrize("state", STATES)
def test_everything_is_on_one_screen(browser, explorer, tmp_path, state):
    reader = opened(browser, explorer.path, tmp_path, width=1280, height=800)
    browser.run(STATES[state])
    assert browser.run("return [innerWidth, innerHeight]") == [1280, 800]
    assert browser.run("return document.documentElement.scrollHeight") <= 800
    assert browser.run("return document.documentElement.scrollWidth") <= 1280
    for selector in EVERYTHING:
        left, top, right, bottom = box(reader, selector)
        assert (selector, left >= 0, top >= 0, right <= 1280, bottom <= 800) == (selector, True, True, True, True)
    left, top, right, bottom = box(reader, "#plot")
    assert right - left > 600
    assert bottom - top > 450
    if state != "at first":
        assert min(800, box(reader, "#wall")[3]) - box(reader, "#wall")[1] > 90


@pytest.mark.parametrize(("width", "dark"), [(320, False), (390, True), (768, False), (900, True), (1280, True)])
def test_nothing_sticks_out(browser, explorer, tmp_path, width, dark):
    reader = opened(browser, explorer.path, tmp_path, width=width, height=800, dark=dark)
    for state in STATES.values():
        reader.browser.run(state)
        assert browser.run("return document.documentElement.scrollWidth - window.innerWidth") <= 0
    paper = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(21, 24, 28)" if dark else "rgb(255, 255, 255)")


def test_a_narrow_screen_has_one_column(browser, explorer, tmp_path):
    reader = opened(browser, explorer.path, tmp_path, width=390, height=800)
    places = [box(reader, selector) for selector in (".axes", ".plot", ".filters", ".image", ".selection")]
    assert [one[1] for one in places] == sorted(one[1] for one in places)
    assert all(one[3] <= other[1] for one, other in pairwise(places))
    assert all(one[2] - one[0] > 350 for one in places)
    assert places[1][3] - places[1][1] < 700


@pytest.mark.parametrize("dark", [False, True])
def test_the_plot_has_the_colours_of_the_page(browser, explorer, tmp_path, dark):
    reader = opened(browser, explorer.path, tmp_path, dark=dark)
    ink = browser.run("return getComputedStyle(document.documentElement).getPropertyValue('--ink')")
    for axis in ("below", "left"):
        assert browser.run(f"return bokeh.plot.{axis}[0].major_label_text_color") == ink
        assert browser.run(f"return bokeh.plot.{axis}[0].axis_label_text_color") == ink
    corner = pixels(reader, "#plot")[12, 12]
    assert list(corner[:3]) == ([21, 24, 28] if dark else [255, 255, 255])
    palette = browser.run("return bokeh.colours.palette")
    assert all(contrast(colour, corner[:3]) >= 1.9 for colour in palette)


def contrast(colour, ground):
    """Return the ratio of the contrast between two colours, as WCAG 2 has it."""
    parts = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)], ground]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    dark, light = sorted(linear @ [0.2126, 0.7152, 0.0722])
    return (light + 0.05) / (dark + 0.05)


def pixels(reader, selector):
    picture = reader.driver.find_element("css selector", selector).screenshot_as_png
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


def test_the_corners_of_the_plot_are_empty(browser, explorer, tmp_path):
    reader = opened(browser, explorer.path, tmp_path, height=800)

    def corners():
        seen = pixels(reader, "#plot")[4:-4, 4:-4]
        return [
            len(np.unique(part.reshape(-1, 3), axis=0)) for part in (seen[:30, :22], seen[:5, -40:], seen[-22:, :22])
        ]

    assert corners() == [1, 1, 1]
    table = explorer.tables.scores["vae-20"]["log_likelihood"]
    low, high = table.quantile([0.1, 0.6])
    reader.hover(low, high)
    assert corners() == [1, 1, 1]
    for way in ("box", "lasso"):
        reader.driver.find_element("css selector", f"input[value={way}]").click()
        reader.drag([(low, low), (low, high), (high, high)])
        until(reader.selected)
        assert corners() == [1, 1, 1]
        reader.driver.find_element("id", "plot").send_keys(Keys.ESCAPE)
        reader.browser.run("zoom(0.5)")
        assert corners() == [1, 1, 1]
    found = reader.browser.run("""
    const all = (node) => [node, ...[...(node.shadowRoot?.children ?? []), ...node.children].flatMap(all)];
    return all(document.getElementById("plot")).filter((one) => /toolbar|logo/i.test(one.className)).length
    """)
    assert found == 0


def test_the_wheel_zooms_without_a_key(browser, explorer, tmp_path):
    reader = opened(browser, explorer.path, tmp_path, height=800)
    before = browser.run("return bokeh.x.end - bokeh.x.start")
    place = reader.driver.find_element("id", "plot")
    ActionChains(reader.driver).scroll_from_origin(origin(place), 0, -300).perform()
    until(lambda: browser.run("return bokeh.x.end - bokeh.x.start") < 0.95 * before)
    assert browser.run("return scrollY") == 0


def origin(element):
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

    return ScrollOrigin.from_element(element)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_no_violation(browser, explorer, tmp_path, width, dark):
    if not AXE.is_file():
        pytest.skip("NOT CHECKED WITH AXE: npm's axe-core is not there; AXE_CORE is the path of its axe.min.js")
    reader = opened(browser, explorer.path, tmp_path, width=width, height=800, dark=dark)
    reader.driver.execute_script(AXE.read_text(encoding="utf-8"))
    for state in STATES.values():
        reader.browser.run(state)
        for details in (False, True):
            reader.browser.run(
                f"for (const one of document.querySelectorAll('details')) one.open = {str(details).lower()}"
            )
            assert reader.driver.execute_async_script(AUDIT) == []


def test_the_page_is_little_more_than_its_library_and_its_data(explorer):
    library = sum(map(len, bokeh_scripts()))
    assert len(explorer.page) - library - len(explorer.packed.columns) < 100_000

"""The explorer's view in the address of the page, in a real browser."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.support.explorer_reader import opened, until

STATE = """
return {
  models: [along("x").name, along("y").name], plot: view.plot, colour: view.colour,
  controls: ["x", "y", "plot-kind", "colour", "order"].map((id) => document.getElementById(id).value),
  boxes: [...document.querySelectorAll(".option input")].map((box) => box.checked),
  points: [[...bokeh.points.data.x], [...bokeh.points.data.y], [...bokeh.points.data.colour]],
  selected: [...bokeh.points.selected.indices].sort((a, b) => a - b),
  ranges: ["x", "y"].flatMap((axis) => [bokeh[axis].start, bokeh[axis].end].map((end) => end.toFixed(2))),
  kept: view.kept, about: document.getElementById("about").textContent,
  means: document.getElementById("means").textContent, wall: document.getElementById("wall").textContent,
  ring: document.getElementById("ring").hidden,
};
"""


@pytest.fixture
def reader(browser, explorer, tmp_path):
    return opened(browser, explorer.path, tmp_path, height=800)


def again(reader):
    """Check that the page's address shows the same on a page that is opened with it; return the address."""
    address, before = reader.address(), reader.browser.run(STATE)
    reader.open(address)
    assert reader.browser.run(STATE) == before
    assert reader.address() == address
    return address


def test_a_page_opens_with_the_first_view_and_leaves_its_address_alone(reader, explorer):
    assert "#" not in reader.driver.current_url
    assert reader.browser.run("return [along('x').name, along('y').name]") == ["vae-04", "vae-20"]


def test_a_box_filters_colours_and_an_image_come_back_from_the_address(reader, explorer):
    table = explorer.tables.scores["vae-20"]["log_likelihood"]
    reader.axes("vae-20", "vae-20-matched")
    reader.choose("plot-kind", "difference")
    reader.choose("colour", "error")
    reader.driver.find_element("css selector", "[aria-label='only test file']").click()
    reader.driver.find_element("xpath", "//label[normalize-space()='4']/input").click()
    reader.drag([(table.quantile(0.1), -1), (table.quantile(0.7), 4)])
    until(reader.selected)
    reader.choose("order", "y")
    reader.browser.run("zoom(0.8)")
    reader.tab_to("number")
    reader.press(str(reader.shown()[8]), Keys.ENTER)
    address = again(reader)
    known = {part.split("=")[0] for part in address.split("&")}
    assert known == {"x", "y", "plot", "colour", "labels", "subsets", "select", "order", "image", "range"}
    assert "labels=0,1,2,3,5,6,7,8,9&subsets=test&select=m:" in address


def test_bounds_come_back_from_the_address_after_the_axes_have_changed(reader):
    reader.open("view=small-middle&select=x:..-60,d:1.5..20")
    chosen = reader.selected()
    assert chosen
    assert reader.browser.run("return document.querySelector('[name=d-from]').value") == "1.5"
    reader.axes("vae-20", "cvae-20")
    assert reader.selected() == chosen
    assert reader.browser.run("return document.querySelector('[name=d-from]').value") == ""
    assert "&select=x:..-60,d:1.5..20&under=vae-04,vae-20" in again(reader)


def test_images_selected_one_by_one_come_back_from_the_address(reader):
    reader.tab_to("plot")
    reader.press(Keys.HOME, Keys.ENTER, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER)
    assert len(reader.selected()) == 2
    assert f"&images={','.join(map(str, sorted(reader.selected())))}&image=" in again(reader)


def test_a_drag_with_shift_adds_to_a_box(reader, explorer):
    table = explorer.tables.scores["vae-20"]["log_likelihood"]
    low, high = table.quantile(0.02), table.quantile(0.2)
    reader.drag([(low, low), (high, high)])
    until(reader.selected)
    before = set(reader.selected())
    reader.drag([(table.quantile(0.7), table.quantile(0.7)), (table.quantile(0.8), table.quantile(0.9))], shift=True)
    until(lambda: set(reader.selected()) > before)
    assert reader.browser.run("return view.rule") is None


def test_a_filter_hides_selected_images_and_gives_them_back(reader):
    reader.open("view=small-middle&select=d:0..")
    chosen = reader.selected()
    reader.click("subset-none")
    assert reader.selected() == []
    reader.click("subset-all")
    assert reader.selected() == chosen


def test_bounds_hold_for_images_that_a_filter_gives_back(reader, explorer):
    reader.open("view=small-middle&subsets=test&select=d:..0")
    few = reader.selected()
    reader.click("subset-all")
    one, other = (explorer.tables.scores[name].set_index("id")["log_likelihood"] for name in ("vae-04", "vae-20"))
    lost = other - one <= 0
    assert reader.selected() == [image for image in reader.shown() if lost[image]]
    assert len(reader.selected()) > len(few) > 0
    again(reader)


@pytest.mark.parametrize("name", ["small-wins", "matched-tails", "small-middle-difference"])
def test_a_named_view_may_stand_with_other_settings(reader, name):
    assert again_at(reader, f"view={name}") == f"view={name}"
    assert again_at(reader, f"view={name}&colour=ink") == f"view={name}&colour=ink"
    assert reader.browser.run("return view.colour") == "ink"
    reader.choose("colour", "label")
    assert reader.address() == again_at(reader, reader.address())
    assert "colour" not in reader.address()


def again_at(reader, address):
    reader.open(address)
    return again(reader)


def test_a_link_on_the_open_page_changes_the_view(reader):
    reader.browser.run("location.hash = 'view=conditional'")
    until(lambda: reader.browser.run("return along('y').name") == "cvae-20")
    assert reader.address() == "view=conditional"


def test_what_a_study_does_not_have_is_said(reader):
    for address, said in (
        ("view=no-such", "This study has no view “no-such”."),
        ("x=vae-99&y=vae-20", "This study has no model “vae-99”."),
        ("image=987654", "No holdout image has the number 987654."),
        ("select=q:1..2,x:a..&range=1,2,x,4&plot=3&colour=&labels=", ""),
    ):
        reader.open(address)
        assert reader.text("notice") == said
        assert reader.browser.complaints() == []


def test_a_link_is_copied(reader):
    reader.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    reader.choose("colour", "ink")
    reader.browser.run("choose(view.rows)")
    reader.click("copy")
    until(lambda: reader.text("notice"))
    assert reader.text("notice") == (
        "The link is copied. It leaves out the selection, of more than 200 images and not by a box or by numbers."
    )
    script = "const done = arguments[0]; navigator.clipboard.readText().then(done, (fault) => done(String(fault)))"
    assert reader.driver.execute_async_script(script) == reader.driver.current_url
    assert reader.driver.current_url.endswith("#x=vae-04&y=vae-20&colour=ink")
    reader.browser.run("choose([]); navigator.clipboard.writeText = () => Promise.reject()")
    reader.click("copy")
    until(lambda: reader.text("notice").startswith("The link is the page"))

import pytest

from stages.shared.layout import PAGES

VISIBLE = "return [...document.images].map(image => image.complete && image.naturalWidth > 0 && image.width > 50)"
OVERFLOW = "return document.documentElement.scrollWidth - window.innerWidth"
LINKS = "return [...document.querySelectorAll('#TOC a')].map(link => link.getAttribute('href'))"
BACKGROUND = "return getComputedStyle(document.body).backgroundColor"
UNFOLD = """
document.querySelectorAll('details').forEach(one => { one.open = true });
document.querySelectorAll('.collapse').forEach(one => { one.classList.add('show') });
"""
STICKING_OUT = """
const boxed = one => {
  for (let box = one; box; box = box.parentElement)
    if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(box).overflowX)) return true;
  return false;
};
return [...document.querySelectorAll('main *, header *')]
  .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1 && !boxed(one))
  .map(one => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`).slice(0, 5);
"""
UNREACHABLE = """
return [...document.querySelectorAll('main *')]
  .filter(one => ['auto', 'scroll'].includes(getComputedStyle(one).overflowX))
  .filter(one => one.scrollWidth > one.clientWidth + 1)
  .filter(one => one.tabIndex < 0 && !one.querySelector('a, button, [tabindex]'))
  .map(one => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`).slice(0, 5);
"""
WIDE = """
return [...document.querySelectorAll('main table')].filter(table => {
  let box = table;
  while (box && !['auto', 'scroll'].includes(getComputedStyle(box).overflowX)) box = box.parentElement;
  return box && box.scrollWidth > box.clientWidth + 1;
}).length;
"""
MOVED = """
return [...document.querySelectorAll('main table')].map(table => {
  let box = table;
  while (box && !['auto', 'scroll'].includes(getComputedStyle(box).overflowX)) box = box.parentElement;
  if (!box || box.scrollWidth <= box.clientWidth + 1) return null;
  box.scrollLeft = 1e6;
  const cell = table.querySelector('tbody td'), place = cell.getBoundingClientRect();
  return [Math.abs(place.left - box.getBoundingClientRect().left) < 2, getComputedStyle(cell).backgroundColor];
}).filter(one => one && !(one[0] && /^rgb\\(/.test(one[1])));
"""
WIDTHS = [320, 390, 768, 1280]


@pytest.fixture
def file(pages, tmp_path):
    path = tmp_path / "index.html"
    path.write_text(pages["index"], encoding="utf-8")
    return path


def luminance(colour):
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))


def test_the_page_opens_whole_without_asking_for_anything(browser, file):
    browser.open(file)
    assert browser.driver.title == "Sample: how likely is an image?"
    assert browser.run(VISIBLE) == [True] * 4
    assert browser.complaints() == []
    assert browser.requests() == [file.resolve().as_uri()]


def test_every_entry_of_the_contents_leads_to_its_section(browser, file):
    browser.open(file)
    targets = browser.run(LINKS)
    assert len(targets) == 4
    for target in targets:
        browser.run(f"document.querySelector('#TOC a[href=\"{target}\"]').click()")
        top = browser.run(f"return document.querySelector('{target}').getBoundingClientRect().top")
        height = browser.run("return window.innerHeight")
        assert browser.run("return location.hash") == target
        assert top < height


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_at_any_width(browser, file, width):
    browser.open(file, width=width)
    assert browser.run(OVERFLOW) <= 0


@pytest.mark.parametrize("name", PAGES)
def test_the_studys_pages_open_whole_and_fit_every_width(browser, study_pages, renderer, name):
    layout, _ = study_pages(renderer)
    file = layout.page(name)
    for width in WIDTHS:
        browser.open(file, width=width)
        assert browser.complaints() == []
        assert browser.requests() == [file.resolve().as_uri()]
        browser.run(UNFOLD)
        assert browser.run(OVERFLOW) <= 0, width
        assert browser.run(STICKING_OUT) == [], width
        assert browser.run(UNREACHABLE) == [], width
        assert browser.run(VISIBLE.replace(" && image.width > 50", "")) == [True] * file.read_text().count("<img ")
        if (width, name) == (320, "methods"):
            assert browser.run(WIDE) > 5
            assert browser.run(MOVED) == []  # a first column stays in sight and covers what passes below it


def test_the_page_is_light_by_day_and_dark_by_night(browser, file):
    browser.open(file)
    day = luminance(browser.run(BACKGROUND))
    ink = browser.run("return getComputedStyle(document.images[0]).filter")
    browser.open(file, dark=True)
    night = luminance(browser.run(BACKGROUND))
    assert day > 700
    assert night < 150
    assert ink == "none"
    assert browser.run("return getComputedStyle(document.images[0]).filter").startswith("invert(0.92)")


def test_the_browser_would_notice(browser, file):
    page = file.read_text(encoding="utf-8")
    file.write_text(page.replace("</main>", "<script>fetch('http://127.0.0.1:9/')</script></main>"), encoding="utf-8")
    browser.open(file)
    assert "http://127.0.0.1:9/" in browser.requests()
    assert browser.complaints()

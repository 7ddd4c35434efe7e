import pytest

VISIBLE = "return [...document.images].map(image => image.complete && image.naturalWidth > 0 && image.width > 50)"
OVERFLOW = "return document.documentElement.scrollWidth - window.innerWidth"
LINKS = "return [...document.querySelectorAll('#TOC a')].map(link => link.getAttribute('href'))"
BACKGROUND = "return getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def file(page, tmp_path):
    path = tmp_path / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def luminance(colour):
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))


def test_the_page_opens_whole_without_asking_for_anything(browser, file):
    browser.open(file)
    assert browser.driver.title == "Sample: how likely is an image?"
    assert browser.run(VISIBLE) == [True] * 3
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


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_sticks_out_at_any_width(browser, file, width):
    browser.open(file, width=width)
    assert browser.run(OVERFLOW) <= 0


def test_the_page_is_light_by_day_and_dark_by_night(browser, pandoc_page, tmp_path):
    path = tmp_path / "index.html"
    path.write_text(pandoc_page, encoding="utf-8")
    browser.open(path)
    day = luminance(browser.run(BACKGROUND))
    browser.open(path, dark=True)
    night = luminance(browser.run(BACKGROUND))
    assert day > 700
    assert night < 150
    assert browser.run("return getComputedStyle(document.images[0]).backgroundColor") == "rgb(255, 255, 255)"


def test_the_browser_would_notice(browser, file):
    page = file.read_text(encoding="utf-8")
    file.write_text(page.replace("</main>", "<script>fetch('http://127.0.0.1:9/')</script></main>"), encoding="utf-8")
    browser.open(file)
    assert "http://127.0.0.1:9/" in browser.requests()
    assert browser.complaints()

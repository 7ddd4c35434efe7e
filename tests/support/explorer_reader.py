"""Use the explorer in a browser as a reader does."""

import io
from functools import partial

import pandas as pd
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.support import waiting

READY = "return document.documentElement.dataset.ready === 'yes'"
INK = """
const canvas = document.querySelector(arguments[0]);
const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
return [...data].filter((_, place) => place % 4 === 0).map((grey) => Number(grey < 128));
"""
LISTED = """
return [...document.querySelectorAll("#listing tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent))
"""
SCORED = """
return [...document.querySelectorAll("#scores tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent))
"""
until = partial(waiting.until, seconds=20, pause=0.05)
FOCUSED = "const one = document.activeElement; return one.id || one.name || one.textContent.trim()"


class Reader:
    """Actions of a reader in the explorer."""

    def __init__(self, browser, path):
        self.browser, self.driver, self.folder = browser, browser.driver, path.parent

    def open(self, address):
        """Open the page anew at an address after its #."""
        uri = self.driver.current_url.partition("#")[0]
        self.driver.get("about:blank")
        self.driver.get(f"{uri}#{address}")
        until(lambda: self.browser.run(READY))

    def address(self):
        """Return what stands after the # of the page's address, once it is written."""
        self.browser.run("writeAddress()")
        return self.driver.current_url.partition("#")[2]

    def shown(self):
        """Return the numbers of the images in the plot."""
        return self.browser.run("return view.rows.map((image) => images.id[image])")

    def selected(self):
        """Return the numbers of the selected images in the plot."""
        return self.browser.run("return selected().map((image) => images.id[image])")

    def choose(self, name, value):
        Select(self.driver.find_element("id", name)).select_by_value(value)

    def click(self, name):
        self.driver.find_element("id", name).click()

    def text(self, name):
        return self.browser.run(f"return document.getElementById('{name}').textContent")

    def axes(self, x, y):
        for axis, name in (("x", x), ("y", y)):
            options = Select(self.driver.find_element("id", axis))
            options.select_by_visible_text(
                next(one.text for one in options.options if one.text.startswith(f"{name} ("))
            )

    def point(self, x, y):
        """Return the position in the window, in pixels, of a point of the plot."""
        script = """
        document.getElementById("plot").scrollIntoView();
        const inner = frame(), stage = document.getElementById("stage").getBoundingClientRect();
        const part = (axis, value) => (value - bokeh[axis].start) / (bokeh[axis].end - bokeh[axis].start);
        return [stage.left + inner.left + part("x", arguments[0]) * inner.width,
                stage.top + inner.top + (1 - part("y", arguments[1])) * inner.height];
        """
        return [round(value) for value in self.driver.execute_script(script, float(x), float(y))]

    def pointer(self):
        chain = ActionChains(self.driver, duration=30)
        return chain, chain.w3c_actions.pointer_action

    def hover(self, x, y):
        chain, pointer = self.pointer()
        pointer.move_to_location(*self.point(x, y))
        chain.perform()

    def drag(self, corners, *, shift=False):
        places = [self.point(*corner) for corner in corners]
        chain, pointer = self.pointer()
        if shift:
            ActionChains(self.driver).key_down(Keys.SHIFT).perform()
        pointer.move_to_location(*places[0])
        pointer.pointer_down()
        for place in places[1:]:
            pointer.move_to_location(*place)
        pointer.pointer_up()
        chain.perform()
        if shift:
            ActionChains(self.driver).key_up(Keys.SHIFT).perform()

    def press(self, *keys):
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def tab_to(self, name):
        for _ in range(80):
            self.press(Keys.TAB)
            if self.browser.run(FOCUSED) == name:
                return
        raise AssertionError(f"{name} cannot be reached with the keyboard")

    def downloaded(self):
        file = self.folder / "selection.csv"
        until(file.exists)
        text = file.read_text(encoding="utf-8")
        file.unlink()
        return pd.read_csv(io.StringIO(text))


def opened(browser, path, folder, *, height=860, **kind):
    browser.open(path, **kind)
    size = {"width": kind.get("width", 1280), "height": height, "deviceScaleFactor": 1}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size | {"mobile": size["width"] < 600})
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    until(lambda: browser.run(READY))
    return Reader(browser, folder / "selection.csv")

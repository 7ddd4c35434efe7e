"""Use the explorer in a browser as a reader does."""

import io
import time

import pandas as pd
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

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
FOCUSED = "const one = document.activeElement; return one.id || one.name || one.textContent.trim()"


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "timed out"
        time.sleep(0.05)
    return found


class Reader:
    """Actions of a reader in the explorer."""

    def __init__(self, browser, path):
        self.browser, self.driver, self.folder = browser, browser.driver, path.parent

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

    def drag(self, corners):
        places = [self.point(*corner) for corner in corners]
        chain, pointer = self.pointer()
        pointer.move_to_location(*places[0])
        pointer.pointer_down()
        for place in places[1:]:
            pointer.move_to_location(*place)
        pointer.pointer_up()
        chain.perform()

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


def opened(browser, path, folder, **kind):
    browser.open(path, **kind)
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    until(lambda: browser.run(READY))
    return Reader(browser, folder / "selection.csv")

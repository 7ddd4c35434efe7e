"""The explorer in a real browser."""

import numpy as np
import pandas as pd
import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from pipeline.data.images import Images
from pipeline.download.catalogue import CATALOGUE
from pipeline.explorer.page import explorer_page
from pipeline.explorer.study import pack
from pipeline.figures.palette import COLOURS
from tests.pipeline.explorer.conftest import WALL
from tests.support.explorer_reader import FOCUSED, INK, LISTED, SCORED, opened, until


@pytest.fixture
def reader(browser, explorer, tmp_path):
    return opened(browser, explorer.path, tmp_path)


def both(tables, x, y):
    """Return the images scored under both models, with both log likelihoods."""
    columns = ["id", "label", "subset", "region", "log_likelihood"]
    one, other = (tables.scores[name][columns] for name in (x, y))
    held = one[~one["subset"].isin(["train", "validation"])]
    return held.merge(other[["id", "log_likelihood"]], on="id", suffixes=("", "_y")).set_index("id")


def test_the_page_opens_without_warnings_and_loads_nothing(reader, explorer):
    reader.axes("vae-20", "cvae-20")
    assert reader.browser.complaints() == []
    assert reader.browser.requests() == [explorer.path.resolve().as_uri()]


def test_points_are_the_images_scored_under_both_models(reader, explorer):
    for x, y in (("vae-04", "vae-20"), ("cvae-20", "vae-20-matched")):
        reader.axes(x, y)
        table = both(explorer.tables, x, y)
        script = "const {x, y} = bokeh.points.data; return view.rows.map((image, k) => [images.id[image], x[k], y[k]])"
        shown = np.array(reader.browser.run(script))
        assert list(shown[:, 0]) == list(table.index)
        assert np.abs(shown[:, 1:] - table[["log_likelihood", "log_likelihood_y"]]).max(axis=None) <= 0.0005001


def test_a_digit_keeps_its_colour(reader):
    assert reader.browser.run("return bokeh.colours.palette") == list(COLOURS)
    Select(reader.driver.find_element("id", "colour")).select_by_value("subset")
    assert len(reader.browser.run("return bokeh.colours.palette")) == 5
    assert reader.browser.run("return new Set(bokeh.points.data.colour).size") == 5
    Select(reader.driver.find_element("id", "colour")).select_by_value("label")
    assert reader.browser.run("return bokeh.colours.palette") == list(COLOURS)
    assert reader.browser.run(
        "return [...bokeh.points.data.colour].every((code, i) => code === images.label[view.rows[i]])"
    )


def test_what_is_hidden_is_not_in_the_plot(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    reader.driver.find_element("xpath", "//label[normalize-space()='7']/input").click()
    reader.driver.find_element("xpath", "//label[normalize-space()='test file']/input").click()
    kept = table[(table["label"] != 7) & (table["subset"] != "test")]
    assert reader.browser.run("return view.rows.map((image) => images.id[image])") == list(kept.index)


def test_pointing_shows_the_image_and_its_scores(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    worst = table["log_likelihood"].idxmin()
    row = table.loc[worst]
    reader.hover(row["log_likelihood"], row["log_likelihood_y"])
    until(lambda: not reader.browser.run("return document.getElementById('tip').hidden"))
    shown = reader.text("tip").replace("\N{MINUS SIGN}", "-")
    assert f"Image {worst}\ndigit {row['label']}, " in shown
    assert f"vae-04: {row['log_likelihood']:.2f} ± " in shown
    assert f"vae-20: {row['log_likelihood_y']:.2f} ± " in shown
    frozen = explorer.tables.images.binary_stochastic[worst].tolist()
    assert reader.driver.execute_script(INK, "#tip canvas") == frozen
    assert reader.driver.execute_script(INK, "#picture") == frozen
    scores = {name: values.set_index("id")["log_likelihood"] for name, values in explorer.tables.scores.items()}
    listed = reader.text("scores").replace("\N{MINUS SIGN}", "-")
    assert all(f"{known[worst]:.2f}" in listed for known in scores.values() if worst in known)


def test_a_box_selects_its_images(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    x, y = table["log_likelihood"], table["log_likelihood_y"]
    left, right, low, high = x.quantile(0.05), x.quantile(0.7), y.quantile(0.2), y.quantile(0.9)
    reader.drag([(left, low), ((left + right) / 2, low), (right, high)])
    until(lambda: not reader.text("summary").startswith("Nothing"))
    reader.driver.find_element("id", "download").click()
    csv = reader.downloaded().set_index("id")
    pixel = reader.browser.run("return (bokeh.x.end - bokeh.x.start) / Math.min(frame().width, frame().height)")
    for slack, compare in ((-1.5 * pixel, set.issuperset), (1.5 * pixel, set.issubset)):
        box = table[x.between(left - slack, right + slack) & y.between(low - slack, high + slack)]
        assert compare(set(csv.index), set(box.index))
    assert len(csv) > WALL
    assert reader.text("summary").startswith(f"{len(csv)} images of {len(table)} selected; the first {WALL} are shown.")
    gains = (y - x)[csv.index]
    assert (gains.diff().dropna() <= 0.001).all()
    tiles = reader.browser.run("return [...document.querySelectorAll('#wall > div')].map((tile) => tile.id)")
    assert tiles == [f"tile-{image}" for image in csv.index[:WALL]]
    frozen = explorer.tables.images.binary_stochastic[csv.index[0]].tolist()
    assert reader.driver.execute_script(INK, f"#{tiles[0]} canvas") == frozen
    rows = reader.browser.run(LISTED)
    assert [int(cells[0]) for cells in rows] == list(csv.index[:WALL])
    first = table.loc[csv.index[0]]
    assert rows[0][4].replace("\N{MINUS SIGN}", "-") == f"{first['log_likelihood']:.2f}"
    check_file(csv, explorer.tables)


def check_file(csv, tables):
    """Check that every cell of a downloaded file is that of the tables."""
    rows = tables.split.set_index("id").loc[csv.index]
    for column in ("label", "subset", "region"):
        assert list(csv[column]) == list(rows[column])
    for name, scores in tables.scores.items():
        for quantity in ("log_likelihood", "standard_error"):
            known = scores.set_index("id")[quantity].reindex(csv.index)
            found = csv[f"{name}.{quantity}"]
            assert (found.isna() == known.isna()).all()
            assert (found - known).abs().max() <= 0.0005001 or known.isna().all()


def test_a_lasso_selects_the_images_inside_it(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    x, y = table["log_likelihood"], table["log_likelihood_y"]
    reader.driver.find_element("css selector", "input[value=lasso]").click()
    left, right, low, high = x.min() - 2, x.max() + 2, y.min() - 2, y.max() + 2
    reader.drag([(left, low), (right, low), (right, high), (left, low)])
    until(lambda: not reader.text("summary").startswith("Nothing"))
    below = y < low + (high - low) * (x - left) / (right - left)
    count = int(reader.text("summary").split()[0])
    assert abs(count - below.sum()) <= 0.02 * len(table)
    assert 0 < count < len(table)


def test_a_selection_of_images_stays_when_the_models_change(reader, explorer):
    reader.browser.run("choose(view.rows.slice(0, 7))")
    reader.axes("vae-20", "vae-20-matched")
    assert reader.text("summary").startswith("7 images of ")
    assert reader.browser.run("return bokeh.points.selected.indices.length") == 7


def test_everything_can_be_done_with_the_keyboard(reader, explorer):
    reader.tab_to("y")
    reader.press(Keys.DOWN)
    table = both(explorer.tables, "vae-04", "vae-32")
    assert reader.browser.run("return along('y').name") == "vae-32"
    reader.tab_to("plot")
    reader.press(Keys.HOME, Keys.ENTER, Keys.ARROW_RIGHT, Keys.ENTER)
    order = list(table["log_likelihood"].sort_values().index)
    assert reader.text("about").startswith(f"Image {order[1]}, digit ")
    assert reader.browser.run("return document.getElementById('about').getAttribute('aria-live')") == "polite"
    assert reader.text("summary").startswith(f"2 images of {len(table)} selected.")
    reader.press(Keys.ESCAPE)
    assert reader.text("summary").startswith("Nothing is selected; ")
    reader.tab_to("number")
    reader.press(str(order[5]), Keys.ENTER)
    assert reader.text("about").startswith(f"Image {order[5]}, digit ")
    limit = round(float(table["log_likelihood"].quantile(0.3)), 1) + 0.03
    reader.tab_to("Select by numbers")
    reader.press(Keys.ENTER)
    reader.tab_to("x-to")
    reader.press(str(limit), Keys.ENTER)
    wanted = table[table["log_likelihood"] <= limit]
    assert reader.text("summary").startswith(f"{len(wanted)} images of {len(table)} selected")
    reader.tab_to("order")
    reader.press(Keys.END)
    reader.tab_to("download")
    reader.press(Keys.ENTER)
    csv = reader.downloaded()
    assert list(csv["id"]) == sorted(wanted.index)
    check_file(csv.set_index("id"), explorer.tables)
    reader.tab_to("wall")
    reader.press(Keys.END, Keys.ARROW_LEFT)
    assert reader.text("about").startswith(f"Image {csv['id'][WALL - 2]}, digit ")


def test_labels_of_models_follow_their_parameters(reader, explorer):
    models = explorer.study.models
    options = [option.text for option in Select(reader.driver.find_element("id", "x")).options]
    assert options == [
        f"{name} ({model.latent_dim} dimensions), log p(x{' | y' if model.conditional else ''})"
        + (", thresholded pixels" if model.binarisation == "threshold" else "")
        for name, model in models.items()
    ]
    reader.tab_to("plot")
    reader.press(Keys.HOME)
    rows = reader.browser.run(SCORED)
    assert [(row[0], int(row[1])) for row in rows] == [(row[0], models[row[0]].latent_dim) for row in rows]
    assert reader.browser.run("return bokeh.plot.below[0].axis_label") == "log p(x) under vae-04 (4 dimensions), nats"


def test_the_focus_goes_down_the_page_and_nowhere_twice(reader):
    found = []
    while (reader.press(Keys.TAB), name := reader.browser.run(FOCUSED))[1] not in found:
        found.append(name)
    assert "" not in found
    known = [
        "preset",
        "copy",
        "x",
        "swap",
        "y",
        "plot-kind",
        "plot",
        "drag",
        "closer",
        "farther",
        "whole",
        "colour",
        "label-all",
        "label-none",
        "label-0",
        "label-9",
        "subset-0",
        "subset-4",
        "region-0",
        "region-4",
        "number",
        "next-reconstruction",
        "Select by numbers",
        "order",
    ]
    places = [found.index(name) for name in known]
    assert places == sorted(places)


def test_a_number_of_no_holdout_image_is_reported(reader):
    reader.tab_to("number")
    reader.press("987654", Keys.ENTER)
    assert reader.text("about") == "No holdout image has the number 987654."


def test_twenty_thousand_points_follow_the_pointer(browser, explorer, tmp_path):
    path = tmp_path / "many.html"
    path.write_text(many(explorer, 20_000), encoding="utf-8")
    reader = opened(browser, path, tmp_path)
    assert reader.browser.run("return view.rows.length") == 20_000
    script = """
    const stage = document.getElementById("stage").getBoundingClientRect(), begun = performance.now();
    const event = {clientY: stage.top + 350, buttons: 0, pointerType: "mouse"};
    for (let k = 0; k < 50; k++) showTip({...event, clientX: stage.left + 150 + 8 * k});
    return (performance.now() - begun) / 50;
    """
    assert reader.browser.run(script) < 50
    assert browser.complaints() == []


def many(explorer, count):
    """Return the page with `count` images, all of the test file."""
    rng = np.random.default_rng(5)
    grey = np.zeros((count, 64), dtype=np.uint8)
    label, ids = rng.integers(0, 10, count, dtype=np.uint8), np.arange(count, dtype=np.int32)
    images = Images(grey, rng.integers(0, 2, grey.shape, dtype=np.uint8), grey, label, ids)
    split = pd.DataFrame({"id": ids, "label": label, "subset": "test", "region": "centre"})
    scores = {
        name: split.assign(log_likelihood=rng.normal(-90, 20, count), standard_error=0.1)
        for name in explorer.study.pair
    }
    models = {name: explorer.study.models[name] for name in scores}
    return explorer_page(pack(images, split, scores, models), CATALOGUE["mnist"], explorer.study.pair, WALL)

"""What the explorer shows: views of two models, colours, filters, means and reconstructions, in a real browser."""

import re

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from pipeline.core.statistics import mean_t
from pipeline.data.subsets import TAILS
from pipeline.download.catalogue import CATALOGUE
from pipeline.explorer.page import explorer_page
from pipeline.explorer.study import pack
from pipeline.explorer.views import views_of
from pipeline.investigations.compare.negative_gains import gains_of, negative_gains
from tests.pipeline.explorer.conftest import WALL
from tests.support.explorer_reader import opened, until
from tests.support.parameters import PARAMS

MINUS = "\N{MINUS SIGN}"
GREY = """
const canvas = document.querySelector(arguments[0]);
return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data].filter((_, k) => k % 4 === 0);
"""


@pytest.fixture
def reader(browser, explorer, tmp_path):
    return opened(browser, explorer.path, tmp_path, height=800)


def both(tables, x, y):
    """Return the holdout images scored under both models: log likelihoods, errors and their joint error."""
    one, other = (tables.scores[name].set_index("id") for name in (x, y))
    held = one[~one["subset"].isin(["train", "validation"])]
    found = held[["label", "subset", "region"]].assign(x=held["log_likelihood"], y=other["log_likelihood"])
    found["error"] = np.hypot(held["standard_error"], other["standard_error"])
    return found[found["y"].notna()].assign(d=lambda one: one["y"] - one["x"])


def points(reader):
    return np.array(reader.browser.run("const {x, y} = bokeh.points.data; return [...x].map((one, k) => [one, y[k]])"))


def numbers(text):
    return [float(one) for one in re.findall(r"[+-]?\d+\.\d+", text.replace(MINUS, "-"))]


def means(reader):
    rows = reader.driver.find_elements("css selector", "#means tbody tr")
    return [
        (
            row.find_element("tag name", "th").text,
            numbers(" ".join(c.text for c in row.find_elements("tag name", "td"))),
        )
        for row in rows
    ]


# ---- two models ----------------------------------------------------------------------------------------------


def test_a_difference_is_shown_against_the_mean(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    reader.choose("plot-kind", "difference")
    assert reader.shown() == list(table.index)
    found = points(reader)
    assert np.abs(found[:, 0] - (table["x"] + table["y"]) / 2).max() <= 0.001
    assert np.abs(found[:, 1] - table["d"]).max() <= 0.0011
    assert reader.browser.run("return [bokeh.line.gradient, bokeh.line.visible]") == [0, True]
    assert reader.browser.run("return bokeh.plot.left[0].axis_label") == f"vae-20 {MINUS} vae-04, nats"
    low, high = table["d"].quantile([0.6, 0.9])
    left, right = ((table["x"] + table["y"]) / 2).quantile([0.1, 0.9])
    reader.drag([(left, low), (right, high)])
    until(reader.selected)
    bounds = reader.browser.run("return view.rule.bounds")
    inside = table[((table["x"] + table["y"]) / 2).between(*bounds["m"]) & table["d"].between(*bounds["d"])]
    assert reader.selected() == list(inside.index)
    assert len(inside) > WALL
    reader.choose("plot-kind", "against")
    assert reader.browser.run("return [bokeh.line.gradient, bokeh.line.visible]") == [1, True]


@pytest.mark.parametrize("kind", ["against", "difference"])
def test_axes_that_cannot_be_compared_are_named_and_have_no_line(reader, kind):
    reader.choose("plot-kind", kind)
    assert reader.text("caution") == ""
    assert reader.browser.run("return bokeh.line.visible")
    reader.axes("vae-20", "cvae-20")
    assert reader.text("caution").startswith(
        "These axes cannot be compared. cvae-20 is conditional, log p(x | y), and vae-20 is log p(x). If all 10 "
        "digits are equally frequent, log p(x) under cvae-20 is at most log 10 = 2.3 nats lower."
    )
    assert not reader.browser.run("return bokeh.line.visible")
    assert means(reader)[2][0] == f"y {MINUS} x (not comparable)"
    reader.axes("vae-20-threshold", "vae-20")
    assert reader.text("caution").startswith(
        "These axes cannot be compared. vae-20-threshold is of thresholded pixels and vae-20 of stochastic ones, "
        "which are different random variables: compare the order of images, not nats."
    )
    assert not reader.browser.run("return bokeh.line.visible")
    reader.axes("vae-20", "vae-20-matched")
    assert "cannot be compared" not in reader.text("caution")
    assert reader.browser.run("return bokeh.line.visible")
    assert means(reader)[2][0] == f"y {MINUS} x"


def test_a_model_that_has_seen_tails_is_named_while_the_plot_has_tails(reader):
    reader.axes("vae-20", "vae-20-matched")
    assert reader.text("caution") == (
        "vae-20-matched trained on images of the tails: some likelihoods there are of images seen in training."
    )
    reader.driver.find_element("css selector", "[aria-label='only test file']").click()
    assert reader.text("caution") == ""


def test_the_page_says_which_images_a_model_lacks(browser, explorer, tmp_path):
    tables, models = explorer.tables, explorer.study.models
    table = tables.scores["vae-20"]
    few = table[(table["subset"] != "pc1-low") & ~((table["subset"] == "test") & (table["label"] == 3))]
    scores = tables.scores | {"vae-20": few, "vae-32": few.copy()}
    path = tmp_path / "few.html"
    packed = pack(tables.images, tables.split, scores, models)
    path.write_text(explorer_page(packed, CATALOGUE["mnist"], ("vae-04", "vae-20"), WALL), encoding="utf-8")
    reader = opened(browser, path, tmp_path)
    held = both(tables, "vae-04", "cvae-20")
    test, tail = held[held["subset"] == "test"], (held["subset"] == "pc1-low").sum()
    threes = (test["label"] == 3).sum()
    lacking = f"test file ({threes} of {len(test)}) and tail PC1 low (all {tail})"
    rest = f"not scored on {threes + tail} of {len(held):,} images: {lacking}."
    assert reader.text("caution") == f"vae-20 was {rest}"
    reader.axes("vae-32", "vae-20")
    assert reader.text("caution") == f"vae-32 and vae-20 were {rest}"
    reader.axes("vae-04", "vae-20-matched")
    assert "not scored" not in reader.text("caution")
    groups = [one.get_attribute("label") for one in reader.driver.find_elements("css selector", "#x optgroup")]
    assert groups == ["Scored on all images", "Scored on some of the images"]
    some = reader.driver.find_elements("css selector", "#x optgroup:last-child option")
    assert [one.text.split()[0] for one in some] == ["vae-20", "vae-32"]
    reader.browser.run(f"look(images.id.indexOf({held.index[held['subset'] == 'pc1-low'][0]}))")
    assert reader.text("unscored") == "2 other models not scored on this image."


# ---- named views ---------------------------------------------------------------------------------------------


def test_named_views_are_those_of_the_roles(reader, explorer):
    shown = {
        "small-middle-difference": ("vae-04", "vae-20", "difference"),
        "small-middle": ("vae-04", "vae-20", "against"),
        "matched-tails": ("vae-20", "vae-20-matched", "against"),
        "small-wins": ("vae-04", "vae-20", "against"),
        "conditional": ("vae-20", "cvae-20", "against"),
        "middle-large": ("vae-20", "vae-32", "against"),
    }
    assert {view.name for view in explorer.views} == set(shown)
    options = [one.get_attribute("value") for one in Select(reader.driver.find_element("id", "preset")).options]
    assert options == ["", *(view.name for view in explorer.views)]
    for name, (x, y, kind) in shown.items():
        reader.choose("preset", name)
        assert reader.browser.run("return [along('x').name, along('y').name, view.plot]") == [x, y, kind]
        assert [
            Select(reader.driver.find_element("id", one)).first_selected_option.text.split()[0] for one in "xy"
        ] == [x, y]
        table = both(explorer.tables, x, y)
        if name == "matched-tails":
            table = table[(table["subset"] == "test") & table["region"].isin(TAILS)]
        if name == "small-wins":
            table = table[table["subset"] == "test"]
        assert reader.shown() == list(table.index)
        assert reader.address() == f"view={name}"
    reader.choose("colour", "gain")
    assert reader.address().startswith("x=vae-20&y=vae-32&colour=gain")
    assert Select(reader.driver.find_element("id", "preset")).first_selected_option.get_attribute("value") == ""


def test_the_view_where_the_small_model_wins_selects_the_articles_images(reader, explorer):
    scores = explorer.tables.scores
    lost = negative_gains(gains_of(scores["vae-20"], scores["vae-04"]), PARAMS.compare.joint_errors)
    reader.choose("preset", "small-wins")
    assert reader.selected() == sorted(lost["id"])
    assert len(lost) > 3


def test_views_of_models_without_scores_are_left_out():
    views = views_of(PARAMS.roles, 4, {"vae-04", "vae-20", "cvae-20"})
    assert [view.name for view in views] == ["small-middle", "small-middle-difference", "small-wins", "conditional"]


# ---- colours -------------------------------------------------------------------------------------------------


def test_points_are_coloured_by_what_is_chosen(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    ink = explorer.tables.images.binary_stochastic[table.index].sum(axis=1)
    wanted = {"ink": ink, "gain": table["d"], "error": table["error"], "label": table["label"]}
    for name, values in wanted.items():
        reader.choose("colour", name)
        found = np.array(reader.browser.run("return [...bokeh.points.data.colour]"))
        assert np.abs(found - np.asarray(values)).max() <= 0.0011
        low, high = reader.browser.run("return [bokeh.colours.low, bokeh.colours.high]")
        hidden = reader.browser.run("return document.getElementById('scale').hidden")
        assert hidden == (name == "label")
        if name == "gain":
            bound = np.sort(np.abs(values))[round(0.98 * (len(values) - 1))]
            assert [low, high] == pytest.approx([-bound, bound], abs=0.0011)
            assert reader.text("scale-low").replace(MINUS, "-") in {f"≤ -{bound:.1f}", f"-{bound:.1f}"}
            assert reader.text("scale-high") in {f"≥ +{bound:.1f}", f"+{bound:.1f}"}
        if name == "ink":
            assert [low, high] == [ink.min(), ink.max()]
            assert [reader.text("scale-low"), reader.text("scale-high")] == [str(ink.min()), str(ink.max())]


def test_a_tile_has_the_colour_of_its_point(reader, explorer):
    swatches = """
    return [...document.querySelectorAll("#wall > div")].map((one) => one.style.getPropertyValue("--swatch"))
    """
    table = both(explorer.tables, "vae-04", "vae-20").sort_values("d")
    reader.browser.run("choose(view.rows)")
    reader.choose("order", "loss")
    palette = reader.browser.run("return bokeh.colours.palette")
    assert reader.browser.run(swatches) == [palette[label] for label in table["label"].iloc[:WALL]]
    reader.choose("colour", "gain")
    low, high, palette = reader.browser.run("return [bokeh.colours.low, bokeh.colours.high, bokeh.colours.palette]")
    places = ((table["d"].iloc[:WALL] - low) / (high - low) * len(palette)).clip(0, len(palette) - 1).astype(int)
    assert reader.browser.run(swatches) == [palette[place] for place in places]
    assert len(set(places)) < WALL


def test_a_filter_changes_no_colour(reader):
    reader.choose("colour", "gain")
    ends = "return [bokeh.colours.low, bokeh.colours.high]"
    before = reader.browser.run(ends)
    reader.driver.find_element("css selector", "[aria-label='only digit 1']").click()
    assert reader.browser.run(ends) == before


# ---- filters -------------------------------------------------------------------------------------------------


def test_filters_show_all_none_or_one_alone(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    reader.click("label-none")
    assert reader.shown() == []
    assert reader.text("summary") == "The filters leave no image."
    reader.click("label-all")
    assert reader.shown() == list(table.index)
    reader.driver.find_element("css selector", "[aria-label='only digit 3']").click()
    assert reader.shown() == list(table.index[table["label"] == 3])
    checked = "return [...document.querySelectorAll('#filter-label input')].map((one) => one.checked)"
    assert reader.browser.run(checked) == [label == 3 for label in range(10)]
    reader.driver.find_element("css selector", "[aria-label='only within-class low']").click()
    wanted = table[(table["label"] == 3) & (table["region"] == "within-low")]
    assert reader.shown() == list(wanted.index)
    reader.driver.find_element("css selector", "[aria-label='only within-class low']").click()
    assert reader.shown() == list(table.index[table["label"] == 3])
    reader.tab_to("subset-1")
    reader.press(Keys.ENTER)
    assert reader.shown() == list(table.index[(table["label"] == 3) & (table["subset"] == "pc1-low")])


def test_a_filter_says_how_many_images_it_is_for(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    reader.driver.find_element("css selector", "[aria-label='only test file']").click()
    test = table[table["subset"] == "test"]
    counts = reader.browser.run(
        "return [...document.querySelectorAll('#filter-label .count')].map((one) => one.textContent)"
    )
    assert [int(one.replace(",", "")) for one in counts] == [int((test["label"] == label).sum()) for label in range(10)]
    counts = reader.browser.run(
        "return [...document.querySelectorAll('#filter-subset .count')].map((one) => one.textContent)"
    )
    assert [int(one.replace(",", "")) for one in counts] == list(table["subset"].value_counts()[["test", *TAILS]])


# ---- means ---------------------------------------------------------------------------------------------------


def test_means_have_paired_intervals(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    assert len(table) > 300
    for ids in (table.index, table.index[:7], table.index[10:160]):
        reader.browser.run(f"choose({list(map(int, ids))}.map((id) => images.id.indexOf(id)))")
        for (title, found), name in zip(means(reader), ("x", "y", "d"), strict=True):
            interval = mean_t(table.loc[ids, name].to_numpy(), 0.95)
            assert found == pytest.approx([interval.value, interval.low, interval.high], abs=0.0061)
            assert title in {"x: vae-04", "y: vae-20", f"y {MINUS} x"}
    reader.browser.run("choose([])")
    whole = mean_t(table["d"].to_numpy(), 0.95)
    assert means(reader)[2][1] == pytest.approx([whole.value, whole.low, whole.high], abs=0.0061)
    assert reader.text("summary").startswith("Nothing is selected; the means are of all ")
    reader.browser.run("choose([view.rows[4]])")
    assert means(reader)[0][1] == pytest.approx([table["x"].iloc[4]], abs=0.0051)
    assert "one image" in reader.text("means")


def test_a_heading_has_the_confidence_of_the_study(explorer):
    page = explorer_page(explorer.packed, CATALOGUE["mnist"], explorer.study.pair, WALL, confidence=0.9)
    assert ">90% interval</th>" in page
    assert '"normal": 1.6448' in page


# ---- one image -----------------------------------------------------------------------------------------------


def test_reconstructions_stand_beside_the_image_where_the_study_has_them(reader, explorer):
    middle, samples = PARAMS.roles.middle, explorer.samples
    ids = samples[f"{middle}.reconstructions.id"]
    place = list(samples[f"{middle}.reconstructions.multiples"]).index(0)
    for rank in (0, len(ids) - 1):
        reader.browser.run(f"look(images.id.indexOf({ids[rank]}))")
        assert reader.text("reconstructions") == f"under {middle}"
        shown = np.array(reader.driver.execute_script(GREY, "#reconstructions canvas"))
        probabilities = samples[f"{middle}.reconstructions.probabilities"][place, rank]
        assert np.abs(shown - (255 - 235 * probabilities)).max() <= 1
        assert "None under the other model." in reader.text("reconstruction-note")
    others = set(reader.shown()) - set(ids.tolist())
    reader.browser.run(f"look(images.id.indexOf({min(others)}))")
    assert reader.text("reconstructions") == ""
    assert reader.text("reconstruction-note") == "No reconstruction of this image."
    reader.browser.run("forget()")
    visited = []
    for _ in ids:
        reader.click("next-reconstruction")
        visited.append(int(reader.text("about").split(",")[0].removeprefix("Image ")))
    assert visited == sorted(ids.tolist())
    reader.axes("vae-04", "cvae-20")
    assert not reader.driver.find_element("id", "next-reconstruction").is_enabled()


def test_a_difference_is_told_in_joint_standard_errors(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    image = table["d"].idxmin()
    reader.browser.run(f"look(images.id.indexOf({image}))")
    found = re.search(r"\|y − x\| is (\d+\.\d) joint standard errors", reader.text("about"))
    assert float(found[1]) == pytest.approx(abs(table.loc[image, "d"]) / table.loc[image, "error"], rel=0.02)
    reader.axes("vae-20", "cvae-20")
    assert "The two log likelihoods cannot be compared." in reader.text("about")


def test_a_clicked_image_stays_until_it_is_let_go(reader, explorer):
    table = both(explorer.tables, "vae-04", "vae-20")
    first, second = table["x"].idxmin(), table["d"].idxmax()
    reader.hover(*table.loc[first, ["x", "y"]])
    reader.drag([tuple(table.loc[first, ["x", "y"]])])
    until(lambda: reader.browser.run("return view.kept"))
    reader.hover(*table.loc[second, ["x", "y"]])
    until(lambda: f"Image {second}\n" in reader.text("tip"))
    assert reader.text("about").startswith(f"Image {first}, ")
    reader.click("release")
    reader.hover(*table.loc[first, ["x", "y"]])
    reader.hover(*table.loc[second, ["x", "y"]])
    until(lambda: reader.text("about").startswith(f"Image {second}, "))


def test_no_key_of_the_tables_is_shown(reader):
    for state in ("", "choose(view.rows); look(view.rows[0])", "applyAddress('view=matched-tails')"):
        reader.browser.run(state)
        text = reader.browser.run("return document.body.innerText")
        assert not re.findall(r"pc1-|within-(?:low|high)|log_likelihood|undefined|NaN|stochastic_", text)

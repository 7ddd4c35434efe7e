"""Facts about the study's own page, on numbers made up for the purpose."""

import re

import pytest

from pipeline.errors import RenderingError
from pipeline.rendering.page import render_page
from pipeline.rendering.quarto import find_quarto
from pipeline.storage import read_json
from tests.quotes import changed, quotes
from tests.report.studies import make_report

NAMED = ("models", "role.")


def reworded(numbers):
    """Every number another one; words stay, where other words would ask for other figures."""
    kept = {key: value for key, value in numbers.items() if key.startswith(NAMED) or isinstance(value, str)}
    return {key: changed(value) for key, value in numbers.items()} | kept


def turned(numbers):
    """Every difference between models with the other sign."""
    found = dict(numbers)
    for key in [key for key in numbers if key.startswith("pair.") and key.endswith(".low")]:
        stem = key.removesuffix(".low")
        found[f"{stem}.difference"] = -numbers[f"{stem}.difference"]
        found[key], found[f"{stem}.high"] = -numbers[f"{stem}.high"], -numbers[f"{stem}.low"]
    return found | {key: -numbers[key] for key in numbers if key.endswith(".annealing.mean_difference")}


def agreed(numbers):
    """No two methods apart on any image, nor on average."""
    kept = {key: value for key, value in numbers.items() if ".contested." not in key and ".annealing-again." not in key}
    return kept | {key: 0.001 for key in kept if key.endswith(".annealing.mean_difference")}


def undecided(numbers):
    """Every interval around zero, and the model that saw the tails compared with the middle one."""
    found = {key.replace("pair.vae-20-matched.vae-32.", "pair.vae-20-matched.vae-20."): numbers[key] for key in numbers}
    return (
        found
        | {key: -1.0 for key in found if key.endswith(".low")}
        | {key: 1.0 for key in found if key.endswith(".high")}
    )


def overtaken(numbers):
    """The mixture over digits better than the model that it is compared with, and the classifier too sure."""
    found = dict(numbers)
    for stem in (f"cvae-20.classify.test.{name}" for name in ("gain", "difference", "overconfidence_percent")):
        found[stem], found[f"{stem}_low"], found[f"{stem}_high"] = (
            -numbers[stem],
            -numbers[f"{stem}_high"],
            -numbers[f"{stem}_low"],
        )
    return found


def contrasted(sign):
    """Two classifiers that differ by `sign` in everything; only where it is negative do labels harm images."""
    words = {
        "classify.contrast.few": "cvae-04",
        "classify.contrast.many": "cvae-20",
        "classify.contrast.test.images": 99,
    }
    for quantity in ("accuracy_percent", "worth", "gain"):
        stem = f"classify.contrast.test.{quantity}"
        words |= {stem: 2.0 * sign, f"{stem}_low": 2.0 * sign - 1, f"{stem}_high": 2.0 * sign + 1}
    return lambda numbers: numbers | words | {"cvae-20.classify.test.harmed": 1 - sign}


def upset(numbers):
    """The means the way that stays in the shell, and the interpolated distribution the one that is less sure."""
    path = "sample.path"
    found = numbers | {f"{path}.means.inside_percent_middle": 101.0, f"{path}.means.entropy_gain": 0.0}
    found |= {
        f"{path}.distribution-means.entropy{end}": value for end, value in (("", 5.0), ("_low", 4.0), ("_high", 6.0))
    }
    return found


def downset(numbers):
    """The interpolated distribution in the shell, and the decoder surer on it."""
    path = "sample.path"
    found = numbers | {f"{path}.coupled.inside_percent_middle": 101.0, f"{path}.means.entropy_gain": 30.0}
    found |= {
        f"{path}.distribution-means.entropy{end}": -value for end, value in (("", 5.0), ("_low", 6.0), ("_high", 4.0))
    }
    return found


def filled(numbers):
    """Latent spaces without voids, fuller the longer they are trained, whose draws are likelier than real images."""
    found = dict(numbers)
    for key in [
        key.removesuffix(".value") for key in numbers if key.startswith("diagnose.") and key.endswith(".value")
    ]:
        if ".longer." in key or key.endswith(".lack"):
            value, low, high = (numbers[f"{key}.{end}"] for end in ("value", "low", "high"))
            found |= {f"{key}.value": -value, f"{key}.low": -high, f"{key}.high": -low}
        if key.endswith((".accuracy", ".moments", ".void.prior")) and ".longer." not in key:
            level = 0.0 if key.endswith("void.prior") else 50.0
            found |= {f"{key}.value": level, f"{key}.low": level - 0.4, f"{key}.high": level + 0.4}
    return found


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


@pytest.fixture(scope="module")
def layout(tmp_path_factory):
    return make_report(tmp_path_factory.mktemp("study") / "project")


@pytest.fixture(scope="module")
def page(layout):
    return render_page(layout.report, "pandoc")


@pytest.fixture(scope="module")
def variant(tmp_path_factory):
    return lambda change, **kind: render_page(
        make_report(tmp_path_factory.mktemp("study") / "project", change=change, **kind).report, "pandoc"
    )


def test_every_number_on_the_page_changes_with_its_key(layout, page, variant):
    numbers = read_json(layout.numbers)
    before, after = quotes(page), quotes(variant(reworded))
    assert before.keys() == after.keys()
    assert len(before) > 100
    same = {key for key in before if before[key] == after[key]}
    assert same == {key for key in same if isinstance(numbers[key], str)}


def test_no_number_is_typed_in_the_prose(page):
    prose = re.sub(r"<(head|style|pre|math|svg|nav|figure)\b.*?</\1>", "", page, flags=re.DOTALL)
    prose = re.sub(r'<span class="(?:number|words)".*?</span>', "", prose, flags=re.DOTALL)
    prose = re.sub(r'<div id="refs".*', "", prose, flags=re.DOTALL)
    prose = re.sub(
        r"<(a\b|code\b|span class=\"(?:header-section|caption)[^\"]*\"|th\b|h1\b).*?</(a|code|span|th|h1)>",
        "",
        prose,
        flags=re.DOTALL,
    )
    assert not re.findall(r"\b\d+\.\d+\b", text_of(prose))


def test_each_verdict_follows_the_sign_of_its_interval(page, variant):
    plain, other, neither = text_of(page), text_of(variant(turned)), text_of(variant(undecided))
    assert "explains images better than vae-04" in plain + other
    assert "explains images worse than vae-04" in plain + other
    assert ("better than vae-04" in plain) != ("better than vae-04" in other)
    assert "vae-20 and vae-04 cannot be told apart" in neither
    assert "makes no difference that the whole test set can resolve" in neither
    assert "nothing is lost that could be resolved" in neither


def test_the_verdict_on_the_mixture_follows_the_sign_of_its_interval(page, variant):
    plain, other = text_of(page), text_of(variant(overtaken))
    assert "its mixture explains the same test images worse than vae-20" in plain
    assert "its mixture explains the same test images better than vae-20" in other
    assert "it is right more often than it claims" in plain
    assert "it claims more certainty than it has" in other


def test_the_contrast_of_classifiers_follows_its_signs(page, variant):
    more, fewer = text_of(variant(contrasted(1))), text_of(variant(contrasted(-1)))
    for text, words in (
        (more, ("more digits right", "worth more", "gains more")),
        (fewer, ("fewer digits right", "worth less", "gains less")),
    ):
        assert all(word in text for word in words)
    assert "Does the smaller latent space" not in text_of(page)
    assert "For no test image is the digit worth less than nothing" in more
    assert "Being told the truth should not hurt" in fewer


def test_published_figures_stand_beside_the_data_set_that_they_are_of(layout, page, variant):
    published = {
        key for key in read_json(layout.numbers) if key.startswith("literature.") and key.endswith(".log_likelihood")
    }
    assert published
    assert published <= quotes(page).keys()
    other = variant(lambda numbers: {key: value for key, value in numbers.items() if not key.startswith("literature.")})
    assert "No published log likelihood of this data set" in text_of(other)
    assert not [key for key in quotes(other) if key.startswith("literature.")]


def test_the_choice_among_paths_follows_their_numbers(variant):
    means, distribution = text_of(variant(upset)), text_of(variant(downset))
    assert "The choice here is to go between means" in means
    assert "makes the decoder less sure in the middle" in means
    assert "matters little" not in means
    assert "The choice here is the interpolated distribution" in distribution
    assert "makes the decoder surer in the middle" in distribution
    assert "matters little" in distribution


def test_the_word_on_the_estimator_follows_the_sign_of_its_difference(page, variant):
    plain, other, neither = text_of(page), text_of(variant(turned)), text_of(variant(agreed))
    above, below, same = "the estimator lies above annealing", "the estimator lies below annealing", "agree on average"
    assert [above in plain, below in plain, same in plain] == [True, False, False]
    assert [above in other, below in other, same in other] == [False, True, False]
    assert [above in neither, below in neither, same in neither] == [False, False, True]


def test_the_words_on_voids_follow_the_signs(page, variant):
    plain, other = text_of(page), text_of(variant(filled))
    words = {
        "the aggregate posterior is not the prior": "the network cannot tell the aggregate posterior from the prior",
        "What it calls void is void": "There is no void that the fresh draws bear out",
        "less likely than real ones": "likelier than real ones",
        "mass in voids grows": "mass in voids shrinks",
        "Voids here are no sign of too short a training": "So longer training fills voids here",
        "tell the two apart less often": "tell the two apart more often",
        "The usual checks would have passed": "means and covariances tell nearly all",
    }
    for said, otherwise in words.items():
        assert said in plain, said
        assert said not in other, said
        assert otherwise in other, otherwise
        assert otherwise not in plain, otherwise


def unexpected(numbers):
    """Other reasons for what is likely, and the likeliest digit's worst image below the unlikeliest's median."""
    likely, slope = numbers["anatomy.likeliest.digit"], "anatomy.luck.slope"
    most = numbers["anatomy.draws.counts"].split()[-1]
    signs = {f"{slope}.low": 0.2, f"{slope}.high": 0.4, "anatomy.gap.with_likelihood": 0.6}
    short = {f"anatomy.draws.{most}.short.{end}": value for end, value in (("low", -2.0), ("high", -1.0))}
    price = {"anatomy.likeliest.rank": 4, "anatomy.alone.floor.value": 98.0, f"anatomy.digit.{likely}.least": -900.0}
    return numbers | signs | short | price | {"anatomy.share.rest.value": 0.1, "anatomy.share.flips.value": 20.0}


def test_what_makes_an_image_likely_follows_the_numbers(page, variant):
    plain, other = text_of(page), text_of(variant(unexpected))
    sentences = {
        "for more reasons than its coins": "because few of its pixels are undecided",
        "is not what makes it likely first of all": "was nearly black and white before it was made so",
        "is still likelier than the median": "is less likely than the median",
        "is still short of it": "has passed it",
        "It is hardly related to how likely an image is": "Likely images have the wider gap",
        "no other than a model that knew the grey levels": "less than a model that knew the grey levels",
    }
    for one, turned in sentences.items():
        assert [one in plain, turned in plain] == [True, False], one
        assert [one in other, turned in other] == [False, True], turned
    assert "No model of thresholded images was scored beside it." in plain


def rounded_too(numbers):
    """A study in which a model of thresholded images stands beside the middle one, and one of another seed."""
    names = {"anatomy.other.binarization": "vae-20-threshold", "anatomy.other.seed": "vae-20-seed-1"}
    return numbers | names | {"anatomy.flips.ceiling": 0.1}


def test_the_order_of_thresholded_images_is_held_against_the_noise_of_the_flips(variant):
    page = text_of(variant(rounded_too, models=8))
    assert "under vae-20-threshold is" in page
    assert "by no more than the noise of the flips" in page
    assert "Trained anew from another seed" in page


def test_every_contested_image_is_listed_with_every_methods_word(layout, page, variant):
    numbers, quoted = read_json(layout.numbers), quotes(page)
    wanted = {key for key in numbers if ".contested." in key}
    assert len(wanted) > 20
    assert wanted <= quoted.keys()
    assert "No two methods are more than" not in text_of(page)
    neither = variant(agreed)
    assert "No two methods are more than 4 joint errors apart" in text_of(neither)
    assert not [key for key in quotes(neither) if "contested" in key]


def test_two_models_make_a_page_too(variant):
    page = variant(lambda numbers: numbers, models=2)
    assert "No model of this study is conditional." in page
    assert "vae-32" not in quotes(page).get("models", [""])[0]
    assert "explains images" in text_of(page)


def test_the_page_opens_in_a_browser_without_asking_for_anything(browser, page, tmp_path):
    file = tmp_path / "index.html"
    file.write_text(page, encoding="utf-8")
    browser.open(file, width=390)
    shown = browser.run("return [...document.images].map(one => one.complete && one.naturalWidth > 0)")
    assert shown == [True] * page.count("<img ")
    assert "variational autoencoder" in browser.driver.title
    assert browser.complaints() == []
    assert browser.requests() == [file.resolve().as_uri()]
    assert browser.run("return document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_both_renderers_quote_the_same(layout, page):
    try:
        find_quarto()
    except RenderingError as error:
        pytest.skip(f"NOT CHECKED WITH QUARTO: {error}")
    assert quotes(render_page(layout.report, "quarto")) == quotes(page)

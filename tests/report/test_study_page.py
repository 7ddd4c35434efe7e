"""Facts about the study's own page, rendered with made-up numbers."""

import re

import pytest

from pipeline.core.errors import RenderingError
from pipeline.core.storage import read_json
from pipeline.rendering.page import render_page
from pipeline.rendering.quarto import find_quarto
from tests.support.outcomes import (
    agreed,
    contrasted,
    downset,
    even,
    expected,
    filled,
    overtaken,
    reworded,
    rising,
    rounded_too,
    turned,
    undecided,
    unexpected,
    upset,
)
from tests.support.quotes import quotes


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def misplaced(plain, other, sentences):
    """Return the sentences that are not on the first page alone, or whose opposite is not on the other page alone."""
    return [
        said
        for said, opposite in sentences.items()
        if [said in plain, opposite in plain, said in other, opposite in other] != [True, False, False, True]
    ]


@pytest.fixture
def layout(study_report):
    return study_report[0]


@pytest.fixture
def page(study_report):
    return study_report[1].page


@pytest.fixture
def variant(made_numbers, made_text):
    """Write the text of the same study with other results."""
    return lambda change, models=5: made_text(change(made_numbers(models)))


def test_every_number_on_the_page_changes_with_its_key(layout, page, made_page):
    numbers = read_json(layout.numbers)
    before, after = quotes(page), quotes(made_page(reworded(numbers)))
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
    sentences = {
        "its mixture explains the same test images worse than vae-20": "the same test images better than vae-20",
        "it is right more often than it claims": "it claims more certainty than it has",
    }
    assert misplaced(plain, other, sentences) == []


def test_accuracy_in_a_tail_is_judged_by_the_interval_of_the_difference(variant):
    def tail(name, middle):
        stem = f"cvae-20.classify.{name}.accuracy_percent_over_test"
        return {stem: middle, f"{stem}_low": middle - 1, f"{stem}_high": middle + 1}

    found = tail("pc1-low", 1.5) | tail("pc1-high", -1.5) | tail("within-low", 0.5) | tail("within-high", -0.5)
    said = text_of(variant(lambda numbers: numbers | found))
    assert "it is right more often in pc1-low (+1.50, +0.50 to +2.50)" in said.replace("\N{NO-BREAK SPACE}", " ")
    assert "it is right less often in pc1-high (" in said
    assert re.search(r"no difference is resolved in within-low \(.*?\), within-high \(", said)


def test_no_cause_is_claimed_of_labels_and_runs_decide_where_there_are_several(page, variant):
    stem = "cvae-20.classify.gain_over_runs"
    runs = {"cvae-20.classify.runs_labelled": 3, stem: 1.0, f"{stem}_low": 0.5, f"{stem}_high": 1.5}
    once, often = text_of(page), text_of(variant(lambda numbers: numbers | runs))
    assert "there are too few training runs to say how far it would move" in once
    assert "the mixture's likelihood is the higher one" in often.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    for text in (once, often):
        assert "cannot be told from these models" in text
        assert "labels teach" not in text


def test_an_error_of_estimation_that_no_reference_limits_is_marked(layout, page):
    numbers = read_json(layout.numbers)
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    marked = {
        name: any("≥" in row for row in rows if f'title="{name}.test.estimation_error"' in row)
        for name in numbers["models"].split()
    }
    assert marked == {name: f"validate.{name}.study.bias" not in numbers for name in marked}
    assert set(marked.values()) == {True, False}


def test_a_vae_stands_beside_vaes_in_the_table_of_published_results(page):
    table = next(part for part in re.findall(r"<table.*?</table>", page, re.DOTALL) if "literature.burda-vae." in part)
    objectives = re.findall(r"<td[^>]*>(?:<span[^>]*>)?(ELBO|IWAE)(?:</span>)?</td>", table)
    assert objectives == [*sorted(objectives[:-2]), "ELBO", "ELBO"]
    assert set(objectives) == {"ELBO", "IWAE"}


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
    means, circle, neither = text_of(variant(upset)), text_of(variant(downset)), text_of(variant(even))
    sentences = {
        "The choice here is to go between the means": "The choice here is to go along the great circle",
        "makes the decoder less sure in the middle": "makes the decoder surer in the middle",
        "and meets more voids": "and meets fewer voids",
        "Under vae-20 the second step costs more than": "Under vae-20 the second step costs less than",
    }
    assert misplaced(means, circle, sentences) == []
    assert not [said for pair in sentences.items() for said in pair if said in neither]
    for said in (
        "Which way is best is not resolved",
        "surer or less sure, which is not resolved",
        "under vae-20 is not",
    ):
        assert said in neither


def test_the_word_on_the_estimator_follows_the_sign_of_its_difference(page, variant):
    plain, other, neither = text_of(page), text_of(variant(turned)), text_of(variant(agreed))
    above, below = "the estimator lies above annealing", "the estimator lies below annealing"
    same = "no difference between the estimator and annealing is resolved"
    assert [above in plain, below in plain, same in plain] == [True, False, False]
    assert [above in other, below in other, same in other] == [False, True, False]
    assert [above in neither, below in neither, same in neither] == [False, False, True]


def test_an_error_that_one_image_makes_is_told(page, variant):
    key = "validate.vae-04.study.rmse"
    lone = variant(lambda numbers: numbers | {key: 1.0, f"{key}_but_worst": 0.4})
    told = text_of(lone).partition("One image makes most of what is left of vae-04")[2]
    assert re.match(r"'s root mean square: .{,90}without it 1\.00 would be 0\.40", told)
    assert "One image makes most of what is left of vae-04" not in text_of(page)


def test_the_words_on_voids_follow_the_signs(page, variant):
    plain, other = text_of(page), text_of(variant(filled))
    sentences = {
        "the aggregate posterior is not the prior": "the network cannot tell the aggregate posterior from the prior",
        "few images are in what the network calls void": "the network claims no void worth the name",
        "are, as expected, further out than": "are closer in than",
        "are less likely than real ones": "are likelier than real ones",
        "from 8 to 80 epochs it grows": "from 8 to 80 epochs it shrinks",
        "The longest training has not removed the voids": "So there is no void that training could remove",
        "The usual checks would have passed": "means and covariances tell nearly all",
    }
    assert misplaced(plain, other, sentences) == []
    assert "At the longest no rise is resolved" in other
    assert "are as far out as the prior's, as far as can be told" in text_of(variant(even)).replace(
        "\N{RIGHT SINGLE QUOTATION MARK}", "'"
    )


def test_training_that_still_rises_has_not_finished(page, variant):
    words = ("It still rises at the longest: training has not finished", "whether one that is finished would")
    still = text_of(variant(rising))
    assert [said in still for said in words] == [True, True]
    assert not [said for said in words if said in text_of(page)]


def test_what_makes_an_image_likely_follows_the_numbers(variant):
    plain, other = text_of(variant(expected)), text_of(variant(unexpected))
    sentences = {
        "it is likely for both reasons": "the second is no reason",
        "has the largest share,": "has the largest share is not resolved",
        "less than for the next": "and which is least is not resolved",
        "they pay for the encoder": "they do not pay for the encoder",
        "signal to noise of the decoder rises": "signal to noise of the decoder falls",
        "is still likelier than the median": "is less likely than the median",
        "is still short of it": "has passed it",
        "It is hardly related to how likely an image is": "Likely images have the wider gap",
        "no other than a model that knew the grey levels": "less than a model that knew the grey levels",
    }
    assert misplaced(plain, other, sentences) == []
    assert "No model of thresholded images was scored beside it." in plain


def test_the_order_of_thresholded_images_is_held_against_the_noise_of_the_flips(variant):
    page = text_of(variant(rounded_too, models=10))
    assert "under vae-20-threshold is" in page
    assert re.search(r"Under vae-20-threshold the share of .{0,90} in place of", page)
    assert "by no more than the noise of the flips" in page
    assert "Trained anew from another seed" in page


def test_every_contradictory_image_is_listed_with_the_estimate_of_every_method(layout, page, made_page):
    numbers, quoted = read_json(layout.numbers), quotes(page)
    wanted = {key for key in numbers if ".contradictory." in key}
    assert len(wanted) > 20
    assert wanted <= quoted.keys()
    assert "No two methods are more than" not in text_of(page)
    neither = made_page(agreed(numbers))
    assert "No two methods are more than 4 joint standard errors apart" in text_of(neither)
    assert not [key for key in quotes(neither) if "contradictory" in key]


def test_two_models_make_a_page_too(made_numbers, made_page):
    page = made_page(made_numbers(2))
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

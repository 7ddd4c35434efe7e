"""Tables of the report: narrow, whole, and with shortcodes for numbers that there are."""

import json
import re

import pytest

from pipeline.core.storage import read_json, write_json
from pipeline.numbers.claims import Claim, claim_numbers, compare_studies, read_claims, verdict_of, verdicts
from pipeline.numbers.tables import ABSENT, all_tables, pipe, present, replication_table
from stages.shared.layout import Layout
from stages.summarise import write_all
from tests.support.made_up import SEVERAL_RUNS, make_study
from tests.support.studies import ROOT, sources, study_numbers

MOST = 8
CALL = re.compile(r"\{\{< (\w+) (\S+)(?: (\+?\d*))? >\}\}")
BARE = {"published": r"1", "sets": r"Class \d, %", "noise": r"\d+ σ", "gradients": r"(in|out)side, K = \d+"} | {
    "gradient-changes": r"\d+ to \d+"
}
"""Cells with a typed number: a draw in training, labels, multiples and numbers of draws in headers."""


@pytest.fixture(scope="module")
def numbers():
    """Return the numbers of a made-up study with every kind of model, as they are read from their file."""
    study = make_study(models=10, side=8, images=700, variants=SEVERAL_RUNS)
    return json.loads(json.dumps(study_numbers(study)))


@pytest.fixture(scope="module")
def tables(numbers):
    return all_tables(numbers)


def cells(table):
    """Return the rows of a table, the header first, without the rule."""
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]
    return [lines[0], *lines[2:]]


def keys_of(shortcode, key, numbers):
    """Return the keys that a shortcode quotes."""
    if shortcode == "n":
        return [key]
    return [f"{key}.{end}" for end in (("low", "high") if shortcode == "ci" else ("value", "low", "high"))]


def check(name, table, numbers):
    header, *rows = cells(table)
    assert 2 <= len(header) <= MOST
    assert rows
    assert {len(row) for row in rows} == {len(header)}
    assert len(table.splitlines()[1].strip("| ").split("|")) == len(header)
    for cell in (cell for row in rows for cell in row):
        for shortcode, key, _ in CALL.findall(cell):
            assert [one for one in keys_of(shortcode, key, numbers) if one not in numbers] == []
        assert "{{" not in CALL.sub("", cell)
        typed = re.sub(r"`[^`]*`|@\w+", "", CALL.sub("", cell))
        assert not re.search(r"\d", typed) or re.fullmatch(BARE.get(name, "never"), cell), (name, cell)
    for cell in header:
        assert not re.search(r"\d", re.sub(r"`[^`]*`", "", cell)) or re.fullmatch(BARE.get(name, "never"), cell)


def test_every_table_is_narrow_and_whole_and_quotes_what_there_is(tables, numbers):
    shown = {name: table for name, table in tables.items() if table != ABSENT}
    assert len(shown) > 25
    for name, table in shown.items():
        check(name, table, numbers)


def test_so_are_the_tables_of_the_committed_study():
    layout = Layout(ROOT)
    if not layout.numbers.exists():
        pytest.skip("NOT CHECKED: no study is committed")
    numbers = read_json(layout.numbers)
    for name, table in all_tables(numbers).items():
        if table != ABSENT:
            check(name, table, numbers)


def test_columns_of_numbers_are_set_right_and_words_left():
    lines = pipe(["Model", "n", "Note"], [["`a`", "{{< n x >}}", "b"], ["`c`", "–", "d"]]).splitlines()
    assert lines == ["| Model | n | Note |", "| :-- | --: | :-- |", "| `a` | {{< n x >}} | b |", "| `c` | – | d |"]


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="zip"):
        pipe(["a", "b"], [["c", "d"], ["e"]])


def test_a_study_without_a_part_says_so(numbers, tables):
    fewer = all_tables({key: value for key, value in numbers.items() if not key.startswith("regress.")})
    assert {name for name, table in fewer.items() if table == ABSENT != tables[name]} == {
        "regress",
        "regress-variants",
        "regress-settings",
    }
    assert ABSENT == "Not part of this study.\n"
    assert [name for name, there in present(fewer).items() if there != (fewer[name] != ABSENT)] == []
    assert {name for name, table in all_tables({}).items() if table != ABSENT} <= {"sets"}


def test_what_was_not_measured_is_a_dash(numbers, tables):
    key = "vae-20.test.pc1-low.log_likelihood"
    fewer = all_tables({name: value for name, value in numbers.items() if name != key})
    (whole,), (less,) = ([row for row in cells(one["results"]) if row[0] == "`vae-20`"] for one in (tables, fewer))
    assert [(a, b) for a, b in zip(whole, less, strict=True) if a != b] == [(f"{{{{< n {key} 2 >}}}}", "–")]


def test_an_error_of_estimation_that_no_reference_limits_is_marked(numbers, tables):
    rows = cells(tables["likelihood"])[1:]
    marked = {row[0].strip("`"): row[3].startswith("≥") for row in rows}
    assert marked == {name: f"validate.{name}.study.rmse" not in numbers for name in marked}
    assert set(marked.values()) == {True, False}


def test_published_vaes_stand_beside_vaes_and_conditional_models_last(tables, numbers):
    rows = cells(tables["published"])[1:]
    kinds = [
        ("conditional" in (row[1] if "{{" not in row[1] else str(numbers[CALL.search(row[1])[2]]))) for row in rows
    ]
    assert kinds == sorted(kinds)
    published = [
        key.removeprefix("literature.").removesuffix(".citation") for key in numbers if key.endswith(".citation")
    ]
    assert len(published) > 5
    assert all(f"literature.{one}.log_likelihood 2" in tables["published"] for one in published)
    assert all(f"@{numbers[f'literature.{one}.citation']} |" in tables["published"] for one in published)
    bibliography = (ROOT / "report" / "references.bib").read_text(encoding="utf-8")
    assert all(f"{{{numbers[f'literature.{one}.citation']}," in bibliography for one in published)


def test_other_data_sets_have_no_published_figures(numbers):
    own = all_tables({key: value for key, value in numbers.items() if not key.startswith("literature.")})["published"]
    assert "@" not in own
    assert "here, `vae-20`" in own


def test_every_contradictory_image_is_listed_with_what_every_method_says(numbers, tables):
    wanted = {key for key in numbers if ".contradictory." in key and key.endswith((".log_likelihood", ".error", ".id"))}
    assert len(wanted) > 10
    quoted = {key for _, key, _ in CALL.findall(tables["contradictions"])}
    assert wanted <= quoted
    agreed = {key: value for key, value in numbers.items() if ".contradictory." not in key}
    assert all_tables(agreed)["contradictions"] == ABSENT


def test_the_table_of_dimensions_has_a_row_for_every_size(tables, numbers):
    rows = cells(tables["dimensions"])[1:]
    names = numbers["dimensions"].split()
    runs = [numbers[f"dimensions.{name}.runs"] for name in names]
    several = [
        f" ({{{{< n dimensions.{name}.runs >}}}} runs)" * (size > 1) for name, size in zip(names, runs, strict=True)
    ]
    assert [row[0] for row in rows] == [
        f"{{{{< n {name}.latent_dim >}}}}{words}" for name, words in zip(names, several, strict=True)
    ]
    assert {1, 3} <= set(runs)
    assert len(rows) > 2


def test_settings_are_exact(numbers, tables):
    rows = dict(cells(tables["settings"])[1:])
    exact = {
        "`train.learning_rate`": numbers["setting.train.learning_rate"],
        "`split.tail`": numbers["setting.split.tail"],
    }
    for name, value in exact.items():
        (_, key, digits) = CALL.findall(rows[name])[0]
        assert float(f"{numbers[key]:.{digits}f}") == value
    assert len(rows) == sum(key.startswith("setting.") for key in numbers)


def test_every_table_is_shown_and_every_shown_table_is_made(tables):
    shown = set(re.findall(r"tables/(?!code-)([\w-]+)\.md", "".join(sources().values())))
    assert shown == {*tables, "replication"}


def test_every_table_that_a_sentence_asks_for_is_one(tables):
    asked = set(re.findall(r'when-meta="tables\.([\w-]+)"', "".join(sources().values())))
    assert asked
    assert asked <= {*tables, "replication"}


def claim(low, high, compared="a less b"):
    return Claim("more", compared, (low + high) / 2, low, high, "nats", verdict_of(low, high))


def test_every_verdict_stands_beside_that_of_each_replication_and_those_apart_have_a_star():
    study = {"more": claim(1.0, 2.0), "larger": claim(-1.0, 1.0)}
    others = {"1": {"more": claim(8.0, 9.0), "larger": claim(-1.0, 2.0)}, "2": {"more": claim(-0.5, 2.0)}}
    table = replication_table(study, others)
    header, *rows = cells(table)
    assert header == ["Claim", "This study", "Seed 1", "Seed 2"]
    assert rows == [
        [
            "a less b (nats)",
            "above: {{< est claim.more +2 >}}",
            "above *: {{< est replication.1.more +2 >}}",
            "not resolved: {{< est replication.2.more +2 >}}",
        ],
        [
            "a less b (nats)",
            "not resolved: {{< est claim.larger +2 >}}",
            "not resolved: {{< est replication.1.larger +2 >}}",
            "not made",
        ],
    ]
    known = claim_numbers(study) | {
        key: value for seed, one in others.items() for key, value in claim_numbers(one, f"replication.{seed}").items()
    }
    check("replication", table.replace("Seed 1", "Seed one").replace("Seed 2", "Seed two"), known)


def test_without_a_replication_there_is_no_table():
    assert replication_table({"more": claim(1.0, 2.0)}, {}) == ABSENT


@pytest.fixture
def summarised(tmp_path, numbers):
    """Write what follows from the numbers, with a record of replications, and return what was written."""

    def summarised(record):
        for name in ("pipeline", "stages"):
            (tmp_path / name).unlink(missing_ok=True)
            (tmp_path / name).symlink_to(ROOT / name)
        layout = Layout(tmp_path)
        write_json(layout.replication, record)
        write_all(layout, numbers, "mnist")
        return layout

    return summarised


def test_a_replication_of_these_numbers_is_written_and_one_of_others_is_not(summarised, numbers):
    study = verdicts(numbers)
    other = verdicts(numbers | {"certificate.together.low": -9.0, "certificate.together.high": 9.0})
    layout = summarised(compare_studies(study, {"1": other}))
    written = read_json(layout.numbers)
    assert written["replication.1.claims"] == len(study)
    assert written["replication.1.agreeing"] == len(study) - 1
    assert written["replication.1.annealing.low"] == -9.0
    assert "Seed 1" in layout.table("replication").read_text(encoding="utf-8")
    layout = summarised(compare_studies(other, {"1": study}))
    assert not [key for key in read_json(layout.numbers) if key.startswith("replication.")]
    assert layout.table("replication").read_text(encoding="utf-8") == ABSENT


def test_claims_are_written_with_their_numbers_and_conditions(summarised, numbers):
    layout = summarised(compare_studies({}, {}))
    written, asked = read_json(layout.numbers), read_json(layout.conditions)
    for name, found in verdicts(numbers).items():
        assert [written[f"claim.{name}.{end}"] for end in ("value", "low", "high")] == [
            found.estimate,
            found.low,
            found.high,
        ]
        assert asked["claims"][name]["known"]
    assert asked["data"] == {"mnist": True}
    assert asked["tables"] == present(all_tables(numbers)) | {"replication": False}
    assert read_claims(compare_studies(verdicts(written), {})["study"]) == verdicts(numbers)

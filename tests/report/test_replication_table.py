"""The table of the replication: absent without one, whole with one, and silent about other numbers than the page's."""

import re
import shutil

import pytest

from pipeline.core.storage import write_json
from pipeline.numbers.claims import compare_studies, verdicts
from pipeline.rendering.manuscript import read_manuscript
from stages.shared.layout import Layout
from tests.support.samples import make_sample
from tests.support.studies import ROOT

NUMBERS = {"models": "vae-04", "dataset": "mnist"} | {
    f"certificate.together.{end}": value for end, value in (("value", 0.5), ("low", 0.25), ("high", 0.75))
}
OTHER = NUMBERS | {"certificate.together.low": -0.125, "certificate.together.value": 0.125}


@pytest.fixture
def shown(tmp_path):
    """Return what the page says of the replications of a study, given the claims of the study and of each of them."""

    def shown(*record):
        layout = Layout(make_sample(tmp_path / "project"))
        methods = (ROOT / "report" / "_methods.qmd").read_text(encoding="utf-8")
        (cell,) = (one for one in re.findall(r"```\{python\}.*?```", methods, re.DOTALL) if "layout.replication" in one)
        setup = (ROOT / "report" / "index.qmd").read_text(encoding="utf-8").partition("\n::: {.screen}")[0]
        (layout.report / "index.qmd").write_text(f"{setup}\n{cell}\n", encoding="utf-8")
        write_json(layout.numbers, NUMBERS)
        if record:
            write_json(layout.replication, compare_studies(*record))
        text = read_manuscript(layout.report).markdown
        shutil.rmtree(layout.root)
        return re.sub(r"\[([^\]]*)\]\{\.number[^}]*\}", r"\1", text).replace("\N{NO-BREAK SPACE}", " ").strip()

    return shown


def test_without_a_replication_the_page_says_nothing_of_it(shown):
    assert shown() == ""


def test_every_verdict_stands_beside_that_of_each_replication(shown):
    study, other = verdicts(NUMBERS), verdicts(OTHER)
    said = shown(study, {"1": other, "2": study, "3": {}})
    assert "under `seed: 1` 0 of 1 verdicts are the same" in said
    assert "under `seed: 2` 1 of 1 verdicts are the same" in said
    (row,) = (line for line in said.splitlines() if line.startswith("| log likelihood"))
    cells = [cell.strip() for cell in row.strip("|").split("|")][1:]
    own = ["above", "+0.50 (+0.25 to +0.75)"]
    assert cells == [*own, "not resolved", "+0.12 (\N{MINUS SIGN}0.12 to +0.75)", *own, "not made", "–"]


def test_an_estimate_that_both_intervals_cannot_account_for_is_marked(shown):
    far = {key: value + 5 if key.startswith("certificate.") else value for key, value in NUMBERS.items()}
    said = shown(verdicts(NUMBERS), {"1": verdicts(far), "2": verdicts(OTHER)})
    assert said.count(r"above \*") == 1
    assert "| above |" in said


def test_a_replication_of_other_numbers_is_not_shown(shown):
    said = shown(verdicts(OTHER), {"1": verdicts(NUMBERS)})
    assert "Earlier numbers" in said
    assert "`make replicate SEED=1`" in said
    assert "above" not in said

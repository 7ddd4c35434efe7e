"""Numbers have readers: the pages, their tables and claims, the README, or the metrics."""

import json
import re

import pytest

from pipeline.numbers.claims import claim_numbers, verdicts
from pipeline.numbers.collect import headline
from pipeline.numbers.tables import all_tables
from pipeline.rendering.readme import result_table
from tests.support.made_up import NAMES, SEVERAL_RUNS, make_study
from tests.support.studies import ROOT, sources, study_numbers

QUOTATION = re.compile(r"\{\{< (?:n|ci|est|model) (\S+)")


class Recording(dict):
    """Numbers that know which of their keys were read."""

    def __init__(self, numbers):
        super().__init__(numbers)
        self.read = set()

    def __getitem__(self, key):
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        self.read.add(key)
        return super().get(key, default)


PLACES = {"test", "train", "validation", "pc1-low", "pc1-high", "within-low", "within-high", "centre", "real"}
PART = re.compile(r"[._](?:value|low|high|mean|difference|error|images|runs|over|ratio)$")
UNREAD = set((ROOT / "tests" / "support" / "unread_numbers.txt").read_text(encoding="utf-8").split())
"""Families without a reader: there should be no more of them, and fewer whenever a computation is taken out."""


def family(key):
    """Return a key without the model, the images, the label, and which part of an estimate it is."""
    words = [
        "MODEL" if word in NAMES or word.startswith("vae-") else "IMAGES" if word in PLACES else word
        for word in key.split(".")
    ]
    found = re.sub(r"(?<=[._])\d+\b", "N", ".".join(words))
    while found != (found := PART.sub("", found)):
        pass
    return re.sub(r"IMAGES(?:\.IMAGES)+", "IMAGES", found)


def resolve(key, numbers):
    """Return a key with names in place of the roles in it."""

    def name_of(found):
        own = numbers.get(f"role.{found[0].lower().removesuffix('-short')}", found[0])
        return numbers.get(f"short.{own}", own) if found[0].endswith("-SHORT") else own

    return re.sub(r"[A-Z][A-Z-]+", name_of, key)


@pytest.fixture(scope="module")
def read():
    """Return the families that are read of a made-up study's numbers, and all its keys."""
    study = make_study(models=10, side=8, images=700, variants=SEVERAL_RUNS)
    numbers = Recording(json.loads(json.dumps(study_numbers(study))))
    claims = verdicts(numbers)
    numbers.update(claim_numbers(claims))
    result_table(numbers, study.params.models)
    headline(numbers)
    quoted = [resolve(key, numbers) for text in sources().values() for key in QUOTATION.findall(text)]
    quoted += [key for text in all_tables(numbers).values() for key in QUOTATION.findall(text)]
    return numbers.read | set(quoted), set(numbers)


def test_every_family_of_numbers_has_a_reader(read):
    found, keys = read
    known = {family(key) for key in found if not key.startswith("role.")}
    unread = {family(key) for key in keys if not key.startswith(("role.", "short.", "claim."))} - known
    assert sorted(unread - UNREAD) == []


def test_no_family_is_called_unread_that_is_read_or_not_there(read):
    found, keys = read
    known = {family(key) for key in found}
    assert sorted(one for one in UNREAD if one in known or one not in {family(key) for key in keys}) == []

"""Every number has a reader: a page, a table, a claim, the README or the metrics."""

import dataclasses
import json
import re

import pytest

from pipeline.data.subsets import REGIONS, TAILS
from pipeline.numbers.claims import claim_numbers, verdicts
from pipeline.numbers.collect import headline
from pipeline.numbers.tables import all_tables
from pipeline.publication.readme import result_table
from tests.support.made_up import SEVERAL_RUNS, make_study
from tests.support.studies import sources, study_numbers

QUOTATION = re.compile(r"\{\{< (\w+) (\S+)")
ENDS = {"est": (".value", ".low", ".high"), "ci": (".low", ".high")}
"""What the shortcodes of an estimate and of an interval put behind a key."""
ABLATIONS = {
    "cvae-20-blind": ("cvae-20", {"encoder_sees_label": False}),
    "cvae-20-number": ("cvae-20", {"label": "number"}),
    "cvae-20-seed-1": ("cvae-20", {"seed": 1}),
    "vae-20-epochs-008": ("vae-20", {"epochs": 8}),
}
"""Variants that were scored, beside those of `SEVERAL_RUNS`."""
PLACES = {"train", "validation", "test", "real", *TAILS, *REGIONS}


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


def family(key, models):
    """Return a key with MODEL, IMAGES and N in place of the model, the set of images and the label or ratio."""
    words = ["MODEL" if word in models else "IMAGES" if word in PLACES else word for word in key.split(".")]
    return re.sub(r"(?<=[._])\d+\b", "N", ".".join(words))


def resolve(key, numbers):
    """Return a key with names in place of the roles in it."""

    def name_of(found):
        own = numbers.get(f"role.{found[0].lower().removesuffix('-short')}", found[0])
        return numbers.get(f"short.{own}", own) if found[0].endswith("-SHORT") else own

    return re.sub(r"[A-Z][A-Z-]+", name_of, key)


def quoted(text, numbers):
    """Return the keys that the shortcodes of a text may quote."""
    return {
        resolve(key, numbers) + end for shortcode, key in QUOTATION.findall(text) for end in ENDS.get(shortcode, ("",))
    }


@pytest.fixture(scope="module")
def study():
    """Return a made-up study of every kind of model, one of which is the middle one but for the thresholded images."""
    made = make_study(models=10, side=8, images=700, variants=SEVERAL_RUNS | ABLATIONS)
    twin = made.models["vae-20"].model_copy(update={"binarisation": "threshold"})
    return dataclasses.replace(made, models=made.models | {"vae-20-threshold": twin})


@pytest.fixture(scope="module")
def unread(study):
    """Return the families of a made-up study's numbers of which nothing is read."""
    numbers = Recording(json.loads(json.dumps(study_numbers(study))))
    keys = set(numbers)
    numbers.update(claim_numbers(verdicts(numbers)))
    result_table(numbers, study.params.models)
    headline(numbers)
    texts = [*sources().values(), *all_tables(numbers).values()]
    read = numbers.read.union(*(quoted(text, numbers) for text in texts))
    return {family(key, study.params.models) for key in keys} - {family(key, study.params.models) for key in read}


def test_every_family_of_numbers_has_a_reader(unread):
    assert sorted(unread) == []

"""Numbers have readers: the report and its claims, the README, or the metrics."""

import json
import re
import shutil

import pytest

from pipeline.core.storage import read_json, write_json
from pipeline.numbers.collect import headline
from pipeline.rendering.manuscript import read_manuscript
from pipeline.rendering.readme import result_table
from stages.shared.layout import Layout
from tests.support.made_up import NAMES, make_study
from tests.support.studies import ROOT, study_numbers

RECORDING = """
class Recording(dict):
    read = set()

    def __getitem__(self, key):
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        return self[key] if key in self else default
"""
exec(RECORDING)
PLACES = {"test", "train", "validation", "pc1-low", "pc1-high", "within-low", "within-high", "centre", "real"}
PART = re.compile(r"[._](?:value|low|high|mean|difference|error|images|runs|over|ratio)$")
UNREAD = {
    "MODEL.sample.conditional_entropy_percent_most",
    "MODEL.sample.given_z_percent",
    "MODEL.sample.pixels_alone",
    "MODEL.sample.whole_least",
    "MODEL.sample.whole_most",
    "certificate.leapfrogs",
    "compare.epochs",
    "compare.gain-slope.MODEL.MODEL.pc1_within_class.IMAGES",
    "compare.negative_gains.matched",
    "compare.negative_gains.matched.false_most",
    "compare.spread.MODEL.MODEL.log_likelihood.IMAGES.size_b",
    "decompose.binarisation.ceiling",
    "decompose.binarisation.repeat",
    "decompose.contour_correlation",
    "decompose.deviation.binarisation_log",
    "decompose.lead.MODEL",
    "decompose.order.MODEL",
    "decompose.order.MODEL.N",
    "decompose.order.MODEL.every",
    "decompose.lead.MODEL.next",
    "decompose.lead.MODEL.part",
    "decompose.share.MODEL.axes",
    "decompose.share.MODEL.binarisation_entropy",
    "decompose.share.MODEL.ink",
    "decompose.share.MODEL.label",
    "decompose.share.MODEL.rest",
    "decompose.share_change.MODEL.label",
    "diagnose.MODEL",
    "diagnose.MODEL.bound",
    "diagnose.MODEL.divergence",
    "diagnose.MODEL.log_likelihood",
    "diagnose.MODEL.norm.inner",
    "diagnose.MODEL.unsure.fullest",
    "regress.constant.costliest_sigma",
    "relative.latent_dim.MODEL",
    "regress.constant.costliest_sigma_bottom",
    "regress.slow.rate_sigma",
    "regress.varying.missed_percent",
    "sample.styles",
    "validate.MODEL.encoder",
    "validate.MODEL.encoder.bias",
    "validate.MODEL.encoder.median",
    "validate.MODEL.reference.largest",
    "validate.MODEL.study",
    "validate.MODEL.study.bias",
    "validate.MODEL.study.median",
}
"""Families that are read under other outcomes alone, or come with what is read: there should be no more of them."""


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


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Return the keys that are read of a made-up study's numbers, and all its keys."""
    study = make_study(models=10, side=8, images=700)
    layout = Layout(tmp_path_factory.mktemp("read"))
    for name in ("pipeline", "stages"):
        (layout.root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "report", layout.report, ignore=shutil.ignore_patterns("_output", ".quarto"))
    write_json(layout.numbers, study_numbers(study))
    index = layout.report / "index.qmd"
    text = index.read_text(encoding="utf-8")
    first = "quote = Quotation(read_json(layout.numbers))\n"
    assert first in text
    text = text.replace(first, f"{RECORDING}\n\nquote = Quotation(Recording(read_json(layout.numbers)))\n")
    last = 'import json\n\nPath("read.json").write_text(json.dumps(sorted(quote.numbers.read)))'
    index.write_text(f"{text}\n```{{python}}\n{last}\n```\n", encoding="utf-8")
    read_manuscript(layout.report)
    numbers = Recording(read_json(layout.numbers))  # noqa: F821 (of the text above)
    result_table(numbers, study.params.models)
    headline(numbers)
    return numbers.read | set(json.loads((layout.report / "read.json").read_text(encoding="utf-8"))), set(numbers)


def test_every_family_of_numbers_has_a_reader(read):
    found, keys = read
    known = {family(key) for key in found if not key.startswith("role.")}
    unread = {family(key) for key in keys if not key.startswith("role.")} - known
    assert unread - UNREAD == set()

import shutil

import pytest

from pipeline.numbers.provenance import fingerprint
from stages.layout import Layout
from tests.support.tiny import edit, one_line


@pytest.fixture
def published(project):
    layout = Layout(project)
    layout.published.parent.mkdir()
    shutil.copy2(layout.page, layout.published)
    shutil.copy2(layout.explorer, layout.published_explorer)
    shutil.copy2(layout.pdf, layout.published_pdf)
    return layout


def test_a_published_study_is_what_it_says(published, run_stage):
    assert run_stage(published.root, "verify") == (0, "")


def test_the_lock_has_the_hash_of_every_output(published):
    lock = (published.root / "dvc.lock").read_text(encoding="utf-8")
    outputs = (published.figures, published.numbers, published.metrics, published.page, published.pdf)
    for path in (*outputs, published.weights("vae-04")):
        assert f"md5: {fingerprint(path)}" in lock


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda layout: edit(layout.root / "pipeline/core/rng.py", "Philox", "MT19937"),
            "code or input pipeline/core/rng.py hashes",
        ),
        (lambda layout: edit(layout.params, "draws: 64", "draws: 65"), "score@vae-04: parameter score is "),
        (
            lambda layout: layout.figure("more").write_text("<svg/>", encoding="utf-8"),
            "plot: output data/plot hashes to",
        ),
        (
            lambda layout: layout.numbers.unlink(),
            "summarise: data/summarise/numbers.json is missing; restore it with `git",
        ),
        (lambda layout: layout.scores("vae-20").write_bytes(b""), "output data/score/vae-20.parquet hashes to"),
        (lambda layout: layout.published.write_text("", encoding="utf-8"), "docs/index.html is not the rendered page"),
        (lambda layout: layout.published.unlink(), "docs/index.html is not the rendered page; run `make publish`"),
        (lambda layout: layout.published_explorer.unlink(), "docs/explorer.html is not the rendered page; run `make"),
        (lambda layout: layout.published_explorer.write_bytes(b""), "docs/explorer.html is not the rendered page"),
        (lambda layout: layout.published_pdf.write_bytes(b""), "docs/report.pdf is not the rendered PDF; run"),
    ],
)
def test_every_departure_is_told(published, run_stage, change, told):
    change(published)
    code, said = run_stage(published.root, "verify")
    assert code == 3
    *lines, last = said.splitlines()
    assert any(told in line for line in lines)
    assert one_line(last, f"verify: {len(lines)} departures from dvc.lock; `dvc repro`")


def test_a_rotten_object_of_the_cache_is_told(published, run_stage):
    digest = fingerprint(published.weights("vae-04"))
    rotten = published.cache / "files" / "md5" / digest[:2] / digest[2:]
    rotten.chmod(0o644)
    rotten.write_bytes(b"rotten")
    rotten.chmod(0o444)
    code, said = run_stage(published.root, "verify")
    assert code == 3
    assert f"{digest[2:]}: cached object hashes to {fingerprint(rotten)}; delete it" in said


def test_a_study_that_was_never_run_is_told(published, run_stage):
    (published.root / "dvc.lock").unlink()
    code, said = run_stage(published.root, "verify")
    assert code == 4
    assert one_line(said, "verify: cannot read dvc.lock: No such file or directory")

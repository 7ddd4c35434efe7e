import shutil

import pandas as pd
import pytest

from stages.commands.verify import fingerprint
from stages.shared.layout import Layout
from tests.support.tiny import ROOT, edit, one_line


@pytest.fixture
def published(project, run_stage):
    """The finished tiny project, published."""
    layout = Layout(project)
    shutil.copy2(ROOT / "README.md", project)
    layout.data_dictionary.parent.mkdir()
    shutil.copy2(Layout(ROOT).data_dictionary, layout.data_dictionary)
    layout.benchmarks.parent.mkdir()
    shutil.copy2(Layout(ROOT).benchmarks, layout.benchmarks)
    assert run_stage(project, "commands.publish") == (0, "")
    return layout


def test_a_published_study_passes(published, run_stage):
    assert run_stage(published.root, "commands.verify") == (0, "")


def test_the_lock_has_the_hash_of_every_output(published):
    lock = (published.root / "dvc.lock").read_text(encoding="utf-8")
    outputs = (published.figures, published.numbers, published.metrics, published.page, published.pdf)
    for path in (*outputs, published.weights("vae-04")):
        assert f"md5: {fingerprint(path, published.root)}" in lock


def shift(path):
    table = pd.read_parquet(path)
    table.loc[0, "log_likelihood"] += 0.01
    table.to_parquet(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda layout: edit(layout.root / "pipeline/core/rng.py", "Philox", "MT19937"),
            "code or input pipeline/core hashes",
        ),
        (lambda layout: edit(layout.params, "  draws: 64", "  draws: 65"), "score@vae-04: parameter score is "),
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
        (
            lambda layout: layout.published_likelihoods.unlink(),
            "docs/likelihoods.parquet is not the table of",
        ),
        (
            lambda layout: shift(layout.published_likelihoods),
            "docs/likelihoods.parquet is not the table of",
        ),
        (
            lambda layout: edit(layout.data_package, '"latent_dim": 3', '"latent_dim": 4'),
            "docs/datapackage.json does not describe the table of",
        ),
        (lambda layout: layout.published_pdf.write_bytes(b""), "docs/report.pdf is not the rendered PDF; run"),
    ],
)
def test_every_difference_is_reported(published, run_stage, change, message):
    change(published)
    code, said = run_stage(published.root, "commands.verify")
    assert code == 3
    *lines, last = said.splitlines()
    assert any(message in line for line in lines)
    assert one_line(last, f"verify: {len(lines)} departures from dvc.lock; `dvc repro`")


def test_a_corrupted_object_of_the_cache_is_reported(published, run_stage):
    digest = fingerprint(published.weights("vae-04"), published.root)
    corrupted = published.cache / "files" / "md5" / digest[:2] / digest[2:]
    corrupted.chmod(0o644)
    corrupted.write_bytes(b"corrupted")
    corrupted.chmod(0o444)
    code, said = run_stage(published.root, "commands.verify")
    assert code == 3
    assert f"{digest[2:]}: cached object hashes to {fingerprint(corrupted, published.root)}; delete it" in said


def test_a_study_that_was_never_run_is_reported(published, run_stage):
    (published.root / "dvc.lock").unlink()
    code, said = run_stage(published.root, "commands.verify")
    assert code == 4
    assert one_line(said, "verify: cannot read dvc.lock: No such file or directory")

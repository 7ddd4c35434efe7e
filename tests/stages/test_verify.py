import pandas as pd
import pytest

from stages.commands.verify import fingerprint
from stages.shared.layout import PAGES, Layout
from tests.support.tiny import copy_finished, dvc, edit, one_line


@pytest.fixture
def published(publication, tmp_path):
    """The finished tiny project, published, to do with as one pleases."""
    return Layout(copy_finished(publication.root, tmp_path / "project"))


def test_a_published_study_passes(publication, run_stage):
    assert run_stage(publication.root, "commands.verify") == (0, "")


def test_the_lock_has_the_hash_of_every_output(publication):
    lock = (publication.root / "dvc.lock").read_text(encoding="utf-8")
    layout = publication
    outputs = (layout.figures, layout.numbers, layout.metrics, layout.pdf, *map(layout.page, PAGES))
    for path in (*outputs, layout.weights("vae-04")):
        assert f"md5: {fingerprint(path, layout.root)}" in lock


def shift(path):
    table = pd.read_parquet(path)
    table.loc[0, "log_likelihood"] += 0.01
    table.to_parquet(path)


DIFFERENCES = {
    "changed": [
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
        (
            lambda layout: layout.conditions.write_text("claims: {}\n", encoding="utf-8"),
            "output data/summarise/conditions.yml hashes to",
        ),
        (lambda layout: layout.table("pairs").unlink(), "summarise: output data/summarise/tables hashes to"),
        (
            lambda layout: layout.replication.write_text("{}", encoding="utf-8"),
            "summarise: code or input data/replicate/replication.json hashes to",
        ),
        *(
            (
                lambda layout, name=name: layout.published(name).write_text("", encoding="utf-8"),
                f"docs/{name}.html is not the rendered page; run `make publish`",
            )
            for name in (*PAGES, "explorer")
        ),
        (lambda layout: shift(layout.published_likelihoods), "docs/likelihoods.parquet is not the table of"),
        (
            lambda layout: edit(layout.data_package, '"latent_dim": 3', '"latent_dim": 4'),
            "docs/datapackage.json does not describe the table of",
        ),
        (
            lambda layout: (layout.root / "docs/report.pdf").write_bytes(b""),
            "docs/report.pdf is not the rendered PDF; run",
        ),
    ],
    "not published": [
        *(
            (
                lambda layout, name=name: layout.published(name).unlink(),
                f"docs/{name}.html is not the rendered page; run `make publish`",
            )
            for name in ("index", "explorer")
        ),
        (lambda layout: layout.published_likelihoods.unlink(), "docs/likelihoods.parquet is not the table of"),
    ],
}
"""Changes of which none hides another, with a part of the line that tells it."""


@pytest.mark.parametrize("kind", DIFFERENCES)
def test_every_difference_is_reported(published, run_stage, kind):
    for change, _ in DIFFERENCES[kind]:
        change(published)
    code, said = run_stage(published.root, "commands.verify")
    assert code == 3
    *lines, last = said.splitlines()
    assert [message for _, message in DIFFERENCES[kind] if not any(message in line for line in lines)] == []
    assert one_line(last, f"verify: {len(lines)} differences from the committed study; `dvc repro`")


@pytest.mark.parametrize("cache", [".dvc/cache", "../elsewhere"])
def test_a_corrupted_object_of_the_cache_is_reported_wherever_the_cache_is(published, run_stage, cache):
    (published.root / ".dvc" / "cache").rename(published.root / cache)
    dvc(published.root, "config", "cache.dir", str((published.root / cache).resolve()))
    digest = fingerprint(published.weights("vae-04"), published.root)
    corrupted = published.root / cache / "files" / "md5" / digest[:2] / digest[2:]
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

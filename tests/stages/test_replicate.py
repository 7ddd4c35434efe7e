"""`make replicate`: the tiny project once more under another seed."""

import re

import pytest

from pipeline.core.errors import BusyError, DataError
from pipeline.core.storage import read_json, write_json
from pipeline.numbers.claims import compare_studies, read_claims, verdicts
from stages.commands.only_study import only_study
from stages.commands.replicate import earlier_replications
from stages.shared.layout import Layout
from tests.support.tiny import copy_finished, dvc, edit, one_line, stage

COMMAND = "commands.replicate"
RECORD = "data/replicate/replication.json"
NO_RECORD = f"{RECORD}: not what `make replicate` writes; `git checkout {RECORD}` restores it"


@pytest.fixture(scope="module")
def replicated(finished, once):
    """The finished tiny project, replicated under seed 1: its folder, and what the command said."""

    def make(folder):
        done = stage(copy_finished(finished, folder), COMMAND, "1", JOBS="1")
        return [done.returncode, done.stdout, done.stderr]

    folder, (code, said, complaint) = once("replicated", make)
    assert code == 0, complaint
    return folder, said


def both(folder):
    return Layout(folder), Layout(folder / ".replicate" / "seed-1")


def test_the_data_are_the_same_and_the_weights_are_not(replicated):
    study, replication = both(replicated[0])
    for path in (study.images, study.split):
        assert (replication.root / path.relative_to(study.root)).read_bytes() == path.read_bytes()
    assert replication.weights("vae-20").read_bytes() != study.weights("vae-20").read_bytes()


def test_it_makes_numbers_and_no_page(replicated):
    _, replication = both(replicated[0])
    assert replication.numbers.exists()
    assert [path for path in (replication.figures, replication.pdf.parent) if path.exists()] == []


def test_every_claim_stands_under_both_seeds(replicated):
    study, replication = both(replicated[0])
    found = read_json(study.replication)
    own, other = (verdicts(read_json(layout.numbers)) for layout in (study, replication))
    assert own
    assert read_claims(found["study"]) == own
    assert read_claims(found["replications"]["1"]) == other
    agree = {name: record["agrees"] for name, record in found["replications"]["1"].items()}
    assert agree == {name: name in own and own[name].agrees(claim) for name, claim in other.items()}
    names = own.keys() | other.keys()
    assert f"{sum(agree.values())} of {len(names)} verdicts agree" in replicated[1]


def test_run_again_it_does_nothing_twice(replicated, tmp_path):
    folder = copy_finished(replicated[0], tmp_path / "again")
    _, replication = both(folder)
    dvc(replication.root, "config", "cache.dir", str(folder / ".dvc" / "cache"))
    before = (replication.root / "dvc.lock").read_bytes(), Layout(folder).replication.read_bytes()
    done = stage(folder, COMMAND, "1", JOBS="1")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^(\S+): \d+ s$", done.stdout, re.MULTILINE) == ["download", "split"]
    assert ((replication.root / "dvc.lock").read_bytes(), Layout(folder).replication.read_bytes()) == before


def test_a_replication_is_in_the_numbers_the_tables_and_the_pages(replicated):
    layout, _ = both(replicated[0])
    own, numbers = verdicts(read_json(layout.numbers)), read_json(layout.numbers)
    assert numbers["replication.1.claims"] == len(own)
    assert "Seed 1" in layout.table("replication").read_text(encoding="utf-8")
    page = layout.page("methods").read_text(encoding="utf-8")
    assert 'id="tbl-replication"' in page
    name = next(iter(own))
    assert f'data-key="replication.1.{name}.value"' in page
    assert "up to date" in dvc(replicated[0], "status")


def test_without_a_replication_the_study_is_up_to_date(finished):
    layout = Layout(finished)
    assert read_json(layout.replication)["replications"] == {}
    assert 'id="tbl-replication"' not in layout.page("methods").read_text(encoding="utf-8")
    assert "up to date" in dvc(finished, "status")


@pytest.mark.parametrize("seed", ["", "one", "-1", "0", "00", "1.5", "²"])
def test_a_seed_is_a_number_other_than_the_studys(finished, seed):
    done = stage(finished, COMMAND, seed)
    assert done.returncode
    fault = f"SEED must be a whole number other than 0, the seed of the study, not {seed!r}"
    assert one_line(done.stderr, f"{fault}; try `make replicate SEED=1`")
    assert not (finished / ".replicate").exists()


@pytest.mark.parametrize("name", ["data/gather/scores.parquet", "data/summarise/numbers.json"])
def test_a_study_that_was_not_run_here_is_told_to_be_run_first(project, name):
    (project / name).unlink()
    done = stage(project, COMMAND, "1")
    assert done.returncode == DataError.exit_code
    assert one_line(done.stderr, f"{name} is missing; run `make study` first")
    assert not (project / ".replicate").exists()


def test_the_same_seed_in_other_digits_is_the_same_replication(project):
    with only_study(Layout(project / ".replicate" / "seed-1")):
        done = stage(project, COMMAND, "01")
    assert done.returncode == BusyError.exit_code
    assert one_line(done.stderr, "a study is at work in this folder")
    assert [path.name for path in (project / ".replicate").iterdir()] == ["seed-1"]


def test_a_relative_mirror_starts_from_the_projects_folder(project):
    edit(project / "stages" / "download.py", "    params = load", "    sys.exit(_own_mirror())\n    params = load")
    done = stage(project, COMMAND, "1", DATASET_MIRROR="../mirror")
    assert done.returncode
    assert f"{project}/../mirror" in done.stderr.splitlines()


def test_earlier_replications_are_kept_unless_they_are_of_other_numbers(tmp_path, made_claims):
    layout, (study, other) = Layout(tmp_path), made_claims
    write_json(layout.replication, compare_studies({}, {}))
    assert earlier_replications(layout, study) == {}
    write_json(layout.replication, compare_studies(study, {"1": other}))
    assert earlier_replications(layout, study) == {"1": other}
    assert earlier_replications(layout, other) == {}
    layout.replication.unlink()
    assert earlier_replications(layout, study) == {}


@pytest.mark.parametrize("content", [{}, {"study": {"a": {}}, "replications": {}}, {"study": [], "replications": {}}])
def test_a_record_that_is_none_is_told_before_anything_runs(project, content):
    write_json(Layout(project).replication, content)
    done = stage(project, COMMAND, "1")
    assert done.returncode == DataError.exit_code
    assert one_line(done.stderr, f"replicate: {NO_RECORD}")
    assert not (project / ".replicate").exists()


def test_a_record_that_is_none_is_told_by_the_stage_that_reads_it(project, run_stage):
    write_json(Layout(project).replication, {})
    code, said = run_stage(project, "summarise")
    assert code == DataError.exit_code
    assert one_line(said, f"summarise: {NO_RECORD}")


@pytest.fixture
def made_claims():
    """Claims of two studies with other numbers."""
    return tuple(
        verdicts({"certificate.together.value": value, "certificate.together.low": -1.0} | ENDS) for value in (0.1, 0.2)
    )


ENDS = {"certificate.together.high": 1.0}

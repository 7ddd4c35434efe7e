"""The real DVC on tiny numbers: what runs again after a change, and what does not."""

import re
import shutil

import pytest
from ruamel.yaml import YAML

from stages.shared.layout import Layout
from tests.support.tiny import MODELS, dvc, edit, run_all

ALL = ["download", "split", *(f"{name}@{model}" for name in ("train", "score", "certify") for model in MODELS)]
ALL += [*(f"sample@{model}" for model in MODELS), "classify@cvae-20", "validate@vae-04", "diagnose@vae-20", "regress"]
READ_ALL_MODELS = ["gather", "compare", "decompose", "plot", "summarise", "explore"]


def stages(project):
    """Return the names of the stages that ran, inputs first."""
    lock = YAML(typ="safe").load((project / "dvc.lock").read_text(encoding="utf-8"))
    return list(lock["stages"])


@pytest.fixture(scope="module")
def repeated(finished, once):
    """The whole chain run again, elsewhere, in a poor environment, with nothing there but the code."""

    def make(folder):
        shutil.copytree(finished, folder)
        shutil.rmtree(folder / "data")
        shutil.rmtree(Layout(folder).page.parent)
        run_all(folder, stages(folder), LC_ALL="C", LANG="C", TZ="Asia/Kabul")

    return once("räumlich entfernt, où ça", make)[0]


def ran(said):
    return re.findall(r"Running stage '(.+)'", said)


def test_nothing_is_done_twice(project):
    before = (project / "dvc.lock").read_bytes()
    said = dvc(project, "repro")
    assert not ran(said)
    assert "up to date" in said
    assert (project / "dvc.lock").read_bytes() == before


def test_a_run_does_every_stage(finished):
    assert sorted(stages(finished)) == sorted([*ALL, *READ_ALL_MODELS, "report"])


def results(project):
    """Return the bytes of every file that the stages make, by its path."""
    layout = Layout(project)
    folders = (layout.root / "data", layout.page.parent)
    return {
        path.relative_to(project): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_run_elsewhere_makes_the_same_files_with_the_same_bytes(finished, repeated):
    first, second = results(finished), results(repeated)
    assert first.keys() == second.keys()
    assert [path for path in first if first[path] != second[path]] == []


def test_a_run_elsewhere_leaves_no_unfinished_file(repeated):
    assert not list(repeated.rglob("*.tmp"))
    assert not list(repeated.glob(".cache/checkpoints/*.safetensors"))


def test_an_edited_figure_is_drawn_and_nothing_is_scored(project):
    edit(project / "pipeline" / "figures" / "style.py", '"axes.linewidth": 0.8', '"axes.linewidth": 0.9')
    assert ran(dvc(project, "repro")) == ["plot", "report"]


def test_an_edited_page_draws_nothing(project):
    edit(project / "report" / "index.qmd", "\n# References", "\nOne more sentence.\n\n# References")
    assert ran(dvc(project, "repro")) == ["report"]
    assert "One more sentence." in Layout(project).page.read_text(encoding="utf-8")


def test_an_edited_explorer_leaves_the_report_beside_it(project):
    before = Layout(project).page.read_bytes()
    edit(project / "pipeline" / "explorer" / "page.css", "--paper: #ffffff", "--paper: #fffffe")
    assert ran(dvc(project, "repro")) == ["explore"]
    assert "--paper: #fffffe" in Layout(project).explorer.read_text(encoding="utf-8")
    assert Layout(project).page.read_bytes() == before


def test_both_pages_stand_side_by_side_after_all_is_made_anew(repeated):
    layout = Layout(repeated)
    assert sorted(path.name for path in layout.page.parent.iterdir()) == ["explorer.html", "index.html", "report.pdf"]
    assert 'href="explorer.html"' in layout.page.read_text(encoding="utf-8")
    assert 'href="index.html"' in layout.explorer.read_text(encoding="utf-8")


def test_a_changed_model_runs_its_own_chain(project):
    edit(project / "params.yaml", "latent_dim: 3, cond", "latent_dim: 4, cond")
    own = [f"{name}@vae-20" for name in ("train", "score", "certify", "diagnose", "sample")]
    assert sorted(ran(dvc(project, "repro", "--dry"))) == sorted([*own, *READ_ALL_MODELS])


EVERYWHERE = [f"score@{model}" for model in MODELS]
CHANGES_OF_NUMBERS = {
    "  draws: 64 ": (
        "  draws: 65 ",
        [*EVERYWHERE, "classify@cvae-20", "validate@vae-04", "diagnose@vae-20", "decompose", "summarise"],
    ),
    "leapfrogs: 1 ": ("leapfrogs: 2 ", [*(f"certify@{model}" for model in MODELS), "summarise"]),
    "test: 3                 # images of `test`\n  tail: 2                 # images of each tail\n  levels": (
        "test: 4\n  tail: 2\n  levels",
        ["classify@cvae-20"],
    ),
    "refine_rounds: 2        # of the reference": ("refine_rounds: 3  # ", ["validate@vae-04", "summarise"]),
    "resamples: 100 ": ("resamples: 101 ", ["diagnose@vae-20", "compare", "decompose", "regress", "plot", "summarise"]),
    "redrawn: 3 ": ("redrawn: 4 ", ["decompose", "summarise"]),
    "void: 0.1 ": ("void: 0.2 ", ["diagnose@vae-20", "plot", "summarise"]),
    "path_points: 3 ": ("path_points: 4 ", ["diagnose@vae-20", "plot", "summarise"]),
}


@pytest.mark.parametrize("old", CHANGES_OF_NUMBERS)
def test_a_changed_number_runs_the_stages_that_use_it(project, old):
    new, stages = CHANGES_OF_NUMBERS[old]
    edit(project / "params.yaml", old, new)
    assert sorted(ran(dvc(project, "repro", "--dry"))) == sorted(stages)


def test_another_data_sets_numbers_move_nothing(project):
    edit(project / "params.yaml", "  kmnist: {epochs: 80", "  kmnist: {epochs: 81")
    assert sorted(ran(dvc(project, "repro", "--dry"))) == ["plot", "summarise"]


READERS = ["plot", "summarise"]
EDITS = {
    "investigations/sample": ([f"sample@{model}" for model in MODELS], []),
    "investigations/diagnose": (["diagnose@vae-20"], ["gather"]),
    "investigations/classify": (["classify@cvae-20"], ["gather"]),
    "investigations/compare": (["compare"], []),
    "investigations/decompose": (["decompose"], []),
    "investigations/regress": (["regress"], []),
    "validation/certify": ([f"certify@{model}" for model in MODELS], ["gather"]),
    "validation/validate": (["validate@vae-04"], ["gather"]),
}


@pytest.mark.parametrize("room", EDITS)
def test_an_edit_in_one_room_runs_its_stage_and_the_readers_and_scores_nothing_again(project, room):
    own, between = EDITS[room]
    with min((project / "pipeline" / room).glob("*.py")).open("a", encoding="utf-8") as file:
        file.write("\n# One more line.\n")
    assert sorted(ran(dvc(project, "repro", "--dry"))) == sorted([*own, *between, *READERS])

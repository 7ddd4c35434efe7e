"""The real DVC on tiny numbers: what runs again after a change, and what does not."""

import platform
import re
import shutil
from pathlib import Path

import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from ruamel.yaml import YAML

from pipeline.config import read_mapping
from pipeline.core.storage import read_json
from stages.shared.graph import parameter
from stages.shared.layout import PAGES, Layout
from tests.support.imports import ROOT, bodies, covers
from tests.support.tiny import MODELS, copy_finished, dvc, edit, run_all

ALL = ["download", "split", *(f"{name}@{model}" for name in ("train", "score", "certify") for model in MODELS)]
ALL += [*(f"sample@{model}" for model in MODELS), "classify@cvae-20", "validate@vae-04", "diagnose@vae-20", "regress"]
READ_ALL_MODELS = ["gather", "compare", "decompose", "plot", "summarise", "explore"]


def stages(project):
    """Return the names of the stages that ran, inputs first."""
    lock = YAML(typ="safe").load((project / "dvc.lock").read_text(encoding="utf-8"))
    return list(lock["stages"])


def unmade(finished, folder):
    """Copy the finished project without what its stages made."""
    copy_finished(finished, folder)
    for made in (folder / "data").iterdir():
        if made.name != "replicate":
            shutil.rmtree(made)
    shutil.rmtree(Layout(folder).pdf.parent)


@pytest.fixture(scope="module")
def repeated(finished, once):
    """The whole chain run again, elsewhere, in a poor environment, with nothing there but the code."""

    def make(folder):
        unmade(finished, folder)
        run_all(folder, stages(folder), LC_ALL="C", LANG="C", TZ="Asia/Kabul")

    return once("räumlich entfernt, où ça", make)[0]


WITHOUT_AVX = {
    "ATEN_CPU_CAPABILITY": "default",  # torch's own loops
    "ONEDNN_MAX_CPU_ISA": "SSE41",  # its matrix products,
    "MKL_CBWR": "COMPATIBLE",  #   and those of MKL
    "NPY_DISABLE_CPU_FEATURES": " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name)),
    "OPENBLAS_CORETYPE": "Nehalem",  # linear algebra of NumPy and SciPy
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA",  # exponentials and logarithms of the C library
}
"""By which every library that computes takes this processor for one that has SSE alone."""


@pytest.fixture(scope="module")
def without_avx(finished, once):
    """The chain up to the figures, run again with other instructions of the same processor."""

    def make(folder):
        unmade(finished, folder)
        run_all(folder, (name for name in stages(folder) if name != "report"), **WITHOUT_AVX)

    return once("without-avx", make)[0]


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
    folders = (layout.root / "data", layout.pdf.parent)
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


@pytest.mark.skipif(platform.machine() != "x86_64", reason="NOT CHECKED: the switches are those of x86-64")
def test_other_instructions_move_last_digits_and_no_verdict(finished, without_avx):
    first, second = results(finished), results(without_avx)
    pages = {path for path in first if path.parent == Path("report", "_output") and path.name != "explorer.html"}
    assert first.keys() - pages == second.keys()
    moved = {path for path in second if first[path] != second[path]}
    layout = Layout(Path())
    weights = {layout.weights(name) for name in MODELS}
    assert weights <= moved, "the switches no longer have an effect"
    assert {path for path in moved if path.parts[1] in {"download", "split", "replicate"}} == set()
    assert layout.conditions not in moved
    assert {path for path in moved if path.is_relative_to(layout.table("x").parent)} == set()
    before, after = (read_json(Layout(folder).numbers) for folder in (finished, without_avx))
    assert before.keys() == after.keys()
    other = {name: value for name, value in after.items() if value != before[name]}
    assert other == pytest.approx({name: before[name] for name in other}, rel=0.01, abs=1e-4)


def test_a_run_elsewhere_leaves_no_unfinished_file(repeated):
    assert not list(repeated.rglob("*.tmp"))
    assert not list(repeated.glob(".cache/checkpoints/*.safetensors"))


def test_an_edited_figure_is_drawn_and_nothing_is_scored(project):
    """A dry run lists what reads the edit, and not what follows from that."""
    edit(project / "pipeline" / "figures" / "style.py", '"axes.linewidth": 0.8', '"axes.linewidth": 0.9')
    before = (project / "dvc.lock").read_bytes()
    assert ran(dvc(project, "repro", "--dry")) == ["plot"]
    assert (project / "dvc.lock").read_bytes() == before
    assert ran(dvc(project, "repro")) == ["plot", "report"]


def test_an_edited_page_draws_nothing(project):
    edit(project / "report" / "index.qmd", "\n# References", "\nOne more sentence.\n\n# References")
    assert ran(dvc(project, "repro")) == ["report"]
    assert "One more sentence." in Layout(project).page("index").read_text(encoding="utf-8")


def test_an_edited_explorer_leaves_the_report_beside_it(project):
    before = {name: Layout(project).page(name).read_bytes() for name in PAGES}
    edit(project / "pipeline" / "explorer" / "page.css", "--paper: #ffffff", "--paper: #fffffe")
    assert ran(dvc(project, "repro")) == ["explore"]
    assert "--paper: #fffffe" in Layout(project).explorer.read_text(encoding="utf-8")
    assert {name: Layout(project).page(name).read_bytes() for name in PAGES} == before


def test_all_pages_stand_side_by_side_after_all_is_made_anew(repeated):
    layout = Layout(repeated)
    files = ["explorer.html", "report.pdf", *(f"{name}.html" for name in PAGES)]
    assert sorted(path.name for path in layout.pdf.parent.iterdir()) == sorted(files)
    for name in PAGES:
        assert 'href="explorer.html"' in layout.page(name).read_text(encoding="utf-8")
    assert 'href="index.html"' in layout.explorer.read_text(encoding="utf-8")


def test_a_changed_model_runs_its_own_chain(project):
    edit(project / "params.yaml", "latent_dim: 3}", "latent_dim: 4}")
    own = [f"{name}@vae-20" for name in ("train", "score", "certify", "diagnose", "sample")]
    assert sorted(ran(dvc(project, "repro", "--dry"))) == sorted([*own, *READ_ALL_MODELS])


NUMBERS = {
    "score.draws": {"score", "certify", "classify", "validate", "diagnose", "decompose", "summarise"},
    "certify.leapfrogs": {"certify", "summarise"},
    "classify.test": {"classify", "summarise"},
    "validate.refine_rounds": {"validate", "summarise"},
    "intervals.resamples": {"compare", "decompose", "plot", "summarise"},
    "decompose.redrawn": {"decompose", "summarise"},
    "diagnose.void": {"diagnose", "plot", "summarise"},
    "regress.dip": {"regress", "plot", "summarise"},
    "diagnose.path_points": {"diagnose", "plot", "summarise"},
}
"""The stages that use a number of params.yaml."""


@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_is_listed_under_the_stages_that_use_it(key):
    assert parameter(read_mapping(ROOT / "params.yaml"), key) is not None
    listed = {
        name
        for name, body in bodies().items()
        if any(key == one or key.startswith(f"{one}.") for one in body.get("params", []))
    }
    assert listed == NUMBERS[key]


@pytest.mark.parametrize(
    ("old", "new", "stages"),
    [
        (
            "  draws: 64 ",
            "  draws: 65 ",
            [
                *(f"{name}@{model}" for name in ("score", "certify") for model in MODELS),
                *("classify@cvae-20", "validate@vae-04", "diagnose@vae-20", "decompose", "summarise"),
            ],
        ),
        ("leapfrogs: 1 ", "leapfrogs: 2 ", [*(f"certify@{model}" for model in MODELS), "summarise"]),
    ],
    ids=["of a section that is listed", "that is listed itself"],
)
def test_a_changed_number_runs_the_stages_that_list_it(project, old, new, stages):
    edit(project / "params.yaml", old, new)
    assert sorted(ran(dvc(project, "repro", "--dry"))) == sorted(stages)


def test_another_data_sets_numbers_move_nothing(project):
    edit(project / "params.yaml", "  kmnist: {epochs_factor: 1,", "  kmnist: {epochs_factor: 2,")
    assert ran(dvc(project, "repro", "--dry")) == ["summarise"]


READERS = {"plot", "summarise"}
ROOMS = {
    "investigations/sample": {"sample"},
    "investigations/diagnose": {"diagnose", "gather"},
    "investigations/classify": {"classify", "gather"},
    "investigations/compare": {"compare"},
    "investigations/decompose": {"decompose"},
    "investigations/regress": {"regress"},
    "validation/certify": {"certify", "gather"},
    "validation/validate": {"validate", "gather"},
}
"""The stages that import a room, besides the readers."""


def a_file_of(room, root):
    return min((root / "pipeline" / room).glob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_read_by_its_stage_and_the_readers_and_by_no_scoring(room):
    file = a_file_of(room, ROOT).relative_to(ROOT).as_posix()
    listed = {name for name, body in bodies().items() if any(covers(one, file) for one in body["deps"])}
    assert listed == ROOMS[room] | READERS


def test_an_edit_in_a_room_runs_the_stages_that_list_it_and_scores_nothing_again(project):
    with a_file_of("validation/certify", project).open("a", encoding="utf-8") as file:
        file.write("\n# One more line.\n")
    own = [f"certify@{model}" for model in MODELS]
    assert sorted(ran(dvc(project, "repro", "--dry"))) == sorted([*own, "gather", *READERS])

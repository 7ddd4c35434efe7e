"""The README's lines through the real DVC with Git: what a user compares, tries, keeps, discards and shares."""

import json
import math
import re
import shutil
from pathlib import Path

import pytest
from dvc.utils.hydra import apply_overrides
from ruamel.yaml import YAML

from pipeline.config import load_params
from pipeline.core.errors import DataError
from pipeline.core.storage import read_json
from pipeline.core.tables import read_table
from pipeline.data.idx import FILES
from pipeline.investigations.compare.tables import PAIRS
from stages.commands import experiments
from stages.commands.verify import fingerprint
from stages.shared.layout import Layout
from tests.support.datasets import disguise, list_sources, make_files, pack
from tests.support.readme import BLOCKS, PROSE, README, STAND_INS, adapted
from tests.support.tiny import (
    MODELS,
    ROOT,
    copy_finished,
    copy_unpacked,
    copy_with_git,
    dvc,
    edit,
    git,
    one_line,
    shell,
    stage,
)
from tests.support.waiting import until

_, CHANGES, SWEEP, (JOIN,) = BLOCKS
_, CHANGE, DATASET, SHOW, KEEP, DIFFERENCES, PLOTS = CHANGES
QUEUE, START, COMPARE = SWEEP
ALL, DRY, RENDER, FORCE = "dvc repro", "dvc repro --dry", "dvc repro -s report", "dvc repro -f"
DISCARD = "git checkout . && git clean -fdq data && dvc checkout --force"
REPOSITORY = "git init && git add -A && git commit -m start && dvc config --local core.no_scm false"
STORE, PUSH = "dvc remote add --local -d store /path/or/s3://bucket", "dvc push"
FETCH, NEEDED = "dvc pull", "dvc repro --pull --allow-missing"
WATCH = "dvc plots show dvclive/vae-20/plots/metrics"  # tests/stages/test_live.py
MENTIONED = "dvc exp run"
NO_GIT = "dvc config --local core.no_scm true"
ADDED = adapted(re.search(r"^```yaml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)[1])
"""The line of a new model in params.yaml."""
LENGTHS = ("120", "480")
"""Epochs in the queue."""


@pytest.fixture(scope="module")
def committed(finished, tmp_path_factory):
    return copy_with_git(finished, tmp_path_factory.mktemp("git") / "project")


@pytest.fixture(scope="module")
def stored(committed):
    """The committed project, its outputs in a remote."""
    shell(committed, adapted(f"{STORE} && {PUSH}"))
    return committed


@pytest.fixture(scope="module")
def tried(finished, once):
    """An experiment with one model changed, looked at; then one more model, which joins the others in the numbers."""

    def make(folder):
        layout = Layout(copy_with_git(finished, folder))
        lines = {"change": CHANGE, "show": SHOW, "differences": DIFFERENCES, "plots": PLOTS}
        told = {step: shell(folder, line) for step, line in lines.items()}
        edit(layout.params, "\nroles:", f"{ADDED}\nroles:")
        told |= {"name": experiment(told["change"]), "join": shell(folder, f"{JOIN} compare summarise")}
        return told | {"left": shell(folder, DRY)}

    return once("experiments", make)


@pytest.fixture(scope="module")
def queued(finished, once):
    """The queue, compared on a page; its first experiment kept, and discarded again. No stage draws or renders."""

    def make(folder):
        layout = Layout(copy_with_git(finished, folder))
        leave_out(layout, "plot", "explore", "report")
        git(folder, "commit", "-q", "-a", "-m", "Numbers alone")
        told = {"committed": state(layout)}
        names = re.findall(r"Queued experiment '(.+?)'", shell(folder, QUEUE))
        shell(folder, START)
        wait(folder, names)
        shell(folder, COMPARE)
        shell(folder, KEEP.replace("NAME", names[0]))
        told |= {"kept": state(layout), "unlike": unlike(folder, names[0])}
        layout.figure("of-no-other-study").write_text("<svg/>", encoding="utf-8")
        shell(folder, DISCARD)
        return told | {"names": names, "discarded": state(layout)}

    return once("queued", make)


def leave_out(layout, *names):
    """Remove stages from dvc.yaml, and what shows their outputs."""
    yaml = YAML()
    tree = yaml.load(layout.dvc_yaml)
    for name in names:
        del tree["stages"][name]
    del tree["plots"]
    yaml.dump(tree, layout.dvc_yaml)


def experiment(said):
    """Return the name of the experiment that DVC says it ran."""
    return re.search(r"Ran experiment\(s\): (\S+)", said)[1]


def reference(folder, name):
    """Return Git's reference to an experiment, or nothing as long as there is none."""
    found = git(folder, "for-each-ref", "--format=%(refname)", "refs/exps").split()
    return next((one for one in found if one.endswith(f"/{name}")), None)


def wait(folder, names):
    """Wait for the end of the experiments of the queue, all of which must succeed."""
    failed = "refs/exps/celery/failed"
    until(lambda: all(reference(folder, name) for name in names) or git(folder, "for-each-ref", failed), pause=2)
    until(lambda: "Running" not in dvc(folder, "queue", "status"), pause=2)
    assert not git(folder, "for-each-ref", failed), dvc(folder, "queue", "status")


def state(layout):
    """Return a parameter, results that follow from it, and what Git and DVC find changed."""
    return {
        "epochs": load_params(layout.params).models["vae-04"].epochs,
        "results": [fingerprint(path, layout.root) for path in (layout.weights("vae-04"), layout.numbers)],
        "git": git(layout.root, "status", "--short"),
        "dvc": dvc(layout.root, "status"),
    }


def unlike(folder, name):
    """Return the files in Git that are not those of the experiment."""
    git(folder, "add", "--all")
    names = git(folder, "diff", "--cached", "--name-only", reference(folder, name)).split()
    git(folder, "reset", "--quiet")
    return names


def clone(project, target):
    """Return a fresh clone that knows the project's remote."""
    git(target.parent, "clone", "-q", str(project), target.name)
    shell(target, STORE.replace("/path/or/s3://bucket", str(project.parent / "store")))
    return target


def ran(said):
    return re.findall(r"Running stage '(.+)'", said)


def stage_names(project):
    return dvc(project, "stage", "list", "--name-only").split()


def test_every_line_of_the_readme_for_dvc_is_run_here_or_in_the_tests_of_the_chain():
    lines = (
        ALL,
        DRY,
        RENDER,
        FORCE,
        DISCARD,
        REPOSITORY,
        f"{STORE} && {PUSH}",
        FETCH,
        NEEDED,
        MENTIONED,
        WATCH,
        NO_GIT,
    )
    assert set(PROSE) == set(lines)


def test_the_readme_has_the_values_that_are_replaced():
    assert [value for value in STAND_INS if value not in README] == []


@pytest.mark.parametrize("line", re.findall(r"^dvc exp run .*-S .*", README, re.MULTILINE))
def test_the_committed_parameters_allow_every_change_that_the_readme_makes(line, tmp_path):
    shutil.copy(ROOT / "params.yaml", tmp_path)
    name, values = re.search(r"-S (\S+?)=(\S+)", line).groups()
    for value in values.split(","):
        apply_overrides(tmp_path / "params.yaml", [f"{name}={value}"])
        assert load_params(tmp_path / "params.yaml")


def test_a_committed_project_is_up_to_date(committed):
    assert "up to date" in dvc(committed, "status")
    assert not git(committed, "status", "--short")


def test_metrics_are_few_and_finite(committed):
    shown = json.loads(dvc(committed, "metrics", "show", "--json"))
    metrics = shown[""]["data"]["data/summarise/metrics.json"]["data"]
    assert 1 <= len(metrics) <= 10
    assert all(math.isfinite(value) for value in metrics.values())


def test_nothing_differs_before_anything_is_changed(committed):
    assert not dvc(committed, "metrics", "diff").strip()
    assert not dvc(committed, "params", "diff").strip()


def test_a_bare_clone_shows_the_training_curves_of_all_models_and_every_figure(committed, tmp_path):
    git(tmp_path, "clone", "-q", str(committed), "clone")
    plots = json.loads(dvc(tmp_path / "clone", "plots", "show", "--json", "--out", str(tmp_path / "plots")))
    assert not plots.get("errors")
    for part in ("validation", "training"):
        points = plots["data"][f"ELBO of the {part} images during training"][0]["content"]["data"]["values"]
        assert {(point["model"], point["epoch"]) for point in points} == {
            (model, epoch) for model in MODELS for epoch in ("1", "2")
        }
    figures = {path.relative_to(committed).as_posix() for path in Layout(committed).figures.glob("*.svg")}
    assert figures
    assert figures <= set(plots["data"])


def test_two_revisions_show_their_curves_together_and_their_figures_side_by_side(tried, tmp_path):
    folder, name = tried[0], tried[1]["name"]
    shown = json.loads(dvc(folder, "plots", "diff", "HEAD", name, "--json", "--out", str(tmp_path / "plots")))
    assert not shown.get("errors")
    curves = shown["data"]["ELBO of the validation images during training"][0]["content"]["data"]["values"]
    assert {point["rev"] for point in curves} == {"HEAD", name}
    assert sorted(one["revisions"] for one in shown["data"]["data/plot/training-1.svg"]) == sorted([["HEAD"], [name]])


def test_a_run_can_be_forced(project):
    assert sorted(ran(shell(project, f"{FORCE} --dry"))) == sorted(stage_names(project))


def test_an_experiment_runs_what_its_change_makes_necessary(tried):
    chain = [f"{name}@vae-20" for name in ("train", "score", "certify", "diagnose")]
    others = ["sample@vae-20", "gather", "compare", "decompose", "plot", "summarise", "report", "explore"]
    assert sorted(ran(tried[1]["change"])) == sorted([*chain, *others])


def test_what_an_experiment_changed_is_told(tried):
    assert re.search(r"models\.vae-20\.epochs\s+240\s+480", tried[1]["differences"])
    assert "test_log_likelihood.middle" in tried[1]["differences"]
    assert "test_log_likelihood.small" not in tried[1]["differences"]


def test_curves_and_figures_are_shown_on_one_page(tried):
    assert "dvc_plots/index.html" in tried[1]["plots"]
    page = (tried[0] / "dvc_plots" / "index.html").read_text(encoding="utf-8")
    assert "ELBO of the validation images during training" in page
    assert "training-1.svg" in page


def test_experiments_are_listed(tried):
    assert tried[1]["name"] in tried[1]["show"]


def test_an_added_model_is_trained_scored_and_compared_and_no_other_is_made_again(tried):
    layout, stages = Layout(tried[0]), ran(tried[1]["join"])
    name = re.match(r"\s*(\S+):", ADDED)[1]
    assert {f"train@{name}", f"score@{name}", "gather", "compare", "decompose", "summarise"} <= set(stages)
    assert {"plot", "explore"} <= set(ran(tried[1]["left"]))
    assert [one for one in stages if "@" in one and not one.endswith(f"@{name}")] == []
    assert (name, "vae-20") in set(
        read_table(layout.pairs, PAIRS)[["model_a", "model_b"]].itertuples(index=False, name=None)
    )
    assert f"{name}.test.log_likelihood" in read_json(layout.numbers)


def test_queued_experiments_are_compared_with_the_committed_study(queued):
    folder, told = queued
    page = Layout(folder).experiments.read_text(encoding="utf-8")
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", page)[1:]]
    first, second = told["names"]
    assert [row[:2] for row in rows] == [[LENGTHS[0], first], ["240", "committed study"], [LENGTHS[1], second]]
    assert len({row[2] for row in rows}) == len(rows)
    numbers = json.loads(git(folder, "show", f"{reference(folder, second)}:data/summarise/numbers.json"))
    mean, error = (numbers[f"vae-04.test.{part}"] for part in ("log_likelihood", "sampling_error"))
    assert rows[2][2] == f"{mean:.2f} ± {error:.2f}"


def test_the_page_of_experiments_is_whole_without_a_network(queued, browser):
    browser.open(Layout(queued[0]).experiments)
    assert browser.run(
        "return document.images.length > 0 && [...document.images].every(image => image.naturalWidth > 0)"
    )
    assert not browser.requests()[1:]
    assert not browser.complaints()


def test_an_experiment_that_is_kept_brings_its_parameters_and_results(queued):
    told = queued[1]
    assert told["kept"]["epochs"] == int(LENGTHS[0])
    assert told["unlike"] == []
    assert "up to date" in told["kept"]["dvc"]
    before, after = told["committed"]["results"], told["kept"]["results"]
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_discarded_changes_leave_the_committed_study(queued):
    assert queued[1]["discarded"] == queued[1]["committed"]


def test_a_clone_fetches_everything_and_has_nothing_to_do(stored, tmp_path):
    fresh = clone(stored, tmp_path / "clone")
    shell(fresh, FETCH)
    assert not ran(shell(fresh, ALL))
    assert not git(fresh, "status", "--short")
    assert fingerprint(Layout(fresh).scores("vae-20"), fresh) == fingerprint(Layout(stored).scores("vae-20"), stored)


def test_a_clone_runs_what_a_change_affects_and_fetches_no_more_than_that_needs(stored, tmp_path):
    fresh = clone(stored, tmp_path / "clone")
    assert not ran(shell(fresh, NEEDED))
    assert not Layout(fresh).images.exists()
    edit(fresh / "pipeline" / "explorer" / "page.css", "--paper: #ffffff", "--paper: #fffffe")
    assert ran(shell(fresh, NEEDED)) == ["explore"]
    assert Layout(fresh).images.exists()
    assert not Layout(fresh).weights("vae-20").exists()


def test_a_bare_clone_renders_the_page(committed, tmp_path):
    git(tmp_path, "clone", "-q", str(committed), "clone")
    assert ran(shell(tmp_path / "clone", RENDER)) == ["report"]
    rendered = [Layout(folder).page("index").read_bytes() for folder in (committed, tmp_path / "clone")]
    assert rendered[0] == rendered[1]


def test_in_an_archive_an_experiment_runs_elsewhere_with_the_changes_and_the_users_folder_of_files(finished, tmp_path):
    layout = Layout(copy_unpacked(finished, tmp_path / "project"))
    shell(layout.root, NO_GIT)  # as `make study` does where there is no Git
    files = make_files()
    disguise(layout.root, list_sources(files))
    (tmp_path / "mirror").mkdir()
    for name, body in files.items():
        (tmp_path / "mirror" / f"{name}.gz").write_bytes(pack(body))
    shell(layout.root, REPOSITORY)
    edit(layout.params, 'kmnist: ["https://codh.rois.ac.jp/kmnist/dataset/kmnist/"]', "kmnist: []")
    edit(layout.root / "stages" / "download.py", "print(line", 'print("changed:", line')
    changes = git(layout.root, "diff")

    said = shell(layout.root, f"{DATASET} --temp download", DATASET_MIRROR="../mirror")
    found = dict(re.findall(r"^changed: (\S+): \d+ kB from (.*)/\1\.gz$", said, re.MULTILINE))
    assert set(found) == set(FILES)
    assert {Path(place).resolve() for place in found.values()} == {(tmp_path / "mirror").resolve()}
    params = git(layout.root, "show", f"{reference(layout.root, experiment(said))}:params.yaml")
    tree = YAML(typ="safe").load(params)
    assert (tree["dataset"], tree["download"]["mirrors"]["kmnist"]) == ("kmnist", [])
    assert git(layout.root, "diff") == changes
    assert not layout.download("kmnist").exists()


def test_without_git_there_are_no_experiments_to_compare_wherever_dvc_is(finished, tmp_path):
    bare = copy_finished(finished, tmp_path / "bare")
    done = stage(bare, "commands.experiments", PATH="/nowhere")
    assert done.returncode == DataError.exit_code
    assert one_line(done.stderr, "experiments: `dvc exp show`: ", "experiments need a Git repository")


@pytest.mark.parametrize(
    "listed",
    [
        [],
        [{"rev": "workspace"}],
        [{"rev": "workspace"}, {"rev": "a", "data": None, "error": {"msg": "broken"}}],
        [{"rev": "workspace"}, {"rev": "a", "data": {"params": {"params.yaml": {"error": {}}}}}],
        [{"rev": "workspace"}, {"rev": "a"}, {"rev": "b"}],
    ],
)
def test_a_list_without_the_committed_study_is_told(monkeypatch, listed):
    monkeypatch.setattr(experiments, "_output", lambda command, words: json.dumps(listed))
    with pytest.raises(DataError, match=r"`dvc exp show` does not list the committed study's parameters; commit the"):
        experiments.main(Layout(ROOT))

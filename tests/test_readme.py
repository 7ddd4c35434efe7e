"""What the README shows is what the study made."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.config import load_params
from pipeline.core.storage import read_json
from pipeline.publication.readme import cost, diagram, result_table
from stages.shared.layout import Layout

ROOT = Path(__file__).parents[1]
LAYOUT = Layout(ROOT)
README = LAYOUT.readme.read_text(encoding="utf-8")


def between(name):
    return re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)[1].strip()


def stages():
    return YAML(typ="safe").load(LAYOUT.dvc_yaml.read_text(encoding="utf-8"))["stages"]


def test_the_diagram_is_that_of_the_committed_dvc_yaml():
    assert between("stages") == f"```mermaid\n{diagram(stages())}\n```"


def test_the_diagram_has_one_node_per_stage_and_leaves_out_no_path_that_dvc_knows():
    command = [sys.executable, "-m", "dvc", "dag", "--mermaid"]
    drawn = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = {node: label.partition("@")[0] for node, label in re.findall(r"(node\d+)\[\"(.+?)\"\]", drawn)}
    known = {(names[a], names[b]) for a, b in re.findall(r"(node\d+)-->(node\d+)", drawn)}
    shown = diagram(stages())
    groups = re.findall(r"(\w+) --> ([\w &]+)", shown)
    arrows = {(one, other) for one, others in groups for other in others.split(" & ")}
    assert {name for arrow in arrows for name in arrow} == set(stages())
    assert re.findall(r'\["(\w+), per model"\]', shown) == [name for name, one in stages().items() if "foreach" in one]
    assert arrows <= known
    assert closure(arrows) == closure(known)


def closure(arrows):
    """All pairs of stages with a path of arrows between them."""
    paths = set(arrows)
    while new := {(a, d) for a, b in paths for c, d in arrows if b == c} - paths:
        paths |= new
    return paths


def test_an_arrow_that_follows_from_others_is_left_out():
    found = diagram(
        {
            "fit": {"foreach": "${models}", "do": {"deps": ["pipeline/core"]}},
            "mean": {"deps": ["data/fit/a.csv", "data/fit/b.csv"]},
            "show": {"deps": ["data/fit/a.csv", "data/mean"]},
        }
    )
    assert [line.strip() for line in found.splitlines()] == [
        "flowchart TD",
        'fit["fit, per model"]',
        "fit --> mean",
        "mean --> show",
    ]


def test_the_result_table_is_that_of_the_committed_numbers():
    if not LAYOUT.numbers.exists():
        pytest.skip("NOT CHECKED: no study is committed")
    assert between("results") == result_table(read_json(LAYOUT.numbers), load_params(LAYOUT.params).models)


def test_the_cost_is_that_of_the_committed_benchmark():
    assert between("cost") == cost(read_json(LAYOUT.benchmarks))


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)))
)
def test_every_make_target_is_listed_by_help(target):
    listed = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert re.search(rf"^{target} +\S", listed, re.MULTILINE)


def test_every_linked_file_is_there():
    links = re.findall(r"\]\(((?!https?:)[^)#]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_labels_of_the_table_follow_the_parameters():
    params = load_params(LAYOUT.params)
    changes = {"latent_dim": 16, "train_on": "all", "label": "one-hot", "binarisation": "threshold"}
    models = {"vae-20": params.models["vae-20"].model_copy(update=changes)}
    row = result_table({"models": "vae-20"}, models).splitlines()[2]
    assert row.startswith("| `vae-20` | 16 | all | log p(x \\| y), thresholded images | ")

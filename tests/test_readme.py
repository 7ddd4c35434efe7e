"""What the README shows is what the study made."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.core.storage import read_json
from pipeline.rendering.readme import cost, diagram, result_table
from stages.layout import Layout

ROOT = Path(__file__).parents[1]
LAYOUT = Layout(ROOT)
README = LAYOUT.readme.read_text(encoding="utf-8")


def between(name):
    return re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)[1].strip()


def test_the_diagram_is_the_one_that_dvc_draws():
    command = [sys.executable, "-m", "dvc", "dag", "--mermaid"]
    drawn = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert between("stages") == f"```mermaid\n{diagram(drawn)}\n```"


def test_the_diagram_lays_the_chains_of_all_models_over_each_other():
    drawn = 'flowchart TD\n\tnode1["fit@a"]\n\tnode2["fit@b"]\n\tnode3["look"]\n\tnode1-->node3\n\tnode2-->node3\n'
    assert diagram(drawn).splitlines()[1:] == ['\tnode1["fit@MODEL"]', '\tnode2["look"]', "\tnode1-->node2"]


def test_the_result_table_is_that_of_the_committed_numbers():
    if not LAYOUT.numbers.exists():
        pytest.skip("NOT CHECKED: no study is committed")
    assert between("results") == result_table(read_json(LAYOUT.numbers))


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

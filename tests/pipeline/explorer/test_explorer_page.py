import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from pipeline.config import load_params
from pipeline.download.catalogue import CATALOGUE
from pipeline.explorer.page import ROOM, SCRIPTS, explorer_page
from pipeline.explorer.views import views_of
from pipeline.rendering.checker import NEIGHBOUR
from pipeline.rendering.reader import read_page
from tests.support.studies import ROOT

PROGRAM = """
import hashlib
from bokeh.plotting import figure
for _ in range({before}):
    figure()
from pipeline.explorer.page import explorer_page
from pipeline.explorer.study import pack
from pipeline.download.catalogue import CATALOGUE
from tests.support.made_up import make_study
study = make_study(models=2, side=8, images=700)
packed = pack(study.tables.images, study.tables.split, study.tables.scores, study.models)
print(hashlib.sha256(explorer_page(packed, CATALOGUE['mnist'], study.pair, 9).encode()).hexdigest())
"""


def digest(before, seed):
    environment = os.environ | {"PYTHONHASHSEED": str(seed), "OMP_NUM_THREADS": "1"}
    program = [sys.executable, "-c", PROGRAM.format(before=before)]
    return subprocess.run(program, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def test_another_process_makes_the_same_bytes(capsys):
    exec(PROGRAM.format(before=0), {})
    assert capsys.readouterr().out == digest(3, 2)


def test_one_process_makes_the_same_bytes_twice(explorer):
    again = explorer_page(explorer.packed, CATALOGUE["mnist"], explorer.study.pair, 20, views=explorer.views)
    assert hashlib.sha256(again.encode()).digest() == hashlib.sha256(explorer.page.encode()).digest()


def test_every_script_of_the_room_is_on_the_page():
    assert {path.stem for path in ROOM.glob("*.js")} == set(SCRIPTS)


def test_nothing_on_the_page_is_fetched(explorer):
    elements = read_page(explorer.page).elements
    addresses = [one.attributes[name] for one in elements for name in ("src", "href") if name in one.attributes]
    assert sorted(addresses) == ["data:,", "index.html"]
    policy = next(one.attributes["content"] for one in elements if "http-equiv" in one.attributes)
    assert "default-src 'none'" in policy


def test_every_control_has_a_name(explorer):
    labelled = set(
        re.findall(r"<label(?: class=\"\w+\")?>[^<]+(?:<(?:select|input)[^>]*?(?:id|name)=\"([\w-]+)\")", explorer.page)
    )
    controls = [one for one in read_page(explorer.page).elements if one.name in {"select", "input"}]
    names = {one.attributes.get("id", one.attributes.get("name")) for one in controls}
    assert names - labelled == {"drag"}


def test_views_that_the_report_links_to_have_these_names():
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "report").glob("*.qmd"))
    params = load_params(ROOT / "params.yaml")
    known = {view.name for view in views_of(params.roles, params.compare.joint_errors, params.models)}
    assert set(re.findall(r"explorer\.html#view=([\w-]*)", text)) <= known


def test_pages_that_the_report_links_to_are_made_beside_it():
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "report").glob("*.qmd"))
    addresses = [address.partition("#")[0] for address in re.findall(r"\]\(([^)]+)\)", text)]
    linked = [address for address in addresses if re.fullmatch(NEIGHBOUR, address)]
    stages = Path(ROOT / "dvc.yaml").read_text(encoding="utf-8")
    assert "explorer.html" in linked
    assert all(f"- report/_output/{address}\n" in stages for address in linked)

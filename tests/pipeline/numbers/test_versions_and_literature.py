import platform
import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from pipeline.config import load_params
from pipeline.download.catalogue import CATALOGUE, literature_numbers
from pipeline.numbers.versions import LIBRARIES, version_numbers
from tests.support.tiny import ROOT


def test_versions_are_those_that_are_installed():
    found = version_numbers()
    assert found["version.python"] == platform.python_version()
    assert found["version.torch"] == version("torch")
    assert list(found) == ["version.python", *(f"version.{name}" for name in LIBRARIES)]


def test_a_library_that_is_absent_has_no_version(monkeypatch):
    monkeypatch.setattr("pipeline.numbers.versions.LIBRARIES", ("numpy", "no-such-library"))
    assert set(version_numbers()) == {"version.python", "version.numpy"}


def test_gathering_numbers_loads_no_torch():
    code = "import sys, pipeline.numbers.collect; from pipeline.numbers.versions import version_numbers; "
    code += "version_numbers(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_published_numbers_are_of_one_data_set_alone():
    assert literature_numbers("digits") == {}
    found = literature_numbers("mnist")
    assert found["literature.burda-vae.log_likelihood"] == -86.76
    assert found["literature.burda-vae.citation"] == "burda2016"
    assert "literature.wu-ais.draws" not in found
    assert set(CATALOGUE) == set(load_params(ROOT / "params.yaml").datasets)


@pytest.mark.parametrize("dataset", CATALOGUE)
def test_every_published_number_has_a_key_of_its_own_and_a_reference(dataset):
    keys = [one.key for one in CATALOGUE[dataset].published]
    assert len(set(keys)) == len(keys)
    assert {one.citation for one in CATALOGUE[dataset].published} <= set(entries())
    assert all(-120 < one.log_likelihood < -70 for one in CATALOGUE[dataset].published)


def test_no_reference_stands_twice():
    assert len(set(entries())) == len(entries())


def entries():
    text = (ROOT / "report" / "references.bib").read_text(encoding="utf-8")
    return re.findall(r"^@\w+\{([^,]+),", text, flags=re.MULTILINE)

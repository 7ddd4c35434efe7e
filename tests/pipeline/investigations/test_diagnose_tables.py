import json

import numpy as np
import pytest

from pipeline.core.storage import read_json, write_json
from pipeline.core.tables import read_by_model, write_by_model
from pipeline.investigations.diagnose.tables import COUNTS, DIAGNOSIS, flatten, unflatten
from tests.support.latent_spaces import diagnosed


@pytest.fixture
def found():
    """Return a diagnosis with the masses at thirteen ratios, in no numerical or alphabetical order."""
    whole = diagnosed(13, np.random.default_rng(0))
    return whole | {"curve": [whole["curve"][0] | {"ratio": float((7 * place) % 13)} for place in range(13)]}


def types(value):
    if isinstance(value, dict):
        return {key: types(one) for key, one in value.items()}
    return [types(one) for one in value] if isinstance(value, list) else type(value)


def test_a_table_gives_back_its_diagnosis(found):
    assert unflatten(flatten(found)) == found


def test_integers_stay_integers_and_all_other_numbers_are_floats(found):
    assert types(unflatten(flatten(found))) == types(found)
    assert types(found)["removal"]["images"] is types(found)["latent"] is int


def test_a_list_keeps_its_order_beyond_ten_elements(found):
    assert unflatten(flatten(found))["curve"] == found["curve"]
    assert list(flatten({"list": [5.0] * 12})["quantity"]) == [f"list.{place}" for place in range(12)]


def test_the_diagnoses_of_several_models_survive_their_files(found, tmp_path):
    other = diagnosed(4, np.random.default_rng(1))
    for name, one in (("vae-13", found), ("vae-04", other)):
        write_json(tmp_path / f"{name}.json", one)
    read = {name: read_json(tmp_path / f"{name}.json") for name in ("vae-13", "vae-04")}
    path = tmp_path / "diagnosis.parquet"
    write_by_model(path, {name: flatten(one) for name, one in read.items()}, DIAGNOSIS)
    again = {name: unflatten(table) for name, table in read_by_model(path, DIAGNOSIS).items()}
    assert json.dumps(again) == json.dumps(read)
    assert list(again) == ["vae-13", "vae-04"]


def test_every_count_of_a_diagnosis_is_declared(found):
    def integers(value):
        return {
            key
            for key, one in value.items()
            for key in ({key} if isinstance(one, int) else integers(one) if isinstance(one, dict) else ())
        }

    assert integers(found) == set(COUNTS)

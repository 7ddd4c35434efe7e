import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from pipeline.config import ModelParams, load_params
from pipeline.core.errors import ParameterError
from tests.support.tiny import ROOT

PARAMS = ROOT / "params.yaml"


@pytest.fixture(scope="module")
def good():
    """The project's own parameters."""
    return load_params(PARAMS)


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "params.yaml"
        path.write_bytes(text.encode("utf-8"))
        return path

    return write


def test_the_projects_parameters_are_good():
    params = load_params(PARAMS)
    assert params.data == params.datasets[params.dataset]
    assert params.model("vae-20").latent_dim == 20


def test_roles_name_models_of_the_project():
    params = load_params(PARAMS)
    assert {name for _, name in params.roles} <= set(params.models)


def test_every_number_has_its_place_in_the_file():
    params = load_params(PARAMS)
    sections = [value for _, value in params if isinstance(value, BaseModel)]
    for mapping in (params.datasets, params.models, params.regress.variants):
        sections += mapping.values()
    assert {"IntervalParams", "ValidateParams", "DecomposeParams"} <= {type(section).__name__ for section in sections}
    for section in (params, *sections):
        assert section.model_fields_set == set(type(section).model_fields)
        assert not [name for name, field in type(section).model_fields.items() if not field.is_required()]


def test_the_room_has_one_door():
    behind = re.compile(r"pipeline\.config\.|from pipeline import config")
    outside = [path for room in ("pipeline", "stages", "benchmarks") for path in (ROOT / room).rglob("*.py")]
    outside = [path for path in outside if not path.is_relative_to(ROOT / "pipeline" / "config")]
    assert any("from pipeline.config import " in path.read_text(encoding="utf-8") for path in outside)
    assert [path for path in outside if behind.search(path.read_text(encoding="utf-8"))] == []


def test_numbers_are_read_as_dvc_reads_them(write):
    text = PARAMS.read_text(encoding="utf-8").replace("learning_rate: 0.002", "learning_rate: 1e-3")
    assert load_params(write(text)).train.learning_rate == 0.001


@pytest.mark.parametrize("change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_an_editors_marks_change_nothing(write, change):
    assert load_params(write(change(PARAMS.read_text(encoding="utf-8")))) == load_params(PARAMS)


def test_a_new_data_set_needs_no_change_to_the_code(write):
    text = PARAMS.read_text(encoding="utf-8").replace("dataset: mnist ", "dataset: emnist ")
    line = "  emnist: {epochs_factor: 3, hidden: [8], batch_size: 2, validation: 7}\n"
    params = load_params(write(text.replace("  mnist: {", line + "  mnist: {", 1)))
    assert params.data.validation == 7


def test_parameters_cannot_be_changed():
    params = load_params(PARAMS)
    with pytest.raises(ValidationError, match="frozen"):
        params.train.learning_rate = 0.1


def test_a_close_name_is_suggested():
    with pytest.raises(ParameterError, match=r"no model 'cave-20' .*; did you mean 'cvae-20'\?"):
        load_params(PARAMS).model("cave-20")


def test_what_is_wrong_is_counted(write):
    good = PARAMS.read_text(encoding="utf-8")
    text, others = good.replace("latent_dim: 4,", "latent_dim: many,"), good.count("latent_dim: 4,") - 1
    with pytest.raises(ParameterError, match=rf'models\.vae-04\.latent_dim = "many": .* \({others} more mistakes\)'):
        load_params(write(text))


@given(name=st.text())
def test_any_other_name_is_no_models(good, name):
    assume(name not in good.models)
    with pytest.raises(ParameterError, match="there are vae-04, vae-20") as caught:
        good.model(name)
    assert repr(name) in str(caught.value)


@given(
    value=st.one_of(
        st.none(),
        st.text(),
        st.floats(allow_subnormal=False),
        st.integers(max_value=0),
        st.integers(min_value=1025),
        st.booleans(),
    )
)
def test_a_latent_dimension_is_a_whole_number_in_its_range(good, value):
    values = good.model("vae-20").model_dump() | {"latent_dim": value}
    with pytest.raises(ValidationError):
        ModelParams.model_validate(values)

import pytest
import torch

from pipeline.core.errors import DataError, ParameterError, StorageError
from pipeline.core.tensors import write_tensors
from pipeline.models.build import KINDS, build
from pipeline.models.files import load_model, save_model
from tests.support.densities import small_vae
from tests.support.parameters import PARAMS

USES = {
    False: {"label": "none", "encoder_sees_label": False},
    True: {"label": "one-hot", "encoder_sees_label": True},
}


@pytest.fixture(params=[False, True])
def model(request):
    return small_vae(pixels=6, latent_dim=3, conditional=request.param)


def test_a_model_comes_back_from_its_file_alone(model, tmp_path):
    save_model(tmp_path / "weights.safetensors", model, {"seed": 7})
    found = load_model(tmp_path / "weights.safetensors")
    assert type(found) is type(model)
    assert found.shape == model.shape
    assert all(torch.equal(tensor, model.state_dict()[name]) for name, tensor in found.state_dict().items())
    assert torch.equal(found.zero, torch.zeros(3))


def test_the_same_model_gives_the_same_bytes(model, tmp_path):
    for name in ("a", "b"):
        save_model(tmp_path / name, model, {"seed": 7})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_model_of_another_kind_or_shape_than_asked_for_is_refused(model, tmp_path):
    path = tmp_path / "weights.safetensors"
    save_model(path, model, {})
    conditional = "classes" in model.shape
    same = PARAMS.models["vae-20"].model_copy(update={"latent_dim": 3} | USES[conditional])
    assert type(load_model(path, same, (16,))) is type(model)
    for changed, fault in (
        (USES[not conditional], "kind is"),
        ({"latent_dim": 4}, "latent_dim is 3, not 4"),
    ):
        with pytest.raises(DataError, match=fault):
            load_model(path, same.model_copy(update=changed), (16,))
    with pytest.raises(DataError, match=r"hidden is \(16,\), not \(17,\)"):
        load_model(path, same, (17,))


def test_weights_of_another_use_of_the_label_are_refused(tmp_path):
    path = tmp_path / "weights.safetensors"
    model = small_vae(pixels=6, latent_dim=3, conditional=True, label="number", encoder_sees_label=False)
    save_model(path, model, {})
    same = PARAMS.models["cvae-20"].model_copy(update={"latent_dim": 3, "label": "number", "encoder_sees_label": False})
    assert load_model(path, same, (16,)).shape == model.shape
    for changed, fault in (
        ({"label": "one-hot"}, "label is number, not one-hot"),
        ({"encoder_sees_label": True}, "encoder_sees_label is False, not True"),
    ):
        with pytest.raises(DataError, match=fault):
            load_model(path, same.model_copy(update=changed), (16,))


@pytest.mark.parametrize("change", [{"label": "two-hot"}, {"encoder_sees_label": "yes"}, {"classes": 0}])
def test_a_description_of_an_impossible_model_is_refused(tmp_path, change):
    path, model = tmp_path / "weights.safetensors", small_vae(pixels=6, latent_dim=3, conditional=True)
    about = {"kind": "conditional vae", "shape": model.shape | change}
    write_tensors(path, model.state_dict(), about)
    with pytest.raises(DataError, match="impossible shape"):
        load_model(path)


def test_tensors_without_a_description_are_refused(model, tmp_path):
    write_tensors(tmp_path / "weights.safetensors", model.state_dict(), {})
    with pytest.raises(DataError, match="does not say which model its tensors are of; remake it"):
        load_model(tmp_path / "weights.safetensors")


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(StorageError, match="No such file"):
        load_model(tmp_path / "weights.safetensors")


def test_every_kind_describes_its_own_arguments():
    for kind in KINDS.values():
        assert kind(4, (3,), 2).shape.keys() == kind.SHAPE


def test_a_kind_that_no_model_has_is_refused_with_the_known_ones():
    unknown = PARAMS.models["cvae-20"].model_copy(update={"kind": "vea"})
    with pytest.raises(ParameterError, match="'conditional vea' is not a kind of model; did you mean"):
        build(4, (3,), unknown)

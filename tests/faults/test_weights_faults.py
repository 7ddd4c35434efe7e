import pickle
import shutil

import numpy as np
import pytest
import torch

from pipeline.config import load_params
from pipeline.core.storage import write_arrays
from pipeline.core.tensors import read_described, write_tensors
from pipeline.models.build import build
from pipeline.models.files import save_model
from stages.shared.layout import Layout
from tests.support.tiny import edit, one_line


class Evil:
    def __reduce__(self):
        return open, ("opened-by-a-pickle", "w")


def resave(change):
    def damage(path):
        tensors, about = read_described(path)
        change(tensors)
        write_tensors(path, tensors, about)

    return damage


def describe(**changes):
    def damage(path):
        tensors, about = read_described(path)
        write_tensors(path, tensors, about | {"shape": about["shape"] | changes})

    return damage


def forget(path):
    write_tensors(path, read_described(path)[0], {})


def rename_kind(path):
    tensors, about = read_described(path)
    write_tensors(path, tensors, about | {"kind": "diffusion"})


def rename(tensors):
    tensors["decoder.9.bias"] = tensors.pop("decoder.2.bias")


def replace_by_conditional(path):
    params = load_params(path.parents[3] / "params.yaml")
    other = build(64, params.data.hidden, params.model("vae-04").model_copy(update={"label": "one-hot"}))
    save_model(path, other, {})


DAMAGES = {
    "empty": lambda path: path.write_bytes(b""),
    "cut in its head": lambda path: path.write_bytes(path.read_bytes()[:20]),
    "cut in its tensors": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "of an endless head": lambda path: path.write_bytes(b"\xff" * 8 + path.read_bytes()[8:]),
    "a page of text": lambda path: path.write_text("<html>404</html>" * 9, encoding="utf-8"),
    "a pickle": lambda path: path.write_bytes(pickle.dumps(Evil())),
    "a checkpoint of torch": lambda path: torch.save({"decoder.0.bias": torch.zeros(3), "x": Evil()}, path),
    "arrays": lambda path: write_arrays(path, {"encoder.0.weight": np.zeros(3)}),
    "another model's": lambda path: shutil.copy(path.parents[1] / "vae-20" / path.name, path),
    "a conditional model's": replace_by_conditional,
    "of a model that they do not name": forget,
    "of a kind that is not known": rename_kind,
    "said to be of fewer dimensions": describe(latent_dim=1),
    "said to be of more pixels": describe(pixels=65),
    "said to be of two hidden layers": describe(hidden=[16, 16]),
    "said to be of hidden layers that are none": describe(hidden=16),
    "said to be of dimensions that are none": describe(latent_dim="two"),
    "said to be larger than any memory": describe(pixels=9_999_999, hidden=[9_999_999, 9_999_999]),
    "said to have classes": describe(classes=10),
    "without one tensor": resave(lambda tensors: tensors.pop("encoder.0.weight")),
    "with one tensor more": resave(lambda tensors: tensors.update(more=torch.zeros(1))),
    "with a renamed tensor": resave(rename),
    "of double precision": resave(lambda tensors: tensors.update({k: t.double() for k, t in tensors.items()})),
    "transposed": resave(lambda tensors: tensors.update({k: t.T.contiguous() for k, t in tensors.items()})),
}


@pytest.mark.filterwarnings("ignore:The use of `x.T` on tensors of dimension other than 2")
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_no_image_is_scored_under_weights_that_are(project, run_stage, damage):
    layout = Layout(project)
    layout.scores("vae-04").unlink()
    damage(layout.weights("vae-04"))
    code, said = run_stage(project, "score", "vae-04")
    assert code == 3
    assert one_line(said, "score: data/train/vae-04/weights.safetensors: ", "`dvc repro`")
    assert not layout.scores("vae-04").exists()
    assert not (project / "opened-by-a-pickle").exists()


def test_weights_that_are_not_finite_score_nothing(project, run_stage):
    layout = Layout(project)
    layout.scores("vae-04").unlink()
    tensors, about = read_described(layout.weights("vae-04"))
    write_tensors(layout.weights("vae-04"), {name: tensor * torch.nan for name, tensor in tensors.items()}, about)
    code, said = run_stage(project, "score", "vae-04")
    assert code == 6
    assert one_line(said.splitlines()[-1], "score: log p(x) of image 0 is nan (", "`dvc repro -f`")
    assert not layout.scores("vae-04").exists()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("vae-04: {<<: *vae, latent_dim: 2", "vae-04: {<<: *vae, latent_dim: 5", "latent_dim is 2, not 5"),
        ("hidden: [16]", "hidden: [17]", "hidden is (16,), not (17,)"),
    ],
)
def test_weights_of_another_shape_than_params_yaml_has_are_refused(project, run_stage, old, new, fault):
    edit(project / "params.yaml", old, new)
    code, said = run_stage(project, "score", "vae-04")
    assert code == 3
    assert one_line(said, "score: data/train/vae-04/weights.safetensors: ", fault, "`dvc repro`")


def test_missing_weights_are_told(project, run_stage):
    Layout(project).weights("vae-04").unlink()
    code, said = run_stage(project, "score", "vae-04")
    assert code == 4
    assert one_line(said, "cannot read data/train/vae-04/weights.safetensors: No such file or directory")

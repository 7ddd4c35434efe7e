import pytest
import torch
from torch import nn

from pipeline.core.errors import DataError, StorageError
from pipeline.core.tensors import fill, read_described, read_tensors, write_tensors


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.safetensors"


def make_network(seed=0, width=4):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Linear(width, 2))


def test_a_network_comes_back_bit_by_bit(path):
    ours, theirs = make_network(0), make_network(1)
    write_tensors(path, ours.state_dict(), {})
    fill(theirs, read_tensors(path), path)
    assert all(torch.equal(theirs.state_dict()[name], tensor) for name, tensor in ours.state_dict().items())


def test_the_same_tensors_give_the_same_bytes_in_any_order(tmp_path):
    tensors, about = make_network().state_dict(), {"latent_dim": 4, "seed": 0, "train_on": "core"}
    write_tensors(tmp_path / "1", tensors, about)
    write_tensors(tmp_path / "2", dict(reversed(tensors.items())), dict(reversed(about.items())))
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_the_description_comes_back(path):
    write_tensors(path, make_network().state_dict(), {"latent_dim": 4, "hidden": (8, 8)})
    assert read_described(path)[1] == {"latent_dim": 4, "hidden": [8, 8]}


def test_views_and_gradients_are_kept_as_plain_numbers(path):
    matrix = torch.arange(6.0).reshape(2, 3).requires_grad_()
    write_tensors(path, {"transposed": matrix.T, "row": matrix[1]}, {})
    read = read_tensors(path)
    assert read["transposed"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert read["row"].tolist() == [3, 4, 5]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda tensors: tensors.pop("2.bias"), r"2\.bias is nothing, not \(2,\) torch\.float32"),
        (lambda tensors: tensors.update(more=torch.zeros(1)), r"more is \(1,\) torch\.float32, not nothing"),
        (lambda tensors: tensors.update({"0.bias": torch.zeros(5)}), r"0\.bias is \(5,\)"),
        (lambda tensors: tensors.update({"2.bias": torch.zeros(2).half()}), r"2\.bias is \(2,\) torch\.float16, not"),
    ],
)
def test_other_tensors_are_refused_and_the_network_stays_as_it_was(path, change, fault):
    network, tensors = make_network(0), make_network(1).state_dict()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    change(tensors)
    with pytest.raises(DataError, match=rf"weights\.safetensors: the weights of another model: {fault}"):
        fill(network, tensors, path)
    assert all(torch.equal(network.state_dict()[name], tensor) for name, tensor in before.items())


def test_a_file_cut_anywhere_is_told(path):
    write_tensors(path, make_network().state_dict(), {"seed": 0})
    whole = path.read_bytes()
    for length in range(0, len(whole), 11):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match="not a whole safetensors file"):
            read_tensors(path)


def test_a_missing_file_is_told(path):
    with pytest.raises((DataError, StorageError), match="No such file"):
        read_tensors(path)

import copy

import pytest
import torch

from pipeline.models.adamw import CHUNK, AdamW, in_bfloat16
from tests.support.densities import small_vae


def test_without_rounding_the_steps_are_those_of_torch_bit_for_bit():
    ours = torch.nn.ParameterList([torch.linspace(-1, 1, CHUNK + 100), torch.ones(7, 3)])
    theirs = copy.deepcopy(ours)
    settings = {"lr": 0.01, "weight_decay": 0.1}
    optimizer = AdamW([{"params": list(ours), **settings}], weight_decay=0.1)
    optimizer.follow(ours, ours)
    known = torch.optim.AdamW(theirs, **settings, fused=True)
    generator = torch.Generator().manual_seed(0)
    for _ in range(5):
        for mine, other in zip(ours, theirs, strict=True):
            mine.grad = torch.randn(mine.shape, generator=generator)
            other.grad = mine.grad.clone()
        optimizer.update()
        known.step()
    assert all(torch.equal(mine, other) for mine, other in zip(ours, theirs, strict=True))
    assert not torch.equal(ours[1], torch.ones(7, 3))


def test_steps_too_small_for_bfloat16_add_up():
    model = small_vae()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1.0)
    rounded = in_bfloat16(model)
    optimizer = AdamW([{"params": list(model.parameters()), "lr": 1e-4}], weight_decay=0.0)
    optimizer.follow(model, rounded)
    for steps, seen in ((10, 1.0), (90, 0.99)):
        for _ in range(steps):
            for parameter in rounded.parameters():
                parameter.grad = torch.ones_like(parameter)
            optimizer.update()
        assert all(p.detach().float().mean().item() == pytest.approx(seen, abs=0.002) for p in rounded.parameters())
    for exact, near in zip(model.parameters(), rounded.parameters(), strict=True):
        assert exact.detach().mean().item() == pytest.approx(0.99, abs=1e-5)
        assert torch.equal(near, exact.bfloat16())


def test_a_rounded_model_shares_buffers_and_leaves_the_exact_one_alone():
    model = small_vae()
    before = copy.deepcopy(model.state_dict())
    rounded = in_bfloat16(model)
    assert {parameter.dtype for parameter in rounded.parameters()} == {torch.bfloat16}
    assert rounded.zero is model.zero
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}

"""Adam and the loop for PyTorch modules, against torch.optim and against the NumPy half."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from lessons_lib import torch_training, training
from lessons_lib.training import linear_decay, solved

STEPS = 30


def module(dtype=torch.float64):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)).to(dtype)


def batches(steps=STEPS, scale=1.0):
    rng = np.random.default_rng(0)
    for _ in range(steps):
        x = torch.from_numpy(scale * rng.standard_normal((8, 4)))
        yield x, torch.from_numpy(rng.integers(0, 3, 8))


def gap(one, other):
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return max((a - b).abs().max().item() for a, b in pairs)


@pytest.mark.parametrize("factor", [lambda step: 1.0, linear_decay(STEPS)])
def test_adam_takes_the_steps_of_torch(factor):
    ours, theirs = module(), module()
    optimiser = torch_training.Adam(ours.parameters(), lr=0.05)
    reference = torch.optim.Adam(theirs.parameters(), lr=0.05, foreach=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(reference, factor)
    for step, (x, y) in enumerate(batches()):
        for model in (ours, theirs):
            model.zero_grad()
            cross_entropy(model(x), y).backward()
        optimiser.update(factor(step))
        reference.step()
        schedule.step()
        assert gap(ours, theirs) == 0, step
    assert gap(ours, module()) > 0.1


def test_adam_with_clipping_takes_the_steps_of_the_numpy_adam():
    model = module()
    optimiser = torch_training.Adam(model.parameters(), lr=0.05, clip=0.8)
    numpy_adam = training.Adam(lr=0.05, clip=0.8)
    params = {name: p.detach().numpy().copy() for name, p in model.named_parameters()}
    norms = []
    for x, y in batches(scale=5):
        model.zero_grad()
        cross_entropy(model(x), y).backward()
        grads = {name: p.grad.numpy().copy() for name, p in model.named_parameters()}
        norms.append(optimiser.update())
        assert norms[-1] == pytest.approx(numpy_adam.update(params, grads), rel=1e-12)
        for name, p in model.named_parameters():
            assert np.abs(p.detach().numpy() - params[name]).max() < 1e-12
    assert min(norms) < 0.8 < max(norms)  # both cases came up


def test_clipping_leaves_the_gradients_of_the_caller_alone():
    model = module()
    x, y = next(batches(scale=50))
    cross_entropy(model(x), y).backward()
    before = [p.grad.clone() for p in model.parameters()]
    torch_training.Adam(model.parameters(), lr=0.1, clip=1e-3).update()
    assert all(torch.equal(a, p.grad) for a, p in zip(before, model.parameters(), strict=True))


def test_frozen_parameters_and_those_outside_the_loss_stay():
    model = module()
    model[0].weight.requires_grad_(False)
    spare = nn.Parameter(torch.ones(2, dtype=torch.float64))
    optimiser = torch_training.Adam([*model.parameters(), spare], lr=0.1)
    x, y = next(batches())
    cross_entropy(model(x), y).backward()
    optimiser.update()
    assert torch.equal(model[0].weight, module()[0].weight)
    assert torch.equal(spare, torch.ones(2, dtype=torch.float64))
    assert not torch.equal(model[2].weight, module()[2].weight)


def test_the_loop_records_what_the_numpy_loop_records():
    model = module()
    history = torch_training.train(
        model,
        batches(),
        loss=cross_entropy,
        optimiser=torch_training.Adam(model.parameters(), lr=0.05, clip=1.0),
        schedule=linear_decay(STEPS),
        metric=torch_training.accuracy,
    )
    reference = module()
    x, y = next(batches())
    assert history.loss[0] == cross_entropy(reference(x), y).item()
    assert history.metric[0] == torch_training.accuracy(reference(x), y)
    assert [len(a) for a in history] == [STEPS] * 3
    assert isinstance(history, training.History)


def test_the_loop_learns_and_stops():
    model, (x, y) = module(), next(batches())
    history = torch_training.train(
        model,
        [(x, y)] * 1000,
        loss=cross_entropy,
        optimiser=torch_training.Adam(model.parameters(), lr=0.05),
        metric=torch_training.accuracy,
        stop=solved(0.99),
    )
    assert len(history.loss) < 1000 and torch_training.accuracy(model(x), y) == 1


def test_a_tuple_is_several_inputs():
    model = nn.Bilinear(4, 4, 3, dtype=torch.float64)
    data = [((x, x), y) for x, y in batches(2)]
    adam = torch_training.Adam(model.parameters(), lr=0.1)
    history = torch_training.train(model, data, loss=cross_entropy, optimiser=adam)
    assert len(history.loss) == 2 and not history.metric.size


def test_bad_input_is_named():
    model, Adam = module(), torch_training.Adam
    for options in ({"lr": 0}, {"lr": 0.1, "clip": -1}):
        with pytest.raises(ValueError, match="must be positive"):
            Adam(model.parameters(), **options)
    with pytest.raises(ValueError, match="no parameter to train"):
        Adam(iter(()), lr=0.1)
    adam = Adam(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="backward"):
        adam.update()
    x, y = next(batches())
    with pytest.raises(ValueError, match="targets has shape .* expected"):
        torch_training.accuracy(model(x), y[:-1])
    settings = {"loss": cross_entropy, "optimiser": adam}
    with pytest.raises(ValueError, match="give a metric"):
        torch_training.train(model, [(x, y)], stop=solved(0.9), **settings)
    with pytest.raises(ValueError, match="no batch"):
        torch_training.train(model, [], **settings)
    with pytest.raises(ValueError, match="loss is nan at step 0"):
        torch_training.train(model, [(x * np.nan, y)], **settings)
    before = [p.detach().clone() for p in model.parameters()]
    for p in model.parameters():
        p.grad = torch.full_like(p, np.inf)
    with pytest.raises(ValueError, match="diverged"):
        adam.update()
    assert all(torch.equal(a, p) for a, p in zip(before, model.parameters(), strict=True))


def test_training_loads_no_compiler():
    code = """
import sys
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from lessons_lib import torch_training
from lessons_models import torch_models
model = nn.Linear(4, 3)
adam = torch_training.Adam(model.parameters(), lr=0.1, clip=1.0)
data = [(torch.ones(2, 4), torch.zeros(2, dtype=torch.int64))] * 2
torch_training.train(model, data, loss=cross_entropy, optimiser=adam)
torch_models.solve_reversal(torch_models.Seq2Seq, 2, 0, steps=2)
sys.exit("torch._dynamo" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr

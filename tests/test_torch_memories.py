"""The memories of today: no one looks ahead, a scan is its loop, each task can be answered."""

import numpy as np
import pytest
import torch

from lessons_models import torch_memories as memories
from lessons_models import torch_memory_runs as runs


@pytest.mark.parametrize("name", memories.MEMORIES)
def test_no_memory_looks_ahead_and_each_looks_back(name):
    torch.manual_seed(0)
    memory = memories.MEMORIES[name](6, 4, 9).double()
    e = torch.randn(9, 2, 6, dtype=torch.float64)
    other = e.clone()
    other[5] += 1
    change = (memory(other) - memory(e)).abs().amax(dim=(1, 2))
    assert change[:5].max() < 1e-12 and change[5:].min() > 1e-6


@pytest.mark.parametrize("T", [1, 2, 5, 8, 13])
def test_the_scan_is_the_loop(T):
    torch.manual_seed(1)
    decay, write = torch.rand(2, T, 3, 2, dtype=torch.float64)
    h = torch.zeros(3, 2, dtype=torch.float64)
    for t, state in enumerate(memories.scan(decay, write)):
        h = decay[t] * h + write[t]
        assert (h - state).abs().max() < 1e-12


@pytest.mark.parametrize("kind", [memories.MinGRU, memories.MinLSTM])
def test_minimal_cells_begin_by_remembering(kind):
    decay, _ = kind(6, 4, 50).decay_and_write(torch.zeros(50, 1, 6))
    assert (decay - 50 / 51).abs().max() < 1e-5


def test_recall_asks_for_every_key_once_and_the_answer_was_shown():
    x, y, asked = runs.recall(7, np.random.default_rng(0))
    shown, questions = x[:16], x[16:]
    assert asked[16:].all() and not asked[:16].any()
    assert not questions[..., runs.KEYS :].any()
    for b in range(7):
        keys = shown[:, b, : runs.KEYS].argmax(axis=1)
        values = dict(zip(keys, shown[:, b, runs.KEYS :].argmax(axis=1), strict=True))
        order = questions[:, b, : runs.KEYS].argmax(axis=1)
        assert sorted(order) == sorted(keys) and len(set(keys)) == 16
        assert [values[key] for key in order] == y[16:, b].tolist()


@pytest.mark.parametrize("task", runs.TASKS)
def test_a_few_steps_of_training_run_and_leave_the_random_state_alone(task):
    before = torch.get_rng_state()
    score, steps, model = runs.solve("gated", task, 4, 0, lr=1e-2, steps=2)
    assert 0 <= score <= 1 and steps == 2 and model.kept() == 16
    assert torch.equal(before, torch.get_rng_state())

"""The curriculum: which lengths, when the next one begins, when it ends."""

import numpy as np
import pytest

from lessons_lib import cells, training
from lessons_lib.functional import squared_error
from lessons_models import curriculum


def climb(lengths, passed, give_up):
    """A tiny model on random batches  →  stages, lengths drawn, the optimisers made."""
    rng, drawn = np.random.default_rng(0), []
    model = training.SequenceModel(cells.RNN(2, 3, rng=rng), 1, rng=rng, last_only=True)
    optimisers = []

    def optimiser(T):
        optimisers.append(training.Adam(lr=1e-2 / T))
        return optimisers[-1]

    def draw(T, B, rng):
        drawn.append((T, B))
        return rng.standard_normal((T, B, 2)), rng.standard_normal((B, 1))

    stages = curriculum.climb(
        model, draw, lengths, rng=rng, passed=lambda T: passed, give_up=give_up, batch_size=4,
        loss=squared_error, optimiser=optimiser, metric=lambda y, target: 0.0,
    )  # fmt: skip
    return list(stages), drawn, optimisers


@pytest.mark.parametrize(
    ("first", "last", "lengths"),
    [(25, 200, (25, 50, 100, 200)), (5, 12, (5, 10, 12)), (7, 7, (7,))],
)
def test_lengths_double_and_end_at_the_last(first, last, lengths):
    assert curriculum.doubling(first, last) == lengths


@pytest.mark.parametrize(("first", "last"), [(0, 5), (6, 5)])
def test_lengths_that_cannot_grow_are_refused(first, last):
    with pytest.raises(ValueError, match="1 ≤ first ≤ last"):
        curriculum.doubling(first, last)


def test_the_next_length_begins_when_the_one_before_is_passed():
    stages, drawn, optimisers = climb((2, 4, 8), lambda metrics: len(metrics) >= 3, lambda _: False)
    assert drawn == [(2, 4)] * 3 + [(4, 4)] * 3 + [(8, 4)] * 3
    assert [(stage.T, stage.passed) for stage in stages] == [(2, True), (4, True), (8, True)]
    assert [optimiser.steps for optimiser in optimisers] == [3, 3, 3]  # a new one each
    assert [optimiser.lr for optimiser in optimisers] == [1e-2 / T for T in (2, 4, 8)]


def test_the_budget_counts_the_steps_of_all_lengths():
    stages, drawn, _ = climb((2, 4, 8), lambda metrics: len(metrics) >= 3, lambda steps: steps >= 5)
    assert [(stage.T, stage.passed) for stage in stages] == [(2, True), (4, False)]
    assert len(drawn) == 5 and [len(stage.history.loss) for stage in stages] == [3, 2]


def test_a_length_passed_with_the_last_step_of_the_budget_is_passed():
    stages, _, _ = climb((2, 4), lambda metrics: len(metrics) >= 3, lambda steps: steps >= 6)
    assert [stage.passed for stage in stages] == [True, True]


def test_a_curriculum_without_lengths_is_refused():
    with pytest.raises(ValueError, match="at least one length"):
        climb((), lambda _: True, lambda _: True)


def test_each_length_has_its_own_rule_and_the_model_can_be_looked_at_in_between():
    rng = np.random.default_rng(0)
    model = training.SequenceModel(cells.RNN(2, 3, rng=rng), 1, rng=rng, last_only=True)
    seen = []
    for stage in curriculum.climb(
        model,
        lambda T, B, rng: (rng.standard_normal((T, B, 2)), rng.standard_normal((B, 1))),
        (2, 3),
        rng=rng,
        optimiser=lambda T: training.Adam(lr=1e-2),
        passed=lambda T: lambda metrics: len(metrics) >= T,
        give_up=lambda steps: False,
        loss=squared_error,
        metric=lambda y, target: 0.0,
    ):
        seen.append((len(stage.history.loss), model.params["W_hy"].copy()))
    assert [steps for steps, _ in seen] == [2, 3]
    assert not np.array_equal(seen[0][1], seen[1][1])

"""Training: the read-out's gradients, the optimiser against torch, the loop's promises."""

import numpy as np
import pytest
import torch

from lessons_lib import cells, training
from lessons_lib.functional import cross_entropy, squared_error
from lessons_lib.gradcheck import check_gradients


def build(last_only=False, Cell=cells.RNN, outputs=3, dtype=np.float64):
    rng = np.random.default_rng(0)
    cell = Cell(4, 5, rng=rng, dtype=dtype)
    return training.SequenceModel(cell, outputs, rng=rng, last_only=last_only)


def batches(count, seed=1, T=6, B=2, last_only=True):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        x = rng.standard_normal((T, B, 4))
        yield x, rng.integers(0, 3, B if last_only else (T, B))


@pytest.mark.parametrize("Cell", [cells.RNN, cells.LSTM, cells.GRU])
@pytest.mark.parametrize("last_only", [True, False])
def test_model_gradients_match_finite_differences(Cell, last_only):
    model = build(last_only, Cell)
    ((x, y),) = batches(1, last_only=last_only)

    def loss():
        return cross_entropy(model.forward(x)[0], y)[0]

    logits, _, cache = model.forward(x)
    dx, _, grads = model.backward(cross_entropy(logits, y)[1], cache)
    errors = check_gradients(loss, {**model.params, "x": x}, {**grads, "x": dx})
    assert max(errors.values()) < 1e-6, errors


def test_reading_out_the_last_step_is_the_last_row_of_reading_out_all():
    last, every = build(True), build(False)
    ((x, _),) = batches(1)
    np.testing.assert_array_equal(last.forward(x)[0], every.forward(x)[0][-1])


@pytest.mark.parametrize("clip", [None, 0.5])
def test_adam_takes_the_steps_of_torch(clip):
    rng = np.random.default_rng(0)
    params = {"a": rng.standard_normal((3, 2)), "b": rng.standard_normal(4)}
    twins = {k: torch.tensor(v, requires_grad=True) for k, v in params.items()}
    ours = training.Adam(lr=0.05, clip=clip)
    theirs = torch.optim.Adam(twins.values(), lr=0.05)
    for _ in range(10):
        grads = {k: rng.standard_normal(v.shape) for k, v in params.items()}
        for k, g in grads.items():
            twins[k].grad = torch.tensor(g)
        if clip:
            torch.nn.utils.clip_grad_norm_(twins.values(), clip)
        ours.update(params, grads)
        theirs.step()
    for k, v in params.items():
        # clip_grad_norm_ divides by norm + 1e-6, hence the wider tolerance there.
        np.testing.assert_allclose(v, twins[k].detach().numpy(), atol=1e-12 if not clip else 1e-6)


def test_clipping_keeps_the_direction_and_sets_the_norm():
    grads = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}
    clipped, norm = training.clip_by_global_norm(grads, 1.0)
    assert norm == 5.0
    assert abs(training.global_norm(clipped) - 1.0) < 1e-12
    np.testing.assert_allclose(clipped["a"] / grads["a"].max(), [0.2, 0.0])
    np.testing.assert_allclose(clipped["b"] / grads["b"], 0.2)


def test_clipping_below_the_limit_changes_nothing():
    grads = {"a": np.array([0.3, 0.4])}
    clipped, norm = training.clip_by_global_norm(grads, 1.0)
    np.testing.assert_array_equal(clipped["a"], grads["a"])
    assert abs(norm - 0.5) < 1e-15


def test_training_learns_a_task_and_records_every_step():
    rng = np.random.default_rng(0)
    model = build(True)

    def first_sign():
        for _ in range(150):
            x = rng.standard_normal((3, 32, 4))
            yield x, (x[0, :, 0] > 0).astype(int)

    history = training.train(
        model, first_sign(), loss=cross_entropy, optimiser=training.Adam(lr=2e-2, clip=1.0),
        metric=training.accuracy, schedule=training.linear_decay(150),
    )  # fmt: skip
    assert len(history.loss) == len(history.metric) == len(history.norm) == 150
    assert np.mean(history.metric[-20:]) > 0.9 > 0.7 > np.mean(history.metric[:5])


def test_stop_ends_the_training():
    stopped = training.train(
        build(True), batches(50), loss=cross_entropy, optimiser=training.Adam(lr=1e-3),
        metric=lambda y, target: 1.0, stop=training.solved(0.5, window=7),
    )  # fmt: skip
    assert len(stopped.loss) == 7


def test_carried_state_reaches_the_next_batch():
    x, y = next(batches(1))
    seen = []

    class Recorder(training.SequenceModel):
        def forward(self, x, state=None):
            seen.append(state)
            return super().forward(x, state)

    for carry in (True, False):
        model = Recorder(cells.RNN(4, 5, rng=np.random.default_rng(0)), 3,
                         rng=np.random.default_rng(0), last_only=True)  # fmt: skip
        training.train(model, [(x, y), (x, y)], loss=cross_entropy,
                       optimiser=training.Adam(lr=1e-9), carry_state=carry)  # fmt: skip
    assert seen[0] is None and seen[2] is None and seen[3] is None
    np.testing.assert_allclose(seen[1][0], build(True).forward(x)[1][0], atol=1e-6)


def test_linear_decay_is_flat_then_falls_to_zero():
    factor = training.linear_decay(100, last=0.3)
    assert factor(0) == factor(70) == 1.0
    assert abs(factor(85) - 0.5) < 1e-12 and factor(100) == 0.0


def test_accuracy_counts_only_masked_in_positions():
    logits, targets = np.eye(3)[[0, 1, 2, 0]], np.array([0, 1, 0, 1])
    assert training.accuracy(logits, targets) == 0.5
    assert training.accuracy(logits, targets, mask=[1, 1, 0, 0]) == 1.0


def test_the_bar_is_silent_where_outputs_are_stored(capsys, monkeypatch):
    monkeypatch.setenv("LESSONS_QUIET", "1")
    assert list(training.progress(range(3))) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")
    monkeypatch.delenv("LESSONS_QUIET")
    assert list(training.progress(range(3))) == [0, 1, 2]
    assert "3" in capsys.readouterr().err


def test_float32_parameters_stay_float32():
    model = build(True, dtype=np.float32)
    x, y = next(batches(1))
    training.train(model, [(x.astype(np.float32), y)] * 3, loss=cross_entropy,
                   optimiser=training.Adam(lr=1e-2, clip=1.0))  # fmt: skip
    assert {p.dtype for p in model.params.values()} == {np.dtype(np.float32)}


def test_a_diverged_loss_and_bad_settings_are_named():
    with pytest.raises(ValueError, match="lower the learning rate"):
        training.train(build(True), batches(2), loss=lambda y, t: (np.nan, y),
                       optimiser=training.Adam(lr=1e-2))  # fmt: skip
    with pytest.raises(ValueError, match="must be positive"):
        training.Adam(lr=0)
    with pytest.raises(ValueError, match="must be positive"):
        training.Adam(lr=1, clip=-1)
    with pytest.raises(ValueError, match="limit must be positive"):
        training.clip_by_global_norm({}, 0)
    with pytest.raises(ValueError, match="no pair for.*'b'"):
        training.Adam(lr=1).update({"a": np.zeros(1)}, {"b": np.zeros(1)})
    with pytest.raises(ValueError, match="not finite"):
        training.Adam(lr=1).update({"a": np.zeros(1)}, {"a": np.array([np.nan])})


def test_squared_error_trains_a_regression():
    model = build(True, outputs=1)
    rng = np.random.default_rng(0)
    data = [(x := rng.standard_normal((4, 8, 4)), x.sum(axis=(0, 2))[:, None] / 8)] * 80
    history = training.train(model, data, loss=squared_error, optimiser=training.Adam(lr=1e-2))
    assert history.loss[-1] < 0.2 * history.loss[0]


def test_huge_float32_gradients_are_clipped_not_wiped_out():
    grads = {"a": np.full(4, 1e20, np.float32)}
    clipped, norm = training.clip_by_global_norm(grads, 1.0)
    assert norm == pytest.approx(2e20) and clipped["a"].dtype == np.float32
    np.testing.assert_allclose(clipped["a"], 0.5, rtol=1e-6)


def test_accuracy_refuses_shapes_that_would_broadcast():
    logits = np.zeros((5, 4, 3))
    with pytest.raises(ValueError, match=r"targets has shape \(4,\), expected \(5, 4\)"):
        training.accuracy(logits, np.zeros(4, int))
    with pytest.raises(ValueError, match="no position to count"):
        training.accuracy(logits, np.zeros((5, 4), int), mask=np.zeros((5, 4)))


def test_training_that_could_not_do_what_was_asked_is_refused():
    settings = {"loss": cross_entropy, "optimiser": training.Adam(lr=1e-3)}
    with pytest.raises(ValueError, match="give a metric"):
        training.train(build(True), batches(3), stop=training.solved(0.5), **settings)
    with pytest.raises(ValueError, match="no batch came"):
        training.train(build(True), batches(0), **settings)

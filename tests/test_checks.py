"""One way to refuse: the faults that slipped through, each with the words that meet it now."""

import numpy as np
import pytest

from lessons_lib import attention, cells, checks, functional, gradcheck, tasks, text, training
from lessons_models import counting, scores

RNG = np.random.default_rng
CELLS = (cells.RNN, cells.LSTM, cells.GRU)
each_cell = pytest.mark.parametrize("Cell", CELLS)


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble, int, complex, "float16", None])
def test_only_float32_and_float64_are_built(dtype):
    if np.dtype(dtype) == np.float64 and dtype is not None:
        pytest.skip("a machine whose long double is a double")
    builders = [lambda Cell=Cell: Cell(2, 3, rng=RNG(0), dtype=dtype) for Cell in CELLS]
    builders += [
        lambda: scores.General(2, 3, rng=RNG(0), dtype=dtype),
        lambda: scores.Additive(2, 3, 4, rng=RNG(0), dtype=dtype),
        lambda: attention.MultiHeadAttention(4, 2, rng=RNG(0), dtype=dtype),
        lambda: cells.orthogonal(3, RNG(0), dtype),
        lambda: tasks.adding_problem(4, 2, rng=RNG(0), dtype=dtype),
        lambda: text.one_hot([0, 1], 2, dtype),
    ]
    for build in builders:
        with pytest.raises(TypeError, match="np.float32 or np.float64"):
            build()


def test_whole_numbers_are_no_gradients():
    with pytest.raises(TypeError, match="gradient W must be a NumPy array of floats, got int64"):
        training.clip_by_global_norm({"W": np.array([3, 4])}, 1.0)


@pytest.mark.parametrize("shape", [(1,), (1, 3), (3, 1), (2, 3, 3)])
def test_adam_does_not_broadcast_a_gradient(shape):
    params = {"W": np.zeros((3, 3))}
    with pytest.raises(ValueError, match=r"parameter W has shape \(3, 3\), expected"):
        training.Adam(0.1).update(params, {"W": np.ones(shape)})
    assert not params["W"].any()


def test_adam_keeps_to_the_parameters_it_has_met():
    adam = training.Adam(0.1)
    adam.update({"W": np.zeros(3)}, {"W": np.ones(3)})
    with pytest.raises(ValueError, match=r"met before, has shape \(1,\), expected \(3,\)"):
        adam.update({"W": np.zeros(1)}, {"W": np.ones(1)})


@pytest.mark.parametrize("factor", [-0.1, np.nan, np.inf, None])
def test_adam_never_climbs(factor):
    with pytest.raises(ValueError, match="factor must be at least 0"):
        training.Adam(0.1).update({"W": np.zeros(3)}, {"W": np.ones(3)}, factor)


def test_the_rate_stays_zero_after_the_last_step():
    factor = training.linear_decay(10)
    assert factor(0) == 1 and factor(10) == factor(11) == factor(1000) == 0
    for wrong in ({"steps": 0}, {"steps": 2.5}, {"steps": 5, "last": 0}, {"steps": 5, "last": 2}):
        with pytest.raises(ValueError, match="must be "):
            training.linear_decay(**wrong)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint64, bool])
def test_the_softmax_of_whole_numbers_is_that_of_the_same_floats(dtype):
    a = np.array([[1, 0, 3], [100, 0, 101]]).astype(dtype)
    for f in (functional.softmax, functional.log_softmax, functional.sigmoid, functional.d_tanh):
        np.testing.assert_array_equal(f(a), f(a.astype(float)))


@pytest.mark.parametrize("row", [[-np.inf] * 3, [np.nan, 0, 1], [np.inf, 0, 1]])
def test_a_softmax_that_has_no_value_is_refused(row):
    for f in (functional.softmax, functional.log_softmax):
        with pytest.raises(ValueError, match="use attention.masked_softmax"):
            f(np.array([[0.0, 1, 2], row]))
    assert np.array_equal(functional.softmax(np.array([0.0, -np.inf])), [1, 0])


def test_an_impossible_class_costs_nothing_where_it_is_not_asked():
    logits, mask = np.array([[0.0, -np.inf], [0.0, 0.0]]), np.array([False, True])
    loss, dlogits = functional.cross_entropy(logits, np.array([1, 0]), mask)
    assert loss == pytest.approx(np.log(2)) and not dlogits[0].any()
    assert functional.cross_entropy(logits, np.array([1, 0]))[0] == np.inf


@pytest.mark.parametrize("measure", [functional.cross_entropy, training.accuracy])
def test_a_mask_of_sequences_is_not_read_as_a_mask_of_steps(measure):
    logits, targets = np.zeros((3, 3, 2)), np.zeros((3, 3), int)  # T = B
    whole_sequences = np.array([True, True, False])
    with pytest.raises(ValueError, match=r"mask has shape \(3,\), expected \(3, 3\)"):
        measure(logits, targets, whole_sequences)
    measure(logits, targets, whole_sequences[None])
    with pytest.raises(ValueError, match=r"mask has shape \(3,\)"):
        attention.masked_softmax(np.zeros((3, 3, 3)), whole_sequences)


@pytest.mark.parametrize("value", [0.5, 2, -1, np.nan])
def test_a_mask_says_yes_or_no(value):
    with pytest.raises(TypeError, match="mask is float64, expected bool"):
        training.accuracy(np.zeros((2, 2)), np.zeros(2, int), [1.0, value])


@each_cell
def test_a_parameter_keeps_its_shape(Cell):
    cell = Cell(2, 3, rng=RNG(0))
    for name, array in cell.params.items():
        for wrong in (array[..., :1], array[:1], array[None], array.tolist(), array.astype(int)):
            if np.shape(wrong) == array.shape and isinstance(wrong, np.ndarray):
                wrong = wrong.astype(np.float16)
            for put in (cell.params.__setitem__, lambda n, w: cell.params.update({n: w}),
                        lambda n, w: setattr(cell, "params", {**cell.params, n: w})):  # fmt: skip
                with pytest.raises((ValueError, TypeError), match=f"parameter {name} (has|must)"):
                    put(name, wrong)
                assert cell.params[name] is array
        cell.params[name] = 2 * array
    with pytest.raises(ValueError, match="old and new params must have the same names"):
        cell.params = {}


@each_cell
def test_a_parameter_of_another_dtype_is_named(Cell):
    cell = Cell(2, 3, rng=RNG(0), dtype=np.float32)
    cell.params["W_hh"] = cell.params["W_hh"].astype(float)
    with pytest.raises(TypeError, match="parameter W_hh is float64, expected float32"):
        cell.forward(np.zeros((4, 1, 2), np.float32))


def test_the_parameters_of_attention_and_of_a_read_out_keep_their_shapes():
    layer = attention.MultiHeadAttention(4, 2, rng=RNG(0))
    score = scores.Additive(2, 3, 4, rng=RNG(0))
    model = training.SequenceModel(cells.RNN(2, 3, rng=RNG(0)), 4, rng=RNG(0))
    for params, name in ((layer.params, "b_q"), (score.params, "v_a"), (model.read_out, "b_y")):
        with pytest.raises(ValueError, match=rf"parameter {name} has shape \(1,\), expected"):
            params[name] = params[name][:1]
    model.read_out["b_y"][0] = np.nan
    with pytest.raises(ValueError, match="parameter b_y holds NaN"):
        model.forward(np.zeros((1, 1, 2)))


@pytest.mark.parametrize("score", [-np.inf, np.nan, np.inf])
def test_what_stands_under_a_mask_does_not_matter(score):
    scores, mask = np.zeros((2, 3)), np.array([[True, True, False], [False] * 3])
    hidden = np.where(mask, scores, score)
    weights = attention.masked_softmax(hidden, mask)
    assert np.array_equal(weights, [[0.5, 0.5, 0], [0, 0, 0]])
    small = attention.masked_softmax(hidden.astype(np.float32), mask)
    assert small.dtype == np.float32 and np.array_equal(small, weights)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@each_cell
def test_nan_is_refused_by_the_cells_as_by_attention(Cell, value):
    cell, x = Cell(2, 3, rng=RNG(0)), np.zeros((4, 2, 2))
    hs, state, cache = cell.forward(x)
    x[1, 0, 1] = value
    bad = (np.full((2, 3), value), *state[1:])
    for call in (
        lambda: cell.forward(x),
        lambda: cell.step(x[1], state),
        lambda: cell.forward(np.zeros((4, 2, 2)), bad),
        lambda: cell.backward(np.full_like(hs, value), cache),
        lambda: cell.backward(hs, cache, bad),
        lambda: attention.attend(x, x, x),
    ):
        with pytest.raises(ValueError, match="holds NaN or infinity, expected finite numbers"):
            call()


@pytest.mark.parametrize(("dtype", "end"), [(np.float32, -20), (np.float64, -40)])
def test_sigma_loses_its_lower_tail_as_its_docstring_says(dtype, end):
    a = np.linspace(-60, 60, 2001).astype(dtype)
    exact = 1 / (1 + np.exp(-a.astype(np.longdouble)))
    error = np.abs(functional.sigmoid(a) - exact)
    assert error.max() <= np.finfo(dtype).eps
    assert functional.sigmoid(dtype(end)) == 0 < exact.min()
    log_sigma = functional.log_softmax(np.array([end, 0], dtype))[0]
    assert log_sigma == pytest.approx(end, rel=1e-6)


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_norms_neither_overflow_nor_vanish(size):
    assert gradcheck.relative_error(size * np.array([3.0, 4]), np.zeros(2)) == 1
    assert gradcheck.relative_error(np.array([size]), np.array([2 * size])) == 0.5
    grads = {"a": size * np.array([3.0]), "b": size * np.array([4.0])}
    assert training.global_norm(grads) == pytest.approx(5 * size)


def test_a_norm_of_nan_is_refused_wherever_it_stands():
    for grads in ([1.0, np.nan], [np.nan, 1.0], [1.0, np.inf], [np.inf, np.inf]):
        with pytest.raises(ValueError, match="not finite: lower the learning rate"):
            training.global_norm({str(n): np.array([g]) for n, g in enumerate(grads)})


@pytest.mark.parametrize("f", [lambda: None, lambda: np.nan, lambda: "a", lambda: np.ones(2)])
def test_finite_differences_need_a_finite_number(f):
    with pytest.raises((ValueError, TypeError), match=r"f\(\)"):
        gradcheck.numerical_gradient(f, np.ones(3))


def test_small_unsigned_lengths_count_as_far_as_large_ones():
    small, large = (counting.counting(np.array([200, 3], dtype)) for dtype in (np.uint8, int))
    assert all(np.array_equal(a, b) for a, b in zip(small, large, strict=True))


def test_axes_are_written_as_in_the_docstrings():
    array = np.zeros((2, 3))
    checks.shape("x", array, "T", 3)
    checks.shape("x", array, ..., 3)
    checks.shape("x", np.zeros((9, 2, 3)), ..., "T", 3)
    for axes, words in (
        (("T", "B", 3), r"expected \(T, B, 3\); keep the batch and the time axis"),
        (("T", 4), r"x has shape \(2, 3\), expected \(T, 4\)$"),
        ((..., "T", "B", 3), r"expected \(T, B, 3\); keep"),
    ):
        with pytest.raises(ValueError, match=words):
            checks.shape("x", array, *axes)
    with pytest.raises(ValueError, match=r"x is empty, its shape is \(0, 3\)"):
        checks.shape("x", array[:0], "T", 3)


def test_clipping_keeps_the_direction_of_the_largest_float32():
    grads = {"a": np.array([3e37, 4e37], np.float32), "b": np.zeros(2)}
    clipped, norm = training.clip_by_global_norm(grads, 1e-3)
    assert norm == pytest.approx(5e37) and clipped["a"].dtype == np.float32
    np.testing.assert_allclose(clipped["a"], [6e-4, 8e-4], rtol=1e-6)

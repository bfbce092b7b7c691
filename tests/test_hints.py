"""Where learners stumble, in the words that learners use: each answer gets the hint of its slip."""

import re

import numpy as np
import pytest

from lessons_kit import exercises
from lessons_kit.exercises import phrasings
from lessons_lib.functional import sigmoid
from tools.environment import ROOT


def softmax(a, axis=-1):
    e = np.exp(a - a.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def after_the_softmax(scores, mask):
    return softmax(scores) * mask


def after_the_softmax_with_where(scores, mask):
    return np.where(mask, softmax(scores), 0)


def zero_for_masked(scores, mask):
    return softmax(np.where(mask, scores, 0.0))


def scores_times_mask(scores, mask):
    return softmax(scores * mask)


def inverted_fill(scores, mask):
    return softmax(np.where(mask, -1e9, scores))


def inverted_in_place(scores, mask):
    scores = scores.copy()
    scores[mask] = -np.inf
    return softmax(scores)


def inverted_all_along(scores, mask):
    weights = softmax(np.where(~mask, scores, -1e9)) * ~mask
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total == 0, 1, total)


def over_axis_0(scores, mask):
    return softmax(np.where(mask, scores, -1e30), axis=0) * mask


def over_axis_minus_2(scores, mask):
    return softmax(np.where(mask, scores, -np.inf), axis=-2)


def over_the_transposed(scores, mask):
    return softmax(np.where(mask, scores, -1e30).T).T * mask


def without_the_largest(scores, mask):
    e = np.exp(scores) * mask
    return e / e.sum(axis=-1, keepdims=True)


def without_the_largest_and_with_infinity(scores, mask):
    e = np.exp(np.where(mask, scores, -np.inf))
    return e / np.maximum(e.sum(-1, keepdims=True), 1e-300)


def largest_of_all(scores, mask):
    scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - scores.max()) * mask
    return e / np.maximum(e.sum(axis=-1, keepdims=True), 1e-300)


def attend(q, k, v, hidden, fill=-np.inf, axis=-1):
    return softmax(np.where(hidden, fill, q @ k.T / np.sqrt(q.shape[1])), axis) @ v


def upper(q, k=1):
    return np.triu(np.ones((len(q), len(q)), dtype=bool), k)


def causal_after(q, k, v):
    return (softmax(q @ k.T / np.sqrt(q.shape[1])) * ~upper(q)) @ v


def causal_zero(q, k, v):
    return attend(q, k, v, upper(q), fill=0)


def causal_times(q, k, v):
    return softmax(q @ k.T / np.sqrt(q.shape[1]) * np.tril(np.ones((len(q), len(q))))) @ v


def causal_inverted(q, k, v):
    return attend(q, k, v, ~upper(q), fill=-1e9)


def causal_without_itself(q, k, v):
    return attend(q, k, v, upper(q, 0), fill=-1e9)


def causal_one_ahead(q, k, v):
    return attend(q, k, v, upper(q, 2))


def causal_over_queries(q, k, v):
    return attend(q, k, v, upper(q), axis=0)


def causal_over_queries_minus_2(q, k, v):
    return attend(q, k, v, upper(q), fill=-1e9, axis=-2)


def causal_transposed(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores[upper(q)] = -1e30
    return softmax(scores.T).T @ v


def lstm(x_t, h, c, W_xh, W_hh, b_h):
    i, f, g, o = (x_t @ W_xh[n] + h @ W_hh[n] + b_h[n] for n in range(4))
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def lstm_returns_c_first(*arguments):
    return lstm(*arguments)[::-1]


def lstm_takes_c_first(x_t, c, h, W_xh, W_hh, b_h):
    return lstm(x_t, h, c, W_xh, W_hh, b_h)


def rnn_dh_never_updated(dhs, x, h0, hs, W_xh, W_hh):
    dh = np.zeros_like(h0)
    states = np.concatenate([h0[None], hs])
    das = [(d + dh) * (1 - h**2) for d, h in zip(dhs, hs, strict=True)]
    dW_xh = sum(x_t.T @ da for x_t, da in zip(x, das, strict=True))
    dW_hh = sum(h.T @ da for h, da in zip(states, das, strict=False))
    return np.stack([da @ W_xh.T for da in das]), dh, dW_xh, dW_hh, sum(das).sum(axis=0)


def rnn_dh_computed_and_not_used(dhs, x, h0, hs, W_xh, W_hh):
    first = (dhs[0] * (1 - hs[0] ** 2)) @ W_hh.T
    dx, _, *more = rnn_dh_never_updated(dhs, x, h0, hs, W_xh, W_hh)
    return dx, first, *more


def rnn_w_hh_not_transposed(dhs, x, h0, hs, W_xh, W_hh):
    dh, das = np.zeros_like(h0), []
    for d, h in zip(dhs[::-1], hs[::-1], strict=True):
        das.insert(0, (d + dh) * (1 - h * h))
        dh = np.einsum("bi,ij->bj", das[0], W_hh)
    states = [h0, *hs[:-1]]
    dW_xh = sum(x_t.T @ da for x_t, da in zip(x, das, strict=True))
    dW_hh = sum(h.T @ da for h, da in zip(states, das, strict=True))
    return np.array(das) @ W_xh.T, dh, dW_xh, dW_hh, np.sum(das, axis=(0, 1))


def lstm_dc_without_the_later_step(dh, dc, c_prev, gates, c, W_hh):
    f, g, o = gates
    t = np.tanh(c)
    into_c = dh * o * (1 - t * t)
    da = np.array([into_c * (c_prev - g) * f * (1 - f), into_c * (1 - f) * (1 - g * g), dh * t * o])
    da[2] *= 1 - o
    return sum(a @ w.T for a, w in zip(da, W_hh, strict=True)), into_c * f, da


def radius_of_w(W_hh, alpha, lag):
    values, _ = np.linalg.eig(W_hh)
    return (1 - alpha + alpha * abs(values).max()) ** lag


def radius_of_the_whole_step(W_hh, alpha, lag):
    step = (1 - alpha) * np.eye(len(W_hh)) + alpha * W_hh
    return abs(np.linalg.eigvals(step)).max() ** lag


def one_matrix_twice():
    A = np.array([[0.5, 9.0], [0.0, 0.5]])
    return A, A


def lstm_four_gates(x_t, h, c, W_xh, W_hh, b_h):
    i, f, g, o = sigmoid(np.stack([x_t @ W_xh[n] + h @ W_hh[n] + b_h[n] for n in range(4)]))
    c = f * c + i * g
    return o * np.tanh(c), c


def gru(x_t, h, W, R, b, b2, squash=np.tanh, other_z=False, reset_first=False):
    (z, r, n), (R_z, R_r, R_n) = np.split(x_t @ W.T + b, 3, axis=1), np.split(R, 3)
    z, r = sigmoid(z + h @ R_z.T), sigmoid(r + h @ R_r.T)
    n = squash(n + ((r * h) @ R_n.T + b2 if reset_first else r * (h @ R_n.T + b2)))
    return n + z * (h - n) if other_z else h + z * (n - h)


def gru_three_gates(*arguments):
    return gru(*arguments, squash=sigmoid)


def gru_z_of_the_old_state(*arguments):
    return gru(*arguments, other_z=True)


def turned_r_with_z(params):
    out = {name: np.array(value) for name, value in params.items()}
    for name in ("W_xh", "W_hh", "b_h"):
        out[name][:1] = -out[name][:1]
    return out


def gru_reset_before_the_product(*arguments):
    return gru(*arguments, reset_first=True)


def heads_of_the_whole_width(x, W_q, W_k, W_v, W_o, heads):
    d = x.shape[1]
    parts = [np.split(x @ W, heads, axis=1) for W in (W_q, W_k, W_v)]
    y = [softmax(q @ k.T / d**0.5) @ v for q, k, v in zip(*parts, strict=True)]
    return np.hstack(y) @ W_o


LATE, ZERO, TURNED = "comes too late", "a score of 0 is a score", "read the other way round"
QUERIES, LARGEST, PAIR = "over the queries", "Subtract the largest", "is missing"
SOFTMAX, CAUSAL = "attention.masked_softmax", "attention.causal"
STUMBLES = (
    (SOFTMAX, after_the_softmax, LATE),
    (SOFTMAX, after_the_softmax_with_where, LATE),
    (SOFTMAX, zero_for_masked, ZERO),
    (SOFTMAX, scores_times_mask, ZERO),
    (SOFTMAX, inverted_fill, TURNED),
    (SOFTMAX, inverted_in_place, TURNED),
    (SOFTMAX, inverted_all_along, TURNED),
    (SOFTMAX, over_axis_0, QUERIES),
    (SOFTMAX, over_axis_minus_2, QUERIES),
    (SOFTMAX, over_the_transposed, QUERIES),
    (SOFTMAX, without_the_largest, LARGEST),
    (SOFTMAX, without_the_largest_and_with_infinity, LARGEST),
    (SOFTMAX, largest_of_all, LARGEST),
    (CAUSAL, causal_after, LATE),
    (CAUSAL, causal_zero, ZERO),
    (CAUSAL, causal_times, ZERO),
    (CAUSAL, causal_inverted, TURNED),
    (CAUSAL, causal_without_itself, "must see itself"),
    (CAUSAL, causal_one_ahead, "off by one"),
    (CAUSAL, causal_over_queries, QUERIES),
    (CAUSAL, causal_over_queries_minus_2, QUERIES),
    (CAUSAL, causal_transposed, QUERIES),
    ("lstm.step", lstm_returns_c_first, "h and c have changed places at the end"),
    ("lstm.step", lstm_takes_c_first, "h and c have changed places among the arguments"),
    ("rnn.backward", rnn_dh_never_updated, "`dh` is never updated"),
    ("rnn.backward", rnn_dh_computed_and_not_used, "h_t has two readers"),
    ("rnn.backward", rnn_w_hh_not_transposed, "matrix is transposed"),
    ("lstm.coupled_backward", lstm_dc_without_the_later_step, "sent to c_t is lost"),
    ("long_term.leaky_bound", radius_of_w, "the spectral radius is no bound"),
    ("long_term.leaky_bound", radius_of_the_whole_step, "the spectral radius is no bound"),
    ("long_term.vanish_apart", one_matrix_twice, "Take two different matrices"),
    ("lstm.step", lstm_four_gates, "through tanh, not through σ"),
    ("gru.step", gru_three_gates, "made by tanh"),
    ("gru.step", gru_z_of_the_old_state, "your z weighs the old state"),
    ("gru.other_sign", turned_r_with_z, "the block of r"),
    ("gru.step", gru_reset_before_the_product, "acts before the product"),
    ("attention.multi_head", heads_of_the_whole_width, "the root of its own size"),
)
# Each row of the page for teachers, by its first words, and what its learner must be told.
ROWS = {
    "A variable with two readers": ("two readers", "never updated", "is lost"),
    "On the way back a matrix": ("transposed",),
    "The spectral radius": ("no bound", "two different matrices"),
    "The candidate is taken": ("tanh",),
    "$z$ weighs": ("weighs the old state", "the block of r"),
    "The reset gate stands": ("before the product",),
    "Masking after the softmax": (LATE, ZERO),
    "The softmax is taken": (QUERIES,),
    "Each head divides": ("its own size",),
}


@pytest.mark.parametrize("id, answer, words", STUMBLES, ids=[s[1].__name__ for s in STUMBLES])
def test_a_slip_is_named_in_whatever_words_it_is_made(id, answer, words):
    passed, message = exercises.evaluate(id, answer)
    assert not passed and "It behaves like" in message and words in message, message


def stumbles():
    """(first cell, exercises) of each row where learners stumble over what a check can see."""
    page = (ROOT / "book" / "teaching.md").read_text(encoding="utf-8")
    rows = page.partition("## Where learners stumble")[2].partition("\n## ")[0].splitlines()
    cells = [row.split(" | ") for row in rows if row.startswith("|") and "`" in row]
    return [(cell[0].strip("| "), re.findall(r"`(.+?)`", cell[1])) for cell in cells]


def test_every_row_where_learners_stumble_has_an_answer_that_is_told_so():
    for row, ids in stumbles():
        if '"' in row or "is confused with" in row:  # a belief: no check can see it
            continue
        told = [words for start, words in ROWS.items() if row.startswith(start)]
        assert told, f"a row without an answer here: {row}"
        for id in ids:
            hints = [words for one, _, words in STUMBLES if one == id]
            assert any(part in hint for part in told[0] for hint in hints), (row, id)


@pytest.mark.parametrize("name", [n for n in vars(phrasings) if n.isupper()])
def test_each_phrasing_is_a_wrong_answer_with_its_own_hint(name):
    for exercise in exercises.ALL.values():
        if exercise.phrasings is vars(phrasings)[name]:
            for one in exercise.phrasings:
                passed, message = exercises.evaluate(exercise.id, exercise.with_mistakes(one))
                assert not passed and message.endswith(one.hint), (one.new, message)


def test_the_listed_slips_of_a_solution_are_its_mistakes_alone():
    for exercise in exercises.ALL.values():
        html = exercises.solution(exercise.id)._repr_html_()
        assert html.count("<li>") == len(exercise.mistakes)

"""Where learners stumble, in the words that learners use: each answer gets the hint of its slip."""

import numpy as np
import pytest

from lessons_kit import exercises
from lessons_kit.exercises import phrasings
from lessons_lib.functional import sigmoid


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
)


@pytest.mark.parametrize("id, answer, words", STUMBLES, ids=[s[1].__name__ for s in STUMBLES])
def test_a_slip_is_named_in_whatever_words_it_is_made(id, answer, words):
    passed, message = exercises.evaluate(id, answer)
    assert not passed and "It behaves like" in message and words in message, message


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

"""Exercises of chapter 3: the gradient of other cells, and of a sequence in pieces."""

import numpy as np

from lessons_kit.exercises import phrasings
from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib import cells
from lessons_lib.functional import sigmoid


def coupled_backward(dh, dc, c_prev, gates, c, W_hh):
    """One step back through an LSTM whose input gate is 1 - f.

        c_t = f ⊙ c_{t-1} + (1 - f) ⊙ g        h_t = o ⊙ tanh(c_t)

    dh, dc (B, H): what arrives at h_t from everywhere and at c_t from
    c_{t+1}; c_prev, c (B, H): before and after the step; gates (3, B, H):
    f, g, o; W_hh (3, H, H)
    →  dh_prev (B, H), dc_prev (B, H), da (3, B, H), a being what the
    three activations were given.
    """
    f, g, o = gates
    tanh_c = np.tanh(c)
    dc_t = dc + dh * o * (1 - tanh_c**2)
    da_f = dc_t * (c_prev - g) * f * (1 - f)
    da_g = dc_t * (1 - f) * (1 - g**2)
    da_o = dh * tanh_c * o * (1 - o)
    da = np.stack([da_f, da_g, da_o])
    dh_prev = (da @ W_hh.transpose(0, 2, 1)).sum(axis=0)
    return dh_prev, dc_t * f, da


def peephole_backward(dh, dc, c_prev, gates, c, W_hh, p):
    """One step back through an LSTM whose output gate also reads c_t.

        o_t = σ(x_t W_xo + h_{t-1} W_ho + p ⊙ c_t + b_o)

    Everything else is as in the lesson.
    dh, dc (B, H): what arrives at h_t from everywhere and at c_t from
    c_{t+1}; c_prev, c (B, H): before and after the step; gates (4, B, H):
    i, f, g, o; W_hh (4, H, H); p (H,)
    →  dh_prev (B, H), dc_prev (B, H), da (4, B, H), dp (H,).
    """
    i, f, g, o = gates
    tanh_c = np.tanh(c)
    da_o = dh * tanh_c * o * (1 - o)
    dc_t = dc + dh * o * (1 - tanh_c**2) + da_o * p
    da_i = dc_t * g * i * (1 - i)
    da_f = dc_t * c_prev * f * (1 - f)
    da_g = dc_t * i * (1 - g**2)
    da = np.stack([da_i, da_f, da_g, da_o])
    dh_prev = (da @ W_hh.transpose(0, 2, 1)).sum(axis=0)
    return dh_prev, dc_t * f, da, (da_o * c).sum(axis=0)


def gradient_in_pieces(backward, dhs, pieces):
    """The gradient of a long sequence that was run piece by piece.

    Each piece began with the pair (h, c) that the one before ended with.
    backward: function (dhs, dc, piece) → dh0, dc0, dW for one piece; dhs
    (T, B, H) and dc (B, H), or 0, as in the lesson; dh0, dc0 (B, H): what
    goes to the states before the piece; dW: its part of the gradient
    dhs: list, ∂⁺loss/∂h_t of each piece (T, B, H); pieces: list of what
    ``backward`` wants, in the same order.  Nobody reads the last c
    →  dh0, dc0 (B, H): for the states before the first piece; dW.
    """
    dh = dc = dW = 0.0
    for own, piece in zip(reversed(dhs), reversed(pieces), strict=True):
        arriving = own.copy()
        arriving[-1] += dh
        dh, dc, part = backward(arriving, dc, piece)
        dW = dW + part
    return dh, dc, dW


def _back_cases(G, peephole=False):
    def cases():
        rng, found = np.random.default_rng(4), []
        for B, H in ((3, 4), (2, 3)):
            dh, dc, c_prev, c = rng.standard_normal((4, B, H))
            gates = sigmoid(rng.standard_normal((G, B, H)))
            gates[-2] = 2 * gates[-2] - 1  # g, the block before the last
            case = (dh, dc, c_prev, gates, c, rng.standard_normal((G, H, H)))
            found.append((*case, rng.standard_normal(H)) if peephole else case)
        return found

    return cases


def _pieces_case(lengths, B, H):
    rng = np.random.default_rng(5)
    cell = cells.LSTM(2, H, rng=rng)
    cell.params = {name: rng.standard_normal(p.shape) for name, p in cell.params.items()}
    state, pieces, dhs = tuple(rng.standard_normal((2, B, H))), [], []
    for T in lengths:
        _, state, cache = cell.forward(rng.standard_normal((T, B, 2)), state)
        pieces.append(cache)
        dhs.append(rng.standard_normal((T, B, H)))

    def backward(dhs, dc, piece):
        none = 0 * dhs[-1]
        _, (dh0, dc0), grads = cell.backward(dhs, piece, (none, none + dc))
        return dh0, dc0, grads["W_hh"]

    return backward, dhs, pieces


def _pieces_cases():
    return [_pieces_case((3, 1, 4), B=2, H=3), _pieces_case((2, 5), B=3, H=2)]


LOST = "what the later step sent to c_t is lost."
EXERCISES = (
    Exercise(
        "lstm.coupled_backward",
        coupled_backward,
        _back_cases(3),
        ("dh_prev", "dc_prev", "da"),
        (
            Mistake(
                "(c_prev - g) * f",
                "c_prev * f",
                "dc_prev is right now. But f stands twice in the equation of c_t: it also sets "
                "how much of g is written.",
            ),
            Mistake(
                "dh_prev, dc_t * f, da",
                "dh_prev, (dc + dh_prev * o * (1 - tanh_c**2)) * f, da",
                "da is right now. But dc_prev is made with a dh of the step before.",
            ),
            Mistake("(c_prev - g) * f", "(c_prev + g) * f",
                    "a larger f keeps more and writes less: the two parts have opposite signs."),
            Mistake("(1 - f) * (1 - g**2)", "f * (1 - g**2)",
                    "the candidate is multiplied by 1 - f."),
            Mistake("dc_t = dc + dh", "dc_t = dh", LOST),
        ),
        phrasings=phrasings.LSTM_BACKWARD,
    ),
    Exercise(
        "lstm.peephole_backward",
        peephole_backward,
        _back_cases(4, peephole=True),
        ("dh_prev", "dc_prev", "da", "dp"),
        (
            Mistake(" + da_o * p", "", "c_t has a third reader: the output gate of its own step."),
            Mistake(" + da_o * p", " + dh * tanh_c * p",
                    "the peephole leads to a_o, which has the slope o (1 - o) behind it."),
            Mistake("(da_o * c).sum", "(da_o * c_prev).sum", "p multiplies c_t, not c_{t-1}."),
            Mistake("(da_o * c).sum(axis=0)", "da_o.sum(axis=0)",
                    "p is multiplied by c_t, so its gradient is too; this is that of b_o."),
            Mistake("dc_t = dc + dh", "dc_t = dh", LOST),
        ),
        phrasings=phrasings.LSTM_BACKWARD,
    ),
    Exercise(
        "lstm.pieces",
        gradient_in_pieces,
        _pieces_cases,
        ("dh0", "dc0", "dW"),
        (
            Mistake("backward(arriving, dc, piece)", "backward(arriving, 0 * dc, piece)",
                    "only dh is handed over. c is read by the next piece too."),
            Mistake("        arriving[-1] += dh\n", "",
                    "only dc is handed over. The last h of a piece is read by the next piece."),
            Mistake("arriving[-1] += dh", "arriving[0] += dh",
                    "the next piece reads the last h of a piece, not its first."),
            Mistake("zip(reversed(dhs), reversed(pieces), strict=True)",
                    "zip(dhs, pieces, strict=True)",
                    "on the way back the last piece comes first."),
            Mistake("dW = dW + part", "dW = part",
                    "all pieces share the weights: their parts add up."),
        ),
    ),
)  # fmt: skip

"""The numbers of one unit of a running cell, for the drawing."""

import numpy as np

from lessons_lib.functional import softmax


def values_from(cell, x_t, state, unit=0, batch=0):
    """Numbers of one unit in the step of ``cell`` from ``state`` with the input ``x_t``.

    cell: an RNN, LSTM or GRU; x_t (B, D); state (h,) or (h, c), each (B, H)
    →  dict of floats: h_prev, h, x (what the input adds to what tanh squashes into the state) and
    RNN: memory (h_prev's part), b, a · LSTM: c_prev, f, i, o, g, kept, written, c, tanh_c ·
    GRU: r, z, 1-z, n, recalled (what the reset gate is given), reset (what it lets through).
    Raises ValueError where the unit or the batch entry does not exist.
    """
    h = state[0]
    if not (0 <= batch < h.shape[0] and 0 <= unit < h.shape[1]):
        raise ValueError(
            f"values_from: unit {unit} of batch entry {batch} is outside a state of shape "
            f"{h.shape} (batch, units); count from 0"
        )
    at = (batch, unit)
    _, gates = cell.step(x_t, state)
    values = {name: gate[at] for name, gate in gates.items()}
    from_x, from_h = _products(cell, x_t[batch], state, at)
    values |= {"h_prev": h[at], "x": from_x}
    if len(state) == 2:
        values |= _lstm(values, state[1][at])
    elif "z" in values:
        values |= _gru(cell, values, from_h, unit)
    else:
        values |= {"memory": from_h, "b": cell.params["b_h"][unit]}
    return {name: float(value) for name, value in values.items()}


def _products(cell, x, state, at):
    """x W_xh and h W_hh of one unit, in the block that tanh squashes (g of i f g o, n of r z n)."""
    W_xh, W_hh = cell.params["W_xh"], cell.params["W_hh"]
    if W_xh.ndim == 3:
        block = -2 if len(state) == 2 else -1
        W_xh, W_hh = W_xh[block], W_hh[block]
    batch, unit = at
    return x @ W_xh[:, unit], state[0][batch] @ W_hh[:, unit]


def _lstm(values, c_prev):
    """What each dial lets through."""
    return {
        "c_prev": c_prev,
        "kept": values["f"] * c_prev,
        "written": values["i"] * values["g"],
        "tanh_c": np.tanh(values["c"]),
    }


def _gru(cell, values, from_h, unit):
    """Before and after the reset dial, and the other share of the update dial."""
    recalled = values["h_prev"]  # reset before the product: the dial sits on the state itself
    if "b_hn" in cell.params:
        recalled = from_h + cell.params["b_hn"][unit]
    return {"1-z": 1 - values["z"], "recalled": recalled, "reset": values["r"] * recalled}


def attention_values(scores, values, unit=0):
    """Numbers of one unit of attention: scores (T,) of one query, values (T, d_v), T words
    →  dict of floats, counted from 1: s1 … scores, a1 … weights, v1 … values, m1 … shares of the
    context, p1 … partial sums, context.  Raises ValueError where the shapes do not fit.
    """
    scores, values = np.asarray(scores, dtype=float), np.asarray(values, dtype=float)
    if scores.ndim != 1 or values.ndim != 2 or len(scores) != len(values):
        raise ValueError(
            f"attention_values: scores {scores.shape} and values {values.shape} must be "
            "(words,) and (words, units)"
        )
    weights, values = softmax(scores), values[:, unit]
    shares = weights * values
    series = {"s": scores, "a": weights, "v": values, "m": shares, "p": np.cumsum(shares)}
    numbers = {f"{name}{j}": float(x) for name, xs in series.items() for j, x in enumerate(xs, 1)}
    return {**numbers, "context": float(shares.sum())}

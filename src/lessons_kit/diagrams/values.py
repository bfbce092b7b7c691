"""The numbers of one unit of a running cell, for the drawing."""

import numpy as np

from lessons_lib.functional import softmax


def values_from(cell, x_t, state, unit=0, batch=0):
    """Numbers of one unit in the step of ``cell`` from ``state`` with the input ``x_t``.

    cell: an RNN, LSTM or GRU; x_t (B, D); state (h,) or (h, c), each (B, H)
    →  dict of floats: h_prev, h, x (what the input adds to what tanh squashes into the state) and
    RNN: memory (h_prev's part), b, a · LSTM: c_prev, f, i, o, g, kept, written, c, tanh_c ·
    GRU: r, z, 1-z, n, recalled (what the reset gate is given), reset (what it lets through), mixed
    (what the matrix makes of the gated state).
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
        values["mixed"] = (gates["r"] * h)[batch] @ cell.params["W_hh"][2, :, unit]
    else:
        values |= {"memory": from_h, "b": cell.params["b_h"][unit]}
    return {name: float(value) for name, value in values.items()}


def gradient_values(cell, x_t, state, dstate, unit=0, batch=0):
    """Gradients of one unit in one step of an LSTM back, for ``diagrams.lstm_backward``.

    dstate: (dh_t, dc from c_{t+1}), each (B, H); dh_t is complete, with the loss's own part
    →  dict of floats: dh, dtanh (behind the output gate), from_h, dc_next, dc, dc_prev, dg,
    da_i, da_f, da_g, da_o, dh_prev, and the gates i, f, o.  Raises ValueError for a cell without
    c, and where the unit or the batch entry does not exist.
    """
    if len(state) != 2:
        raise ValueError("gradient_values: the cell needs the two states h and c of an LSTM")
    if not (0 <= batch < len(x_t) and 0 <= unit < cell.hidden_size):
        raise ValueError(f"gradient_values: no unit {unit} of batch entry {batch}; count from 0")
    at = (batch, unit)
    _, gates = cell.step(x_t, state)
    i, f, g, o, c = (float(gates[name][at]) for name in "ifgoc")
    hs, _, cache = cell.forward(x_t[None], state)
    _, (dh_prev, dc_prev), _ = cell.backward(np.zeros_like(hs), cache, dstate)
    dh, dc_next = (float(part[at]) for part in dstate)
    from_h = dh * o * (1 - np.tanh(c) ** 2)
    dc = dc_next + from_h
    values = {"i": i, "f": f, "o": o, "dh": dh, "dc_next": dc_next, "dtanh": dh * o}
    values |= {"from_h": from_h, "dc": dc, "dc_prev": dc_prev[at], "dh_prev": dh_prev[at]}
    values |= {"da_i": dc * g * i * (1 - i), "da_f": dc * state[1][at] * f * (1 - f)}
    values |= {"dg": dc * i, "da_g": dc * i * (1 - g**2), "da_o": dh * np.tanh(c) * o * (1 - o)}
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

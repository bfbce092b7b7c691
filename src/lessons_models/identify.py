"""Which form has an unknown GRU, and whose block stands where in an unknown LSTM?

    identify_gru(step)    {"update_keeps": True, "reset_after": True}
    identify_lstm(step)   {"order": "ifgo", "added": 0.0}

Both set the weights of two units or of one, run one step and read the state.
"""

import numpy as np

NEAR = 0.01  # readings lie further apart than this


def gru_readings(step):
    """The states (2,) of two units after one step, with weights that tell the form apart.

    step(x_t (1, 1), h (1, 2), params) → h_t (1, 2), params as in ``cells.GRU``.
    """
    params = {"W_xh": np.zeros((3, 1, 2)), "W_hh": np.zeros((3, 2, 2))}
    params |= {"b_h": np.zeros((3, 2)), "b_hn": np.zeros(2)}
    params["b_h"][0] = 40.0, -40.0  # r is open for unit 0 and shut for unit 1
    params["b_h"][1] = np.log(3)  # z = 3/4
    params["W_hh"][2, 0, 1] = 1.0  # candidate 1 listens to unit 0
    return np.asarray(step(np.zeros((1, 1)), np.array([[0.8, 0.0]]), params), dtype=float)[0]


def identify_gru(step):
    """The form of ``step`` (see ``gru_readings``)  →  dict of update_keeps and reset_after.

    Raises ValueError where unit 0 reads neither 0.6 nor 0.2: its blocks are not r z n.
    """
    first, second = gru_readings(step)
    if min(abs(first - 0.6), abs(first - 0.2)) > NEAR:
        raise ValueError(f"unit 0 is {first:.2f}, not 0.60 or 0.20: are the blocks r z n?")
    return {"update_keeps": bool(first > 0.4), "reset_after": bool(second < 0.08)}


def identify_lstm(step):
    """The order of the blocks, and what the step itself adds to the bias of f.

    step(h, c, b) → h, c: one step without input and weights from the numbers h and c, with b (4,),
    a bias for each block  →  dict of order, a text such as "ifgo", and added.
    Raises ValueError where the four blocks are not those of one LSTM.
    """
    _, c = step(0.0, 0.4, np.zeros(4))
    share = float(c) / 0.4  # what f keeps under a bias of 0
    readings = [[float(part) for part in step(0.0, 0.4, 40.0 * row)] for row in np.eye(4)]
    kept = {"f": 0.4, "g": 0.4 * share + 0.5, "i": 0.4 * share, "o": 0.4 * share}
    order = ""
    for h, c in readings:
        shut = {"o": 1.0}  # the output gate of all others is at one half
        order += "".join(
            name for name, value in kept.items()
            if abs(c - value) < NEAR and abs(h - shut.get(name, 0.5) * np.tanh(c)) < NEAR
        )  # fmt: skip
    if sorted(order) != sorted("ifgo"):
        raise ValueError(f"the four blocks read as {order!r}: not one each of i, f, g, o")
    return {"order": order, "added": round(float(np.log(share / (1 - share))), 3)}

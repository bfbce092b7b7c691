"""A cell with gates held open or shut, in NumPy: what a living cell on a page computes."""

import numpy as np

from lessons_lib import cells

GATES = {cells.RNN: (), cells.LSTM: ("f", "i", "o"), cells.GRU: ("r", "z")}


def gates_of(cell):
    """Letters of the gates that can be held.  Raises ValueError for a cell no lab can show."""
    odd = getattr(cell, "peepholes", False) or getattr(cell, "coupled", False)
    if type(cell) not in GATES or odd:
        raise ValueError(
            f"a lab shows an RNN, a GRU, or an LSTM without peepholes or coupled gates, not {cell}"
        )
    return GATES[type(cell)]


def step(cell, x_t, state, held):
    """One step of ``cell`` with some of its gates held.

    x_t (B, D), state as in ``cell.step``, held: letter of a gate → its value, for all units
    →  state.  Raises ValueError for a letter that is no gate of the cell.
    """
    known = gates_of(cell)
    if set(held) - set(known):
        raise ValueError(
            f"{type(cell).__name__} has no gate {', '.join(sorted(set(held) - set(known)))}; "
            f"its gates are {', '.join(known) or 'none'}"
        )
    new, values = cell.step(x_t, state)
    if not held:
        return new
    values |= {letter: np.full_like(new[0], value) for letter, value in held.items()}
    return (_lstm if "f" in known else _gru)(cell, x_t, state, values)


def _lstm(cell, x_t, state, v):
    c = v["f"] * state[1] + v["i"] * v["g"]
    return v["o"] * np.tanh(c), c


def _gru(cell, x_t, state, v):
    """The reset gate changes the candidate, so that is computed again."""
    (h,), p, r, z = state, cell.params, v["r"], v["z"]
    W_hn = p["W_hh"][2]
    memory = r * (h @ W_hn + p["b_hn"]) if cell.reset_after else (r * h) @ W_hn
    n = np.tanh(x_t @ p["W_xh"][2] + p["b_h"][2] + memory)
    return ((1 - z) * n + z * h if cell.update_keeps else z * n + (1 - z) * h,)


def states(cell, x, held=None, clear=None):
    """Every state of ``cell`` along x (T, 1, D), from zeros  →  list of T states.

    clear: the place of the word before which the state is set back to zeros, or None.
    """
    state, found = cell.init_state(x.shape[1]), []
    for t, x_t in enumerate(x):
        if t == clear:
            state = cell.init_state(x.shape[1])
        state = step(cell, x_t, state, held or {})
        found.append(state)
    return found

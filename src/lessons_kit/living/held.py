"""A cell with gates held, along a sentence: what a living cell on a page computes."""

from lessons_lib import cells

GATES = {cells.RNN: (), cells.LSTM: ("f", "i", "o"), cells.GRU: ("r", "z")}


def gates_of(cell):
    """Letters of the gates that can be held.  Raises ValueError for a cell no lab can show."""
    if type(cell) not in GATES:
        raise ValueError(
            f"a lab shows an RNN, a GRU, or an LSTM without peepholes or coupled gates, not {cell}"
        )
    return GATES[type(cell)]


def states(cell, x, held=None, clear=None):
    """Every state of ``cell`` along x (T, 1, D), from zeros  →  list of T states.

    held: letter of a gate → what it is held at, as in ``cell.step``; clear: the place of the word
    before which the state is set back to zeros, or None.
    Raises ValueError for a letter that is no gate of the cell.
    """
    known, held = gates_of(cell), held or {}
    if wrong := sorted(set(held) - set(known)):
        raise ValueError(
            f"{type(cell).__name__} has no gate {', '.join(wrong)}; "
            f"its gates are {', '.join(known) or 'none'}"
        )
    state, found = cell.init_state(x.shape[1]), []
    for t, x_t in enumerate(x):
        if t == clear:
            state = cell.init_state(x.shape[1])
        state, _ = cell.step(x_t, state, held) if held else cell.step(x_t, state)
        found.append(state)
    return found

"""A cell with gates held, along a sentence: what a living cell on a page computes."""

from lessons_lib import cells
from lessons_models.gru_variants import GRUVariant

GATES = {"RNN": (), "LSTM": ("f", "i", "o"), "GRU": ("r", "z")}
KINDS = {cells.RNN: "RNN", cells.LSTM: "LSTM", cells.GRU: "GRU", GRUVariant: "GRU"}


def kind_of(cell):
    """The name of its architecture.  Raises ValueError for a cell no lab can show."""
    if type(cell) not in KINDS:
        raise ValueError(
            f"a lab shows an RNN, a GRU, or an LSTM without peepholes or coupled gates, not {cell}"
        )
    return KINDS[type(cell)]


def gates_of(cell):
    """Letters of the gates that can be held.  Raises ValueError for a cell no lab can show."""
    return GATES[kind_of(cell)]


def states(cell, x, held=None, clear=None):
    """Every state of ``cell`` along x (T, 1, D), from zeros  →  list of T states.

    held: letter of a gate → what it is held at, as in ``cell.step``; clear: the place of the word
    before which the state is set back to zeros, or None.
    Raises ValueError for a letter that is no gate of the cell.
    """
    known, held = gates_of(cell), held or {}
    if wrong := sorted(set(held) - set(known)):
        raise ValueError(
            f"{kind_of(cell)} has no gate {', '.join(wrong)}; "
            f"its gates are {', '.join(known) or 'none'}"
        )
    state, found = cell.init_state(x.shape[1]), []
    for t, x_t in enumerate(x):
        if t == clear:
            state = cell.init_state(x.shape[1])
        state, _ = cell.step(x_t, state, held) if held else cell.step(x_t, state)
        found.append(state)
    return found

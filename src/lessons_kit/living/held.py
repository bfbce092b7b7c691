"""A cell with gates held, along a sentence: what a living cell on a page computes."""

import numpy as np

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


def states(cell, x, held=None, *, cut=(), span=None, only=None):
    """Every state of ``cell`` along x (T, 1, D), from zeros  →  list of T states.

    held: letter of a gate → the share from 0 to 1 that it is held at; cut: letters of the roads
    on which nothing arrives from the step before, "h" or "c"; span: places of the first and the
    last word for which this holds (default: all); only: the one unit, from 0, for which it does.
    Raises ValueError for a letter that is no gate or road of the cell, and for a share outside.
    """
    held, roads = held or {}, cell.state_names
    for what, given, known in (("gate", held, gates_of(cell)), ("road", cut, roads)):
        if wrong := sorted(set(given) - set(known)):
            raise ValueError(
                f"{kind_of(cell)} has no {what} {', '.join(wrong)}; its {what}s are "
                f"{', '.join(known) or 'none'}"
            )
    meant = np.isin(np.arange(cell.hidden_size), range(cell.hidden_size) if only is None else only)
    shares = {name: np.where(meant, share, np.nan) for name, share in held.items()}  # NaN is free
    (first, last), state, found = span or (0, len(x) - 1), cell.init_state(x.shape[1]), []
    for t, x_t in enumerate(x):
        on = first <= t <= last
        if on and cut:
            pairs = zip(roads, state, strict=True)
            state = tuple(np.where(meant & (name in cut), 0, part) for name, part in pairs)
        state, _ = cell.step(x_t, state, shares) if on and held else cell.step(x_t, state)
        found.append(state)
    return found

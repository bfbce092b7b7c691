"""What is asked of each library: its form, and weights that travel both ways."""

import numpy as np

from lessons_models.gru_variants import GRUVariant
from lessons_models.identify import identify_gru, identify_lstm
from lessons_models.lstm_variants import LSTMVariant

T, B, D, H = 6, 3, 4, 5
LIMIT = 1e-6
BLOCKS = "ifgo"


def gru_row(library):
    """The form of one library's GRU, its bias vectors, and both errors of the way (dict)."""

    def step(x_t, h, params):
        return library.run(library.load(params), x_t[None], h)[0]

    form = identify_gru(step)
    rng = np.random.default_rng(0)
    x, h0 = rng.standard_normal((T, B, D)), rng.uniform(-1, 1, (B, H))
    cell = GRUVariant(D, H, rng=rng, **form)
    draw(cell, rng)
    weights = {"b_hn": np.zeros(H)} | cell.params
    out = distance(library.run(library.load(weights), x, h0), cell.forward(x, (h0,))[0])
    own = library.fresh(D, H)
    read = library.read(own)
    cell.params = {name: np.asarray(read[name], dtype=float) for name in cell.params}
    back = distance(library.run(own, x, h0), cell.forward(x, (h0,))[0])
    biases = (library.size(own) - 3 * H * (D + H)) // H
    return form | {"biases": biases, "out": out, "back": back}


def lstm_row(library):
    """Order, added and initial forget bias, bias vectors, peepholes, both errors (dict)."""
    found = identify_lstm(one_unit(library))
    places = [found["order"].index(name) for name in BLOCKS]
    peepholes = getattr(library, "PEEPHOLES", False)
    rng = np.random.default_rng(0)
    x, h0, c0 = rng.standard_normal((T, B, D)), *rng.uniform(-1, 1, (2, B, H))
    cell = LSTMVariant(D, H, rng=rng, peepholes=peepholes)
    draw(cell, rng)
    theirs = moved(cell.params, np.argsort(places))
    ours = shifted(cell, found["added"]).forward(x, (h0, c0))[0]
    out = distance(library.run(library.load(theirs), x, h0, c0)[0], ours)
    own = library.fresh(D, H)
    cell.params = moved(library.read(own), places)
    start = initial(cell, library)
    ours = shifted(cell, found["added"]).forward(x, (h0, c0))[0]
    back = distance(library.run(own, x, h0, c0)[0], ours)
    biases = (library.size(own) - 4 * H * (D + H) - 3 * H * peepholes) // H
    row = {"biases": biases, "start": start, "peepholes": peepholes}
    return found | row | {"out": out, "back": back}


def one_unit(library):
    """The step that ``identify_lstm`` asks for: one unit, all weights zero."""

    def step(h, c, b):
        weights = {"W_xh": np.zeros((4, 1, 1)), "W_hh": np.zeros((4, 1, 1)), "b_h": b[:, None]}
        made = library.load(weights)
        hs, c = library.run(made, np.zeros((1, 1, 1)), np.full((1, 1), h), np.full((1, 1), c))
        return hs[0, 0, 0], c[0, 0]

    return step


def moved(weights, places):
    """The blocks in another order; the peepholes stay i f o."""
    return {
        name: np.asarray(value, dtype=float) if name == "w_c" else np.asarray(value)[places]
        for name, value in weights.items()
    }


def initial(cell, library):
    """The bias of f in weights that the library drew: a number, "random", or None for no draw."""
    if not getattr(library, "DRAWS", True):
        return None
    values = set(np.round(cell.params["b_h"][1], 3).tolist())
    return values.pop() if len(values) == 1 else "random"


def draw(cell, rng):
    """Every number of order one, in place."""
    for array in cell.params.values():
        array[...] = rng.standard_normal(array.shape)


def shifted(cell, added):
    """The cell with what the library's step adds to the bias of f."""
    cell.params = cell.params | {"b_h": cell.params["b_h"] + np.eye(4)[:, 1:2] * added}
    return cell


def distance(a, b):
    """The largest difference, as a float with one digit.  Raises ValueError above 1e-6."""
    found = float(np.abs(np.asarray(a, dtype=float) - b).max())
    if not found <= LIMIT:
        raise ValueError(f"states differ by {found:.1e} after the weights travelled: over {LIMIT}")
    return float(f"{found:.0e}")

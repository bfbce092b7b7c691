"""Character models on the tales of the course, pass after pass."""

import numpy as np

from lessons_lib import cells
from lessons_lib.functional import cross_entropy
from lessons_lib.text import Vocab, one_hot
from lessons_lib.training import Adam, SequenceModel, linear_decay, train
from lessons_models import characters

STEPS, STREAMS = 50, 16
SMALL, TALE_PASSES = 64, 12
WRITER = {"hidden_size": 192, "lr": 3e-3, "passes": 22, "hidden_share": 0.5}


def tale_parts():
    """→  numbers of the characters of the known and of the new tales, count of characters."""
    tales = characters.tales()
    ids = Vocab.from_text(tales).encode(tales)
    return *characters.split(ids, 0.1), int(ids.max()) + 1


def read_tales(lr, seed, passes=TALE_PASSES):
    """→  bits per character (2, passes) of the RNN in training and on new tales, its parameters.

    The learning rate falls in a line to 0 over the last 30 % of the steps.
    """
    known, new, size = tale_parts()
    rng = np.random.default_rng(seed)
    cell = cells.RNN(size, SMALL, rng=rng, dtype=np.float32)
    model, optimiser = SequenceModel(cell, size, rng=rng), Adam(lr=lr, clip=1.0)
    batches = [(one_hot(x, size, np.float32), y)
               for x, y in characters.char_batches(known, STEPS, STREAMS)]  # fmt: skip
    falling, curves = linear_decay(passes * len(batches)), []
    for done in range(passes):
        first = done * len(batches)
        history = train(model, batches, loss=cross_entropy, optimiser=optimiser, carry_state=True,
                        schedule=lambda step, first=first: falling(first + step))  # fmt: skip
        curves.append((history.loss.mean() / np.log(2), characters.bits_per_character(model, new)))
    return np.transpose(curves).round(3), model.params


def write_tales(seed=0, **other):
    """→  the trained GRU that writes tales, and its bits per character on new tales.

    In training each number of a state is hidden from the read-out with the probability
    ``hidden_share``, and each pass cuts the text at other places (Zaremba et al., 2014).
    """
    hidden_size, lr, passes, share = (WRITER | other).values()
    known, new, size = tale_parts()
    rng = np.random.default_rng(seed)
    cell = cells.GRU(size, hidden_size, rng=rng, dtype=np.float32)
    model, optimiser = SequenceModel(cell, size, rng=rng), Adam(lr=lr, clip=1.0)
    falling = linear_decay(passes * ((len(known) - 1) // STREAMS // STEPS), last=0.6)
    for _ in range(passes):
        state, start = None, rng.integers(STEPS)
        for x, y in characters.char_batches(known[start:], STEPS, STREAMS):
            state = _hidden_step(model, optimiser, one_hot(x, size, np.float32), y, state, share,
                                 falling(optimiser.steps), rng)  # fmt: skip
    return model, characters.bits_per_character(model, new)


def writers(rows, unit=100):
    """What is kept beside the rows of the tales: the weights of the GRU and of the RNN of seed 0.

    The GRU is trained once and at one rate: it is there to write.  Weights are kept as integers,
    in hundredths, so that every machine reads the same numbers.
    """
    small = next(row for row in rows if row["seed"] == 0)
    model, bits = write_tales()
    networks = {"RNN": read_tales(small["lr"], 0)[1], "GRU": model.params}
    params = {name: {key: np.rint(unit * array).astype(int).tolist() for key, array in own.items()}
              for name, own in networks.items()}  # fmt: skip
    return {**WRITER, "bits": round(bits, 4), "unit": 1 / unit, "params": params}


def _hidden_step(model, optimiser, x, y, state, share, factor, rng):
    """One update with parts of the states hidden from the read-out  →  the last state."""
    hs, state, cache = model.cell.forward(x, state)
    seen = ((rng.random(hs.shape) >= share) / (1 - share)).astype(hs.dtype)
    W_hy, b_y = model.read_out["W_hy"], model.read_out["b_y"]
    read = hs * seen
    _, dy = cross_entropy(read @ W_hy + b_y, y)
    grads = {"W_hy": read.reshape(-1, len(W_hy)).T @ dy.reshape(-1, len(b_y)),
             "b_y": dy.sum(axis=(0, 1))}  # fmt: skip
    cell_grads = model.cell.backward((dy @ W_hy.T) * seen, cache)[2]
    grads |= {f"cell.{name}": g for name, g in cell_grads.items()}
    optimiser.update(model.params, grads, factor)
    return state

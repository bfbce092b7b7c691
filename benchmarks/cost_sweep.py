"""What attention and the cells cost, by length: seconds and the bytes kept for the way back.

The NumPy versions of this library, float32, one sequence (B = 1) of vectors of size 64: a layer
of causal self-attention with four heads, and RNN, LSTM and GRU with 64 units.  Forward and
backward with the inputs' gradient; the contenders take turns, the median over the rounds counts.
Results: src/lessons_lib/data/cost_sweep.json.

    python -m benchmarks.cost_sweep
"""

import platform
import time

from sweeps.runner import rows  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np

from lessons_lib import attention, cells
from lessons_models import footprint

LENGTHS, SIZE, HEADS, ROUNDS = (64, 128, 256, 512, 1024, 2048), 64, 4, 9
RESULTS = rows.DATA / "cost_sweep.json"


def recurrent(Cell, T):
    """A cell on T steps  →  forward() → cache, backward(cache)."""
    rng = np.random.default_rng(0)
    cell = Cell(SIZE, SIZE, rng=rng, dtype=np.float32)
    x, dhs = (rng.standard_normal((T, 1, SIZE)).astype(np.float32) for _ in range(2))
    return lambda: cell.forward(x)[2], lambda cache: cell.backward(dhs, cache)


def attentive(T):
    """A layer of causal self-attention on T places, with the same two functions."""
    rng = np.random.default_rng(0)
    layer = attention.MultiHeadAttention(SIZE, HEADS, rng=rng, dtype=np.float32)
    x, dy = (rng.standard_normal((1, T, SIZE)).astype(np.float32) for _ in range(2))
    mask = attention.causal_mask(T)
    return lambda: layer.forward(x, x, x, mask)[2], lambda cache: layer.backward(dy, cache)


CONTENDERS = {
    "RNN": lambda T: recurrent(cells.RNN, T),
    "LSTM": lambda T: recurrent(cells.LSTM, T),
    "GRU": lambda T: recurrent(cells.GRU, T),
    "attention": attentive,
}


def seconds(forward, backward):
    """CPU seconds of one forward and backward."""
    start = time.process_time()
    backward(forward())
    return time.process_time() - start


def measure(T, rounds=ROUNDS):
    """name → median CPU seconds, quartiles, bytes of the cache at length T."""
    built = {name: build(T) for name, build in CONTENDERS.items()}
    for pair in built.values():
        seconds(*pair)  # the first call pays for fresh memory
    times = {name: [] for name in built}
    for _ in range(rounds):
        for name, pair in built.items():
            times[name].append(seconds(*pair))
    return {
        name: {
            "seconds": [float(f"{q:.3g}") for q in np.quantile(times[name], (0.25, 0.5, 0.75))],
            "bytes": footprint.cache_bytes(forward()),
        }
        for name, (forward, _) in built.items()
    }


def main():
    settings = {
        "command": "python -m benchmarks.cost_sweep", "lengths": LENGTHS, "size": SIZE,
        "heads": HEADS, "batch_size": 1, "dtype": "float32", "rounds": ROUNDS,
        "clock": "process_time, quartiles over the rounds: 25, 50, 75 %",
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }  # fmt: skip
    by_length = {T: measure(T) for T in LENGTHS}
    settings["runs"] = {
        name: {
            "seconds": [by_length[T][name]["seconds"] for T in LENGTHS],
            "bytes": [by_length[T][name]["bytes"] for T in LENGTHS],
        }
        for name in CONTENDERS
    }
    rows.write_json(RESULTS, settings)
    for name, entry in settings["runs"].items():
        print(name, [median for _, median, _ in entry["seconds"]], entry["bytes"])


if __name__ == "__main__":
    main()

"""What attention and the cells cost, by length: CPU time, and the bytes kept for the way back.

The NumPy versions of this library, float32, one sequence (B = 1) of vectors of size 64: a layer
of causal self-attention with four heads, and RNN, LSTM and GRU with 64 units.  ``forward`` alone,
``both`` with the backward pass and the inputs' gradient, and ``token``: one more word after T, for
attention with its keys and values kept.  The contenders take turns, in three processes one after
the other; quartiles over all their rounds.
Results: src/lessons_lib/data/cost_sweep.json.  About two minutes:

    python -m benchmarks.cost_sweep
"""

import json
import os
import platform
import subprocess
import sys
import time

from sweeps.runner import rows  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np

from benchmarks.speed import ENVIRONMENT, FORCED
from lessons_lib import attention, cells
from lessons_lib.functional import softmax
from lessons_models import footprint

LENGTHS, SIZE, HEADS, ROUNDS, PROCESSES = (64, 128, 256, 512, 1024, 2048), 64, 4, 7, 3
MODES, TOKENS = ("forward", "both", "token"), 20
RESULTS = rows.DATA / "cost_sweep.json"


def recurrent(Cell, T):
    """A cell on T steps  →  mode → function of no arguments; ``forward`` returns the cache."""
    rng = np.random.default_rng(0)
    cell = Cell(SIZE, SIZE, rng=rng, dtype=np.float32)
    x, dhs = (rng.standard_normal((T, 1, SIZE)).astype(np.float32) for _ in range(2))

    def forward():
        return cell.forward(x)[2]

    def token():
        state = cell.init_state(1)
        for _ in range(TOKENS):
            state, _ = cell.step(x[0], state)

    return {"forward": forward, "both": lambda: cell.backward(dhs, forward()), "token": token}


def attentive(T):
    """A layer of causal self-attention on T places, with the same three functions."""
    rng = np.random.default_rng(0)
    layer = attention.MultiHeadAttention(SIZE, HEADS, rng=rng, dtype=np.float32)
    x, dy = (rng.standard_normal((1, T, SIZE)).astype(np.float32) for _ in range(2))
    mask, kept = attention.causal_mask(T), np.zeros((2, T, SIZE), np.float32)

    def forward():
        return layer.forward(x, x, x, mask)[2]

    def token():
        for _ in range(TOKENS):
            step(layer.params, x[0, -1], kept)

    return {"forward": forward, "both": lambda: layer.backward(dy, forward()), "token": token}


def step(p, x, kept):
    """One more word x (d,), the last place of the keys and values kept (2, T, d)  →  y (d,)."""
    q, kept[0, -1], kept[1, -1] = (x @ p[f"W_{n}"] + p[f"b_{n}"] for n in "qkv")
    k, v = (a.reshape(len(a), HEADS, -1).swapaxes(0, 1) for a in kept)  # (heads, T, d / heads)
    q = q.reshape(HEADS, -1, 1)
    weights = softmax((k @ q)[..., 0] / np.sqrt(q.shape[1]))  # (heads, T)
    return (weights[:, None] @ v).reshape(-1) @ p["W_o"] + p["b_o"]


CONTENDERS = {
    "RNN": lambda T: recurrent(cells.RNN, T),
    "LSTM": lambda T: recurrent(cells.LSTM, T),
    "GRU": lambda T: recurrent(cells.GRU, T),
    "attention": attentive,
}


def seconds(function):
    """CPU seconds of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def measure(T, rounds=ROUNDS):
    """name → CPU seconds of each mode (rounds,), and the bytes of the cache, at length T."""
    built = {name: build(T) for name, build in CONTENDERS.items()}
    found = {name: {mode: [] for mode in MODES} for name in built}
    for turn in range(rounds + 1):  # the first pays for fresh memory
        for name, functions in built.items():
            for mode, function in functions.items():
                taken = seconds(function) / (TOKENS if mode == "token" else 1)
                found[name][mode] += [taken] * (turn > 0)
    for name, functions in built.items():
        found[name]["bytes"] = footprint.cache_bytes(functions["forward"]())
    return found


def one_process():
    """Measure every length and print the results as JSON."""
    print(json.dumps([measure(T) for T in LENGTHS]))


def summary(processes):
    """[for each process [for each length what ``measure`` found]]  →  name → mode → quartiles."""
    runs = {}
    for name in CONTENDERS:
        runs[name] = {"bytes": [at[name]["bytes"] for at in processes[0]]}
        for mode in MODES:
            times = [[run[n][name][mode] for run in processes] for n in range(len(processes[0]))]
            quartiles = [np.quantile(np.ravel(t), (0.25, 0.5, 0.75)) for t in times]
            runs[name][mode] = [[float(f"{q:.3g}") for q in row] for row in quartiles]
    return runs


def main():
    settings = {
        "command": "python -m benchmarks.cost_sweep", "lengths": LENGTHS, "size": SIZE,
        "heads": HEADS, "batch_size": 1, "dtype": "float32", "rounds": ROUNDS,
        "processes": PROCESSES, "machine": platform.machine(),
        "clock": "process_time, seconds; quartiles over the rounds: 25, 50, 75 %",
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }  # fmt: skip
    command = [sys.executable, "-c", "from benchmarks import cost_sweep as c; c.one_process()"]
    clean = {k: v for k, v in os.environ.items() if k not in FORCED} | ENVIRONMENT
    runs = [subprocess.run(command, cwd=rows.ROOT, env=clean, stdout=subprocess.PIPE, check=True)
            for _ in range(PROCESSES)]  # fmt: skip
    settings["runs"] = summary([json.loads(run.stdout) for run in runs])
    rows.write_json(RESULTS, settings)
    for name, entry in settings["runs"].items():
        print(name, {mode: [row[1] for row in entry[mode]] for mode in MODES}, entry["bytes"])


if __name__ == "__main__":
    main()

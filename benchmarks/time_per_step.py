"""Time per step of RNN, LSTM and GRU over lengths, batch sizes and sizes of the state.

"ours" is lessons_lib, "torch" torch.nn, "plain" torch.nn with oneDNN switched off, "cell" a loop
over nn.LSTMCell and its like.  Forward alone, without a record for the way back, and forward with
backward; float32, one thread, CPU time, D = H.  The contenders take turns, as in
``benchmarks.speed``; a ratio is the median over the rounds of time / time in the same round.  One
contender runs twice: a run in which the two are more than 8 % apart is repeated, and left out
(null) if it stays so.  All sizes are measured in several fresh processes, one after the other;
what they find is added to what is stored already, so delete the file to begin anew.
Results: src/lessons_lib/data/time_per_step.json.  On an idle machine, some minutes:

    python -m benchmarks.time_per_step --anew
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from itertools import product

from sweeps.runner import rows  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
import torch

from benchmarks.speed import ATTEMPTS, DRIFT, ENVIRONMENT, FORCED, measure
from lessons_lib import cells

LENGTHS, BATCHES, SIZES = (1, 5, 10, 20, 50), (1, 32, 128), (32, 64, 128, 256)
ROUNDS, SLOT = 5, 0.01
MODES, NAMES = ("forward", "both"), ("RNN", "LSTM", "GRU")
CONTROL = ("torch LSTM", "torch LSTM again")
RATIOS = {
    "ours": ("ours GRU", "ours LSTM"),
    "torch": ("torch GRU", "torch LSTM"),
    "plain": ("plain GRU", "plain LSTM"),
    "cell": ("cell GRU", "cell LSTM"),
}
SIDES = ("ours", "torch", "cell")
RESULTS = rows.DATA / "time_per_step.json"


def ours(name, x, dhs, both):
    H = x.shape[-1]
    cell = getattr(cells, name)(H, H, rng=np.random.default_rng(0), dtype=x.dtype)

    def run():
        _, _, cache = cell.forward(x)
        if both:
            cell.backward(dhs, cache)

    return run


def torch_layer(name, x, dhs, both, fused=True):
    H = x.shape[-1]
    layer = getattr(torch.nn, name)(H, H)
    x, dhs = torch.from_numpy(x).requires_grad_(both), torch.from_numpy(dhs)

    def run():
        torch.backends.mkldnn.set_flags(fused)
        layer.zero_grad()
        x.grad = None
        with torch.set_grad_enabled(both):
            hs, _ = layer(x)
        if both:
            hs.backward(dhs)
        torch.backends.mkldnn.set_flags(True)

    return run


def torch_cell(name, x, dhs, both):
    """The loop that is written when each input has to be answered before the next comes."""
    H = x.shape[-1]
    cell = getattr(torch.nn, name + "Cell")(H, H)
    x, dhs = torch.from_numpy(x).requires_grad_(both), torch.from_numpy(dhs)

    def run():
        cell.zero_grad()
        x.grad, state, hs = None, None, []
        with torch.set_grad_enabled(both):
            for x_t in x:
                state = cell(x_t, state)
                hs.append(state[0] if name == "LSTM" else state)
        if both:
            torch.stack(hs).backward(dhs)

    return run


def contenders(T, B, H, both):
    """label → function of no arguments that runs T steps."""
    x, dhs = np.random.default_rng(0).standard_normal((2, T, B, H)).astype(np.float32)
    functions = {f"ours {name}": ours(name, x, dhs, both) for name in NAMES}
    functions |= {f"torch {name}": torch_layer(name, x, dhs, both) for name in NAMES}
    functions |= {f"plain {name}": torch_layer(name, x, dhs, both, False) for name in NAMES[1:]}
    functions |= {f"cell {name}": torch_cell(name, x, dhs, both) for name in NAMES}
    return {**functions, CONTROL[1]: functions[CONTROL[0]]}


def compare(T, B, H, both):
    """→  dict of ratios, dict of microseconds per step; None where the machine was too busy."""
    for _ in range(ATTEMPTS):
        seconds = measure(contenders(T, B, H, both), ROUNDS, SLOT)
        pairs = {"control": CONTROL[::-1], **RATIOS}
        ratios = {k: float(np.median(seconds[a] / seconds[b])) for k, (a, b) in pairs.items()}
        if abs(ratios["control"] - 1) <= DRIFT:
            times = {k: 1e6 * float(np.median(v)) / T for k, v in seconds.items()}
            return ratios, times
    return None


def one_process():
    """Measure every size and print the results as JSON."""
    torch.set_num_threads(1)
    found = {}
    for mode, T, B, H in product(MODES, LENGTHS, BATCHES, SIZES):
        found[f"{mode} {T} {B} {H}"] = compare(T, B, H, mode == "both")
        print(mode, T, B, H, found[f"{mode} {T} {B} {H}"], file=sys.stderr, flush=True)
    print(json.dumps(found))


def add(results, run):
    """Append one process's measurements: axes (processes, lengths, batches, sizes)."""
    shape = len(LENGTHS), len(BATCHES), len(SIZES)
    for mode in MODES:
        pairs = [run[f"{mode} {T} {B} {H}"] for T, B, H in product(LENGTHS, BATCHES, SIZES)]
        for part, entries in enumerate((results["gru_over_lstm"], results["microseconds"])):
            for name, by_mode in entries.items():
                found = [pair and float(f"{pair[part][name]:.3g}") for pair in pairs]
                by_mode[mode].append(np.reshape(np.array(found, object), shape).tolist())


def frame(anew):
    """The results so far, or none yet; ends where they come from elsewhere."""
    settings = {
        "command": "python -m benchmarks.time_per_step --anew", "lengths": list(LENGTHS),
        "batches": list(BATCHES), "sizes": list(SIZES), "rounds": ROUNDS,
        "threads": 1, "dtype": "float32",
        "machine": f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__.split("+")[0]},
    }  # fmt: skip
    if RESULTS.exists() and not anew:
        results = json.loads(RESULTS.read_text(encoding="utf-8"))
        if changed := [name for name, value in settings.items() if results.get(name) != value]:
            sys.exit(f"{RESULTS.name} was made with other {', '.join(changed)}: delete it first")
        return results
    labels = [f"{side} {name}" for side in SIDES for name in NAMES]
    return {
        **settings,
        "gru_over_lstm": {name: {mode: [] for mode in MODES} for name in RATIOS},
        "microseconds": {label: {mode: [] for mode in MODES} for label in labels},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=3, help="how often all is measured")
    parser.add_argument("--anew", action="store_true", help="drop what is stored")
    args = parser.parse_args()
    clean = {k: v for k, v in os.environ.items() if k not in FORCED}
    code = "from benchmarks.time_per_step import one_process; one_process()"
    results = frame(args.anew)
    for _ in range(args.processes):
        done = subprocess.run([sys.executable, "-c", code], env={**clean, **ENVIRONMENT},
                              cwd=rows.ROOT, stdout=subprocess.PIPE, check=True)  # fmt: skip
        add(results, json.loads(done.stdout))
        rows.write_json(RESULTS, results)


if __name__ == "__main__":
    main()

"""Time per step of RNN, LSTM and GRU, ours and torch.nn, over batch sizes and sizes of the state.

Forward alone, and forward with backward; float32, one thread, CPU time, D = H.  The contenders take
turns, as in ``benchmarks.speed``; a ratio is the median over the rounds of time / time in the same
round.  One contender runs twice: a run in which the two are more than 8 % apart is repeated, and
left out (null) if it stays so.  All sizes are measured in several fresh processes, one after the
other; what they find is added to what is stored already, so delete the file to begin anew.
"plain" is torch.nn with oneDNN switched off.
Results: src/lessons_lib/data/time_per_step.json.

    python -m benchmarks.time_per_step
"""

import argparse
import json
import os
import platform
import subprocess
import sys

from sweeps.runner import rows  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
import torch

from benchmarks.speed import ATTEMPTS, DRIFT, ENVIRONMENT, FORCED, measure
from lessons_lib import cells

STEPS, BATCHES, SIZES, ROUNDS = 50, (1, 32, 128), (32, 64, 128, 256), 9
MODES, NAMES = ("forward", "both"), ("RNN", "LSTM", "GRU")
CONTROL = ("torch LSTM", "torch LSTM again")
RATIOS = {
    "ours": ("ours GRU", "ours LSTM"),
    "torch": ("torch GRU", "torch LSTM"),
    "plain": ("plain GRU", "plain LSTM"),
}
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


def contenders(B, H, both):
    """label → function of no arguments that runs 50 steps."""
    x, dhs = np.random.default_rng(0).standard_normal((2, STEPS, B, H)).astype(np.float32)
    functions = {f"ours {name}": ours(name, x, dhs, both) for name in NAMES}
    functions |= {f"torch {name}": torch_layer(name, x, dhs, both) for name in NAMES}
    functions |= {f"plain {name}": torch_layer(name, x, dhs, both, False) for name in NAMES[1:]}
    return {**functions, CONTROL[1]: functions[CONTROL[0]]}


def compare(B, H, both):
    """→  dict of ratios, dict of microseconds per step; None where the machine was too busy."""
    for _ in range(ATTEMPTS):
        seconds = measure(contenders(B, H, both), ROUNDS)
        pairs = {"control": CONTROL[::-1], **RATIOS}
        ratios = {k: float(np.median(seconds[a] / seconds[b])) for k, (a, b) in pairs.items()}
        if abs(ratios["control"] - 1) <= DRIFT:
            times = {k: 1e6 * float(np.median(v)) / STEPS for k, v in seconds.items()}
            return ratios, times
    return None


def one_process():
    """Measure every size and print the results as JSON."""
    torch.set_num_threads(1)
    found = {}
    for mode in MODES:
        for B in BATCHES:
            for H in SIZES:
                found[f"{mode} {B} {H}"] = compare(B, H, mode == "both")
                print(mode, B, H, found[f"{mode} {B} {H}"], file=sys.stderr, flush=True)
    print(json.dumps(found))


def add(results, run):
    """Append one process's measurements: each number has the axes (processes, batches, sizes)."""
    for mode in MODES:
        for part, entries in enumerate((results["gru_over_lstm"], results["microseconds"])):
            for name, by_mode in entries.items():
                found = [[run[f"{mode} {B} {H}"] for H in SIZES] for B in BATCHES]
                by_mode[mode].append(
                    [[pair and round(pair[part][name], 3) for pair in row] for row in found]
                )


def frame():
    """The results so far, or none yet; ends where they come from elsewhere."""
    settings = {
        "command": "python -m benchmarks.time_per_step", "steps": STEPS, "batches": list(BATCHES),
        "sizes": list(SIZES), "rounds": ROUNDS, "threads": 1, "dtype": "float32",
        "machine": f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__.split("+")[0]},
    }  # fmt: skip
    if RESULTS.exists():
        results = json.loads(RESULTS.read_text(encoding="utf-8"))
        if changed := [name for name, value in settings.items() if results.get(name) != value]:
            sys.exit(f"{RESULTS.name} was made with other {', '.join(changed)}: delete it first")
        return results
    labels = [f"{side} {name}" for side in ("ours", "torch") for name in NAMES]
    return {
        **settings,
        "gru_over_lstm": {name: {mode: [] for mode in MODES} for name in RATIOS},
        "microseconds": {label: {mode: [] for mode in MODES} for label in labels},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=3, help="how often all is measured")
    processes = parser.parse_args().processes
    clean = {k: v for k, v in os.environ.items() if k not in FORCED}
    code = "from benchmarks.time_per_step import one_process; one_process()"
    results = frame()
    for _ in range(processes):
        done = subprocess.run([sys.executable, "-c", code], env={**clean, **ENVIRONMENT},
                              cwd=rows.ROOT, stdout=subprocess.PIPE, check=True)  # fmt: skip
        add(results, json.loads(done.stdout))
        rows.write_json(RESULTS, results)


if __name__ == "__main__":
    main()

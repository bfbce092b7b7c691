"""Speed of the NumPy cells against ``torch.nn``: ``make bench``.

Forward and backward, the inputs' gradient included, float32, one thread, CPU time.  The
contenders take turns, round after round; each cell of the table is the median over the rounds of
time / time of torch.nn in the same round, with the quartiles.  ``torch.nn again`` is the control:
it should read 1.00, and a run in which it is off by more than 8 % is repeated.
"""

import argparse
import os
import subprocess
import sys
import time

from tools.environment import THREADS

SIZES = [(100, 32, 128), (100, 64, 256), (100, 1, 128)]  # (T, B, D = H)
LIMITS = {"LSTM": (1.5, 1.3, 2.2), "GRU": (0.85, 1.0, 0.35), "RNN": (0.75, 0.9, 0.3)}
SLOT, ROUNDS, ATTEMPTS, DRIFT = 0.03, 15, 4, 0.08

# One thread; freed memory is kept, so that neither side pays page faults for its big arrays;
# no kernel is forced, so that both sides use the best one this processor has.
ENVIRONMENT = {
    **dict.fromkeys(THREADS, "1"),
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "2147483647",
    "MALLOC_TOP_PAD_": "268435456",
}
FORCED = ("OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA")


def contenders(name, T, B, H):
    """name → dict of label → function of no arguments that runs one forward and backward."""
    import numpy as np
    import torch

    from benchmarks import teaching_styles
    from lessons_lib import cells

    rng = np.random.default_rng(0)
    x, dhs = rng.standard_normal((2, T, B, H)).astype(np.float32)
    cell = getattr(cells, name)(H, H, rng=rng, dtype=np.float32)
    layer, one_step = getattr(torch.nn, name)(H, H), getattr(torch.nn, name + "Cell")(H, H)
    x_torch, dhs_torch = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dhs)
    W, concatenated = teaching_styles.weights(cell), getattr(teaching_styles, name.lower())

    def torch_nn():
        layer.zero_grad()
        x_torch.grad = None
        layer(x_torch)[0].backward(dhs_torch)

    def ours():
        hs, _, cache = cell.forward(x)
        cell.backward(dhs, cache)

    return {
        "torch.nn": torch_nn,
        "torch.nn again": torch_nn,
        "lessons_lib": ours,
        "concatenated steps": lambda: concatenated(W, x, dhs),
        "torch cell loop": lambda: teaching_styles.cell_loop(one_step, x_torch, dhs_torch),
    }


def measure(functions, rounds=ROUNDS):
    """dict of label → array (rounds,) of CPU seconds per call, the labels taking turns."""
    import numpy as np

    repeats = {}
    for label, function in functions.items():
        function()
        start = time.process_time()
        function()
        repeats[label] = max(1, round(SLOT / max(time.process_time() - start, 1e-6)))
    seconds = {label: np.empty(rounds) for label in functions}
    for k in range(rounds):
        for label, function in functions.items():
            start = time.process_time()
            for _ in range(repeats[label]):
                function()
            seconds[label][k] = (time.process_time() - start) / repeats[label]
    return seconds


def compare(name, T, B, H):
    """label → (median, lower quartile, upper quartile) of the per-round ratios, and torch's ms."""
    import numpy as np

    functions = contenders(name, T, B, H)
    for _ in range(ATTEMPTS):
        seconds = measure(functions)
        base = seconds["torch.nn"]
        ratios = {k: np.quantile(v / base, [0.5, 0.25, 0.75]) for k, v in seconds.items()}
        if abs(ratios["torch.nn again"][0] - 1) <= DRIFT:
            break
    else:
        print("  (the control stayed off by more than 8 %: this machine is busy)")
    return ratios, 1e3 * np.median(base)


def table(names):
    """Print the ratios of every cell and size; return False where a limit is passed."""
    import torch

    torch.set_num_threads(1)
    good = True
    for name in names:
        for (T, B, H), limit in zip(SIZES, LIMITS[name], strict=True):
            ratios, ms = compare(name, T, B, H)
            print(f"{name} (T {T}, B {B}, D = H = {H}), torch.nn {ms:.2f} ms; ratio to torch.nn:")
            for label, (median, low, high) in ratios.items():
                ours = label == "lessons_lib"
                verdict = f"   limit {limit}" if ours else ""
                if ours and median > limit:
                    verdict, good = verdict + "  OVER", False
                print(f"    {label:<20}{median:6.2f}   [{low:.2f} … {high:.2f}]{verdict}")
        seconds = measure({T: contenders(name, T, 32, 128)["lessons_lib"] for T in (100, 200)})
        import numpy as np

        growth = float(np.median(seconds[200] / seconds[100]))
        print(f"    {name}: time(T = 200) / time(T = 100) = {growth:.2f}   limit 2.5\n", flush=True)
        good &= growth < 2.5
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="*", default=list(LIMITS), help="RNN, LSTM or GRU")
    names = parser.parse_args().cells
    if unknown := sorted(set(names) - set(LIMITS)):
        parser.error(f"no cell named {', '.join(unknown)}: choose from {', '.join(LIMITS)}")
    if os.environ.get("LESSONS_BENCH") != "1":
        clean = {k: v for k, v in os.environ.items() if k not in FORCED}
        command = [sys.executable, "-m", "benchmarks.speed", *names]
        sys.exit(subprocess.call(command, env={**clean, **ENVIRONMENT, "LESSONS_BENCH": "1"}))
    sys.exit(0 if table(names) else 1)


if __name__ == "__main__":
    main()

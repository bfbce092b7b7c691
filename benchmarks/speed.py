"""Speed of the NumPy cells against ``torch.nn``: ``make bench``.

Forward and backward, the inputs' gradient included, float32, one thread, CPU time.  The
contenders take turns, round after round; each cell of the table is the median over the rounds of
time / time of torch.nn in the same round, with the quartiles.  ``torch.nn again`` is the control:
it should read 1.00, and a run in which it is off by more than 8 % is repeated.  ``products alone``
is the limit: the matrix products that the NumPy cell needs, without a single line around them.

It reports and judges nothing: the ratios depend on the processor, on which kernels the libraries
choose for it (the first line names them), and on what else runs.
"""

import argparse
import os
import subprocess
import sys
import time

from tools.environment import THREADS

SIZES = [(100, 32, 128), (100, 64, 256), (100, 1, 128)]  # (T, B, D = H)
AIMS = {"LSTM": (1.3, 1.2, 1.9), "GRU": (0.8, 1.0, 0.3), "RNN": (0.6, 0.9, 0.2)}
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


def kernels():
    """What computes the products and the tanh here, for the record (str)."""
    import numpy as np
    import threadpoolctl
    import torch

    blas = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    names = [f"{pool['internal_api']} {pool.get('architecture', '?')}" for pool in blas]
    simd = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    return (
        f"NumPy {np.__version__}, products by {', '.join(names) or 'an unknown library'}, "
        f"tanh by {' '.join(simd)}; torch {torch.__version__}, "
        f"{torch.backends.cpu.get_cpu_capability()}"
    )


def products(cell, x):
    """A function of no arguments: the matrix products of one forward and backward, D = H."""
    import numpy as np

    from lessons_lib.cells.gates import side_by_side, weight_gradient

    T, B, H = x.shape
    W_xh, W_hh = (cell.params[key].reshape(-1, H, H) for key in ("W_xh", "W_hh"))
    W_xh_T, W_hh_T = side_by_side(W_xh), side_by_side(W_hh)
    da = np.repeat(x[:, :, None], len(W_xh), axis=2)  # (T, B, G, H)

    def run():
        x.reshape(T * B, H) @ W_xh
        for t in range(T):
            x[t] @ W_hh
            da[t].reshape(B, -1) @ W_hh_T
        da.reshape(T * B, -1) @ W_xh_T
        weight_gradient(x, da), weight_gradient(x, da)

    return run


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

    return {
        "torch.nn": torch_nn,
        "torch.nn again": torch_nn,
        "lessons_lib": lambda: cell.backward(dhs, cell.forward(x)[2]),
        "products alone": products(cell, x),
        "concatenated steps": lambda: concatenated(W, x, dhs),
        "torch cell loop": lambda: teaching_styles.cell_loop(one_step, x_torch, dhs_torch),
    }


def measure(functions, rounds=ROUNDS, slot=SLOT):
    """dict of label → array (rounds,) of CPU seconds per call, the labels taking turns."""
    import numpy as np

    repeats = {}
    for label, function in functions.items():
        function()
        start = time.process_time()
        function()
        repeats[label] = max(1, round(slot / max(time.process_time() - start, 1e-6)))
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
        print("  (the control stayed off by more than 8 %: this machine is busy, read it so)")
    return ratios, 1e3 * np.median(base)


def table(names):
    """Print the ratios of every cell and size."""
    import numpy as np
    import torch

    torch.set_num_threads(1)
    print(kernels() + "\n")
    for name in names:
        for (T, B, H), aim in zip(SIZES, AIMS[name], strict=True):
            ratios, ms = compare(name, T, B, H)
            print(f"{name} (T {T}, B {B}, D = H = {H}), torch.nn {ms:.2f} ms; ratio to torch.nn:")
            for label, (median, low, high) in ratios.items():
                aimed = f"   aim {aim}" if label == "lessons_lib" else ""
                print(f"    {label:<20}{median:6.2f}   [{low:.2f} … {high:.2f}]{aimed}")
        seconds = measure({T: contenders(name, T, 32, 128)["lessons_lib"] for T in (100, 200)})
        growth = float(np.median(seconds[200] / seconds[100]))
        print(f"    {name}: time(T = 200) / time(T = 100) = {growth:.2f}\n", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="*", default=list(AIMS), help="RNN, LSTM or GRU")
    names = parser.parse_args().cells
    if unknown := sorted(set(names) - set(AIMS)):
        parser.error(f"no cell named {', '.join(unknown)}: choose from {', '.join(AIMS)}")
    if os.environ.get("LESSONS_BENCH") != "1":
        clean = {k: v for k, v in os.environ.items() if k not in FORCED}
        command = [sys.executable, "-m", "benchmarks.speed", *names]
        sys.exit(subprocess.call(command, env={**clean, **ENVIRONMENT, "LESSONS_BENCH": "1"}))
    table(names)


if __name__ == "__main__":
    main()

"""Re-execute notebooks in place.

    python -m tools.notebooks.execute book/1_rnn/loop_with_state.ipynb …

Each runs in a fresh kernel of this interpreter, several side by side. A notebook that fails keeps
its file untouched; the cell and the error are printed and the exit status is 1.
"""

import copy
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.environment import METADATA, ROOT, pin_threads
from tools.notebooks import changes, claim_rules, hygiene

ANSI = re.compile(r"\x1b\[[0-9;]*m")
FAILURES = (CellExecutionError, CellTimeoutError, DeadKernelError)
SHOWN = 6  # lines of a cell that say something else


class Failed(Exception):
    """A cell of the notebook did not run."""


def read(path):
    """The notebook, if it is one."""
    try:
        nb = nbformat.read(path, as_version=4)
        nbformat.validate(nb)
    except (*hygiene.INVALID, UnicodeDecodeError) as error:
        raise Failed(f"not a valid notebook: {str(error).splitlines()[0]}") from error
    return nb


def execute(path):
    """Run every cell of the notebook in its own folder, store the outputs  →  seconds, changes."""
    start = time.perf_counter()
    nb = read(path)
    before = changes.outputs(copy.deepcopy(nb))
    client = NotebookClient(
        nb,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # its remarks on TCP are not ours
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except FAILURES as error:
        raise Failed(describe(nb, error)) from error
    normalise(nb)
    nbformat.validate(nb)
    scratch = path.with_suffix(".ipynb.tmp")
    nbformat.write(nb, scratch)
    os.replace(scratch, path)
    return time.perf_counter() - start, changes.between(before, changes.outputs(nb))


def describe(nb, error):
    """Which cell failed, and the end of its traceback."""
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    raised = [
        (n, out)
        for n, cell in enumerate(code, 1)
        if "raises-exception" not in cell.metadata.get("tags", [])
        for out in cell.get("outputs", [])
        if out.output_type == "error"
    ]
    if not raised:
        done = sum(cell.execution_count is not None for cell in code)
        return f"code cell {done + 1}: {ANSI.sub('', str(error)).strip()}"
    n, out = raised[0]
    trace = ANSI.sub("", "\n".join(out.traceback)).splitlines()
    return "\n    ".join([f"code cell {n}: {out.ename}: {out.evalue}", *trace[-12:]])


def normalise(nb):
    """Only what a reader or a test needs stays: no timing, no editor state, one kernel name."""
    nb.metadata = nbformat.from_dict(METADATA)
    nb.nbformat, nb.nbformat_minor = 4, 5
    for n, cell in enumerate(nb.cells):
        cell.setdefault("id", f"cell-{n}")
        cell.metadata = nbformat.from_dict(
            {k: v for k, v in cell.metadata.items() if k in hygiene.CELL_KEYS}
        )
        if cell.cell_type == "code":
            cell.outputs = join_streams(cell.outputs)


def join_streams(outputs):
    """The kernel sends text in pieces cut by its clock: join neighbours of the same stream."""
    joined = []
    for out in outputs:
        last = joined[-1] if joined else None
        if last and out.output_type == last.output_type == "stream" and out.name == last.name:
            last.text += out.text
        else:
            joined.append(out)
    return joined


def report(path, result):
    """A notebook that ran: what it says otherwise than before, what the hygiene tests will say."""
    name = os.path.relpath(path, ROOT)
    try:
        seconds, changed = result()
    except Failed as failure:
        print(f"FAILED    {name} (file untouched)\n    {failure}", flush=True)
        return False
    cells = f"{len(changed)} of its cells say" if len(changed) > 1 else "1 of its cells says"
    said = f"{cells} something else than before:" if changed else "says the same as before"
    print(f"{seconds:6.1f} s  {name}: {said}", flush=True)
    for n, sentences in changed:
        more = [f"and {len(sentences) - SHOWN} lines more"] if len(sentences) > SHOWN else []
        for sentence in sentences[:SHOWN] + more:
            print(f"          cell {n}: {sentence}", flush=True)
    claimed = claim_rules.faults(path) if claim_rules.is_lesson(path) else []
    for fault in hygiene.faults(path) + claimed:
        print(f"          note: {fault}", flush=True)
    return True


def execute_all(paths):
    """Execute the notebooks side by side, print a line for each  →  did all of them run?"""
    pin_threads()
    # Under pytest ipykernel leaves the output of subprocesses alone; the stored outputs must agree.
    os.environ["PYTEST_CURRENT_TEST"] = "make notebooks"
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        jobs = {pool.submit(execute, path): path for path in paths}
        try:
            return all([report(jobs[job], job.result) for job in as_completed(jobs)])
        except (
            KeyboardInterrupt
        ):  # the threads would wait for their cells; a kernel follows its parent
            print("Stopped: what did not say so above is untouched.", file=sys.stderr, flush=True)
            os._exit(130)


def main(names):
    paths = [Path(name).resolve() for name in names]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing or not paths:
        sys.exit(f"no such notebook: {', '.join(missing) or 'book/*/*.ipynb is empty'}")
    sys.exit(not execute_all(paths))


if __name__ == "__main__":
    main(sys.argv[1:])

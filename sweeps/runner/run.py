"""The runner: computes what is missing or stale of a sweep, each finished run a row on disk."""

import sys
import time
import warnings
from contextlib import nullcontext

import joblib
import numpy as np
import threadpoolctl
from tqdm import tqdm

from sweeps.runner import code, rows
from sweeps.runner.declare import choose


class Failed(RuntimeError):
    """Runs ended with an error, and the sweep does not say what such a run is worth."""


def trial(run, settings, seed, data=None):
    """One run, on whatever machine  →  its row; an exception becomes the row's ``error``."""
    start, values, error = time.process_time(), {}, ""
    digest, versions = code.key(run, settings, data)
    with threadpoolctl.threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what overflows on the way to a loss that is not finite
        try:
            values = {name: plain(value) for name, value in run(settings, seed).items()}
        except Exception as problem:
            error = f"{type(problem).__name__}: {problem}"
    seconds = round(time.process_time() - start, 2)
    return {**settings, "seed": seed, **values, "seconds": seconds, "error": error,
            "code": digest, "versions": versions, "machine": machine()}  # fmt: skip


def plain(value):
    """A number, or a list of them, without the types of NumPy; floats with six digits in a list."""
    if isinstance(value, list | tuple | np.ndarray):
        return [float(f"{number:.6g}") for number in value]
    return value.item() if isinstance(value, np.generic) else value


def machine():
    """The kernels of the linear algebra: rows are equal to the last bit where these are."""
    found = {part.get("architecture") for part in threadpoolctl.threadpool_info()}
    return " ".join(sorted(found - {None})).lower()


def workers(jobs=1, scheduler=None):
    """A function: sweep, trials  →  the rows of the trials, in the order in which they finish.

    scheduler: the address of a Dask scheduler, such as tcp://127.0.0.1:8786, or None.
    """

    def work(sweep, trials):
        backend, data = nullcontext(), sweep.data()
        if scheduler:
            from distributed import Client

            backend = joblib.parallel_config("dask", client=Client(scheduler))
        with backend:
            parallel = joblib.Parallel(-1 if scheduler else jobs, batch_size=1,
                                       return_as="generator_unordered")  # fmt: skip
            yield from parallel(joblib.delayed(trial)(sweep.run, *each, data) for each in trials)

    return work


class Store:
    """The rows of one sweep: those of its table and of its journal that are not stale."""

    def __init__(self, sweep, data=rows.DATA, journals=rows.JOURNALS):
        self.sweep, self.text, self.rows, self.stale = sweep, sweep.data(), {}, []
        self.data, self.journal = data, journals / f"{sweep.name}.jsonl"
        self.settings = [*dict.fromkeys(name for case in sweep.cases for name in case), *sweep.grid]
        for row in [*rows.read_table(data / f"{sweep.name}.tsv"), *rows.read(self.journal)]:
            if not self.keep(row):
                self.stale.append(row)

    def keep(self, row):
        """Count a row if its code and versions are those of now; the first one without error."""
        settings = {name: row.get(name) for name in self.settings}
        fresh = (row["code"], row["versions"]) == code.key(self.sweep.run, settings, self.text)
        name = rows.identity(settings, row["seed"])
        if fresh and self.rows.get(name, {"error": True})["error"]:
            self.rows[name] = row
        return fresh

    def add(self, row):
        """A finished run: on disk, and counted.  Raises RuntimeError where it is of other code."""
        if not self.keep(row):
            raise RuntimeError(
                f"a worker has other code or versions: {row['code']}, {row['versions']!r}; give "
                "every machine the same commit and the same environment"
            )
        rows.append(self.journal, row)

    def of(self, trials):
        """The rows of these trials, as far as there are any."""
        found = (self.rows.get(rows.identity(*each)) for each in trials)
        return [row for row in found if row]

    def missing(self, trials, retry=False):
        """The trials without a row; with ``retry`` those too whose row is an error."""
        for settings, _ in trials:  # the code of now, even if it is edited while they run
            code.key(self.sweep.run, settings, self.text)
        known = [self.rows.get(rows.identity(*each)) for each in trials]
        pairs = zip(trials, known, strict=True)
        return [each for each, row in pairs if not row or (retry and row["error"])]

    def publish(self, chosen):
        """Write the table of the complete sweep, and drop the journal."""
        parts = {"tuning": self.sweep.tuning_trials(),
                 "reported": self.sweep.reported_trials(chosen)}  # fmt: skip
        table = [{"part": part, **row} for part, trials in parts.items() for row in self.of(trials)]
        rows.write_table(self.data / f"{self.sweep.name}.tsv", table)
        if self.sweep.more:
            kept = self.sweep.more([row for row in table if row["part"] == "reported"])
            rows.write_json(self.data / f"{self.sweep.keeps}.json", kept)
        self.journal.unlink(missing_ok=True)


def compute(store, trials, work):
    """Run these trials, each row on disk before the next; a bar on stderr."""
    if not trials:
        return
    bar = {"total": len(trials), "desc": store.sweep.name, "file": sys.stderr}
    for row in tqdm(work(store.sweep, trials), **bar):
        store.add(row)


def complete(sweep, store, work, retry=False):
    """Compute what is missing of the sweep  →  its choice, {group: point of the grid}.

    Raises AtTheEdge before any run that would be reported, and Failed for runs with an error
    where the sweep has no ``guess`` for them.
    """
    chosen = {}
    for part in ("tuning", "reported"):
        trials = sweep.tuning_trials() if part == "tuning" else sweep.reported_trials(chosen)
        compute(store, store.missing(trials, retry), work)
        done = store.of(trials)
        errors = [row["error"] for row in done if row["error"]]
        if errors and sweep.guess is None:
            raise Failed(f"{sweep.name}: {len(errors)} of {len(done)} runs failed: {errors[0]}; "
                         "their rows are kept, --retry runs them again")  # fmt: skip
        if part == "tuning":
            chosen = choose(sweep, done)
    return chosen


def expected(store, trials):
    """CPU seconds these trials will take, from rows of the same case if there are any."""
    case = [name for name in store.settings if name not in store.sweep.grid]
    known, guess = {}, store.sweep.seconds
    for row in store.rows.values():
        known.setdefault(tuple(row[name] for name in case), []).append(row["seconds"])
    return sum(
        np.mean(known.get(tuple(settings[name] for name in case),
                          guess(settings) if callable(guess) else guess))
        for settings, _ in trials
    )  # fmt: skip

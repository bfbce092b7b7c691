"""Draw stored runs at random over all sweeps, run them again and compare: ``make reproduce N=20``.

With the same versions and the same kernels of the linear algebra every number must be equal.  With
others a run agrees if each number is within the tolerance of its sweep, and three in four must
agree: a network at the brink of solving a task may fall on either side.
"""

import argparse
import random
import sys

import numpy as np

from sweeps.runner import catalogue, code, rows
from sweeps.runner.run import trial

BOOKKEEPING = {"part", "seed", "seconds", "error", "code", "versions", "machine"}


def drawn(count, seed):
    """(sweep, row) of ``count`` stored runs, each as likely as any other."""
    pairs = [(sweep, row) for sweep in catalogue.sweeps()
             for row in rows.read_table(rows.DATA / f"{sweep.name}.tsv")]  # fmt: skip
    return random.Random(seed).sample(pairs, min(count, len(pairs)))


def difference(sweep, row):
    """Run it again  →  the largest difference of a value, and whether it has to be nothing."""
    settings = {name: row[name] for name in (*next(iter(sweep.cases)), *sweep.grid)}
    again = trial(sweep.run, settings, row["seed"], sweep.data())
    same = all(again[name] == row[name] for name in ("versions", "machine"))
    if again["error"] or row["error"]:
        return (0.0 if again["error"] == row["error"] else np.inf), same
    names = [name for name in row.keys() - settings.keys() - BOOKKEEPING if row[name] is not None]
    return max(distance(again.get(name, np.nan), row[name]) for name in names), same


def distance(new, old):
    """Largest difference of two numbers or lists; nan equals nan, other lengths are far apart."""
    new, old = np.atleast_1d(np.asarray(new, float)), np.atleast_1d(np.asarray(old, float))
    if new.shape != old.shape or (np.isnan(new) != np.isnan(old)).any():
        return np.inf
    return float(np.nan_to_num(abs(new - old)).max())


def accept(store, count):
    """Count stale rows again if ``count`` of each old code come out the same to the last bit.

    For code that changed and still computes the same.  →  number of rows accepted.
    """
    by_code, before = {}, len(store.rows)
    for row in store.stale:
        by_code.setdefault(row["code"], []).append(row)
    for old in by_code.values():
        sample = random.Random(0).sample(old, min(count, len(old)))
        if all(difference(store.sweep, row)[0] == 0 for row in sample):
            for row in old:
                settings = {name: row[name] for name in store.settings}
                digest, versions = code.key(store.sweep.run, settings, store.text)
                store.add({**row, "code": digest, "versions": versions})
    return len(store.rows) - before


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the draw")
    args = parser.parse_args()
    print(f"{args.runs} stored runs, drawn with --seed {args.seed}")
    exact, agree = [], []
    for sweep, row in drawn(args.runs, args.seed):
        off, same = difference(sweep, row)
        good = off == 0 if same else off <= sweep.tolerance
        (exact if same else agree).append(good)
        what = {name: row[name] for name in row if name not in BOOKKEEPING - {"seed"}}
        print("ok " if good else "OFF", sweep.name, what, f"off by {off:.3g}", flush=True)
    sys.exit(not (all(exact) and (not agree or np.mean(agree) >= 0.75)))


if __name__ == "__main__":
    main()

"""Run sweeps: what is missing or stale of them, and nothing else.

python -m sweeps                         all of them
python -m sweeps gap cures --jobs 2      two of them
python -m sweeps gap --where model=GRU   some of its rows
python -m sweeps --dry-run               only say how many runs are missing, and how long
python -m sweeps gap --scheduler tcp://127.0.0.1:8786   on a Dask cluster
"""

import argparse
import sys
from concurrent.futures import BrokenExecutor
from dataclasses import replace

import joblib

from sweeps.runner import catalogue
from sweeps.runner.declare import AtTheEdge, choose
from sweeps.runner.reproduce import accept
from sweeps.runner.run import Failed, Store, complete, expected, workers


def arguments():
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m sweeps", description=__doc__, formatter_class=plain)
    parser.add_argument("names", nargs="*", help=", ".join(catalogue.modules()))
    parser.add_argument("--seeds", type=int, metavar="N", help="report seeds 0 … N - 1")
    parser.add_argument("--jobs", type=int, default=joblib.cpu_count(), help="processes")
    parser.add_argument("--scheduler", metavar="tcp://…", help="a Dask scheduler's address")
    parser.add_argument("--where", metavar="SETTING=VALUE", help="only these groups")
    parser.add_argument("--retry", action="store_true", help="run again what ended with an error")
    parser.add_argument("--accept", type=int, metavar="N", help="count rows of older code again, "
                        "if N of each, drawn at random, come out the same")  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="count the missing runs")
    return parser, parser.parse_args()


def part_of(sweep, where):
    """The sweep with the cases of some groups only; where: text "setting=value"."""
    name, _, value = where.partition("=")
    if name not in sweep.per:
        raise ValueError(f"--where: choose one of {', '.join(sweep.per)}, not {where!r}")
    cases = [case for case in sweep.cases if str(case[name]) == value]
    if not cases:
        known = dict.fromkeys(str(case[name]) for case in sweep.cases)
        raise ValueError(f"--where: no {name} {value!r}; there are {', '.join(known)}")
    return replace(sweep, cases=cases)


def plan(sweep, store, retry):
    """One line: runs that are missing, and the CPU time they will take."""
    trials = sweep.tuning_trials()
    missing = store.missing(trials, retry)
    if missing:
        later = sweep.reported_trials({sweep.group(s): sweep.points()[0] for s, _ in trials})
    else:
        later = store.missing(sweep.reported_trials(choose(sweep, store.of(trials))), retry)
    minutes = expected(store, missing + later) / 60
    return f"{sweep.name:18} {len(missing + later):6} runs  {minutes:8.1f} CPU minutes"


def carry_out(sweep, args):
    """Compute the sweep and store it if that makes it complete  →  what to say."""
    wanted = sweep if args.seeds is None else replace(sweep, seeds=range(args.seeds))
    part = part_of(wanted, args.where) if args.where else wanted
    store = Store(wanted)
    if args.accept:
        print(f"{sweep.name}: {accept(store, args.accept)} rows of older code are counted again")
    if args.dry_run:
        return plan(part, store, args.retry)
    complete(part, store, workers(args.jobs, args.scheduler), args.retry)
    tuning = wanted.tuning_trials()
    if set(sweep.seeds) <= set(wanted.seeds) and not store.missing(tuning):
        chosen = choose(wanted, store.of(tuning))
        if not store.missing(wanted.reported_trials(chosen)):
            store.publish(chosen)
            return f"{sweep.name}: stored, {len(store.rows)} rows"
    return f"{sweep.name}: not complete yet, its rows wait in {store.journal}"


def main():
    parser, args = arguments()
    status = 0
    try:
        for sweep in catalogue.sweeps(args.names):
            try:
                print(carry_out(sweep, args), flush=True)
            except (AtTheEdge, Failed) as problem:
                print(problem, file=sys.stderr)
                status = 1
    except ValueError as problem:
        parser.error(str(problem))
    except (OSError, BrokenExecutor, KeyboardInterrupt) as problem:  # disk, worker, Ctrl-C
        sys.exit(f"{problem!r}: the rows so far are kept; the same command goes on from here")
    sys.exit(status)


if __name__ == "__main__":
    main()

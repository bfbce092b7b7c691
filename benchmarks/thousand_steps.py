"""Three classic memory tasks at T = 1000, and the copy of ten symbols as far as it goes.

Adding problem, temporal order, copy of 5 symbols: LSTM and GRU with chrono initialisation and a
curriculum, 30 CPU-seconds a run, 5 seeds.  Then without the curriculum and without chrono, with the
best of three rates (found on two seeds).  Last the copy of 10 symbols, 60 CPU-seconds a run.
CPU seconds cover training with the checks that end it; the score is that of 256 new sequences.
Results: src/lessons_lib/data/thousand_steps.json; they are printed as a table.

    python -m benchmarks.thousand_steps                     # all parts, 45 CPU-minutes
    python -m benchmarks.thousand_steps --only adding       # one part; the others are kept
"""

import argparse
import copy
import json
import platform
import time
from concurrent.futures import ProcessPoolExecutor

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np

from benchmarks.long_tasks import LONGEST, TASKS
from lessons_lib import cells, training
from lessons_models.curriculum import climb

RESULTS = store.DATA / "thousand_steps.json"
BATCH, TEST, SEEDS = 32, 256, range(5)
RATE, RATES = 1e-2, [5e-3, 1e-2, 2e-2]
SETTINGS = {
    "command": "python -m benchmarks.thousand_steps", "longest": LONGEST, "seeds": list(SEEDS),
    "batch_size": BATCH, "test_sequences": TEST, "rate": RATE, "rates_tried": RATES,
    "window": 10,
    "tasks": {
        name: {"hidden_size": t.hidden, "budget": t.budget, "on_the_way": t.on_the_way,
               "at_the_end": t.at_the_end, "solved": t.solved, "tune": t.tune.__name__}
        for name, t in TASKS.items()
    },
}  # fmt: skip
CELLS = {"LSTM": cells.LSTM, "GRU": cells.GRU}
BIASED = {"LSTM": {"forget_bias": 1.0}, "GRU": {"keep_bias": 0.0}}  # without chrono


def build(name, kind, seed, chrono):
    """A fresh network of the seed for the task  →  SequenceModel in float32."""
    task, rng = TASKS[name], np.random.default_rng([seed, 0])
    start = {"chrono": LONGEST} if chrono else BIASED[kind]
    cell = CELLS[kind](task.inputs, task.hidden, rng=rng, dtype=np.float32, **start)
    last_only = not name.startswith("copy")
    return training.SequenceModel(cell, task.outputs, rng=rng, last_only=last_only)


def score(model, name, stage, seed):
    """Metric on new sequences of this stage, the same for every network of the seed."""
    x, target = TASKS[name].draw(stage, TEST, np.random.default_rng([seed, 2]))
    return round(TASKS[name].metric(model.forward(x)[0], target), 4)


def longest(name, stages, scores):
    """The largest T, with all symbols, whose score on new sequences is good enough, or 0."""
    full, reached = TASKS[name].stages[-1], [0]
    for stage, right in zip(stages, scores, strict=True):
        symbols, T = stage if isinstance(stage, tuple) else (None, stage)
        if right >= TASKS[name].solved and (symbols is None or symbols == full[0]):
            reached.append(T)
    return max(reached)


def learn(name, kind, seed, rate, *, chrono=True, renew=True, climbs=True):
    """Train until T = 1000 is passed or the budget is spent  →  (Stage, model) pairs, CPU seconds.

    chrono: the start, or forget bias 1 and keep bias 0; renew: a new Adam for each stage;
    climbs: all stages, or only the last.
    """
    task, model = TASKS[name], build(name, kind, seed, chrono)
    kept, start = training.Adam(lr=rate), time.process_time()

    def optimiser(stage):
        chosen, (factor, clip) = training.Adam(lr=rate) if renew else kept, task.tune(stage)
        chosen.lr, chosen.clip = rate * factor, clip
        return chosen

    def passed(stage):
        goal = task.at_the_end if stage == task.stages[-1] else task.on_the_way
        return training.solved(goal, SETTINGS["window"])

    stages = climb(
        model, task.draw, task.stages if climbs else task.stages[-1:], batch_size=BATCH,
        rng=np.random.default_rng([seed, 1]), loss=task.loss, metric=task.metric,
        optimiser=optimiser, passed=passed,
        give_up=lambda _: time.process_time() - start > task.budget,
    )  # fmt: skip
    pairs = [(stage, copy.deepcopy(model)) for stage in stages]
    return pairs, round(time.process_time() - start, 1)


def run(name, kind, seed, *, rate=RATE, **options):
    """Train one network and test it on new sequences  →  dict.  options: those of ``learn``."""
    pairs, seconds = learn(name, kind, seed, rate, **options)
    (stages, models), final = zip(*pairs, strict=True), TASKS[name].stages[-1]
    scores = [score(model, name, stage.T, seed) for stage, model in pairs]
    reached = longest(name, [stage.T for stage in stages], scores)
    steps = [len(stage.history.loss) for stage in stages]
    return {
        "task": name, "cell": kind, "seed": seed, "rate": rate, "solved": reached == LONGEST,
        "reached": reached, "score": score(models[-1], name, final, seed), "scores": scores,
        "steps": sum(steps), "sequences": sum(steps) * BATCH, "seconds": seconds,
        "last": round(float(stages[-1].history.metric[-20:].mean()), 4),
        "stages": [[stage.T, count] for stage, count in zip(stages, steps, strict=True)],
        "norms": [[float(f"{k(stage.history.norm):.1e}") for k in (np.median, np.max)]
                  for stage in stages],
    }  # fmt: skip


def progress(runs):
    """What decides between two rates: runs solved, then T reached, then the last metrics."""
    keys = [(run["solved"], run["reached"], run["last"]) for run in runs]
    return tuple(np.sum(keys, axis=0))


def best_rate(pool, jobs, **options):
    """Every (task, cell) of ``jobs`` with its best of three rates  →  list of dicts."""

    def start(name, kind, seed, rate):
        return pool.submit(run, name, kind, seed, rate=rate, **options)

    tried = {job: [[start(*job, seed, rate) for seed in SEEDS[:2]] for rate in RATES]
             for job in jobs}  # fmt: skip
    results = []
    for job, by_rate in tried.items():
        pairs = [[future.result() for future in pair] for pair in by_rate]
        best = max(pairs, key=progress)
        results += best
        rest = [start(*job, seed, best[0]["rate"]) for seed in SEEDS[2:]]
        results += [future.result() for future in rest]
    return results


def every(pool, name, kinds, **options):
    """All seeds of these cells on the task  →  list of dicts."""
    jobs = [(name, kind, seed) for kind in kinds for seed in SEEDS]
    return [future.result() for future in [pool.submit(run, *job, **options) for job in jobs]]


SHOWN = [("adding", "LSTM"), ("order", "GRU"), ("copy 5", "GRU")]  # what a part leaves out
PARTS = {
    "adding": lambda pool: every(pool, "adding", ("LSTM", "GRU")),
    "order": lambda pool: every(pool, "order", ("LSTM", "GRU")),
    "copy 5": lambda pool: every(pool, "copy 5", ("LSTM", "GRU")),
    "one optimiser": lambda pool: every(pool, "copy 5", ("GRU",), renew=False),
    "no chrono": lambda pool: best_rate(pool, SHOWN, chrono=False),
    "one length": lambda pool: best_rate(pool, SHOWN, climbs=False),
    "copy 10": lambda pool: every(pool, "copy 10", ("LSTM", "GRU")),
}


def report(part, runs):
    """Print one line for each run."""
    print(f"\n{part}\n{'task':8} {'T':>5} {'cell':5} seed  rate   steps  CPU s  on new sequences")
    for r in runs:
        verdict = "solved" if r["solved"] else f"reached T = {r['reached']}"
        print(
            f"{r['task']:8} {LONGEST:5} {r['cell']:5} {r['seed']:4}  {r['rate']:<5}"
            f" {r['steps']:6} {r['seconds']:6}  {verdict}, {r['score']:.4f} at T = {LONGEST}",
            flush=True,
        )


def load():
    """The stored parts, without those that were made with other settings."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    tasks, parts = results.get("tasks"), results.get("parts", {})

    def fits(name):
        return results["batch_size"] == BATCH and tasks[name] == SETTINGS["tasks"][name]

    kept = {part: runs for part, runs in parts.items() if all(fits(r["task"]) for r in runs)}
    return {**SETTINGS, "parts": kept}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PARTS, help="one part; the others are kept")
    only = parser.parse_args().only
    results = load() if only else {**SETTINGS, "parts": {}}
    with ProcessPoolExecutor(2) as pool:
        for part in [only] if only else PARTS:
            results["parts"][part] = PARTS[part](pool)
            report(part, results["parts"][part])
            results["versions"] = {"python": platform.python_version(), "numpy": np.__version__}
            store.write(RESULTS, results)


if __name__ == "__main__":
    main()

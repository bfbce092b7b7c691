"""The sweep behind the captioning lesson: what the decoder gets to see of the picture.

Seven models, 5 seeds, 700 steps of 64 fresh pictures, three learning rates each; kept is, for each
model, the rate with the best mean.  Then, at these rates: four times the steps for the best model
without attention, and trainings that never show a red shape in the middle region.

The criterion, fixed before the run: on new pictures, at least 95 % of the captions exact with
attention and less than 60 % without it, in each seed; and the largest weight on the described
region in at least 90 % of the steps that name an object.
Results: src/lessons_lib/data/captions.json.

    python -m benchmarks.caption_sweep [--only "attention|mean"]
"""

import argparse
import json
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
import torch
from tqdm import tqdm

from lessons_lib import tasks
from lessons_models import torch_captions as captions

SEEDS, RATES, TEST = range(5), (2.5e-3, 5e-3, 1e-2), 1024
RESULTS = store.DATA / "captions.json"
NUMBERS = range(1, 10)  # shapes in a picture; training has 2 to 4
MODELS = {
    "mean": captions.Captioner,
    "summary": captions.SummaryCaptioner,
    "attention": captions.AttentiveCaptioner,
    "hard attention": captions.HardCaptioner,
    "mean, place first": partial(captions.Captioner, place_first=True),
    "summary, place first": partial(captions.SummaryCaptioner, place_first=True),
    "attention, place first": partial(captions.AttentiveCaptioner, place_first=True),
}
HELD_OUT = 4, "red"  # the middle region and the colour that it never has in the last trainings


def without_red_middle(batch):
    return ~batch.names(*HELD_OUT)


def new_pictures(seed, **options):
    return tasks.pictures(TEST, rng=np.random.default_rng([seed, 2]), **options)


def trained(name, rate, seed, **options):
    model = MODELS[name](rng=np.random.default_rng([seed, 0]))
    captions.train(model, rng=np.random.default_rng([seed, 1]), lr=rate, **options)
    return model


def share(flags):
    return round(float(flags.mean()), 4)


def run(job):
    """Train one model, test it on new pictures  →  dict of shares."""
    torch.set_num_threads(1)
    name, rate, seed = job
    model, test = trained(name, rate, seed), new_pictures(seed)
    result = {"exact": share(captions.exact(model, test))}
    more = [new_pictures(seed, fewest=n, most=n) for n in NUMBERS]
    result["exact by number"] = [share(captions.exact(model, batch)) for batch in more]
    if "attention" in name:
        result["on described"] = share(captions.on_described(model, test))
    if name.startswith("attention"):
        result.update(picking_only(model, test))
    if (name, seed) == ("attention", 0):
        result["map"] = a_map(model)
    return result


def picking_only(model, test):
    """What is left of a soft model if only the region with the largest weight counts."""
    hard = captions.HardCaptioner(rng=np.random.default_rng(0), place_first=model.place_first)
    hard.load_state_dict(model.state_dict())
    words, _ = hard.describe(*captions.as_tensors(test.regions), len(test.captions))
    wrong = (words.numpy() != test.captions) & test.mask
    failed = wrong.any(axis=0)
    first = wrong.argmax(axis=0)[failed]
    at_stop = first == test.mask.sum(axis=0)[failed] - 1
    return {
        "exact if picking": share(~failed),
        "first mistake at the full stop": share(at_stop) if failed.any() else None,
    }


def a_map(model):
    """The weights for the first picture of four shapes of the stream [0, 3], to two decimals."""
    batch = tasks.pictures(1, rng=np.random.default_rng([0, 3]), fewest=4)
    words, weights = model.describe(*captions.as_tensors(batch.regions), len(batch.captions))
    weights = weights[:, 0].double().numpy().round(2)
    return {"said": batch.vocab.decode(words[:, 0].numpy()), "weights": weights.tolist()}


def run_longer(job):
    torch.set_num_threads(1)
    name, rate, seed = job
    model = trained(name, rate, seed, steps=4 * captions.STEPS)
    return share(captions.exact(model, new_pictures(seed)))


def run_held_out(job):
    """→  exact on new pictures with red in the middle, and on those without."""
    torch.set_num_threads(1)
    name, rate, seed = job
    model = trained(name, rate, seed, keep=without_red_middle)
    test = new_pictures(seed)
    seen = without_red_middle(test)
    flags = captions.exact(model, test)
    return share(flags[~seen]), share(flags[seen])


def sweep(name, pool):
    """All rates and seeds of one model  →  its entry in the results."""
    jobs = [(name, rate, seed) for rate in RATES for seed in SEEDS]
    done = list(tqdm(pool.map(run, jobs), total=len(jobs), desc=name, file=sys.stderr))
    by_rate = [done[k : k + len(SEEDS)] for k in range(0, len(done), len(SEEDS))]
    means = [float(np.mean([r["exact"] for r in runs]).round(4)) for runs in by_rate]
    best = int(np.argmax(means))
    entry = {"rate": RATES[best], "mean_by_rate": dict(zip(map(str, RATES), means, strict=True))}
    for key in by_rate[best][0]:
        values = [result.get(key) for result in by_rate[best]]
        entry[key] = values[0] if key == "map" else values
    return entry


def extra(work, names, runs, pool):
    """work(name, best rate, seed) for each name and seed  →  name → one result per seed."""
    jobs = [(name, runs[name]["rate"], seed) for name in names for seed in SEEDS]
    done = list(tqdm(pool.map(work, jobs), total=len(jobs), desc=work.__name__, file=sys.stderr))
    return {name: done[k * len(SEEDS) : (k + 1) * len(SEEDS)] for k, name in enumerate(names)}


# name → trainings at the best rates of the sweep, which therefore comes first
EXTRAS = {
    "four times the steps": (run_longer, ["summary, place first"]),
    "red never in the middle": (run_held_out, ["attention", "summary, place first"]),
}


def load(new):
    """What earlier calls stored, except the parts ``new``, with the settings of this call."""
    old = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return {
        "command": "python -m benchmarks.caption_sweep", "seeds": list(SEEDS),
        "steps": captions.STEPS, "batch_size": captions.BATCH, "clip": 1.0, "test": TEST,
        "rates_tried": RATES, "numbers": list(NUMBERS), "held_out": HELD_OUT,
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__.split("+")[0]},
        "runs": {name: old["runs"][name] for name in MODELS
                 if name in old.get("runs", {}) and name not in new},
        **{name: old[name] for name in EXTRAS if name in old and name not in new},
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = [*MODELS, *EXTRAS]
    parser.add_argument("--only", default="|".join(parts), help="names, with | between")
    names = [name.strip() for name in parser.parse_args().only.split("|") if name.strip()]
    if unknown := [name for name in names if name not in parts]:
        parser.error(f"unknown {unknown}: choose from {', '.join(parts)}")
    results = load(names)
    with ProcessPoolExecutor(2) as pool:
        for name in names:
            if name in MODELS:
                entry = results["runs"][name] = sweep(name, pool)
                print(name, entry["rate"], entry["exact"], entry.get("on described"), flush=True)
            else:
                results[name] = extra(*EXTRAS[name], results["runs"], pool)
                print(name, results[name], flush=True)
            results["runs"] = {n: results["runs"][n] for n in MODELS if n in results["runs"]}
            store.write(RESULTS, results)


if __name__ == "__main__":
    main()

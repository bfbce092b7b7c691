"""The runner of the sweeps: nothing is lost, nothing is double, and no choice sits at an edge."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from importlib import util
from unittest.mock import Mock

import numpy as np
import pytest

from lessons_lib import experiments
from sweeps import __main__ as command
from sweeps.runner import catalogue, code, reproduce, rows
from sweeps.runner.declare import AtTheEdge, Sweep, best, choose, every
from sweeps.runner.run import Failed, Store, complete, expected, workers
from tools.environment import ROOT

TOY = """
import os, time
import numpy as np
from sweeps.runner.declare import Sweep, every
def run(settings, seed):
    time.sleep(0.05)
    with open(os.environ["TOY_LOG"], "a", encoding="utf-8") as log:
        log.write(f"{os.getpid()}\\n")
    rng = np.random.default_rng([seed, settings["size"]])
    noise = rng.standard_normal((settings["size"], settings["size"]))
    score = -abs(np.log10(settings["lr"]) + 2) + 1e-3 * np.tanh(noise @ noise).mean()
    return {"accuracy": score, "loss_curve": noise[0]}
SWEEP = Sweep("toy", run, every(model=("a", "b"), size=(3, 40)), range(5),
              grid={"lr": (1e-3, 1e-2, 1e-1)}, tuning=(100, 101))
"""
GO = """
import pathlib, sys
import toy
from sweeps.runner.run import Store, complete, workers
if __name__ == "__main__":
    folder, jobs, *scheduler = sys.argv[1:]
    for place in scheduler:
        from distributed import Client
        with Client(place) as client:
            client.wait_for_workers(2, timeout=60)
    store = Store(toy.SWEEP, pathlib.Path(folder), pathlib.Path(folder))
    store.publish(complete(toy.SWEEP, store, workers(int(jobs), *scheduler)))
"""
RUNS = 2 * 2 * 3 * 2 + 2 * 2 * 5


@pytest.fixture
def toy(tmp_path):
    """A folder with a toy sweep, and what starts it there: start(folder, jobs, …) → Popen."""
    (tmp_path / "toy.py").write_text(TOY, encoding="utf-8")
    (tmp_path / "go.py").write_text(GO, encoding="utf-8")
    env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}",
                        "TOY_LOG": str(tmp_path / "log")}  # fmt: skip
    env.pop("PYTEST_CURRENT_TEST", None)

    def start(*arguments, module=("go.py",), **options):
        words = [sys.executable, *module, *map(str, arguments)]
        return subprocess.Popen(words, cwd=tmp_path, env=env, stderr=subprocess.PIPE,
                                stdout=subprocess.DEVNULL, text=True, **options)  # fmt: skip

    start.folder, start.log = tmp_path, tmp_path / "log"
    return start


def finish(process):
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return errors


def table(folder):
    """The stored toy sweep without what differs from run to run of the same numbers."""
    lines = [line.split("\t") for line in (folder / "toy.tsv").read_text("utf-8").splitlines()]
    return [[cell for name, cell in zip(lines[0], line, strict=True) if name != "seconds"]
            for line in lines]  # fmt: skip


@pytest.fixture
def undisturbed(toy):
    folder = toy.folder / "undisturbed"
    folder.mkdir()
    finish(toy(folder, 1))
    toy.log.unlink()
    return table(folder)


def until(reached, timeout=60):
    end = time.monotonic() + timeout
    while not reached():
        assert time.monotonic() < end, "it did not come so far"
        time.sleep(0.02)


def lines(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_kill_9_in_the_middle_loses_no_row_and_doubles_none(toy, undisturbed):
    folder = toy.folder / "killed"
    folder.mkdir()
    process, journal = toy(folder, 1), folder / "toy.jsonl"
    until(lambda: lines(journal) >= 7)
    process.kill()
    process.communicate()
    with open(journal, "ab") as file:
        file.write(b'{"model": "a", "siz')  # killed while it wrote a row
    finish(toy(folder, 1))
    assert table(folder) == undisturbed and not journal.exists()
    assert RUNS <= lines(toy.log) <= RUNS + 1, "at most the run under way is repeated"


def test_a_disk_that_is_full_in_the_middle_of_a_row_loses_no_row(toy, undisturbed):
    resource = pytest.importorskip("resource", reason="Windows has no limits of a process")
    folder = toy.folder / "full"
    folder.mkdir()

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    process = toy(folder, 1, preexec_fn=small_disk)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0 and "OSError" in errors
    torn = (folder / "toy.jsonl").read_bytes()
    assert len(torn) == 3000 and not torn.endswith(b"\n")
    finish(toy(folder, 1))
    assert table(folder) == undisturbed and lines(toy.log) == RUNS + 1


def test_a_row_after_a_torn_one_is_read(tmp_path):
    path = tmp_path / "toy.jsonl"
    rows.append(path, {"seed": 1})
    with open(path, "ab") as file:
        file.write(b'{"seed": 2, "accu')
    rows.append(path, {"seed": 3})
    assert rows.read(path) == [{"seed": 1}, {"seed": 3}]


def test_a_table_that_does_not_fit_on_the_disk_leaves_the_one_before(tmp_path):
    path = tmp_path / "toy.tsv"
    rows.write_table(path, [{"seed": 1, "error": ""}])
    before = path.read_bytes()
    with pytest.raises(OSError), rows.whole(path) as file:
        file.write("seed\n1")
        raise OSError(28, "No space left on device")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["toy.tsv"]


def test_two_processes_give_the_rows_of_one(toy, undisturbed):
    folder = toy.folder / "two"
    folder.mkdir()
    finish(toy(folder, 2))
    assert table(folder) == undisturbed
    assert len(set(toy.log.read_text(encoding="utf-8").split())) == 2


def test_a_lost_worker_of_a_dask_cluster_loses_no_row(toy, undisturbed):
    """A real scheduler and two workers over TCP; one of them is killed in the middle."""
    folder, address = toy.folder / "dask", toy.folder / "address"
    folder.mkdir()
    quiet = ("--no-dashboard",)
    cluster = [toy("--host", "127.0.0.1", "--port", 0, "--scheduler-file", address, *quiet,
                   module=("-m", "distributed.cli.dask_scheduler"))]  # fmt: skip
    try:
        until(
            lambda: address.exists() and address.read_text(encoding="utf-8").strip().endswith("}")
        )
        place = json.loads(address.read_text(encoding="utf-8"))["address"]
        assert place.startswith("tcp://127.0.0.1:")
        worker = ("-m", "distributed.cli.dask_worker")
        words = (place, "--nthreads", 1, "--no-nanny", *quiet)
        cluster += [toy(*words, module=worker) for _ in range(2)]
        process = toy(folder, 1, place)
        lost, other = cluster[1:]
        both = {str(lost.pid), str(other.pid)}
        until(lambda: both <= set(worked(toy.log)) and lines(folder / "toy.jsonl") >= 5)
        lost.kill()
        at_death = worked(toy.log).count(str(lost.pid))
        finish(process)
    finally:
        for each in cluster:
            each.kill()
            each.communicate()
    assert table(folder) == undisturbed
    assert at_death >= 1 and worked(toy.log).count(str(lost.pid)) <= at_death + 1
    assert RUNS <= lines(toy.log) <= RUNS + 1, "at most the run that died is repeated"


def worked(log):
    """The process of every run so far."""
    return log.read_text(encoding="utf-8").split() if log.exists() else []


def loaded(tmp_path, source, name="toy_code"):
    """A module from source text, as its file would give it."""
    path = tmp_path / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    spec = util.spec_from_file_location(name, path)
    module = util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


CODE = '''
import numpy as np
STEPS = 3
def helper(seed):
    """Words."""
    return STEPS * seed
def other(seed):
    return 0
MODELS = {"a": helper, "b": other}
def run(settings, seed):
    return {"accuracy": MODELS[settings["model"]](seed) + np.tanh(0)}
'''


def keys_of(tmp_path, source, settings, module=[0]):  # noqa: B006 - counts the modules
    module[0] += 1
    return code.key(loaded(tmp_path, source, f"toy_code_{module[0]}").run, settings)


@pytest.mark.parametrize("old, new, stale", [
    ("STEPS = 3", "STEPS = 4", True),
    ("return STEPS * seed", "return STEPS + seed", True),
    ("Words.", "Other words.", False),
    ("STEPS = 3", "STEPS = 3  # a comment", False),
    ("return 0", "return 1", False),
    ('"b": other', '"b": other, "c": other', False),
    ("def other", "def unused():\n    return 9\n\n\ndef other", False),
])  # fmt: skip
def test_a_row_is_stale_if_the_code_that_made_it_changed_and_only_then(tmp_path, old, new, stale):
    settings = {"model": "a", "lr": 0.1}
    before, versions = keys_of(tmp_path, CODE, settings)
    after, _ = keys_of(tmp_path, CODE.replace(old, new), settings)
    assert (before != after) is stale
    assert versions == f"numpy {np.__version__}"


def test_the_key_of_a_real_sweep_is_the_same_before_and_after_its_runs_and_elsewhere():
    sweep = next(catalogue.sweeps(["gap"]))
    settings = {"model": "GRU", "gap": 2, "lr": 1e-2}
    before = code.key(sweep.run, settings)
    sweep.run(settings, 0)
    code.keyed.cache_clear()
    assert code.key(sweep.run, settings) == before
    program = (
        "from sweeps.runner import catalogue, code; sweep = next(catalogue.sweeps(['gap'])); "
        f"print(*code.key(sweep.run, {settings}), sep='|')"
    )
    words = [sys.executable, "-c", program]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert tuple(told.strip().split("|")) == before


def score(settings, seed):
    """Best at lr = 0.01; the seed does not matter."""
    if settings["model"] == "broken":
        raise ValueError("the loss is nan")
    return {"accuracy": 1 - abs(np.log10(settings["lr"]) + 2)}


def small(**options):
    defaults = {"grid": {"lr": (1e-3, 1e-2, 1e-1)}, "tuning": (100, 101), "seeds": range(3)}
    return Sweep("small", score, every(model=("a", "b")), **defaults | options)


def carried_out(sweep, tmp_path):
    store = Store(sweep, tmp_path, tmp_path)
    chosen = complete(sweep, store, workers())
    store.publish(chosen)
    return chosen, rows.read_table(tmp_path / "small.tsv")


def test_the_rate_is_chosen_on_other_seeds_than_those_reported(tmp_path):
    chosen, stored = carried_out(small(), tmp_path)
    assert chosen == {("a",): {"lr": 1e-2}, ("b",): {"lr": 1e-2}}
    tuning = [row for row in stored if row["part"] == "tuning"]
    reported = [row for row in stored if row["part"] == "reported"]
    assert len(tuning) == 2 * 3 * 2 and len(reported) == 2 * 3
    assert not {row["seed"] for row in tuning} & {row["seed"] for row in reported}
    assert {row["lr"] for row in reported} == {1e-2}
    with pytest.raises(ValueError, match="the seeds that choose are reported"):
        small(seeds=range(101))


def test_a_best_setting_at_the_edge_of_its_grid_fails_the_sweep(tmp_path):
    narrow = small(grid={"lr": (1e-2, 3e-2, 1e-1)})
    store = Store(narrow, tmp_path, tmp_path)
    with pytest.raises(AtTheEdge, match=r"a: lr = 0.01; b: lr = 0.01; widen the grid"):
        complete(narrow, store, workers())
    assert len(store.rows) == 2 * 3 * 2, "nothing is reported before the choice stands"
    wide = small(grid={"lr": (1e-3, 1e-2, 3e-2, 1e-1)})
    again = Store(wide, tmp_path, tmp_path)
    assert len(again.missing(wide.tuning_trials())) == 2 * 2, "only the new rate is missing"
    assert complete(wide, again, workers())["a",] == {"lr": 1e-2}


def test_an_edge_that_is_a_limit_by_nature_is_named(tmp_path):
    natural = small(grid={"lr": (1e-2, 3e-2, 1e-1)}, natural={1e-2: "nothing is slower"})
    assert carried_out(natural, tmp_path)[0]["a",] == {"lr": 1e-2}


def test_of_settings_that_are_as_good_the_one_inside_the_grid_is_taken():
    sweep = small(tie=0.01)
    assert best(sweep, {(1e-3,): 1.0, (1e-2,): 0.995, (1e-1,): 0.2}) == (1e-2,)
    assert best(sweep, {(1e-3,): 1.0, (1e-2,): 0.98, (1e-1,): 0.2}) == (1e-3,)


def test_a_failed_run_is_a_row_with_its_error(tmp_path):
    sweep = replace(small(guess=-9.0), cases=every(model=("a", "broken")))
    _, stored = carried_out(sweep, tmp_path)
    errors = {row["model"]: row["error"] for row in stored}
    assert errors == {"a": None, "broken": "ValueError: the loss is nan"}
    failed = [row["accuracy"] for row in stored if row["model"] == "broken"]
    assert failed == [None] * (2 * 3 + 3)


def test_a_failed_run_fails_a_sweep_that_does_not_say_what_it_is_worth(tmp_path):
    sweep = replace(small(), cases=every(model=("a", "broken")))
    store = Store(sweep, tmp_path, tmp_path)
    with pytest.raises(Failed, match="6 of 12 runs failed: ValueError: the loss is nan"):
        complete(sweep, store, workers())
    again = Store(sweep, tmp_path, tmp_path)
    assert len(again.missing(sweep.tuning_trials())) == 0
    assert len(again.missing(sweep.tuning_trials(), retry=True)) == 6


def test_a_run_that_is_repeated_with_success_replaces_its_error(tmp_path):
    store = Store(small(), tmp_path, tmp_path)
    settings, seed = small().tuning_trials()[0]
    [good] = workers()(small(), [(settings, seed)])
    store.add({**good, "error": "OSError: no memory"})
    assert store.missing([(settings, seed)], retry=True)
    store.add(good)
    again = Store(small(), tmp_path, tmp_path)
    assert again.of([(settings, seed)]) == [good] and not again.missing([(settings, seed)], True)


def test_rows_of_other_code_are_neither_counted_nor_taken_from_a_worker(tmp_path):
    store = Store(small(), tmp_path, tmp_path)
    [row] = workers()(small(), small().tuning_trials()[:1])
    with pytest.raises(RuntimeError, match="other code or versions: 0123456789"):
        store.add({**row, "code": "0123456789"})
    rows.append(store.journal, {**row, "versions": "numpy 0.1"})
    assert not Store(small(), tmp_path, tmp_path).rows


@pytest.mark.parametrize("factor, accepted", [(1.0, 18), (1.000000001, 0)])
def test_rows_of_older_code_are_counted_again_if_drawn_ones_come_out_the_same(
    tmp_path, factor, accepted
):
    carried_out(small(), tmp_path)
    path = tmp_path / "small.tsv"
    old = [{**row, "code": "older", "accuracy": row["accuracy"] * factor + factor - 1}
           for row in rows.read_table(path)]  # fmt: skip
    rows.write_table(path, old)
    store = Store(small(), tmp_path, tmp_path)
    assert len(store.missing(small().tuning_trials())) == 12
    assert reproduce.accept(store, 3) == accepted
    again = Store(small(), tmp_path, tmp_path)
    assert len(again.missing(small().tuning_trials())) == (0 if accepted else 12)


def test_each_row_is_on_disk_before_the_next_run_begins(tmp_path):
    store, seen = Store(small(), tmp_path, tmp_path), []

    def watched(sweep, trials):
        for trial in trials:
            seen.append(len(rows.read(store.journal)))
            yield from workers()(sweep, [trial])

    complete(small(), store, watched)
    assert seen == list(range(2 * 3 * 2 + 2 * 3))


def test_the_time_to_come_is_that_of_runs_of_the_same_case(tmp_path):
    sweep = small(seconds=lambda settings: 7.0)
    store = Store(sweep, tmp_path, tmp_path)
    trials = sweep.tuning_trials()
    assert expected(store, trials) == 7 * len(trials)
    [row] = workers()(sweep, trials[:1])
    store.add({**row, "seconds": 2.0})
    assert expected(store, trials) == (7 + 2) * len(trials) / 2


def told(monkeypatch, capsys, sweep, tmp_path, *words):
    """What the command says about this sweep."""
    monkeypatch.setattr(catalogue, "sweeps", lambda names: [sweep])
    monkeypatch.setattr(command, "Store", lambda s: Store(s, tmp_path, tmp_path))
    monkeypatch.setattr(sys, "argv", ["sweeps", "--jobs", "1", *words])
    with pytest.raises(SystemExit) as end:
        command.main()
    out = capsys.readouterr()
    return end.value.code, out.out + out.err


def test_the_command_says_what_is_missing_and_stores_what_is_complete(
    monkeypatch, capsys, tmp_path
):
    say = (monkeypatch, capsys, small(), tmp_path)
    assert "18 runs" in told(*say, "--dry-run")[1]
    assert "not complete yet" in told(*say, "--where", "model=a")[1]
    assert "12 runs" in told(*say, "--dry-run")[1], "6 that choose, and 6 to report at most"
    assert "not complete yet" in told(*say, "--seeds", "2")[1]
    with monkeypatch.context() as patch:
        patch.setattr(command, "complete", lambda *_: None)  # a lie: nothing was computed
        assert "not complete yet" in told(*say)[1]
    assert "stored, 18 rows" in told(*say)[1]
    assert "0 runs" in told(*say, "--dry-run")[1]
    assert "stored, 22 rows" in told(*say, "--seeds", "5")[1]
    status, words = told(*say, "--where", "model=c")
    assert status == 2 and "no model 'c'; there are a, b" in words


def test_the_command_fails_at_an_edge_and_says_so(monkeypatch, capsys, tmp_path):
    narrow = small(grid={"lr": (1e-2, 3e-2, 1e-1)})
    status, words = told(monkeypatch, capsys, narrow, tmp_path)
    assert status == 1 and "widen the grid" in words


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_or_ctrl_c_is_told_with_what_to_do(monkeypatch, capsys, tmp_path, problem):
    monkeypatch.setattr(rows, "append", Mock(side_effect=problem))
    status, _ = told(monkeypatch, capsys, small(), tmp_path)
    assert status == f"{problem!r}: the rows so far are kept; the same command goes on from here"


def test_an_unknown_sweep_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="no sweep named 'gaps': choose from ablation, "):
        list(catalogue.sweeps(["gaps"]))
    with pytest.raises(ValueError, match="cures has cures, cures-crowded"):
        list(catalogue.sweeps(["cures-crowd"]))


def test_a_stored_run_that_does_not_come_out_again_is_found(tmp_path, monkeypatch, capsys):
    carried_out(small(), tmp_path)
    monkeypatch.setattr(catalogue, "sweeps", lambda: [small()])
    monkeypatch.setattr(rows, "DATA", tmp_path)
    monkeypatch.setattr(sys, "argv", ["reproduce", "--runs", "5", "--seed", "1"])

    def verdict():
        with pytest.raises(SystemExit) as end:
            reproduce.main()
        return end.value.code, capsys.readouterr().out

    status, out = verdict()
    assert status == 0 and out.count("ok ") == 5 and "--seed 1" in out
    path = tmp_path / "small.tsv"
    text = path.read_text(encoding="utf-8").replace("\t1.0\t", "\t1.000000001\t")
    path.write_text(text, encoding="utf-8")
    status, out = verdict()
    assert status == 1 and "OFF" in out
    text = re.sub(r"(?m)^([tr].*)\t\w*$", r"\1\tother", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    assert verdict()[0] == 0, "within the tolerance of another processor"


def test_the_rows_of_a_table_come_back_with_their_types(tmp_path, monkeypatch):
    table = [
        {"part": "tuning", "model": "LSTM 5, -5", "gap": 2, "accuracy": np.float64(1 / 3),
         "loss_curve": [0.5, 0.25], "clip": None, "solved": True, "error": ""},
        {"part": "reported", "model": "√ # 2", "gap": 50, "accuracy": None,
         "loss_curve": [], "clip": 1.0, "solved": False, "error": "ValueError:\tnot finite;\nat 3"},
    ]  # fmt: skip
    (tmp_path / "data").mkdir()
    rows.write_table(tmp_path / "data" / "t.tsv", table)
    last = {**table[1], "error": "ValueError: not finite; at 3"}
    assert rows.read_table(tmp_path / "data" / "t.tsv") == [{**table[0], "error": None}, last]
    monkeypatch.setattr(experiments.resources, "files", lambda _: tmp_path)
    stored = experiments.stored("t")
    np.testing.assert_array_equal(stored["accuracy"], [1 / 3, np.nan])
    assert stored["gap"].tolist() == [2, 50] and stored["solved"].tolist() == [True, False]
    assert stored[stored["part"] == "tuning"]["model"].tolist() == ["LSTM 5, -5"]
    assert stored["error"].tolist() == ["", last["error"]]
    rows.write_json(tmp_path / "data" / "t.json", {"first": "edition"})
    assert experiments.stored("t") == {"first": "edition"}
    with pytest.raises(ValueError, match="no stored results named 'u': choose from t"):
        experiments.stored("u")


def test_a_hash_of_digits_and_one_e_is_read_back_as_a_text(tmp_path):
    table = [{"lr": 0.1, "code": code} for code in ("8403130e12", "1234567890", "fae1a28b1c")]
    rows.write_table(tmp_path / "t.tsv", table)
    assert rows.read_table(tmp_path / "t.tsv") == table


SWEEPS = list(catalogue.sweeps())
STORED = [sweep for sweep in SWEEPS if (rows.DATA / f"{sweep.name}.tsv").exists()]


@pytest.mark.parametrize("sweep", STORED, ids=lambda sweep: sweep.name)
def test_no_chosen_setting_of_a_stored_sweep_is_at_the_edge_of_its_grid(sweep):
    stored = rows.read_table(rows.DATA / f"{sweep.name}.tsv")
    tuning = [row for row in stored if row["part"] == "tuning"]
    reported = [row for row in stored if row["part"] == "reported"]
    chosen = choose(sweep, tuning) if sweep.grid else {}
    for row in reported:
        for name, value in chosen.get(sweep.group(row), {}).items():
            tried = {other[name] for other in tuning if sweep.group(other) == sweep.group(row)}
            assert row[name] == value
            assert min(tried) < value < max(tried) or value in sweep.natural


@pytest.mark.parametrize("sweep", STORED, ids=lambda sweep: sweep.name)
def test_a_stored_sweep_has_every_trial_once_and_as_many_for_each(sweep):
    stored = rows.read_table(rows.DATA / f"{sweep.name}.tsv")
    names = [*next(iter(sweep.cases)), *sweep.grid]
    runs = [rows.identity({name: row[name] for name in names}, row["seed"]) for row in stored]
    assert len(set(runs)) == len(runs)
    tuning = [row for row in stored if row["part"] == "tuning"]
    by_case = {}
    for row in tuning:
        case = tuple(row[name] for name in names if name not in sweep.grid)
        by_case.setdefault(case, []).append((row["seed"], *(row[name] for name in sweep.grid)))
    assert len({tuple(sorted(tried)) for tried in by_case.values()}) <= 1
    seeds = {row["seed"] for row in stored if row["part"] == "reported"}
    assert set(sweep.seeds) <= seeds and not seeds & {row["seed"] for row in tuning}


def test_the_stored_results_are_small():
    files = [path for path in rows.DATA.iterdir() if path.suffix in (".tsv", ".json")]
    assert sum(path.stat().st_size for path in files) <= 3_000_000


def test_every_sweep_is_short():
    files = list((ROOT / "sweeps").rglob("*.py"))
    assert sum(path.read_text("utf-8").count("\n") for path in files) <= 1400


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep.name)
def test_every_case_of_a_sweep_has_the_same_settings_and_a_group_that_is_tuned(sweep):
    assert len({tuple(case) for case in sweep.cases}) == 1
    if sweep.grid:
        tuned = {sweep.group(settings) for settings, _ in sweep.tuning_trials()}
        assert tuned == {sweep.group(case) for case in sweep.cases}
    trials = sweep.reported_trials({})
    assert len({rows.identity(*trial) for trial in trials}) == len(trials)


def test_the_sweep_shown_to_contributors_is_the_one_in_its_file():
    guide = (ROOT / "sweeps" / "README.md").read_text(encoding="utf-8")
    shown = guide.partition("```python\nMODELS")[2].partition("```")[0]
    assert len(shown) > 300 and "MODELS" + shown in (ROOT / "sweeps" / "dates.py").read_text(
        "utf-8"
    )

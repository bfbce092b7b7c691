"""A sweep as data, and the rule by which it chooses: equal trials for all, and none at an edge."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import product

import numpy as np

RATES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)  # learning rates to take a stretch of


class AtTheEdge(ValueError):
    """The best setting is the last one that was tried, so it may not be the best there is."""


def every(**axes):
    """All combinations: every(model=("RNN", "GRU"), gap=(5, 50)) → four dicts."""
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


@dataclass(frozen=True)
class Sweep:
    """What is compared, what is tried for each, and what chooses.

    run(settings, seed) → dict of numbers; a list of numbers has a name that ends in "curve"
    cases: settings of the things compared; seeds: those that are reported
    grid: setting → values in order, all of them tried for every case with the ``tuning`` seeds
    per: the settings whose combinations choose for themselves, such as one rate per model
    tuned_on(case) → bool: the cases that choose, if not all
    score: what chooses, larger is better: the name of a value or a function of the row
    tie: a difference of mean scores that counts as none; then the setting inside the grid is taken
    guess: the score of a run that failed; without one, a failed run fails the sweep
    natural: value at the edge of a grid → the reason why nothing lies beyond it
    seconds: expected for a run, a number or a function of the settings
    data() → text that the runs read from a file; timed: names of values that a clock made
    tolerance: how far a value may be off on another processor
    more(chosen rows) → dict that is stored beside the rows, as JSON under the name ``keeps``
    """

    name: str
    run: Callable
    cases: Iterable[dict]
    seeds: Iterable[int] = range(10)
    grid: dict = field(default_factory=dict)
    tuning: Iterable[int] = (10_000, 10_001)
    per: tuple = ("model",)
    tuned_on: Callable = lambda case: True
    score: str | Callable = "accuracy"
    tie: float = 0.01
    guess: float | None = None
    natural: dict = field(default_factory=dict)
    seconds: float | Callable = 1.0
    data: Callable = lambda: None
    timed: tuple = ()
    tolerance: float = 0.05
    more: Callable | None = None
    keeps: str = ""

    def __post_init__(self):
        if set(self.seeds) & set(self.tuning):
            raise ValueError(f"{self.name}: the seeds that choose are reported; take others")
        for name, values in self.grid.items():
            if len(values) < 3 or sorted(values) != list(values):
                raise ValueError(f"{self.name}: {name} needs ≥ 3 values in order, not {values}")

    def group(self, settings):
        return tuple(settings[name] for name in self.per)

    def points(self):
        return every(**self.grid)

    def tuning_trials(self):
        """(settings, seed) of every run that chooses: the same number for every group."""
        cases = [case for case in self.cases if self.grid and self.tuned_on(case)]
        return [({**case, **point}, seed) for case in cases for point in self.points()
                for seed in self.tuning]  # fmt: skip

    def reported_trials(self, chosen):
        """(settings, seed) of the runs at the chosen settings: group → point of the grid."""
        return [({**case, **chosen.get(self.group(case), {})}, seed) for case in self.cases
                for seed in self.seeds]  # fmt: skip

    def merit(self, row):
        if row["error"]:
            return self.guess
        return self.score(row) if callable(self.score) else row[self.score]


def choose(sweep, rows):
    """The point of the grid with the best mean score, for each group.

    rows: those of all tuning trials  →  {group: point}.  Raises AtTheEdge, naming every group
    whose best is the first or last value of a grid by more than ``tie``.
    """
    scores = {}
    for row in rows:
        point = tuple(row[name] for name in sweep.grid)
        scores.setdefault(sweep.group(row), {}).setdefault(point, []).append(sweep.merit(row))
    chosen, at_edge = {}, []
    for group, by_point in scores.items():
        point = best(sweep, {point: np.mean(values) for point, values in by_point.items()})
        chosen[group] = dict(zip(sweep.grid, point, strict=True))
        at_edge += [f"{', '.join(map(str, group))}: {name} = {value}"
                    for name, value in edges(sweep, point)]  # fmt: skip
    if at_edge:
        raise AtTheEdge(
            f"{sweep.name}: the best setting is the last one tried: {'; '.join(at_edge)}; "
            "widen the grid, or name the limit under `natural`"
        )
    return chosen


def best(sweep, means):
    """Of the points within ``tie`` of the best mean: one inside the grid, then the best."""
    top = max(means.values())
    close = [point for point, mean in means.items() if mean >= top - sweep.tie]
    return min(close, key=lambda point: (len(edges(sweep, point)), -means[point]))


def edges(sweep, point):
    """(name, value) of each setting at an edge of its grid, natural limits left out."""
    pairs = zip(sweep.grid.items(), point, strict=True)
    return [(name, value) for (name, values), value in pairs
            if value in (values[0], values[-1]) and value not in sweep.natural]  # fmt: skip

"""Exercises of chapter 5: which written symbols need a lookup, and which use it."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def needed_steps(targets):
    """Which symbols cannot be told from the ones written before them?

    targets (N, T), whole numbers: all strings that may have to be written.
    A step is needed if two of them are alike up to it and differ there.
    →  bool (T,).
    """
    beginnings = [len(set(map(tuple, targets[:, :t]))) for t in range(len(targets.T) + 1)]
    return np.diff(beginnings) > 0


def used_steps(answer, w, v):
    """Which written symbols change if their own row of weights changes?

    answer: function context (T, d) → symbols (T,); a step may also read
    the contexts of steps before it.  w (T, S) weights, v (S, d) values.
    Turn the row of one step by 1, 2, … S - 1 places (np.roll) and leave
    all other rows as they are: does the symbol of *this* step change?
    →  bool (T,): True where at least one turn changes it.
    """
    before = answer(w @ v)
    used = np.zeros_like(before, dtype=bool)
    for t, row in enumerate(w):
        for n in range(len(v)):
            turned = np.concatenate([w[:t], [np.roll(row, n)], w[t + 1 :]])
            used[t] |= answer(turned @ v)[t] != before[t]
    return used


def _targets():
    """Strings of which only some places can be told from what stands before."""
    clock = [(h // 10, h % 10, 9, m) for h in (8, 9, 10, 11) for m in (0, 3)]
    mirrored = [(a, b, b, a) for a in (0, 1) for b in (4, 5, 6)]
    once = [(7, 1, 2), (7, 1, 3), (7, 4, 2)]
    return [(np.array(strings),) for strings in (clock, mirrored, once)]


def alone(context):
    """Reads its own context, and the last step none."""
    answers = (context[:, 0] > 0.5).astype(int)
    answers[-1] = 1
    return answers


def feeding(context):
    """Each step reads its own context and the one before; the second only the one before."""
    fed = context + np.roll(context, 1, axis=0)
    fed[1] -= context[1]
    return (fed[:, 0] > 0.5).astype(int)


def _used_cases():
    first, last = np.eye(6)[[0, 0, 0]], np.eye(6)[[5, 1, 5]]
    here = np.array([[0.0], [1], [0], [0], [0], [0]])
    many = np.array([[0.0], [1], [0], [1], [1]])
    return [
        (alone, first, here),
        (alone, last, here),
        (feeding, np.eye(5)[[0, 2, 3, 0]], many),
        (feeding, np.eye(6)[[3, 4, 1, 2]], np.roll(here, 4)),
    ]


EXERCISES = (
    Exercise(
        "attention.needed_steps",
        needed_steps,
        _targets,
        ("needed",),
        (
            Mistake(
                "targets[:, :t]",
                "targets[:, t - 1 : t]",
                "what stands at one place alone does not say what was known before it.",
            ),
            Mistake(
                "np.diff(beginnings) > 0",
                "np.diff(beginnings) == 0",
                "turned round: these can be told.",
            ),
            Mistake(
                "np.diff(beginnings) > 0",
                "np.array(beginnings[1:]) > 1",
                "after the first step that is needed all count as needed. Compare the numbers of "
                "beginnings before and after a step.",
            ),
            Mistake(
                "np.diff(beginnings) > 0",
                "np.array([len(set(column)) for column in targets.T]) > 1",
                "a symbol that varies may still follow from those before it.",
            ),
        ),
    ),
    Exercise(
        "attention.used_steps",
        used_steps,
        _used_cases,
        ("used",),
        (
            Mistake(
                "np.concatenate([w[:t], [np.roll(row, n)], w[t + 1 :]])",
                "np.roll(w, n, axis=1)",
                "all rows were turned. A step that reads the context of the step before it "
                "changes then, though its own row is idle.",
            ),
            Mistake(
                "answer(turned @ v)[t] != before[t]",
                "np.any(answer(turned @ v) != before)",
                "another step may change. Look at the symbol of this step.",
            ),
            Mistake(
                "used[t] |=",
                "used[t] =",
                "only the last turn counts. One change among the turns is enough.",
            ),
            Mistake(
                "range(len(v))",
                "range(2)",
                "one turn may meet a value that says the same. Try them all.",
            ),
            Mistake(" != before[t]", " == before[t]", "turned round: these stay."),
        ),
    ),
)

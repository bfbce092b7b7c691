"""The checks are checked: they greet, they name the slip, and nothing makes them crash."""

import itertools
import math
import re
import subprocess
import sys

import numpy as np
import pytest
import torch

from lessons_kit import exercises
from lessons_kit.exercises import answers, judge
from lessons_kit.exercises.exercise import Exercise, Mistake

ALL = list(exercises.ALL.values())
IDS = [exercise.id for exercise in ALL]
SLIPS = [(exercise, mistake) for exercise in ALL for mistake in exercise.mistakes]
each = pytest.mark.parametrize("exercise", ALL, ids=IDS)


def test_there_are_three_exercises_or_more_for_each_chapter():
    chapters = [id.split(".")[0] for id in IDS]
    assert len(set(IDS)) == len(IDS) >= 28
    for chapter in ("toolkit", "rnn", "long_term", "lstm", "gru", "attention"):
        assert chapters.count(chapter) >= 3, chapter


@each
def test_the_reference_passes(exercise):
    assert judge.evaluate(exercise, exercise.reference)[0]
    assert judge.passes(exercise, exercise.reference)


@each
def test_the_starter_is_greeted(exercise, capsys):
    assert exercise.starter.endswith("raise NotImplementedError")
    exercises.check(exercise.id, exercise.build(exercise.starter))
    assert capsys.readouterr().out.startswith(f"{exercise.id}: not attempted yet.")


@each
def test_the_starter_says_what_goes_in_and_what_comes_out(exercise):
    text = exercise.head
    assert "→" in text and len(text.splitlines()) <= 16
    assert not [line for line in exercise.source.splitlines() if len(line) > 100]


@pytest.mark.parametrize(
    ("exercise", "mistake"), SLIPS, ids=[f"{e.id}-{n}" for n, (e, _) in enumerate(SLIPS)]
)
def test_every_mistake_gets_its_own_hint(exercise, mistake):
    wrong = exercise.with_mistakes(mistake)
    assert not judge.passes(exercise, wrong)
    passed, message = judge.evaluate(exercise, wrong)
    assert not passed and message == judge.SAY["hint"].format(hint=mistake.hint)


@each
def test_two_mistakes_at_once_are_rejected_and_named(exercise):
    for hints, wrong in exercise.wrong:
        passed, message = judge.evaluate(exercise, wrong)
        if not passed:
            assert message.startswith("not yet.") or "cannot be used" in message
        elif len(hints) == 1:
            raise AssertionError(hints)


class Odd:
    """Something that has no business in an answer."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array here")


GARBAGE = {
    "None": None,
    "a string": "h",
    "a number": 3,
    "nan": math.nan,
    "an empty tuple": (),
    "a ragged list": [[1.0], [1.0, 2.0]],
    "a dict": {"h": 1},
    "a set": {1, 2},
    "objects": np.array([None, "x"], dtype=object),
    "an odd object": Odd(),
    "a huge tuple": (0.0,) * 50,
    "a wrong shape": np.zeros((7, 1, 9)),
    "booleans": np.array([True, False]),
    "a function": len,
}


@each
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_gets_a_sentence(exercise, garbage):
    passed, message = judge.evaluate(exercise, lambda *arguments: garbage)
    assert not passed and message.strip().endswith((".", "!", "?", ")")) or ":" in message


def explode(*arguments):
    raise ValueError("boom")


def leave(*arguments):
    sys.exit(3)


@each
@pytest.mark.parametrize("attempt", [explode, leave, lambda: None, 3, None, "gru_step"])
def test_an_answer_that_fails_gets_a_sentence(exercise, attempt):
    passed, message = judge.evaluate(exercise, attempt)
    assert not passed and "Traceback" not in message


def changed(exercise, change):
    """The reference, what it returns put through ``change``."""

    def attempt(*arguments):
        result = exercise.reference(*arguments)
        if isinstance(result, tuple):
            return tuple(change(part) for part in result)
        return change(result)

    return attempt


PLAIN = [e for e in ALL if e.observe is None and e.id not in (
    "toolkit.find_wrong", "rnn.find_mixing", "rnn.seen_steps", "rnn.find_peeking",
    "lstm.block_order", "attention.order_blind")]  # fmt: skip


@pytest.mark.parametrize("exercise", PLAIN, ids=[e.id for e in PLAIN])
def test_an_error_of_one_in_a_hundred_thousand_is_rejected(exercise):
    def off(part):
        return {k: v * (1 + 1e-5) for k, v in part.items()} if isinstance(part, dict) else (
            part * (1 + 1e-5)
        )  # fmt: skip

    assert not judge.passes(exercise, changed(exercise, off))


@pytest.mark.parametrize("exercise", PLAIN, ids=[e.id for e in PLAIN])
def test_every_returned_value_counts(exercise):
    """Spoil one value at a time: the first is not the only one that is compared."""
    for place in range(len(exercise.returns)):

        def spoiled(*arguments, place=place):
            result = exercise.reference(*arguments)
            if not isinstance(result, tuple):
                return {k: -v for k, v in result.items()} if isinstance(result, dict) else -result
            return tuple(-v if n == place else v for n, v in enumerate(result))

        assert not judge.passes(exercise, spoiled), exercise.returns[place]


@pytest.mark.parametrize("exercise", PLAIN, ids=[e.id for e in PLAIN])
def test_no_case_is_blind(exercise):
    """An answer of zeros fails every case, so no case compares zeros with zeros."""
    for case, expected in zip(
        exercise.cases(),
        judge.results(exercise, exercise.reference, exercise.cases()),
        strict=True,
    ):
        leaves = [np.asarray(v) for _, v in answers.leaves(expected, exercise.returns)]
        sizes = [np.abs(leaf.astype(float)).max() for leaf in leaves]
        told = all(leaf.dtype == bool for leaf in leaves)  # of two answers one may be no
        assert (max if told else min)(sizes) > 1e-3, case


def with_dtype(part):
    return part.astype(np.float32) if isinstance(part, np.ndarray) else part


def with_torch(part):
    return torch.tensor(np.asarray(part), requires_grad=True)


def test_float32_and_torch_and_the_number_of_values_get_a_sentence_of_their_own():
    step = exercises.ALL["lstm.step"]
    for change, words in ((with_dtype, "float32. Keep the dtype"), (with_torch, "PyTorch tensor")):
        passed, message = judge.evaluate(step, changed(step, change))
        assert not passed and words in message
    passed, message = judge.evaluate(step, lambda *a: (*step.reference(*a), 1.0))
    assert not passed and "3 values where 2 are expected: h, c" in message
    passed, message = judge.evaluate(step, lambda *a: step.reference(*a)[0])
    assert not passed and "2 values are expected: h, c" in message
    gru = exercises.ALL["gru.step"]
    passed, message = judge.evaluate(gru, lambda *a: (gru.reference(*a), 1.0))
    assert not passed and "2 values where one is expected: h" in message


def test_the_fault_is_named_and_the_answer_is_not():
    gru, bound = exercises.ALL["gru.step"], exercises.ALL["gru.state_bound"]
    for change, words in (
        (lambda h: h.T, "transposed"),
        (lambda h: h[0], "axes missing"),
        (lambda h: -h, "wrong sign"),
        (lambda h: 3 * h, "times 3"),
        (lambda h: h * np.nan, "NaN"),
    ):
        passed, message = judge.evaluate(gru, changed(gru, change))
        assert not passed and words in message, message
    _, message = judge.evaluate(bound, lambda h0: h0 + 7.5)
    assert message.startswith("not yet. bound has the right shape and wrong values. The first")


def test_where_no_slip_matches_the_first_wrong_element_is_named():
    exercise = exercises.ALL["attention.masked_softmax"]

    def one_wrong(scores, mask):
        weights = exercise.reference(scores, mask)
        weights[..., -1, 1] = 0.75
        return weights

    _, message = judge.evaluate(exercise, one_wrong)
    assert message.endswith("wrong values. The first wrong one is weights[0, 2, 1] = 0.75.")


def test_an_answer_that_is_random_in_one_call_of_ten_is_called_so():
    for exercise in exercises.ALL.values():
        calls = itertools.count(1)

        def sometimes(*arguments, exercise=exercise, calls=calls):
            wrong = next(calls) % 10 == 0
            return None if wrong else exercise.reference(*arguments)

        assert judge.evaluate(exercise, sometimes) == (False, judge.SAY["random"]), exercise.id


def test_an_answer_that_fails_now_and_then_is_called_random_and_a_steady_failure_is_not():
    exercise = exercises.ALL["lstm.step"]
    calls = itertools.count(1)

    def sometimes(*arguments):
        if next(calls) > 6:
            raise ValueError("late")
        return exercise.reference(*arguments)

    assert judge.evaluate(exercise, sometimes) == (False, judge.SAY["random"])
    nan = judge.evaluate(exercise, lambda *a: tuple(np.nan * r for r in exercise.reference(*a)))
    assert "NaN" in nan[1]


def test_right_values_are_told_apart_from_wrong_ones():
    step = exercises.ALL["lstm.step"]

    def wrong_h(*arguments):
        h, c = step.reference(*arguments)
        return h**2, c

    assert "h has the right shape and wrong values (c right)" in judge.evaluate(step, wrong_h)[1]


def test_an_answer_that_changes_its_arguments_gets_a_sentence():
    step = exercises.ALL["gru.step"]

    def in_place(x_t, h, *weights):
        h *= 1.0001
        return step.reference(x_t, h, *weights)

    assert "changes its argument number 2" in judge.evaluate(step, in_place)[1]
    sign = exercises.ALL["gru.other_sign"]

    def in_dict(params):
        for name in ("W_xh", "W_hh", "b_h"):
            params[name][1] *= -1
        return params

    assert "changes its argument number 1" in judge.evaluate(sign, in_dict)[1]


def test_lists_in_place_of_tuples_are_welcome():
    step = exercises.ALL["lstm.step"]
    assert judge.evaluate(step, lambda *a: list(step.reference(*a)))[0]


def test_an_unknown_id_says_that_the_library_may_be_older(capsys):
    exercises.check("gru.stpe", lambda: None)
    out = capsys.readouterr().out
    assert "older than the notebook" in out and "gru.step" in out
    for call in (exercises.solution, exercises.starter):
        with pytest.raises(LookupError, match="older than the notebook"):
            call("nonsense")
    with pytest.raises(LookupError):
        exercises.evaluate("nonsense", len)


def test_a_pass_and_a_fail_are_printed_with_a_mark(capsys):
    exercises.check("gru.step", exercises.ALL["gru.step"].reference)
    exercises.check("gru.step", explode)
    right, wrong = capsys.readouterr().out.splitlines()
    assert right == "✓ gru.step: right, on 2 cases."
    assert wrong.startswith("✗ gru.step: it raised ValueError for arguments of shapes")


def test_a_console_without_the_marks_gets_words():
    code = (
        "from lessons_kit import exercises as e; "
        "e.check('gru.step', e.ALL['gru.step'].reference); e.check('gru.step', lambda: 0)"
    )
    old_console = {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, env=old_console)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.decode("cp1252").splitlines()
    assert lines[0].startswith("[right] gru.step") and lines[1].startswith("[not yet] gru.step")


@each
def test_the_solution_is_folded_html_and_a_stable_word(exercise):
    shown = exercises.solution(exercise.id)
    html = shown._repr_html_()
    assert html.count("<details") == html.count("</details>") == 2 and "<script" not in html
    assert repr(shown) == f"Solution of {exercise.id} (folded on the page)"
    code = re.search(r"<code>(.*?)</code>", html, flags=re.S)[1]
    assert f"def {exercise.name}(" in code and html.count("<li>") == len(exercise.mistakes)
    assert shown._repr_html_() == exercises.solution(exercise.id)._repr_html_()


def test_a_mistake_must_quote_the_reference_exactly_once():
    def double(x):
        """x → 2 x."""
        return x + x

    def case():
        return [(1.0,)]

    with pytest.raises(ValueError, match="occurs 0 times"):
        Exercise("t.double", double, case, ("y",), (Mistake("x * x", "x", "no"),))
    with pytest.raises(ValueError, match="occurs 2 times"):
        Exercise("t.double", double, case, ("y",), (Mistake("x", "y", "no"),))


def test_the_numpy_half_stays_free_of_torch():
    code = "import sys; from lessons_kit import exercises; print('torch' in sys.modules)"
    said = subprocess.check_output([sys.executable, "-c", code], encoding="utf-8")
    assert said == "False\n", "lessons_kit.exercises loads torch: import it where it is needed"


def test_the_order_of_a_dicts_keys_does_not_matter():
    reference = exercises.ALL["gru.other_sign"].reference
    assert exercises.evaluate("gru.other_sign", lambda *a: dict(reversed(reference(*a).items())))[0]


class Mute(Exception):
    """An exception that cannot say what it is."""

    def __str__(self):
        raise RuntimeError("no words")


def fail_mutely(*arguments):
    raise Mute


def test_what_cannot_be_copied_or_compared_gets_a_sentence():
    step, bound = exercises.ALL["lstm.step"], exercises.ALL["long_term.leaky_bound"]

    def with_graph(*arguments):
        h, c = step.reference(*arguments)
        return torch.tensor(h, requires_grad=True) * 1, c

    assert "PyTorch tensor that carries a gradient" in judge.evaluate(step, with_graph)[1]
    answers_of = [lambda *a: ((x for x in a), 1), fail_mutely]
    for attempt in answers_of:
        assert not judge.evaluate(step, attempt)[0]
    assert not judge.evaluate(bound, lambda *a: complex(bound.reference(*a)))[0]


def test_the_number_of_arguments_a_comma_and_a_list_get_sentences_of_their_own():
    gru, forward = exercises.ALL["gru.step"], exercises.ALL["rnn.forward"]
    assert "must take 6 arguments" in judge.evaluate(gru, lambda h: h)[1]
    assert "comma too many" in judge.evaluate(gru, lambda *a: (gru.reference(*a),))[1]
    message = judge.evaluate(forward, lambda *a: list(forward.reference(*a)))[1]
    assert "must be an array (7, 3, 4) of float64, got list" in message


def test_a_small_error_is_named_as_one():
    gru = exercises.ALL["gru.step"]
    message = judge.evaluate(gru, changed(gru, lambda h: h * (1 + 1e-5)))[1]
    assert "off by a relative 1.0e-05" in message


def test_sorting_an_argument_in_place_is_noticed():
    find = exercises.ALL["toolkit.find_wrong"]

    def in_place(f, gradients, x):
        place = find.reference(f, gradients, x)
        x.sort()
        return place

    assert "changes its argument number 3" in judge.evaluate(find, in_place)[1]


@pytest.mark.parametrize(
    ("id", "wrong"),
    [
        ("rnn.find_mixing", lambda loops, x: len(loops) - 1),
        ("rnn.find_peeking", lambda layers, x: 0),
        ("attention.order_blind",
         lambda f, x, o: bool(np.allclose(f(x[o]).sum(axis=0), f(x).sum(axis=0)))),
    ],
)  # fmt: skip
def test_plausible_wrong_answers_are_rejected(id, wrong):
    assert not exercises.evaluate(id, wrong)[0]


def test_one_maximum_for_all_rows_is_rejected():
    def masked_softmax(scores, mask):
        scores = np.where(mask, scores, -1e30)
        e = np.exp(scores - scores.max()) * mask
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)

    assert not exercises.evaluate("attention.masked_softmax", masked_softmax)[0]


class Evil:
    """An object that raises whatever it is asked."""

    def __getattribute__(self, name):
        raise RuntimeError(name)


class EvilTuple(tuple):
    def __len__(self):
        raise RuntimeError("no length")


class EvilDict(dict):
    def keys(self):
        raise SystemExit("no keys")


class NotYet:
    def __getattr__(self, name):
        raise NotImplementedError


def endless():
    nested = {}
    nested["again"] = nested
    return nested


HOSTILE = {
    "an enormous array": lambda: np.broadcast_to(0.0, (10**6, 10**6)),
    "enormous arrays in a tuple": lambda: (np.broadcast_to(0.0, (10**6, 10**6)),) * 2,
    "attributes that raise": Evil,
    "a tuple without a length": lambda: EvilTuple((1.0, 2.0)),
    "a dict whose keys leave": lambda: EvilDict(h=1.0),
    "attributes that are not written yet": NotYet,
    "a dict in itself": endless,
    "a number without end": lambda: 10**400,
    "a list of evil": lambda: [Evil(), Evil()],
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_what_breaks_when_it_is_looked_at_gets_a_sentence(hostile):
    for exercise in ALL:
        passed, message = judge.evaluate(exercise, lambda *arguments: hostile())
        assert not passed and 0 < len(message) < 1000, exercise.id


def test_an_enormous_answer_is_not_copied():
    huge = np.broadcast_to(0.0, (10**6, 10**6))
    message = judge.evaluate(exercises.ALL["gru.step"], lambda *a: huge)[1]
    assert "too large" in message and "(1000000, 1000000)" in message
    listed = judge.evaluate(exercises.ALL["lstm.step"], lambda *a: [huge, huge])[1]
    assert "h has shape (1000000, 1000000)" in listed


def leave_hard(*arguments):
    raise GeneratorExit


def interrupt(*arguments):
    raise KeyboardInterrupt


def test_only_the_reader_can_stop_a_check():
    step = exercises.ALL["gru.step"]
    assert judge.evaluate(step, leave_hard)[1].startswith("it raised GeneratorExit")
    with pytest.raises(KeyboardInterrupt):
        judge.evaluate(step, interrupt)

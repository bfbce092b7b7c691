"""Exercises that check themselves.

    check("gru.step", gru_step)       prints a verdict: right, or what kind of slip it is
    solution("gru.step")              the reference and the common slips, folded
    evaluate("gru.step", gru_step)    (passed, message), for graders

Each exercise is one reference function plus its typical mistakes, in one or two modules per
chapter.  ``starter(id)`` is the text that a lesson's cell begins with.
"""

from lessons_kit.exercises import (
    attention,
    attention_alignment,
    attention_gpt,
    attention_layers,
    attention_lookup,
    attention_loops,
    attention_masks,
    attention_pictures,
    attention_reach,
    attention_scores,
    attention_search,
    gradient_checks,
    gru,
    gru_bounds,
    gru_choice,
    gru_conventions,
    judge,
    long_term,
    long_term_flow,
    long_term_growth,
    long_term_latch,
    long_term_measure,
    lstm,
    lstm_derive,
    lstm_gates,
    lstm_gradient,
    lstm_inside,
    lstm_start,
    lstm_training,
    rnn,
    rnn_derive,
    rnn_gradient,
    rnn_reach,
    rnn_shapes,
    rnn_strangers,
    rnn_text,
    rnn_truncation,
    show,
    smallest,
    toolkit,
)

__all__ = ["ALL", "check", "evaluate", "solution", "starter"]

MODULES = (toolkit, gradient_checks, rnn, rnn_reach, rnn_strangers, smallest,
           rnn_gradient, rnn_derive, rnn_truncation, rnn_shapes, rnn_text, long_term,
           long_term_flow, long_term_growth, long_term_latch, long_term_measure, lstm,
           lstm_gates, lstm_derive, lstm_gradient, lstm_inside, lstm_training,
           lstm_start, gru, gru_bounds, gru_choice, gru_conventions, attention_lookup,
           attention, attention_layers, attention_masks, attention_search, attention_scores,
           attention_alignment, attention_pictures, attention_gpt, attention_reach,
           attention_loops)  # fmt: skip
ALL = {exercise.id: exercise for module in MODULES for exercise in module.EXERCISES}


def find(id):
    """The exercise of this id.  Raises LookupError that names the chapter's ids for an unknown."""
    if id not in ALL:
        chapter = str(id).split(".")[0]
        known = [name for name in ALL if name.split(".")[0] == chapter] or list(ALL)
        raise LookupError(show.SAY["unknown"].format(id=id, known=", ".join(known)))
    return ALL[id]


def check(id, function):
    """Print whether ``function`` solves the exercise, and if not, what kind of slip it is."""
    try:
        print(show.verdict(find(id), function))
    except LookupError as unknown:
        print(f"{show.mark(False)} {unknown.args[0]}")


def evaluate(id, function):
    """For graders  →  (passed: bool, message: str).  Raises LookupError for an unknown id."""
    return judge.evaluate(find(id), function)


def solution(id):
    """The folded solution for the end of a cell.  Raises LookupError for an unknown id."""
    return show.Solution(find(id))


def starter(id):
    """Signature, docstring and ``raise NotImplementedError`` (str).  Raises LookupError."""
    return find(id).starter

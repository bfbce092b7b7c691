"""A curriculum over the length: learn a short version first, go on when it is solved."""

from typing import NamedTuple

from lessons_lib.training import History, train


class Stage(NamedTuple):
    """One length of a curriculum: T, whether it was passed, and the training on it."""

    T: object
    passed: bool
    history: History


def doubling(first, last):
    """Lengths first, 2 first, 4 first … below ``last``, and ``last``  →  tuple of int.

    Raises ValueError unless 1 ≤ first ≤ last.
    """
    if not 1 <= first <= last:
        raise ValueError(f"doubling: needs 1 ≤ first ≤ last, got first={first!r}, last={last!r}")
    lengths = []
    while first < last:
        lengths.append(first)
        first = 2 * first
    return (*lengths, last)


def climb(model, draw, lengths, *, rng, optimiser, passed, give_up, batch_size=32, **options):
    """Train on one length after another; the next begins when the one before is passed.

    draw(T, B, rng) → (x, target): a fresh batch; lengths: the stages, easiest first (whatever
    ``draw`` understands as T, a pair of symbols and length, say)
    optimiser(T) → a new optimiser for this length: Adam's averages are of the scale of the length
    before, and where the loss is a mean over all steps that scale, and with it a sensible limit
    for clipping, falls with T
    passed(T) → the rule that ends this length, such as ``training.solved(0.99)``
    give_up(steps so far on all lengths) → bool: the budget, asked after every step
    options: loss and metric of ``training.train``
    →  yields a Stage after each length, the model being as it is then; the last one is the one on
    which the budget ended.  Raises ValueError where there is no length.
    """
    if not lengths:
        raise ValueError("climb: give at least one length")
    before = 0
    for T in lengths:
        rule = passed(T)

        def stop(metrics, rule=rule, before=before):
            return rule(metrics) or give_up(before + len(metrics))

        batches = _endless(draw, T, batch_size, rng)
        history = train(model, batches, optimiser=optimiser(T), stop=stop, **options)
        yield (stage := Stage(T, bool(rule(history.metric)), history))
        before += len(history.loss)
        if not stage.passed:
            return


def _endless(draw, T, B, rng):
    while True:
        yield draw(T, B, rng)

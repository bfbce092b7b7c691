"""The transformer on the course's own tasks: one answer at the last place, the next character.

The budgets are those of ``experiments`` and of the character sweep.
"""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from lessons_lib.torch_training import Adam, accuracy, train
from lessons_lib.training import linear_decay, solved
from lessons_models import characters
from lessons_models.torch_transformer import Transformer, bits_per_character


def solve_last(build, draw, seed, *, lr, steps=300, test=256):
    """Train a model to answer at the last place, and test it.

    build(rng) → model with tokens (T, B) → logits (T, B, K); draw(B, rng=rng) → a batch with
    ``tokens`` (T, B) and ``y`` (B,), such as ``tasks.gap_sentences`` for one gap
    →  test accuracy, steps trained, model.
    The budget of ``experiments.solve_gap``: Adam with clipping at 1, 32 fresh sequences a step,
    the rate falling to zero over the last 30 %, an early end once solved; the same seeds too.
    """
    rng = [np.random.default_rng([seed, part]) for part in range(3)]
    model = build(rng[0])
    history = train(
        model,
        (_tensors(draw(32, rng=rng[1])) for _ in range(steps)),
        loss=lambda y, target: cross_entropy(y[-1], target),
        optimiser=Adam(model.parameters(), lr, clip=1.0),
        schedule=linear_decay(steps),
        metric=lambda y, target: accuracy(y[-1], target),
        stop=solved(0.99),
    )
    tokens, target = _tensors(draw(test, rng=rng[2]))
    with torch.no_grad():
        score = accuracy(model(tokens)[-1], target)
    return score, len(history.loss), model


def read_text(known, new, seed, *, lr, passes, T=50, B=16, size=32):
    """Train a language model of two blocks on ``known`` (n,), score it on ``new`` after each pass.

    Windows of T symbols, B side by side, as ``characters.char_batches`` cuts them; no state is
    carried from one to the next, each pass begins up to T - 1 symbols later, drawn from the seed.
    →  bits per character (2, passes): mean over the pass in training, then ``new``; model.
    """
    rng, symbols = np.random.default_rng(seed), int(max(known.max(), new.max())) + 1
    model = Transformer(symbols, symbols, T, size, rng=rng)
    optimiser, curves = Adam(model.parameters(), lr, clip=1.0), []
    for _ in range(passes):
        windows = characters.char_batches(known[rng.integers(T) :], T, B)
        history = train(
            model,
            ((torch.tensor(x), torch.tensor(y)) for x, y in windows),
            loss=lambda y, target: cross_entropy(y.flatten(0, 1), target.flatten()),
            optimiser=optimiser,
        )
        curves.append((history.loss.mean() / np.log(2), bits_per_character(model, new)))
    return np.transpose(curves), model


def _tensors(batch):
    return torch.from_numpy(batch.tokens), torch.from_numpy(batch.y)

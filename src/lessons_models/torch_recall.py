"""Associative recall: four pairs of a key and a value, then keys alone, each to be answered.

Every model keeps 256 numbers of the four pairs: the GPT the keys and values of eight places in two
blocks of one head, the RNN and the GRU 256 units, the LSTM 128 units with h and c.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from lessons_lib.torch_training import Adam, accuracy
from lessons_lib.training import linear_decay
from lessons_models.torch_transformer import PreNorm, Transformer, sinusoids

PAIRS, SIZE, INNER = 4, 32, 8
STATE = 2 * 2 * INNER * 2 * PAIRS  # blocks, key and value, numbers of each, places of the pairs
BATCH, STEPS, WARM_UP, EVERY = 32, 360, 20, 40


@dataclass(frozen=True)
class Form:
    """How many keys there are, as many values, and how many queries a sequence has."""

    symbols: int
    queries: int


EASY = Form(symbols=8, queries=8)
FORMS = {form.symbols: form for form in (EASY, Form(symbols=16, queries=12))}


def draw(B, rng, form=EASY):
    """Tokens (8 + queries, B): key value key value …, then queries; answers (queries, B).

    Of 8 symbols: keys are 0 … 7, the four of a sequence all different; values are 8 … 15 among the
    tokens and 0 … 7 as answers.  int64 tensors.
    """
    n = form.symbols
    keys = rng.permuted(np.tile(np.arange(n), (B, 1)), axis=1)[:, :PAIRS]
    values = rng.integers(n, size=(B, PAIRS))
    asked = rng.integers(PAIRS, size=(B, form.queries))
    pairs = np.stack([keys, n + values], axis=2).reshape(B, -1)
    queries, answers = (np.take_along_axis(a, asked, axis=1) for a in (keys, values))
    tokens = np.concatenate([pairs, queries], axis=1)
    return torch.tensor(tokens.T), torch.tensor(answers.T)


class NarrowBlock(PreNorm):
    """A block with one head whose queries, keys and values have 8 numbers; its MLP has 8 units."""

    def __init__(self, size, heads, hidden_size):
        super().__init__(size, heads, INNER)
        self.heads.qkv, self.heads.out = nn.Linear(size, 3 * INNER), nn.Linear(INNER, size)


def small_gpt(rng, form=EASY):
    """Two blocks; the positions begin as waves and are trained like all the rest."""
    n, T = form.symbols, 2 * PAIRS + form.queries
    net = Transformer(2 * n, n, T, SIZE, rng=rng, heads=1, block=NarrowBlock)
    net.embedding.weight.data /= 0.3  # deviation 1, as in the recurrent networks
    net.positions.data = torch.tensor(sinusoids(T, SIZE), dtype=torch.float32)
    return net


class Recurrent(nn.Module):
    """Embedding, a cell of ``torch.nn``, read-out at every step.

    layer: nn.RNN, nn.LSTM or nn.GRU; parts: vectors in its state; rng: np.random.Generator.
    An LSTM starts with a forget bias of 1 (Jozefowicz et al., 2015).
    """

    def __init__(self, layer, parts, rng, form=EASY):
        super().__init__()
        n, units = form.symbols, STATE // parts
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**31)))
            self.embedding = nn.Embedding(2 * n, SIZE)
            self.cell, self.read_out = layer(SIZE, units), nn.Linear(units, n)
        if layer is nn.LSTM:
            self.cell.bias_ih_l0.data[units : 2 * units] = 1

    def forward(self, tokens):
        """tokens (T, B) int64  →  logits (T, B, values)."""
        return self.read_out(self.cell(self.embedding(tokens))[0])


MODELS = {
    "RNN": partial(Recurrent, nn.RNN, 1),
    "LSTM": partial(Recurrent, nn.LSTM, 2),
    "GRU": partial(Recurrent, nn.GRU, 1),
    "GPT": small_gpt,
}


def right(model, tokens, answers):
    """Share of the queries that are answered with the value of their pair."""
    with torch.no_grad():
        return accuracy(model(tokens)[-len(answers) :], answers)


def learn(build, seed, form=EASY, *, lr, steps=STEPS, every=EVERY, look=lambda step, model: None):
    """Train a model on fresh sequences; build(rng, form) → model.

    Adam with clipping at 1, the rate rising over 20 steps and falling to 0 over the last 30 %.
    look(step, model) is called before the first step and after each ``every`` steps.
    →  model, right answers on 256 new sequences after each ``every`` steps (list).
    """
    rng = [np.random.default_rng([seed, part]) for part in range(3)]
    model, test, curve = build(rng[0], form), draw(256, rng[2], form), []
    adam, falling = Adam(model.parameters(), lr, clip=1.0), linear_decay(steps)
    look(0, model)
    for step in range(1, steps + 1):
        tokens, answers = draw(BATCH, rng[1], form)
        loss = cross_entropy(model(tokens)[2 * PAIRS :].flatten(0, 1), answers.flatten())
        adam.clear()
        loss.backward()
        adam.update(min(1, step / WARM_UP) * falling(step - 1))
        if step % every == 0:
            curve.append(right(model, *test))
            look(step, model)
    return model, curve

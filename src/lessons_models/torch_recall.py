"""Associative recall: four pairs of a key and a value, then keys alone, each to be answered.

Every model keeps 256 numbers of the four pairs: the GPT the keys and values of eight places in two
blocks of one head, the RNN and the GRU 256 units, the LSTM 128 units with h and c.
"""

from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from lessons_lib.torch_training import Adam, accuracy
from lessons_lib.training import linear_decay
from lessons_models.torch_transformer import PreNorm, Transformer, sinusoids

KEYS, VALUES, PAIRS, QUERIES = 8, 8, 4, 8
LENGTH, SIZE, INNER = 2 * PAIRS + QUERIES, 32, 8
STATE = 2 * 2 * INNER * 2 * PAIRS  # blocks, key and value, numbers of each, places of the pairs
BATCH, STEPS, WARM_UP, EVERY = 32, 360, 20, 40


def draw(B, rng):
    """Tokens (16, B): key value key value …, then eight of these keys; answers (8, B).

    Keys are 0 … 7, the four of a sequence all different; values are 8 … 15 among the tokens and
    0 … 7 as answers.  int64 tensors.
    """
    keys = rng.permuted(np.tile(np.arange(KEYS), (B, 1)), axis=1)[:, :PAIRS]
    values = rng.integers(VALUES, size=(B, PAIRS))
    asked = rng.integers(PAIRS, size=(B, QUERIES))
    pairs = np.stack([keys, KEYS + values], axis=2).reshape(B, -1)
    queries, answers = (np.take_along_axis(a, asked, axis=1) for a in (keys, values))
    tokens = np.concatenate([pairs, queries], axis=1)
    return torch.tensor(tokens.T), torch.tensor(answers.T)


class NarrowBlock(PreNorm):
    """A block with one head whose queries, keys and values have 8 numbers; its MLP has 8 units."""

    def __init__(self, size, heads, hidden_size):
        super().__init__(size, heads, INNER)
        self.heads.qkv, self.heads.out = nn.Linear(size, 3 * INNER), nn.Linear(INNER, size)


def small_gpt(rng):
    """Two blocks; the positions begin as waves and are trained like all the rest."""
    net = Transformer(KEYS + VALUES, VALUES, LENGTH, SIZE, rng=rng, heads=1, block=NarrowBlock)
    net.embedding.weight.data /= 0.3  # deviation 1, as in the recurrent networks
    net.positions.data = torch.tensor(sinusoids(LENGTH, SIZE), dtype=torch.float32)
    return net


class Recurrent(nn.Module):
    """Embedding, a cell of ``torch.nn``, read-out at every step.

    layer: nn.RNN, nn.LSTM or nn.GRU; units: numbers in h; rng: np.random.Generator.
    An LSTM starts with a forget bias of 1 (Jozefowicz et al., 2015).
    """

    def __init__(self, layer, units, rng):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**31)))
            self.embedding = nn.Embedding(KEYS + VALUES, SIZE)
            self.cell, self.read_out = layer(SIZE, units), nn.Linear(units, VALUES)
        if layer is nn.LSTM:
            self.cell.bias_ih_l0.data[units : 2 * units] = 1

    def forward(self, tokens):
        """tokens (T, B) int64  →  logits (T, B, 8)."""
        return self.read_out(self.cell(self.embedding(tokens))[0])


MODELS = {
    "RNN": partial(Recurrent, nn.RNN, STATE),
    "LSTM": partial(Recurrent, nn.LSTM, STATE // 2),
    "GRU": partial(Recurrent, nn.GRU, STATE),
    "GPT": small_gpt,
}


def right(model, tokens, answers):
    """Share of the queries that are answered with the value of their pair."""
    with torch.no_grad():
        return accuracy(model(tokens)[2 * PAIRS :], answers)


def learn(build, seed, *, lr, steps=STEPS, every=EVERY, look=lambda step, model: None):
    """Train a model on fresh sequences; build(rng) → model.

    Adam with clipping at 1, the rate rising over 20 steps and falling to 0 over the last 30 %.
    look(step, model) is called before the first step and after each ``every`` steps.
    →  model, right answers on 256 new sequences after each ``every`` steps (list).
    """
    rng = [np.random.default_rng([seed, part]) for part in range(3)]
    model, test, curve = build(rng[0]), draw(256, rng[2]), []
    adam, falling = Adam(model.parameters(), lr, clip=1.0), linear_decay(steps)
    look(0, model)
    for step in range(1, steps + 1):
        tokens, answers = draw(BATCH, rng[1])
        loss = cross_entropy(model(tokens)[2 * PAIRS :].flatten(0, 1), answers.flatten())
        adam.clear()
        loss.backward()
        adam.update(min(1, step / WARM_UP) * falling(step - 1))
        if step % every == 0:
            curve.append(right(model, *test))
            look(step, model)
    return model, curve

"""Encoder and decoder in PyTorch, with and without attention, and their experiment.

The two classes have the same parameters and differ in one method: what the decoder reads beside
its own state.  Time comes first, as in the cells: symbols are (T, B).
"""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from lessons_lib.torch_training import Adam
from lessons_lib.training import linear_decay

DIGITS, HIDDEN, BATCH, STEPS = 10, 64, 32, 400  # one budget for every model of the experiment


class Seq2Seq(nn.Module):
    """Encoder–decoder with one vector between the two (Cho, 2014; Sutskever, 2014).

    The encoder's last state starts the decoder, and its h is read again at every output step:

        y_t = [s_t, context_t] W_y + b_y,   context_t = h_T

    symbols: K, numbered from 0; the decoder starts from an extra symbol K.
    rng: np.random.Generator; PyTorch's own random state is left as it was.
    """

    def __init__(self, symbols, hidden_size, *, rng, embedding_size=16):
        super().__init__()
        self.symbols = symbols
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**31)))
            self.embedding = nn.Embedding(symbols + 1, embedding_size)
            self.encoder = nn.LSTM(embedding_size, hidden_size)
            self.decoder = nn.LSTM(embedding_size, hidden_size)
            self.read_out = nn.Linear(2 * hidden_size, symbols)

    def context(self, s, hs):
        """Decoder states s (T_y, B, H), encoder states hs (T_x, B, H)  →  context (T_y, B, H),
        weights (B, T_y, T_x) or None where there are none."""
        return hs[-1:].expand_as(s), None

    def forward(self, x, y_before):
        """x (T_x, B), y_before (T_y, B): the symbol before each output (teacher forcing)
        →  logits (T_y, B, K), weights as from ``context``.

        Raises ValueError unless x is (T_x, B), of integers from 0 to K - 1.
        """
        hs, state = self._encode(x)
        logits, weights, _ = self._decode(y_before, hs, state)
        return logits, weights

    def loss(self, x, y):
        """Mean cross-entropy of y (T_y, B) given x (T_x, B), with teacher forcing."""
        logits, _ = self(x, torch.cat([self._start(x), y[:-1]]))
        return cross_entropy(logits.flatten(0, 1), y.flatten())

    @torch.no_grad()
    def translate(self, x, steps):
        """x (T_x, B)  →  at each step the likeliest symbol, fed back (steps, B), and the weights
        (B, steps, T_x) or None."""
        hs, state = self._encode(x)
        symbol, symbols, weights = self._start(x), [], []
        for _ in range(steps):
            logits, row, state = self._decode(symbol, hs, state)
            symbol = logits.argmax(dim=-1)
            symbols.append(symbol)
            weights.append(row)
        return torch.cat(symbols), None if row is None else torch.cat(weights, dim=1)

    @torch.no_grad()
    def stepper(self, x):
        """x (T_x, 1)  →  ``step`` and its first state, as ``decoding.beam_search`` takes them.

        step(symbols (k,), state)  →  log-probabilities (k, K) in NumPy, the next state, (k, H)
        arrays.  The symbol to start with is K.
        """
        hs, state = self._encode(x)

        @torch.no_grad()
        def step(symbols, state):
            y_before = torch.as_tensor(symbols)[None]
            logits, _, state = self._decode(y_before, hs, tuple(part[None] for part in state))
            return logits[0].log_softmax(dim=-1).numpy(), tuple(part[0] for part in state)

        return step, tuple(part[0] for part in state)

    def _encode(self, x):
        if x.ndim != 2 or x.dtype != torch.int64 or x.min() < 0 or x.max() >= self.symbols:
            raise ValueError(
                f"x is {x.dtype} of shape {tuple(x.shape)}, expected int64 symbols (T, B) from 0 "
                f"to {self.symbols - 1}: one sequence needs a batch axis, x[:, None]"
            )
        return self.encoder(self.embedding(x))

    def _decode(self, y_before, hs, state):
        s, state = self.decoder(self.embedding(y_before), state)
        context, weights = self.context(s, hs)
        return self.read_out(torch.cat([s, context], dim=-1)), weights, state

    def _start(self, x):
        return torch.full_like(x[:1], self.symbols)


class AttentiveSeq2Seq(Seq2Seq):
    """The same parameters, but each decoder state looks up the encoder's states (Luong, 2015).

        context_t = softmax(scale · s_t hsᵀ) hs

    scale: 1 for the plain dot product; 1/√H is too small here, where the entries of the states
    are far from variance 1.
    """

    def __init__(self, symbols, hidden_size, *, rng, embedding_size=16, scale=1.0):
        super().__init__(symbols, hidden_size, rng=rng, embedding_size=embedding_size)
        self.scale = scale

    def context(self, s, hs):
        """As in ``Seq2Seq``; each row of the weights sums to 1."""
        q, k = s.swapaxes(0, 1), hs.swapaxes(0, 1)  # (B, T_y, H), (B, T_x, H)
        weights = (self.scale * q @ k.swapaxes(-1, -2)).softmax(dim=-1)
        return (weights @ k).swapaxes(0, 1), weights


class Backwards(Seq2Seq):
    """Reads the last symbol first, so that for it reversing is copying."""

    def forward(self, x, y_before):
        return super().forward(x.flip(0), y_before)

    def translate(self, x, steps):
        return super().translate(x.flip(0), steps)


def train_reversal(model, length, *, rng, lr=1e-2, steps=STEPS):
    """Teach the model to write strings of random symbols backwards, fresh ones at each step.

    Adam with clipping at 1, the rate falling to zero over the last 30 %.
    rng: np.random.Generator of the strings  →  losses, a list of floats.
    """
    optimiser = Adam(model.parameters(), lr, clip=1.0)
    schedule, losses = linear_decay(steps), []
    for step in range(steps):
        x = torch.from_numpy(rng.integers(0, model.symbols, (length, BATCH)))
        loss = model.loss(x, x.flip(0))
        optimiser.clear()
        loss.backward()
        optimiser.update(schedule(step))
        losses.append(loss.item())
    return losses


def reversal_accuracy(model, length, *, rng, strings=256):
    """Share of new strings written backwards without a single mistake."""
    x = torch.from_numpy(rng.integers(0, model.symbols, (length, strings)))
    y, _ = model.translate(x, length)
    return (y == x.flip(0)).all(dim=0).double().mean().item()


def solve_reversal(build, length, seed, *, lr=1e-2, steps=STEPS):
    """Build, train and test one model.  build(symbols, hidden_size, rng=rng) → model
    →  test accuracy, model.

    One seed sets the weights, another the strings, so two builds see the same strings.
    """
    rng = [np.random.default_rng([seed, part]) for part in range(3)]
    model = build(DIGITS, HIDDEN, rng=rng[0])
    train_reversal(model, length, rng=rng[1], lr=lr, steps=steps)
    return reversal_accuracy(model, length, rng=rng[2]), model

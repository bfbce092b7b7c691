"""Memories of today in one frame, and three tasks to train them on, in PyTorch.

Four lookups are four ways to make a causal matrix of weights (B, T, T), and answer with weights v.
Two minimal cells are h_t = decay_t ⊙ h_{t-1} + write_t, computed by a scan.  The frame around them
is the same for all, so is the budget: ``solve`` trains one and tests it.
"""

import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, elu, normalize

from lessons_lib import tasks
from lessons_lib.text import one_hot
from lessons_lib.torch_training import Adam, accuracy, train
from lessons_lib.training import linear_decay, solved
from lessons_models.copying import copy_memory

WIDTH, BATCH, STEPS, TEST = 32, 32, 300, 512
KEYS, VALUES = 32, 8


def scan(decay, write):
    """All states h_t = decay_t h_{t-1} + write_t from h = 0, in log2 T rounds.

    decay, write (T, ...), a state to begin with belongs into write[0]  →  h (T, ...).
    Each round doubles the reach of every place (Hillis & Steele, 1986).
    """
    reach = 1
    while reach < len(write):
        far = write[reach:] + decay[reach:] * write[:-reach]
        write = torch.cat([write[:reach], far])
        decay = torch.cat([decay[:reach], decay[reach:] * decay[:-reach]])
        reach *= 2
    return write


class Lookup(nn.Module):
    """What four lookups share: q, k, v of size d, and a learned sharpness."""

    def __init__(self, width, d, T):
        super().__init__()
        self.d, self.scale = d, nn.Parameter(torch.ones(()))
        self.project = nn.Linear(width, 3 * d, bias=False)
        self.gates = nn.Linear(width, 2)
        nn.init.constant_(self.gates.bias.data[:1], math.log(T))  # begin by remembering

    def forward(self, e):
        """e (T, B, width)  →  answers (T, B, d)."""
        q, k, v = self.project(e).swapaxes(0, 1).chunk(3, dim=-1)  # (B, T, d)
        gates = torch.sigmoid(self.gates(e)).permute(2, 1, 0)  # (2, B, T)
        return (self.weights(self.scale * q, k, *gates) @ v).swapaxes(0, 1)

    def kept(self, T):
        """Numbers from the past that the step after T needs."""
        return self.d**2


class SoftmaxAttention(Lookup):
    def weights(self, q, k, f, i):
        scores = q @ k.mT / math.sqrt(self.d)
        later = torch.ones_like(scores, dtype=torch.bool).triu(1)
        return scores.masked_fill(later, -torch.inf).softmax(dim=-1)

    def kept(self, T):
        return 2 * T * self.d


class LinearAttention(Lookup):
    """φ(q) φ(k)ᵀ with φ = elu + 1, each row over its sum (Katharopoulos et al., 2020)."""

    def weights(self, q, k, f, i):
        weights = ((elu(q) + 1) @ (elu(k) + 1).mT).tril()
        return weights / (weights.sum(dim=-1, keepdim=True) + 1e-6)  # in float32 φ can be 0

    def kept(self, T):
        return self.d**2 + self.d


class GatedLinearAttention(Lookup):
    """S_t = f_t S_{t-1} + i_t k_tᵀ v_t: one forget and one input gate for the matrix."""

    def weights(self, q, k, f, i):
        log = f.log().cumsum(dim=-1)
        decay = (log[:, :, None] - log[:, None]).clamp(max=0).exp()
        return (q @ k.mT * decay * i[:, None]).tril()


class DeltaRule(Lookup):
    """S_t = S_{t-1} + i_t k_tᵀ (v_t - k_t S_{t-1}), keys of length 1 (Schlag et al., 2021)."""

    def weights(self, q, k, f, i):
        k = normalize(k, dim=-1)
        overlaps = i[:, :, None] * (k @ k.mT).tril(-1)
        unit = torch.eye(k.shape[1]).expand_as(overlaps)
        written = torch.linalg.solve_triangular(overlaps + unit, torch.diag_embed(i), upper=False)
        return (q @ k.mT).tril() @ written


class MinGRU(nn.Module):
    """h_t = (1 - z_t) h_{t-1} + z_t h̃_t with z and h̃ from the input alone (Feng et al., 2024)."""

    signs = (-1,)  # of the gates' first biases: z nearly closed

    def __init__(self, width, units, T):
        super().__init__()
        self.units = units
        self.linear = nn.Linear(width, (len(self.signs) + 1) * units)
        for gate, sign in enumerate(self.signs):
            first = self.linear.bias.data[gate * units : (gate + 1) * units]
            nn.init.constant_(first, sign * math.log(T))

    def decay_and_write(self, e):
        z, new = self.linear(e).chunk(2, dim=-1)
        z = torch.sigmoid(z)
        return 1 - z, z * new

    def forward(self, e):
        """e (T, B, width)  →  states (T, B, units)."""
        return scan(*self.decay_and_write(e))

    def kept(self, T):
        return self.units


class MinLSTM(MinGRU):
    """h_t = f' h_{t-1} + i' h̃_t, where f' = f / (f + i) and i' = i / (f + i)."""

    signs = (1, -1)

    def decay_and_write(self, e):
        f, i, new = self.linear(e).chunk(3, dim=-1)
        f, i = torch.sigmoid(f), torch.sigmoid(i)
        return f / (f + i), i / (f + i) * new


MEMORIES = {
    "softmax": SoftmaxAttention,
    "linear": LinearAttention,
    "gated": GatedLinearAttention,
    "delta": DeltaRule,
    "minGRU": MinGRU,
    "minLSTM": MinLSTM,
}


class Frame(nn.Module):
    """Words and places in, one memory, a small network that reads it: the same for every memory."""

    def __init__(self, memory, inputs, outputs, T, size):
        super().__init__()
        self.words = nn.Linear(inputs, WIDTH, bias=False)
        self.places = nn.Parameter(0.1 * torch.randn(T, 1, WIDTH))
        self.memory = memory(WIDTH, size, T)
        self.out = nn.Sequential(nn.Linear(size, WIDTH), nn.LayerNorm(WIDTH))
        self.read = nn.Sequential(nn.Linear(2 * WIDTH, 64), nn.ReLU(), nn.Linear(64, outputs))

    def forward(self, x):
        e = self.words(x) + self.places
        return self.read(torch.cat([self.out(self.memory(e)), e], dim=-1))

    def kept(self):
        """Numbers from the past that would be needed for one more step."""
        return self.memory.kept(len(self.places))


def recall(B, rng, pairs=16):
    """n pairs of key and value, one each step, then all n keys in another order: which value?

    →  x (2n, B, KEYS + VALUES), y (2n, B), asked (2n, B).
    """
    keys = rng.permuted(np.tile(np.arange(KEYS), (B, 1)), axis=1)[:, :pairs].T
    values = rng.integers(VALUES, size=(pairs, B))
    order = rng.permuted(np.tile(np.arange(pairs), (B, 1)), axis=1).T
    x = np.zeros((2 * pairs, B, KEYS + VALUES), np.float32)
    x[:pairs] = np.concatenate([one_hot(keys, KEYS), one_hot(values, VALUES)], axis=-1)
    x[pairs:, :, :KEYS] = one_hot(np.take_along_axis(keys, order, 0), KEYS)
    y = np.concatenate([values, np.take_along_axis(values, order, 0)])
    return x, y, np.arange(2 * pairs)[:, None] >= np.full(B, pairs)


def copy(B, rng):
    """Five symbols, each asked for 15 steps after it was shown."""
    batch = copy_memory(10, B, rng=rng, symbols=5, dtype=np.float32)
    return batch.x, batch.targets, batch.mask


def gap(B, rng):
    """The sentence of the course with 50 words between the country and the question."""
    batch = tasks.gap_sentences(50, B, rng=rng, dtype=np.float32)
    last = np.arange(len(batch.x))[:, None] == np.full(B, len(batch.x) - 1)
    return batch.x, np.broadcast_to(batch.y, last.shape).copy(), last


TASKS = {"recall": (recall, VALUES), "copy": (copy, 10), "gap": (gap, 10)}  # draw, answers


def solve(memory, task, size, seed, *, lr, steps=STEPS):
    """Build, train and test  →  accuracy where an answer is asked, steps trained, model.

    Adam with clipping at 1, 32 fresh sequences a step, the rate falling to zero over the last
    30 %, an early end once 20 batches in a row are solved.
    """
    draw, outputs = TASKS[task]
    new, old = (np.random.default_rng([seed, part]) for part in range(2))
    test = [torch.from_numpy(part) for part in draw(TEST, new)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Frame(MEMORIES[memory], test[0].shape[-1], outputs, len(test[0]), size)
    history = train(
        model,
        (map(torch.from_numpy, draw(BATCH, old)) for _ in range(steps)),
        loss=lambda y, target, asked: cross_entropy(y[asked], target[asked]),
        optimiser=Adam(model.parameters(), lr, clip=1.0),
        schedule=linear_decay(steps),
        metric=lambda y, target, asked: accuracy(y[asked], target[asked]),
        stop=solved(0.99),
    )
    with torch.no_grad():
        score = accuracy(model(test[0])[test[2]], test[1][test[2]])
    return score, len(history.loss), model


def run(settings, seed):
    """One run of the sweep  →  accuracy, steps trained, the numbers kept at the end."""
    memory, task, size = (settings[name] for name in ("memory", "task", "size"))
    score, steps, model = solve(memory, task, size, seed, lr=settings["lr"])
    return {"accuracy": score, "steps": steps, "kept": model.kept()}

"""The small transformer reads the tales of the course, and its weights are kept as small text."""

from base64 import b64decode, b64encode

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from lessons_lib.torch_training import Adam, train
from lessons_lib.training import linear_decay
from lessons_models import characters
from lessons_models.torch_transformer import Transformer, bits_per_character


def read_text(known, new, seed, *, lr, passes, T=64, B=16, size=64):
    """Train a language model of two blocks on ``known`` (n,), score it on ``new`` after each pass.

    Windows of T symbols, B side by side, as ``characters.char_batches`` cuts them; no state is
    carried from one to the next, each pass begins up to T - 1 symbols later, drawn from the seed.
    The rate rises over 50 steps and falls to 0 over the last 40 %.
    →  bits per character (2, passes): mean over the pass in training, then ``new``; model.
    """
    rng, symbols = np.random.default_rng(seed), int(max(known.max(), new.max())) + 1
    model = Transformer(symbols, symbols, T, size, rng=rng)
    optimiser, curves, done = Adam(model.parameters(), lr, clip=1.0), [], 0
    falling = linear_decay(passes * ((len(known) - T) // B // T), 0.4)
    for _ in range(passes):
        windows = characters.char_batches(known[rng.integers(T) :], T, B)
        history = train(
            model,
            ((torch.tensor(x), torch.tensor(y)) for x, y in windows),
            loss=lambda y, target: cross_entropy(y.flatten(0, 1), target.flatten()),
            optimiser=optimiser,
            schedule=lambda step, done=done: min(1, (done + step + 1) / 50) * falling(done + step),
        )
        done += len(history.loss)
        curves.append((history.loss.mean() / np.log(2), bits_per_character(model, new)))
    return np.transpose(curves), model


def packed(model):
    """The weights as small text: name → the unit, and the weights in units as int8 in base64."""
    kept = {}
    for name, a in model.state_dict().items():
        unit = float(a.abs().max()) / 127 or 1.0
        whole = np.rint(a.numpy() / unit).astype(np.int8)
        kept[name] = [float(f"{unit:.6g}"), b64encode(whole.tobytes()).decode()]
    return kept


def unpack(kept, model):
    """Give a model the weights that ``packed`` wrote, up to rounding  →  the model.

    Raises KeyError where the text holds no weights of one of its names.
    """
    for name, a in model.state_dict().items():
        unit, code = kept[name]
        whole = np.frombuffer(b64decode(code), np.int8).reshape(a.shape)
        a[...] = unit * torch.tensor(whole, dtype=a.dtype)
    return model

"""Five ways to tell a causal transformer where a token stands, and two tasks to try them on.

``PLACES[name](symbols, outputs, longest, size, rng=rng)`` builds a ``Transformer``.  Its own
positions are learned; the other kinds leave them out of the training, all but the waves at 0.
"""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from lessons_lib import tasks
from lessons_lib.torch_training import Adam, accuracy, train
from lessons_lib.training import linear_decay
from lessons_models.torch_transformer import Transformer, sinusoids

LETTERS, BACK, SIZE, TRAINED, STEPS, BATCH = 8, 3, 32, 20, 300, 16
LENGTHS, LAST = (10, 20, 30, 40, 60, 80), 10  # asked at these, on the last ten places


class Learned(Transformer):
    """A learned row for each place; window: so many places are seen, the own one included."""

    window = None

    def _mask(self, T, lengths, device):
        mask = super()._mask(T, lengths, device)
        return mask if self.window is None else mask.triu(1 - self.window)


class Nowhere(Learned):
    """No positions: order comes from the causal mask alone (Haviv et al., 2022)."""

    def __init__(self, *sizes, rng, **options):
        super().__init__(*sizes, rng=rng, **options)
        self.positions.requires_grad_(False).zero_()


class Waves(Nowhere):
    """Sines and cosines added to the inputs (Vaswani, 2017), with the deviation of the tokens."""

    def __init__(self, *sizes, rng, **options):
        super().__init__(*sizes, rng=rng, **options)
        waves = 0.3 * 2**0.5 * sinusoids(*self.positions.shape)
        self.positions.copy_(torch.from_numpy(waves))


class Turn(nn.Module):
    """Rotary positions (Su et al., 2021): columns 2i and 2i + 1 turned by the angle t ω_i."""

    def forward(self, rows):
        """rows (..., T, d), d even  →  (..., T, d)."""
        T, d = rows.shape[-2:]
        sin, cos = torch.from_numpy(sinusoids(T, d)).to(rows).unflatten(-1, (-1, 2)).unbind(-1)
        a, b = rows.unflatten(-1, (-1, 2)).unbind(-1)  # (..., T, d / 2)
        return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)


class Rotary(Nowhere):
    """Queries and keys turned by the angles of their place (Su et al., 2021)."""

    def __init__(self, *sizes, rng, **options):
        super().__init__(*sizes, rng=rng, **options)
        for block in self.blocks:
            block.heads.turn = Turn()


class Slopes(Nowhere):
    """ALiBi (Press et al., 2022): head h = 1 … H loses 2^(-8h / H) of score with each step back."""

    def _mask(self, T, lengths, device):
        heads = self.blocks[0].heads.heads
        slopes = 2.0 ** (-8 / heads * torch.arange(1, heads + 1, device=device))
        place = torch.arange(T, device=device)
        bias = -slopes[:, None, None] * (place[:, None] - place)  # (heads, T, T)
        return bias.masked_fill(~super()._mask(T, lengths, device), -torch.inf)


PLACES = {"none": Nowhere, "learned": Learned, "waves": Waves, "rotary": Rotary,
          "ALiBi": Slopes}  # fmt: skip


def back(T, B, rng):
    """Which letter stood three places back?  →  tokens (T, B), targets (T, B), -100 for none."""
    tokens = torch.from_numpy(rng.integers(LETTERS, size=(T, B)))
    return tokens, torch.cat([torch.full((BACK, B), -100), tokens[:-BACK]])


def order(T, B, rng):
    """``tasks.temporal_order``, asked at the last place  →  tokens (T, B), targets (T, B)."""
    batch = tasks.temporal_order(T, B, rng=rng)
    answer = torch.from_numpy(batch.y)[None]
    return torch.from_numpy(batch.tokens), torch.cat([torch.full((T - 1, B), -100), answer])


TASKS = {"back": back, "order": order}


def trained(settings, seed):
    """A model of two blocks for the settings place, task and lr, trained on lengths 10 … 20."""
    draw, rng = TASKS[settings["task"]], np.random.default_rng([seed, 1])
    build, lengths = PLACES[settings["place"]], rng.integers(TRAINED // 2, TRAINED + 1, size=STEPS)
    model = build(LETTERS, LETTERS, LENGTHS[-1], SIZE, rng=np.random.default_rng([seed, 0]))
    train(
        model, (draw(T, BATCH, rng) for T in lengths),
        loss=lambda y, target: cross_entropy(y.flatten(0, 1), target.flatten()),
        optimiser=Adam(model.parameters(), settings["lr"], clip=1.0),
        schedule=linear_decay(STEPS),
    )  # fmt: skip
    return model


@torch.no_grad()
def right(model, draw, T, seed, B=128):
    """Share of right answers on the last ten places of B new sequences of length T."""
    tokens, target = draw(T, B, np.random.default_rng([seed, 2, T]))
    logits, target = model(tokens)[-LAST:], target[-LAST:]
    return accuracy(logits[target >= 0], target[target >= 0])


def run(settings, seed):
    """Train one model and ask it at every length: ``right_curve``, and three of its points.

    ``near_80``: at length 80, where no place sees farther back than a sequence in training.
    """
    model, draw = trained(settings, seed), TASKS[settings["task"]]
    curve = {T: round(right(model, draw, T, seed), 4) for T in LENGTHS}
    points = {f"right_{k * TRAINED}": curve[k * TRAINED] for k in (1, 2, 4)}
    model.window = TRAINED
    near = round(right(model, draw, LENGTHS[-1], seed), 4)
    return {**points, "near_80": near, "right_curve": list(curve.values())}

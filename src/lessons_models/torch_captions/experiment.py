"""Train a captioner on fresh pictures and see what it says about new ones."""

import numpy as np

from lessons_lib.torch_training import Adam
from lessons_models.shapes import pictures
from lessons_models.torch_captions.models import HardCaptioner, as_tensors

BATCH, STEPS, TEST = 64, 700, 1024  # one budget for every model of the experiment
HELD_OUT = 4, "red"  # the middle region and the colour that it never has in some trainings


def without_red_middle(batch):
    """Which pictures (B,) have no red shape in the middle."""
    return ~batch.names(*HELD_OUT)


def new_pictures(seed, **options):
    """The pictures on which every model of the seed is tested.  options: those of ``pictures``."""
    return pictures(TEST, rng=np.random.default_rng([seed, 2]), **options)


def train(model, *, rng, lr=1e-2, steps=STEPS, keep=None):
    """Teach the model to describe fresh pictures, 64 at each step.

    Adam with clipping at 1, the rate falling to zero over the last 30 %.
    rng: np.random.Generator of the pictures; keep(batch) → (B,) bool leaves pictures out.
    →  losses, a list of floats.
    """
    optimiser, losses = Adam(model.parameters(), lr, clip=1.0), []
    for step in range(steps):
        batch = pictures(BATCH, rng=rng, dtype=np.float32)
        loss = model.loss(batch.pick(keep(batch)) if keep else batch, rng)
        optimiser.clear()
        loss.backward()
        optimiser.update(min(1.0, (steps - step) / (0.3 * steps)))
        losses.append(loss.item())
    return losses


def exact(model, batch):
    """Which pictures of ``batch`` are described without a single mistake  →  (B,) bool."""
    words, _ = model.describe(*as_tensors(batch.regions), len(batch.captions))
    return ((words.numpy() == batch.captions) | ~batch.mask).all(axis=0)


def on_described(model, batch):
    """In which steps that name an object the largest weight is on its region  →  (steps,) bool."""
    _, weights = model.describe(*as_tensors(batch.regions), len(batch.captions))
    naming = batch.described >= 0
    return (weights.numpy().argmax(axis=-1) == batch.described)[naming]


def picking_only(model, test):
    """A soft model, of which only the region with the largest weight counts  →  two shares:
    captions that are exact, and of the others those whose first mistake is at the full stop."""
    hard = HardCaptioner(rng=np.random.default_rng(0), place_first=model.place_first)
    hard.load_state_dict(model.state_dict())
    words, _ = hard.describe(*as_tensors(test.regions), len(test.captions))
    wrong = (words.numpy() != test.captions) & test.mask
    failed = wrong.any(axis=0)
    at_stop = wrong.argmax(axis=0)[failed] == test.mask.sum(axis=0)[failed] - 1
    stops = at_stop.mean() if failed.any() else np.nan
    return np.mean(~failed), stops

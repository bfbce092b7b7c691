"""The rates behind teacher forcing against own words: strings of 4 to 12 digits, written backwards.

The same weights, strings and 400 steps; in training the decoder reads either the right symbol
before each answer or the one it would have written itself.  Both ways, 5 seeds, three learning
rates.  Scored on new strings of 8 digits: the share written without a mistake, and the share right
in the place after the first mistake.
Results: src/lessons_lib/data/own_words.json.

    python -m benchmarks.own_words_sweep
"""

import platform

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
import torch
from torch.nn.functional import cross_entropy

from lessons_lib.torch_training import Adam
from lessons_lib.training import linear_decay
from lessons_models.torch_models import BATCH, HIDDEN, STEPS, Seq2Seq

SEEDS, RATES, LENGTHS, TEST_LENGTH, TEST_STRINGS = (
    (0, 1, 2, 3, 4),
    (5e-3, 1e-2, 2e-2),
    (4, 12),
    8,
    512,
)
END = 10  # the start sign is 11


def strings(n, count, rng):
    """Sources (n, count) of digits and targets (n + 1, count), which end with END."""
    x = torch.from_numpy(rng.integers(0, 10, (n, count)))
    return x, torch.cat([x.flip(0), torch.full((1, count), END)])


def shifted(y):
    """The symbol before each answer, (T_y, B)."""
    return torch.cat([torch.full_like(y[:1], END + 1), y[:-1]])


def train(seed, rate, own_words, steps=STEPS):
    """One model, trained as in the lesson."""
    rng = np.random.default_rng([seed, 1])
    model = Seq2Seq(END + 1, HIDDEN, rng=np.random.default_rng([seed, 0]))
    adam, schedule = Adam(model.parameters(), rate, clip=1.0), linear_decay(steps)
    for step in range(steps):
        x, y = strings(rng.integers(LENGTHS[0], LENGTHS[1] + 1), BATCH, rng)
        fed = model.translate(x, len(y))[0] if own_words else y
        logits, _ = model(x, shifted(fed))
        loss = cross_entropy(logits.flatten(0, 1), y.flatten())
        adam.clear()
        loss.backward()
        adam.update(schedule(step))
    return model


def score(model, count=TEST_STRINGS):
    """Shares of strings without a mistake, and of places right after the first mistake."""
    x, y = strings(TEST_LENGTH, count, np.random.default_rng(8))
    right = model.translate(x, len(y))[0] == y
    first = (~right).int().argmax(dim=0)
    column = torch.nonzero(~right.all(dim=0) & (first < TEST_LENGTH))[:, 0]
    after = right[first[column] + 1, column].double()
    return right.all(dim=0).double().mean().item(), after.mean().item()


def main():
    torch.set_num_threads(1)
    results = {
        "command": "python -m benchmarks.own_words_sweep", "seeds": SEEDS, "rates_tried": RATES,
        "steps": STEPS, "batch_size": BATCH, "hidden_size": HIDDEN, "clip": 1.0,
        "lengths": LENGTHS, "test_length": TEST_LENGTH, "test_strings": TEST_STRINGS,
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__.split("+")[0]},
        "runs": {},
    }  # fmt: skip
    for name, own_words in (("forced", False), ("own words", True)):
        scores = [[score(train(seed, rate, own_words)) for seed in SEEDS] for rate in RATES]
        exact, after = np.moveaxis(np.array(scores), -1, 0).round(4)  # (rates, seeds) each
        best = int(exact.mean(axis=1).argmax())
        results["runs"][name] = {
            "rate": RATES[best], "exact": exact.tolist(), "after_first_mistake": after.tolist(),
        }  # fmt: skip
        print(
            name, RATES[best], exact.mean(axis=1).round(2), after.mean(axis=1).round(2), flush=True
        )
    store.write(store.DATA / "own_words.json", results, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    main()

"""Four captioners with one way of speaking, after Xu et al. (2015).

They differ in one method, ``context``: what the decoder
gets to see of the picture before each word.  Time comes first in words, the batch in front in
regions; all parameters are float32.
"""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from lessons_models.shapes import CAPTION_VOCAB

REGIONS, PIXELS, WORDS = 9, 192, len(CAPTION_VOCAB)
FEATURES, HIDDEN, QUERY, EMBEDDING = 32, 48, 32, 16


class Captioner(nn.Module):
    """Without attention: each word is said from the mean of the regions.

        a_i = relu(r_i W_1 + b_1) W_2 + b_2 + P_i     what is in region i, and that it is i
        h_0, c_0 = tanh(s W_0 + b_0)                  s: ``summary``, here the mean of the a_i
        h_t, c_t = LSTM([word_{t-1}, context_t], h_{t-1}, c_{t-1})
        logits_t = [h_t, context_t] W_y + b_y         context_t: here s, at every step

    rng: np.random.Generator; PyTorch's own random state is left as it was.
    place_first: P_i joins before the relu instead, a_i = relu(r_i W_1 + P_i) W_2 + b_2.
    """

    def __init__(self, *, rng, place_first=False):
        super().__init__()
        self.place_first = place_first
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**31)))
            self.first, self.second = nn.Linear(PIXELS, 2 * FEATURES), nn.Linear(64, FEATURES)
            self.place = nn.Parameter(torch.randn(REGIONS, 64 if place_first else FEATURES))
            self.start = nn.Linear(FEATURES, 2 * HIDDEN)
            self.embedding = nn.Embedding(WORDS, EMBEDDING)
            self.cell = nn.LSTMCell(EMBEDDING + FEATURES, HIDDEN)
            self.read_out = nn.Linear(HIDDEN + FEATURES, WORDS)
            self.build()

    def build(self):
        """Parameters that only this class has."""

    def summary(self, a):
        """Features of the regions a (B, 9, F)  →  one row for the picture (B, F)."""
        return a.mean(dim=1)

    def context(self, h, a, summary, luck=None):
        """State before the word h (B, H), features a (B, 9, F), summary (B, F)  →  context (B, F),
        weights (B, 9), the region picked (B,); where there are none, None.

        luck (B,), between 0 and 1: chance for those that choose by chance.
        """
        return summary, None, None

    def forward(self, regions, previous, luck=None):
        """regions (B, 9, 192), previous (L, B): the word before each word (teacher forcing)
        →  logits (L, B, K), weights (L, B, 9) or None, picked (L, B) or None."""
        a, summary, state = self._see(regions)
        said = []
        for t, word in enumerate(previous):
            chance = None if luck is None else luck[t]
            *now, state = self._say(word, state, a, summary, chance)
            said.append(now)
        return tuple(
            None if part[0] is None else torch.stack(part) for part in zip(*said, strict=True)
        )

    def loss(self, batch, rng):
        """Mean cross-entropy of the captions of ``batch`` (shapes.Pictures).

        rng: np.random.Generator for those that choose by chance.
        """
        logits, _, _ = self(*as_tensors(batch.regions, batch.previous))
        return (_surprise(logits, batch) / int(batch.mask.sum())).sum()

    @torch.no_grad()
    def describe(self, regions, steps):
        """regions (B, 9, 192)  →  the likeliest word at each step, fed back (steps, B), and the
        weights (steps, B, 9) or None."""
        a, summary, state = self._see(regions)
        word = torch.zeros(len(regions), dtype=torch.int64)  # "^" is word 0
        words, weights = [], []
        for _ in range(steps):
            logits, row, _, state = self._say(word, state, a, summary)
            word = logits.argmax(dim=-1)
            words.append(word)
            weights.append(row)
        return torch.stack(words), None if row is None else torch.stack(weights)

    def features(self, regions):
        """regions (B, 9, 192)  →  a (B, 9, F)."""
        seen = self.first(regions)
        if self.place_first:
            return self.second(torch.relu(seen + self.place))
        return self.second(torch.relu(seen)) + self.place

    def _see(self, regions):
        if regions.ndim != 3 or regions.shape[1:] != (REGIONS, PIXELS):
            raise ValueError(
                f"regions have shape {tuple(regions.shape)}, expected (B, {REGIONS}, {PIXELS}): "
                "one picture needs a batch axis, regions[None]"
            )
        a = self.features(regions)
        summary = self.summary(a)
        return a, summary, torch.tanh(self.start(summary)).chunk(2, dim=1)

    def _say(self, word, state, a, summary, luck=None):
        context, weights, picked = self.context(state[0], a, summary, luck)
        state = self.cell(torch.cat([self.embedding(word), context], dim=1), state)
        return self.read_out(torch.cat([state[0], context], dim=1)), weights, picked, state


class SummaryCaptioner(Captioner):
    """Without attention, but the one row for the picture is learned: W_s [a_1 … a_9] + b_s."""

    def build(self):
        """W_s (9 F, F), b_s."""
        self.squeeze = nn.Linear(REGIONS * FEATURES, FEATURES)

    def summary(self, a):
        """As in ``Captioner``."""
        return self.squeeze(a.flatten(1))


class AttentiveCaptioner(Captioner):
    """With attention: the state before each word asks, the regions answer (Xu, 2015).

    e_i = tanh(h_{t-1} W_q + a_i W_k) v_a,   α = softmax(e),   context_t = Σ α_i a_i
    """

    def build(self):
        """W_q (H, A), W_k (F, A), v_a (A,), as in ``scores.Additive``."""
        self.W_q, self.W_k = (_uniform(rows, QUERY) for rows in (HIDDEN, FEATURES))
        self.v_a = nn.Parameter(_uniform(QUERY, 1).data[:, 0])

    def context(self, h, a, summary, luck=None):
        """As in ``Captioner``; each row of the weights sums to 1."""
        weights = self.weights(h, a)
        return (weights[:, None] @ a)[:, 0], weights, None

    def weights(self, h, a):
        """h (B, H), a (B, 9, F)  →  α (B, 9)."""
        scores = torch.tanh((h @ self.W_q)[:, None] + a @ self.W_k) @ self.v_a
        return scores.softmax(dim=-1)


class HardCaptioner(AttentiveCaptioner):
    """The same parameters, but one region is picked: at random by its weight where there is
    ``luck``, as in training, else the one with the largest weight.

    The loss adds the score-function estimate of REINFORCE (Williams, 1992): a pick becomes likelier
    where its word was likelier than the average of the batch at that step.
    """

    def context(self, h, a, summary, luck=None):
        """As in ``Captioner``; the weights are those of the lottery, the context is one region."""
        weights = self.weights(h, a)
        picked = weights.argmax(dim=-1) if luck is None else _draw(weights.detach(), luck)
        return a[torch.arange(len(a)), picked], weights, picked

    def loss(self, batch, rng):
        """Cross-entropy and a term whose gradient is that of REINFORCE; its value says nothing."""
        luck = rng.random(batch.captions.shape)
        inputs = as_tensors(batch.regions, batch.previous, luck)
        logits, weights, picked = self(*inputs)
        surprise, mask = _surprise(logits, batch), torch.from_numpy(batch.mask)
        words = mask.sum(dim=1, keepdim=True).clamp(min=1)
        better = (surprise.sum(dim=1, keepdim=True) / words - surprise).detach() * mask
        log_p = weights.gather(-1, picked[..., None])[..., 0].clamp(min=1e-12).log()
        return (surprise - better * log_p).sum() / mask.sum()


def as_tensors(*arrays):
    """NumPy arrays as tensors, floats as float32."""
    return tuple(
        torch.from_numpy(a.astype(np.float32) if a.dtype.kind == "f" else a) for a in arrays
    )


def _surprise(logits, batch):
    """-log p of each true word, 0 after the full stop  →  (L, B)."""
    captions, mask = torch.from_numpy(batch.captions), torch.from_numpy(batch.mask)
    loss = cross_entropy(logits.flatten(0, 1), captions.flatten(), reduction="none")
    return loss.view_as(captions) * mask


def _draw(weights, luck):
    """One region per row, with the probabilities of weights (B, 9)  →  (B,)."""
    return (weights.cumsum(dim=-1) < luck[:, None]).sum(dim=-1).clamp(max=REGIONS - 1)


def _uniform(rows, columns):
    """Uniform up to 1 / √rows, as in ``nn.Linear``: the first weights are nearly equal."""
    return nn.Parameter(torch.empty(rows, columns).uniform_(-(rows**-0.5), rows**-0.5))

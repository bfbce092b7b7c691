"""Translate sentences of different lengths, with a map of what was read.

Encoder and decoder in PyTorch for padded batches, and their experiment with dates.  Symbols and
states have time first, (S, B) and (S, B, H); the weights have the batch first, (B, T, S).
"""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lessons_lib.torch_training import Adam, train
from lessons_lib.training import linear_decay
from lessons_models.dates import Dates, date_pairs

HIDDEN, BATCH, STEPS, TEST = 64, 64, 400, 512  # one budget for every model of the experiment


class Translator(nn.Module):
    """Encoder in both directions and decoder, with one vector between the two (Cho, 2014).

        y_t = [s_t, c_t] W_y + b_y,   c_t = [last state forwards, last state backwards]

    sources, targets: numbers of symbols; hidden_size H: even, half of it for each direction.
    rng: np.random.Generator; PyTorch's own random state is left as it was.
    """

    def __init__(self, sources, targets, hidden_size, *, rng, embedding_size=16):
        super().__init__()
        if hidden_size % 2:
            raise ValueError(f"hidden_size={hidden_size}: two directions need an even number")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**31)))
            self.source_embedding = nn.Embedding(sources, embedding_size)
            self.target_embedding = nn.Embedding(targets, embedding_size)
            self.encoder = nn.LSTM(embedding_size, hidden_size // 2, bidirectional=True)
            self.decoder = nn.LSTM(embedding_size, hidden_size)
            self.read_out = nn.Linear(2 * hidden_size, targets)

    def encode(self, source, mask):
        """source (S, B) int64, mask (S, B) bool, False in the padding behind each sentence
        →  hs (S, B, H), 0 in the padding, and the decoder's first state, h and c (1, B, H).

        Raises ValueError where a sentence is empty or the padding is not behind it.
        """
        lengths = mask.sum(dim=0)
        behind = torch.arange(len(mask))[:, None] < lengths
        if mask.shape != source.shape or not torch.equal(mask, behind) or lengths.min() < 1:
            raise ValueError(
                f"encode: source {tuple(source.shape)} and mask {tuple(mask.shape)} must have one "
                "shape, and every column of the mask be True first, at least once, then False"
            )
        # packed, the padding is never read: the way back begins at the last real symbol
        packed = pack_padded_sequence(self.source_embedding(source), lengths, enforce_sorted=False)
        hs, state = self.encoder(packed)
        hs, _ = pad_packed_sequence(hs, total_length=len(source))
        return hs, tuple(torch.cat([*part], dim=-1)[None] for part in state)

    def decode(self, previous, state):
        """previous (T, B): the symbol before each output  →  decoder states s (T, B, H), state."""
        return self.decoder(self.target_embedding(previous), state)

    def context(self, s, hs, mask):
        """Decoder states s, encoder states hs  →  context (T, B, H), weights (B, T, S) or None."""
        half, last = hs.shape[-1] // 2, mask.sum(dim=0) - 1
        forwards = hs[last, torch.arange(hs.shape[1]), :half]
        return torch.cat([forwards, hs[0, :, half:]], dim=-1).expand_as(s), None

    def answer(self, s, context):
        """→  logits (T, B, K) of the symbols to write."""
        return self.read_out(torch.cat([s, context], dim=-1))

    def forward(self, source, mask, previous):
        """With the true symbol before each output (teacher forcing)  →  logits (T, B, K)."""
        hs, state = self.encode(source, mask)
        s, _ = self.decode(previous, state)
        return self.answer(s, self.context(s, hs, mask)[0])

    @torch.no_grad()
    def translate(self, source, mask, begin, steps):
        """At each step the likeliest symbol, fed back, first of all ``begin``
        →  symbols (steps, B), weights (B, steps, S) or None."""
        hs, state = self.encode(source, mask)
        symbol, symbols, maps = torch.full_like(source[:1], begin), [], []
        for _ in range(steps):
            s, state = self.decode(symbol, state)
            context, weights = self.context(s, hs, mask)
            symbol = self.answer(s, context).argmax(dim=-1)
            symbols.append(symbol)
            maps.append(weights)
        return torch.cat(symbols), None if weights is None else torch.cat(maps, dim=1)


class AttentiveTranslator(Translator):
    """The same parameters, but each decoder state looks up the encoder's states (Luong, 2015).

    c_t = softmax(s_t hsᵀ) hs      over the real symbols of each sentence
    """

    def weights(self, s, hs, mask):
        """s (T, B, H), hs (S, B, H), mask (S, B)  →  (B, T, S), each row sums to 1."""
        scores = torch.einsum("tbh,sbh->bts", s, hs)
        return scores.masked_fill(~mask.T[:, None], -torch.inf).softmax(dim=-1)

    def context(self, s, hs, mask):
        """As in ``Translator``, with the weights."""
        weights = self.weights(s, hs, mask)
        return torch.einsum("bts,sbh->tbh", weights, hs), weights


def date_tensors(B, *, rng):
    """Fresh dates  →  (source (S, B), mask (S, B), previous (10, B)), targets (10, B), texts."""
    pairs = date_pairs(B, rng=rng)
    arrays = (pairs.source, pairs.source_mask, pairs.previous, pairs.targets)
    *inputs, targets = (torch.from_numpy(array) for array in arrays)
    return tuple(inputs), targets, pairs.texts


def train_on_dates(model, *, rng, lr=1e-2, steps=STEPS):
    """Teach the model to write dates the ISO way, 64 fresh ones at each step  →  History.

    Adam with clipping at 1, the rate falling to zero over the last 30 %.
    """
    return train(
        model,
        (date_tensors(BATCH, rng=rng)[:2] for _ in range(steps)),
        loss=lambda logits, targets: cross_entropy(logits.flatten(0, 1), targets.flatten()),
        optimiser=Adam(model.parameters(), lr, clip=1.0),
        schedule=linear_decay(steps),
    )


def exact_dates(model, *, rng, dates=TEST):
    """Share of new dates written without a single mistake, the model's own symbols fed back."""
    (source, mask, previous), targets, _ = date_tensors(dates, rng=rng)
    written, _ = model.translate(source, mask, int(previous[0, 0]), len(targets))
    return (written == targets).all(dim=0).double().mean().item()


def solve_dates(build, seed, *, lr=1e-2, steps=STEPS):
    """Build, train and test one model.  build(sources, targets, hidden_size, rng=rng)
    →  share of exact dates, model.

    One seed sets the weights, another the dates, so two builds see the same dates.
    """
    weights, dates, new = (np.random.default_rng([seed, part]) for part in range(3))
    sizes = len(Dates.source_vocab), len(Dates.target_vocab), HIDDEN
    model = build(*sizes, rng=weights)
    train_on_dates(model, rng=dates, lr=lr, steps=steps)
    return exact_dates(model, rng=new), model

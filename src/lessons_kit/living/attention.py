"""Attention over a sentence on the page: the reader asks, masks, and exchanges words and values."""

import numpy as np

from lessons_kit import diagrams
from lessons_kit.living import page
from lessons_lib import attention
from lessons_lib.functional import softmax
from lessons_lib.text import one_hot

DIGITS = 4  # decimals of the weights in the page
MOST = 8  # words


class AttentionLab:
    """A living lookup: queries to choose or to dial, masks, the scale, every weight.

    model: an ``attention_models.SelfAttention`` (D words, K answers, size d)
    vocab: the ``text.Vocab`` of its inputs; sentence: 2 to 8 of its symbols; answers: K strings
    title, name, lang: as for ``CellLab``; query: the word that asks first, from 1 (default: last)

    Links on the same page drive it: ``#lab:query=6&hide=2&causal=1&padding=2&scale=0&unit=3``,
    ``q=1,0,0,0`` for a query of one's own, ``w2=Spain`` for another word at place 2, ``v2=6`` to
    give word 2 the value of word 6.
    The page computes with weights of four decimals; ``answer`` does too, in NumPy.
    Raises ValueError where the parts do not fit together.
    """

    def __init__(
        self, model, vocab, sentence, answers, *, title="", name=None, lang=None, query=None
    ):
        self.vocab, self.sentence, self.answers = vocab, tuple(sentence), tuple(answers)
        self.title, self.name, self.lang = title, name, lang
        self.query = len(self.sentence) if query is None else query
        self.params = {key: a.astype(np.float64).round(DIGITS) for key, a in model.params.items()}
        self.tokens = vocab.encode(self.sentence)
        self._check()
        self.params["P"] = self.params["P"][: len(self.sentence)]

    def _check(self):
        T, words, K = len(self.sentence), len(self.params["E"]), len(self.params["b_y"])
        room = min(MOST, len(self.params["P"]))
        if not 2 <= T <= room:
            raise ValueError(f"this lab has room for 2 to {room} words, got {T}")
        if not 1 <= self.query <= T:
            raise ValueError(f"query counts from 1 to {T}, got {self.query}")
        if (len(self.vocab), len(self.answers)) != (words, K):
            raise ValueError(
                f"the model reads {words} symbols and writes {K} answers, but there are "
                f"{len(self.vocab)} and {len(self.answers)}"
            )

    def vectors(self, words=None, values=None):
        """q, k, v (T, d) of the sentence; words: place from 1 → another word; values: place → the
        place whose value it is given."""
        tokens = self.tokens.copy()
        for place, word in (words or {}).items():
            tokens[place - 1] = self.vocab.encode([word])[0]
        e = one_hot(tokens, len(self.vocab)) @ self.params["E"] + self.params["P"]
        q, k, v = (e @ self.params[f"W_{name}"] for name in "qkv")
        order = np.arange(len(v))
        for place, other in (values or {}).items():
            order[place - 1] = other - 1
        return q, k, v[order]

    def look(self, query=None, *, q=None, hide=(), causal=False, padding=0, scale=True,
             words=None, values=None):  # fmt: skip
        """What the page computes, in NumPy  →  scores (T,), weights (T,), context (d,).

        query: the place from 1 of the word that asks; q (d,): a query of one's own instead, asked
        at that place; hide: places from 1; padding: words at the end that are padding; words,
        values: as in ``vectors``.
        """
        T, place = len(self.sentence), (query or self.query) - 1
        queries, k, v = self.vectors(words, values)
        mask = np.arange(T) < T - padding
        mask &= ~np.isin(np.arange(1, T + 1), list(hide))
        if causal:
            mask &= attention.causal_mask(T)[place]
        asked = (queries[place] if q is None else np.asarray(q, dtype=np.float64))[None]
        score = attention.ScaledDot() if scale else attention.Dot()
        scores, _ = score.forward(asked, k)
        context, weights, _ = attention.attend(asked, k, v, score, mask[None])
        return scores[0], weights[0], context[0]

    def shares(self, query=None, **changes):
        """Probability of each answer (K,); changes as in ``look``."""
        context = self.look(query, **changes)[2]
        return softmax(context @ self.params["W_y"] + self.params["b_y"])

    def answer(self, query=None, **changes):
        """The answer that the context leads to, and its share; changes as in ``look``."""
        shares = self.shares(query, **changes)
        return self.answers[int(shares.argmax())], float(shares.max())

    def data(self):
        """What the script of the page reads (dict for JSON)."""
        params = {key: array.tolist() for key, array in self.params.items()}
        return {
            "params": params, "words": list(self.vocab.symbols), "sentence": self.tokens.tolist(),
            "answers": list(self.answers), "query": self.query - 1,
        }  # fmt: skip

    def drawing(self):
        """The drawing of the first query, which stays where no script runs (str)."""
        scores, _, _ = self.look()
        values = diagrams.attention_values(scores, self.vectors()[2])
        return diagrams.lookup(self.sentence).live(values)

    def _repr_html_(self):
        place = page.element(
            "attention-lab", self.data(), self.drawing(),
            title=self.title, name=self.name, lang=self.lang,
        )  # fmt: skip
        return page.shown(place)

    def __repr__(self):
        return f"AttentionLab: queries, keys and values of “{' '.join(self.sentence)}”"

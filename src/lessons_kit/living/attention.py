"""Attention over a sentence on the page: the reader asks and masks."""

import numpy as np

from lessons_kit import diagrams
from lessons_kit.living import page
from lessons_lib import attention
from lessons_lib.functional import softmax
from lessons_lib.text import one_hot

DIGITS = 4  # decimals of the numbers in the page


class AttentionLab:
    """A living lookup: queries to choose or to dial, masks, the scale, every weight.

    words: 2 to 8 strings; q, k (T, d) and v (T, d_v): query, key and value of each word
    read_out: None, or (W_y, b_y, answers), from a context to the answers
    title, name, lang: as for ``CellLab``; query: the word that asks first, from 1 (default: last)

    Links on the same page drive it: ``#lab:query=6&hide=2&causal=1&padding=2&scale=0&unit=3``, or
    ``q=1,0,0,0`` for a query of one's own.
    Raises ValueError where the shapes do not fit together.
    """

    def __init__(
        self, words, q, k, v, read_out=None, *, title="", name=None, lang=None, query=None
    ):
        self.words = tuple(map(str, words))
        self.q, self.k, self.v = (np.asarray(a, dtype=np.float64).round(DIGITS) for a in (q, k, v))
        self.title, self.name, self.lang = title, name, lang
        self.query = len(self.words) if query is None else query
        self.W_y, self.b_y, self.answers = (None, None, ()) if read_out is None else read_out
        if read_out is not None:
            self.W_y, self.b_y = np.round(self.W_y, DIGITS), np.round(self.b_y, DIGITS)
        self._check()

    @classmethod
    def of(cls, model, vocab, sentence, answers, **options):
        """Lab of a trained ``attention_models.SelfAttention`` that reads ``sentence``."""
        p = model.params
        x = one_hot(vocab.encode(tuple(sentence)), len(vocab), model.dtype)
        e = x @ p["E"] + p["P"][: len(x)]
        q, k, v = (e @ p[f"W_{name}"] for name in "qkv")
        return cls(sentence, q, k, v, (p["W_y"], p["b_y"], tuple(answers)), **options)

    def _check(self):
        T = len(self.words)
        shapes = self.q.shape, self.k.shape, self.v.shape
        if any(len(s) != 2 or len(s) and s[0] != T for s in shapes) or shapes[0] != shapes[1]:
            raise ValueError(
                f"{T} words need q, k ({T}, d) and v ({T}, d_v), got {', '.join(map(str, shapes))}"
            )
        if not 1 <= self.query <= T:
            raise ValueError(f"query counts from 1 to {T}, got {self.query}")
        if self.W_y is not None and self.W_y.shape != (self.v.shape[1], len(self.answers)):
            raise ValueError(
                f"W_y must be ({self.v.shape[1]}, {len(self.answers)}) for these values and "
                f"answers, got {self.W_y.shape}"
            )

    def look(self, query=None, *, q=None, hide=(), causal=False, padding=0, scale=True):
        """What the page computes, in NumPy  →  scores (T,), weights (T,), context (d_v,).

        query: the place from 1 of the word that asks; q (d,): a query of one's own instead, asked
        at that place; hide: places from 1; padding: words at the end that are padding.
        """
        T, place = len(self.words), (query or self.query) - 1
        mask = np.arange(T) < T - padding
        mask &= ~np.isin(np.arange(1, T + 1), list(hide))
        if causal:
            mask &= attention.causal_mask(T)[place]
        asked = (self.q[place] if q is None else np.asarray(q, dtype=np.float64))[None]
        score = attention.ScaledDot() if scale else attention.Dot()
        scores, _ = score.forward(asked, self.k)
        context, weights, _ = attention.attend(asked, self.k, self.v, score, mask[None])
        return scores[0], weights[0], context[0]

    def answer(self, query=None, **changes):
        """The answer that the context leads to, and its share; changes as in ``look``."""
        shares = softmax(self.look(query, **changes)[2] @ self.W_y + self.b_y)
        return self.answers[int(shares.argmax())], float(shares.max())

    def data(self):
        """What the script of the page reads (dict for JSON)."""
        arrays = {"q": self.q, "k": self.k, "v": self.v}
        if self.W_y is not None:
            arrays |= {"W_y": self.W_y, "b_y": self.b_y}
        lists = {name: array.tolist() for name, array in arrays.items()}
        lists |= {"words": list(self.words), "answers": list(self.answers)}
        return {**lists, "query": self.query - 1}

    def drawing(self):
        """The drawing of the first query, which stays where no script runs (str)."""
        scores, _, _ = self.look()
        return diagrams.lookup(self.words).live(diagrams.attention_values(scores, self.v))

    def _repr_html_(self):
        return page.element(
            "attention-lab", self.data(), self.drawing(),
            title=self.title, name=self.name, lang=self.lang,
        )  # fmt: skip

    def __repr__(self):
        return f"AttentionLab: queries, keys and values of “{' '.join(self.words)}”"

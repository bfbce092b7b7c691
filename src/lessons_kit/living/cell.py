"""A trained cell that steps through a sentence on the page."""

import copy

import numpy as np

from lessons_kit import diagrams
from lessons_kit.living import held, page
from lessons_lib.functional import softmax
from lessons_lib.text import one_hot

DIGITS = 4  # decimals of the weights in the page
DRAWN = {"RNN": diagrams.rnn, "LSTM": diagrams.lstm}
MOST_WORDS, MOST_UNITS = 20, 12


class CellLab:
    """A living cell: every word, gate and state of a sentence, live, and gates to hold.

    model: a ``training.SequenceModel`` around an RNN, LSTM or GRU, with a read-out to ``answers``
    vocab: the ``text.Vocab`` of its inputs; sentence: 2 to 20 of its symbols
    title: a line above it; name: its id, for links on a page with two labs; lang: a language of
    labels.json, by default that of the page; step, unit: what it shows first, from 1 (default: the
    last word, unit 1)

    Links on the same page drive it: ``#lab:step=5&f=0.9`` holds the forget gate, ``from=3&to=6``
    for these words and ``only=2`` for this unit alone, ``cut=h`` lets nothing arrive on the road
    of the hidden state, ``w5=Japan`` replaces word 5, ``unit=2`` picks a unit.
    The page computes with weights of four decimals; ``answer`` does too, in NumPy.
    Raises ValueError where the parts do not fit together.
    """

    def __init__(
        self, model, vocab, sentence, answers, *, title="", name=None, lang=None, step=None, unit=1
    ):
        self.cell, self.vocab, self.sentence = model.cell, vocab, tuple(sentence)
        self.answers = tuple(answers)
        self.title, self.name, self.lang, self.unit = title, name, lang, unit
        self.step = len(self.sentence) if step is None else step
        self.gates = held.gates_of(model.cell)
        self.tokens = vocab.encode(self.sentence)
        self._check(model)
        self.cell = _rounded(model.cell)
        self.W_hy, self.b_y = (model.read_out[key].round(DIGITS) for key in ("W_hy", "b_y"))

    def _check(self, model):
        T, H, words = len(self.sentence), self.cell.hidden_size, len(self.vocab)
        if not 2 <= T <= MOST_WORDS or H > MOST_UNITS:
            raise ValueError(
                f"a lab has room for 2 to {MOST_WORDS} words and {MOST_UNITS} units, "
                f"got {T} words and {H} units"
            )
        if not 1 <= self.step <= T or not 1 <= self.unit <= H:
            raise ValueError(
                f"step counts from 1 to {T} and unit from 1 to {H}, "
                f"got step={self.step}, unit={self.unit}"
            )
        expected = (H, len(self.answers))
        if self.cell.input_size != words or model.read_out["W_hy"].shape != expected:
            raise ValueError(
                f"the model reads {self.cell.input_size} symbols and writes "
                f"{model.read_out['W_hy'].shape[1]} answers, but there are {words} and "
                f"{len(self.answers)}"
            )

    def states(self, *, words=None, cut=(), span=None, only=None, **gates):
        """The states after every word, as the page computes them  →  list of T states.

        words: place from 1 → another word; gates: letter → a share from 0 to 1, as f=0.9;
        cut: letters of roads, as "h"; span: first and last word (from 1) for which gates are held
        and roads cut (default: all); only: the one unit (from 1) for which they are.
        """
        tokens = self.tokens.copy()
        for place, word in (words or {}).items():
            tokens[place - 1] = self.vocab.encode([word])[0]
        x = one_hot(tokens, len(self.vocab), self.cell.dtype)[:, None]
        span = span and (span[0] - 1, span[1] - 1)
        only = None if only is None else only - 1
        return held.states(self.cell, x, gates, cut=cut, span=span, only=only)

    def shares(self, **changes):
        """Probability of each answer after every word (T, answers); changes as in ``states``."""
        hs = np.concatenate([state[0] for state in self.states(**changes)])
        return softmax(hs @ self.W_hy + self.b_y)

    def answer(self, step=None, **changes):
        """What it answers after word ``step`` (the last), its share; changes: see ``states``."""
        shares = self.shares(**changes)[(step or len(self.sentence)) - 1]
        return self.answers[int(shares.argmax())], float(shares.max())

    def data(self):
        """What the script of the page reads (dict for JSON)."""
        params = {key: array.tolist() for key, array in self.cell.params.items()}
        forms = {key: getattr(self.cell, key, None) for key in ("update_keeps", "reset_after")}
        return {
            "kind": held.kind_of(self.cell).lower(), "params": params, "W_hy": self.W_hy.tolist(),
            "b_y": self.b_y.tolist(),
            "words": list(self.vocab.symbols), "sentence": self.tokens.tolist(),
            "answers": list(self.answers), "step": self.step - 1, "unit": self.unit - 1,
            **{key: form for key, form in forms.items() if form is not None},
        }  # fmt: skip

    def drawing(self):
        """The drawing of the first step shown, which stays where no script runs (str)."""
        before = self.states()[self.step - 2] if self.step > 1 else self.cell.init_state(1)
        x_t = one_hot(self.tokens[self.step - 1 : self.step], len(self.vocab), self.cell.dtype)
        values = diagrams.values_from(self.cell, x_t, before, self.unit - 1)
        kind = held.kind_of(self.cell)
        if kind == "GRU":
            return diagrams.gru(self.cell.update_keeps, self.cell.reset_after).live(values)
        return DRAWN[kind]().live(values)

    def _repr_html_(self):
        place = page.element(
            "cell-lab", self.data(), self.drawing(),
            title=self.title, name=self.name, lang=self.lang,
        )  # fmt: skip
        return page.shown(place)

    def __repr__(self):
        kind, H = held.kind_of(self.cell), self.cell.hidden_size
        return f"CellLab: {kind} of {H} units reads “{' '.join(self.sentence)}”"


def _rounded(cell):
    """A cell of the same kind and form whose weights have four decimals."""
    twin = copy.copy(cell)
    twin.dtype = np.dtype(np.float64)
    twin.params = {key: a.astype(np.float64).round(DIGITS) for key, a in cell.params.items()}
    return twin

"""A text as characters: the text of the course, cut and batched, read and written by a model."""

from importlib.resources import files
from numbers import Real

import numpy as np

from lessons_lib import checks
from lessons_lib.functional import cross_entropy, softmax
from lessons_lib.text import one_hot


def split(ids, validation=0.1):
    """ids (n,)  →  the first part for training, the last ``validation`` share for validation.

    A text is cut once, not shuffled: neighbouring characters must not sit on both sides.
    Raises ValueError unless both parts hold at least one symbol.
    """
    checks.shape("ids", ids, "n")
    share = validation if isinstance(validation, Real) and 0 < validation < 1 else 0
    cut = len(ids) - round(len(ids) * share)
    if not 0 < cut < len(ids):
        raise ValueError(
            f"split: validation={validation!r} of {len(ids)} symbols leaves a part empty: "
            "give a share between 0 and 1, such as 0.1"
        )
    return ids[:cut], ids[cut:]


def char_batches(ids, T, B):
    """One pass through a text in B parallel streams, T symbols at a time.

    ids (n,) of integers  →  yields x_tokens (T, B), y_tokens (T, B), where y is the next symbol.
    Stream b reads its own contiguous part of the text, and each piece begins where the last one
    ended.  So the state of the cell can be carried over, which truncated backpropagation needs.
    What is left over at the end of a stream is not used.
    Raises ValueError at once where the text is too short for one piece.
    """
    ids = np.asarray(ids)
    checks.shape("ids", ids, "n")
    checks.whole(T=(T, 1), B=(B, 1))
    pieces = (len(ids) - 1) // B // T
    if pieces < 1:
        raise ValueError(
            f"char_batches: {len(ids)} symbols are too few for B={B} streams of T={T} steps, "
            f"{B * T + 1} are needed: shorten T or B"
        )
    x = ids[: B * pieces * T].reshape(B, pieces, T)
    y = ids[1 : B * pieces * T + 1].reshape(B, pieces, T)
    return ((x[:, piece].T, y[:, piece].T) for piece in range(pieces))


def bits_per_character(model, ids):
    """Mean cross-entropy of the next symbol in bits, read in one stream from the zero state.

    model: a ``SequenceModel`` with one input and one output per symbol; ids (n,), n > 1.
    """
    checks.has(model=(model, "cell", "forward"))
    ids = np.asarray(ids)
    checks.shape("ids", ids, "n")
    checks.shape("ids after the first", ids[1:], "n")
    x = one_hot(ids[:-1], model.cell.input_size, model.cell.dtype)[:, None]
    nats, _ = cross_entropy(model.forward(x)[0], ids[1:, None])
    return nats / float(np.log(2))


def sample(model, vocab, start, length, *, rng, temperature=1.0):
    """Let a model write: read ``start``, then draw ``length`` symbols, each fed back as input.

    The probabilities are softmax(y / temperature): below 1 the likely symbols gain, above 1 the
    unlikely ones.  →  the drawn symbols as one string, without ``start``.
    Raises ValueError where start is empty or the temperature is not positive.
    """
    checks.has(model=(model, "cell", "forward"), vocab=(vocab, "encode", "decode"))
    checks.positive(temperature=temperature)
    checks.sizes(rng, length=(length, 0))
    tokens, state, drawn = vocab.encode(start), None, []
    checks.shape("start", tokens, "n")
    for _ in range(length):
        x = one_hot(tokens, len(vocab), model.cell.dtype)[:, None]
        y, state, _ = model.forward(x, state)
        edges = softmax(y[-1, 0].astype(np.float64) / temperature).cumsum()
        tokens = np.array([np.searchsorted(edges, rng.random() * edges[-1])])
        drawn.append(tokens[0])
    return vocab.decode(drawn) if drawn else ""


def tales():
    """271 tales in about 1,000 different words, 124,000 characters, CC BY 4.0; one a line."""
    return _text("tales.txt")


def _text(name):
    return files("lessons_lib").joinpath("data", name).read_text(encoding="utf-8")

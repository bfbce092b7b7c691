"""Other ways to make a slip: answers that behave unlike each listed one and deserve its hint.

They serve the diagnosis alone.  The solutions list only the mistakes of each exercise.
"""

from lessons_kit.exercises.exercise import Mistake

LATE = "the mask comes too late: the rows no longer sum to 1."
SCORE = "a score of 0 is a score like any other: hidden keys need -∞."
TURNED = (
    "the mask is read the other way round. Here True means: may attend. (PyTorch's masked_fill "
    "and its key_padding_mask take the opposite: True where a key is hidden.)"
)
QUERIES = "the weights are shared out over the queries. Each row must sum to 1."
LARGEST = "large scores overflow or vanish. Subtract the largest of each row first."
AHEAD = "each position also sees the next one: the mask is off by one."
ITSELF = "a position must see itself; the first one sees nothing here."

LINES = """scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask
    total = e.sum(axis=-1, keepdims=True)
    return e / np.maximum(total, 1)"""


def _softmax(hint, fill="np.where(mask, scores, -1e30)", top=-1, axis=-1, after="", last=""):
    """masked_softmax in these words; top: axis of the largest, None for the largest of all."""
    new = f"""scores = {fill}
    e = np.exp(scores - scores.max(axis={top}, keepdims=True)){after}
    total = e.sum(axis={axis}, keepdims=True)
    return e / np.where(total == 0, 1, total){last}"""
    return Mistake(LINES, new, hint)


def _unshifted(fill):
    """masked_softmax without the largest, in these words."""
    new = f"""e = np.exp({fill}) * mask
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total)"""
    return Mistake(LINES, new, LARGEST)


def _causal(scores, hint, rest=""):
    return Mistake("softmax(np.where(allowed, scores, -np.inf))", f"softmax({scores}){rest}", hint)


FILLS = ["np.where(mask, scores, -1e30)", "np.where(mask, scores, -np.inf)", "scores"]
MASKED_SOFTMAX = (
    _softmax(LATE, "scores", last=" * mask"),
    _softmax(SCORE, "np.where(mask, scores, 0)"),
    _softmax(TURNED, "np.where(mask, -1e30, scores)", after=" * ~mask"),
    _softmax(TURNED, "np.where(mask, -1e30, scores)"),
    _softmax(TURNED, "np.where(mask, -np.inf, scores)"),
    _softmax(LARGEST, top=None, after=" * mask"),
    *map(_unshifted, FILLS),
    *(
        _softmax(QUERIES, fill, top, axis, after)
        for axis in (-2, 0, 1)
        for top in (axis, -1)
        for fill in FILLS
        for after in (" * mask", "")
    ),
)
CAUSAL = (
    Mistake("np.ones_like(scores, dtype=bool)", "np.ones_like(scores, dtype=bool), 1", AHEAD),
    Mistake(
        "allowed = np.tril(np.ones_like(scores, dtype=bool))\n    return softmax(np.where(allowed, "
        "scores, -np.inf))",
        "allowed = np.tril(np.ones_like(scores, dtype=bool), -1)\n    return softmax(np.where("
        "allowed, scores, -1e30))",
        ITSELF,
    ),
    _causal("np.where(allowed, -1e30, scores)", TURNED),
    _causal("np.where(allowed, scores, -1e30).T", QUERIES, ".T"),
)
RNN_BACKWARD = (
    Mistake(
        "        dh = da @ W_hh.T\n",
        "",
        "`dh` is never updated: the gradient from the later step is missing.",
    ),
)
LSTM_STEP = (
    Mistake("return h, c", "return c, h", "h and c have changed places at the end."),
    Mistake(
        "    a_i, a_f, a_g, a_o =",
        "    h, c = c, h\n    a_i, a_f, a_g, a_o =",
        "h and c have changed places among the arguments: the gates read h.",
    ),
)
LSTM_BACKWARD = (
    Mistake(
        "dh_prev, dc_t * f, da",
        "dc_t * f, dh_prev, da",
        "dh_prev and dc_prev have changed places at the end.",
    ),
)
LEAKY_BOUND = (
    Mistake(
        "(1 - alpha + alpha * np.linalg.norm(W_hh, 2))",
        "np.abs(np.linalg.eigvals((1 - alpha) * np.eye(len(W_hh)) + alpha * W_hh)).max()",
        "the spectral radius is no bound: a matrix may stretch more than its eigenvalues say.",
    ),
)

"""The drawing of attention over a whole sentence: one row for each word.

In every row the word sends its key up to the score, and its value along to the sum.  The query
comes from above and passes from score to score; one softmax sets the dials.
"""

from lessons_kit.diagrams.description import (
    BOX,
    DIAL,
    SUM,
    Box,
    Control,
    Description,
    Dial,
    Dot,
    Flow,
    Label,
    Step,
    Sum,
)

ROW, FIRST = 52, 74  # height of a row, and of the first word's line
FORK, SCORE, SOFTMAX, WEIGHT, SUMS = 108, 158, 250, 294, 352  # columns
UP, HALF, RISE = 26, 36, BOX[1] / 2
MOST = 8  # words


def _row(j, y, word):
    """Word j on the line y: key and score above it, value and weight on it."""
    key, score, weight, value, mixed = (f"{name}_{j}" for name in _PARTS)
    top = y - UP
    return (
        Label(value, 4, y + 5, str(word), anchor="start", size=13),
        Dot(key, FORK, y),
        Flow(key, ((FORK, y), (FORK, top), (SCORE - HALF, top)), arrow=True),
        Box(key, SCORE, top, f"$q$ · $k_{j}$/√d", 2 * HALF),
        Flow(score, ((SCORE + HALF, top), (SOFTMAX, top)), f"s{j}", arrow=True),
        Label(score, SCORE + HALF + 4, top - 7, value=f"s{j}", anchor="start", size=12),
        Control(weight, ((SOFTMAX, top), (WEIGHT, top), (WEIGHT, y - DIAL))),
        Flow(value, ((FORK, y), (WEIGHT - DIAL, y)), f"v{j}", arrow=True),
        Label(value, SCORE + HALF + 4, y - 8, value=f"v{j}", anchor="start", size=12),
        Dial(weight, WEIGHT, y, f"a{j}", symbol=f"α_{j}"),
        Label(weight, WEIGHT + 9, y - DIAL - 4, value=f"a{j}", anchor="start", size=12),
        Flow(mixed, ((WEIGHT + DIAL, y), (SUMS - SUM, y)), f"m{j}", arrow=True),
        Sum("sum", SUMS, y),
    )


_PARTS = ("key", "score", "weight", "value", "mixed")


def _columns(heights):
    """The query's way down, the line of the softmax, and the sums."""
    tops = [y - UP for y in heights]
    starts = [0, *(top + RISE for top in tops)]
    query = [
        Flow("query", ((SCORE, start), (SCORE, top - RISE)), arrow=True)
        for start, top in zip(starts, tops, strict=False)
    ]
    sums = [
        Flow("sum", ((SUMS, y + SUM), (SUMS, below - SUM)), f"p{j}", arrow=True)
        for j, (y, below) in enumerate(zip(heights, heights[1:], strict=False), start=1)
    ]
    end = heights[-1] + ROW - 4
    return (
        *query,
        Label("query", SCORE + 10, 15, "$q$", anchor="start", size=16),
        Flow("softmax", ((SOFTMAX, tops[0]), (SOFTMAX, tops[-1]))),
        Label("softmax", SOFTMAX, tops[0] - 18, "softmax", anchor="start"),
        *sums,
        Flow("context", ((SUMS, heights[-1] + SUM), (SUMS, end)), "context", arrow=True),
        Label("context", SUMS - 8, end - 12, "context", anchor="end"),
        Label("context", SUMS + 8, end - 12, value="context", anchor="start"),
    )


def _steps(places):
    """Score, softmax, mix."""
    key, score, weight, value, mixed = (frozenset(f"{name}_{j}" for j in places) for name in _PARTS)
    return (
        Step("score", ("$s_j$ = $q$ · $k_j$",), key | score | {"query"}),
        Step("softmax", ("$α_j$ = exp($s_j$) / $Σ_k$ exp($s_k$)",), score | weight | {"softmax"}),
        Step("mix", ("context = $Σ_j$ $α_j$ $v_j$",), weight | value | mixed | {"sum", "context"}),
    )


def describe_lookup(words):
    """Attention of one query over two to eight words; ValueError for another number of them."""
    if isinstance(words, str) or not 2 <= len(words) <= MOST:
        raise ValueError(f"the lookup diagram has room for 2 to {MOST} words, not {words!r}")
    heights = [FIRST + ROW * j for j in range(len(words))]
    places, elements = range(1, len(words) + 1), list(_columns(heights))
    for j, y, word in zip(places, heights, words, strict=True):
        elements += _row(j, y, word)
    told = [(f"a{j}", f"weight of “{word}”") for j, word in zip(places, words, strict=True)]
    return Description(
        title="attention over a sentence",
        size=(400, heights[-1] + ROW),
        frame=(98, 18, 384, heights[-1] + 30),
        elements=tuple(elements),
        steps=_steps(places),
        gates=frozenset(f"a{j}" for j in places),
        words=(*told, ("context", "context")),
        route="Each word sends a key to its score, where the query meets it, and a value to the "
        "sum; one softmax turns the scores into weights, which are dials on the values.",
    )

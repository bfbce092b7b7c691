"""The drawing of attention: one query against two or three words.

Keys go down to the scores, values go up to the context, and a dial per word shows its weight.
"""

from lessons_kit.diagrams.description import (
    BOX,
    DIAL,
    SUM,
    Box,
    Control,
    Description,
    Dial,
    Flow,
    Label,
    Step,
    Sum,
)

CONTEXT, WEIGHT, WORD, SCORE, SOFTMAX = 48, 104, 168, 224, 286  # heights of the rows
RISE, WIDE, ASIDE = BOX[1] / 2, 62, 41  # half a box's height; a score's width; control line's x
NUMBER = 12  # size of the numbers that stand between two columns
_PARTS = ("score", "scored", "weight", "value", "mixed")  # of each word


def _column(j, x, previous):
    """Word j at x: its key, score, weight and value, and what it adds to the context."""
    score, scored, weight, value, mixed = (f"{name}_{j}" for name in _PARTS)
    top = CONTEXT + SUM if previous else CONTEXT
    return (
        Flow(score, ((x, WORD + 10), (x, SCORE - RISE)), arrow=True),
        Label(score, x + 7, WORD + 29, f"$k_{j}$", anchor="start"),
        Box(score, x, SCORE, f"$q$ · $k_{j}$", WIDE),
        Flow(scored, ((x, SCORE + RISE), (x, SOFTMAX - RISE)), f"s{j}", arrow=True),
        Label(scored, x - 7, SCORE + RISE + 20, value=f"s{j}", anchor="end", size=NUMBER),
        Control(weight, ((x + ASIDE, SOFTMAX - RISE), (x + ASIDE, WEIGHT), (x + DIAL, WEIGHT))),
        Dial(weight, x, WEIGHT, f"a{j}", symbol=f"α_{j}"),
        Label(weight, x - DIAL - 6, WEIGHT - 6, value=f"a{j}", anchor="end"),
        Flow(value, ((x, WORD - 14), (x, WEIGHT + DIAL)), f"v{j}", arrow=True),
        Label(value, x + 8, WORD - 22, f"$v_{j}$", anchor="start"),
        Label(value, x - 7, WORD - 22, value=f"v{j}", anchor="end", size=NUMBER),
        Flow(mixed, ((x, WEIGHT - DIAL), (x, top)), f"m{j}", arrow=bool(previous)),
        Label(mixed, x + 10, CONTEXT + 28, value=f"m{j}", anchor="start", size=NUMBER),
    )


def _sums(columns):
    """From the first word's share over the sums to the context at the right edge."""
    elements = []
    for j, x in enumerate(columns, start=1):
        start = x + SUM if j > 1 else x
        last = j == len(columns)
        end = 400 if last else columns[j] - SUM
        part, value = ("context", "context") if last else ("sum", f"p{j}")
        elements.append(Flow(part, ((start, CONTEXT), (end, CONTEXT)), value, arrow=True))
        if j > 1:
            elements.append(Sum("sum", x, CONTEXT))
            if not last:  # the first share has its number where it leaves the dial
                middle = (x + columns[j]) / 2
                elements.append(Label(part, middle, CONTEXT - 9, value=value, size=NUMBER))
    return (
        *elements,
        Label("context", 396, CONTEXT - 13, "context", anchor="end"),
        Label("context", 396, CONTEXT + 25, value="context", anchor="end"),
    )


def _query(columns):
    """The query passes from score to score; one softmax serves all of them."""
    stops = [0, *(x + WIDE / 2 for x in columns)]
    feeds = [
        Flow("query", ((start, SCORE), (x - WIDE / 2, SCORE)), arrow=True)
        for start, x in zip(stops, columns, strict=False)
    ]
    middle, width = (columns[0] + columns[-1]) / 2, columns[-1] - columns[0] + 88
    return (
        *feeds,
        Label("query", 4, SCORE - 13, "$q_t$", anchor="start", size=16),
        Box("softmax", middle + 10, SOFTMAX, "softmax", width),
    )


def _steps(places):
    """Score, softmax, mix."""
    score, scored, weight, value, mixed = (
        frozenset(f"{name}_{j}" for j in places) for name in _PARTS
    )
    mix = weight | value | mixed | {"words", "sum", "context"}
    return (
        Step("score", ("$s_j$ = $q_t$ · $k_j$",), score | scored | {"query", "words"}),
        Step(
            "softmax",
            ("$α_j$ = exp($s_j$) / $Σ_k$ exp($s_k$)",),
            scored | weight | {"softmax"},
        ),
        Step("mix", ("context = $Σ_j$ $α_j$ $v_j$",), mix),
    )


def describe_attention(words):
    """Attention over two or three words; ValueError for another number of them."""
    if isinstance(words, str) or len(words) not in (2, 3):
        raise ValueError(f"the attention diagram has room for 2 or 3 words, not {words!r}")
    columns = (92, 188, 284) if len(words) == 3 else (120, 260)
    places, elements = range(1, len(words) + 1), [*_query(columns)]
    for j, x, word in zip(places, columns, words, strict=True):
        elements += _column(j, x, previous=j > 1)
        elements.append(Label("words", x, WORD + 3, str(word), size=14))
    told = [(f"a{j}", f"weight of “{word}”") for j, word in zip(places, words, strict=True)]
    return Description(
        title="attention",
        size=(400, 322),
        frame=(34, 18, 342, 312),
        elements=(*elements, *_sums(columns)),
        steps=_steps(places),
        gates=frozenset(f"a{j}" for j in places),
        words=(*told, ("context", "context")),
        route="The query meets the key of every word in a product, its score; one softmax turns "
        "the scores into weights; each weight sets a dial on the value of its word, and the "
        "weighted values are added up to the context.",
    )

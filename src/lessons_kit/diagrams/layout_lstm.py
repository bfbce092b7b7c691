"""The drawing of an LSTM cell.

The cell state runs along the top and the hidden state along the bottom.  The forget dial sits
on the first, the output dial on the second, the input dial on the way up between them.  The old
hidden state and the input have a wire each, and each box takes from both.
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

TOP, MIDDLE, LOW, BUS, X_BUS = 66, 122, 178, 220, 252  # cell state, input dial, boxes, h, x
JOIN, F, I, G, O, READ = 66, 104, 156, 208, 268, 326  # noqa: E741  columns; gates by their letters
HALF, RISE = BOX[0] / 2, BOX[1] / 2
SIGMA = 32  # width of a σ box
APART = 7  # from the middle of a box to each of its two inputs


def _both(part, column):
    """h_{t-1} and x_t on their way up into the box of a gate: two inputs, side by side."""
    ways = ((column - APART, BUS), (column + APART, X_BUS))
    for x, y in ways:
        yield Dot(part, x, y)
        yield Flow(part, ((x, y), (x, LOW + RISE)), arrow=True)


_ELEMENTS = (
    Flow("h_prev", ((0, BUS), (JOIN, BUS)), "h_prev"),
    Label("h_prev", 4, BUS - 13, "$h_{t-1}$", anchor="start", size=16),
    Label("h_prev", 4, BUS + 22, value="h_prev", anchor="start"),
    Flow("x", ((JOIN, 284), (JOIN, X_BUS))),
    Label("x", JOIN + 9, 277, "$x_t$", anchor="start", size=16),
    Flow("inputs", ((JOIN, BUS), (O - SIGMA / 2, BUS)), arrow=True),
    Flow("inputs", ((JOIN, X_BUS), (O, X_BUS), (O, BUS + RISE)), arrow=True),
    *_both("forget_gate", F),
    *_both("input_gate", I),
    *_both("candidate", G),
    Flow("c_prev", ((0, TOP), (F - DIAL, TOP)), "c_prev", arrow=True),
    Label("c_prev", 4, TOP - 13, "$c_{t-1}$", anchor="start", size=16),
    Label("c_prev", 4, TOP + 25, value="c_prev", anchor="start"),
    Box("forget_gate", F, LOW, "σ", SIGMA, gate=True),
    Control("forget_gate", ((F, LOW - RISE), (F, TOP + DIAL))),
    Dial("forget_gate", F, TOP, "f"),
    Label("forget_gate", F, TOP - DIAL - 8, "forget", value="f"),
    Flow("kept", ((F + DIAL, TOP), (G - SUM, TOP)), "kept", arrow=True),
    Label("kept", 166, TOP - 10, value="kept"),
    Box("input_gate", I, LOW, "σ", SIGMA, gate=True),
    Control("input_gate", ((I, LOW - RISE), (I, MIDDLE), (G - DIAL, MIDDLE))),
    Dial("input_gate", G, MIDDLE, "i"),
    Label("input_gate", G + DIAL + 7, MIDDLE + 5, "input", value="i", anchor="start"),
    Box("candidate", G, LOW, "tanh"),
    Flow("candidate", ((G, LOW - RISE), (G, MIDDLE + DIAL)), "g", arrow=True),
    Label("candidate", G + HALF + 6, LOW + 1, "candidate", anchor="start"),
    Label("candidate", G + HALF + 6, LOW + 17, value="g", anchor="start"),
    Flow("written", ((G, MIDDLE - DIAL), (G, TOP + SUM)), "written", arrow=True),
    Label("written", G + 11, TOP + 30, value="written", anchor="start"),
    Sum("sum", G, TOP),
    Flow("c", ((G + SUM, TOP), (400, TOP)), "c", arrow=True),
    Label("c", 396, TOP - 13, "$c_t$", anchor="end", size=16),
    Label("c", 396, TOP + 25, value="c", anchor="end"),
    Dot("read", READ, TOP),
    Flow("read", ((READ, TOP), (READ, MIDDLE + 6 - RISE)), "c"),
    Box("read", READ, MIDDLE + 6, "tanh"),
    Flow("read", ((READ, MIDDLE + 6 + RISE), (READ, BUS - DIAL)), "tanh_c", arrow=True),
    Label("read", READ - 9, LOW - 19, value="tanh_c", anchor="end"),
    Box("output_gate", O, BUS, "σ", SIGMA, gate=True),
    Control("output_gate", ((O + SIGMA / 2, BUS), (READ - DIAL, BUS))),
    Dial("output_gate", READ, BUS, "o"),
    Label("output_gate", READ - 15, BUS + 34, "output", value="o"),
    Flow("h", ((READ + DIAL, BUS), (400, BUS)), "h", arrow=True),
    Label("h", 396, BUS - 13, "$h_t$", anchor="end", size=16),
    Label("h", 396, BUS + 25, value="h", anchor="end"),
)

_INPUTS = frozenset({"h_prev", "x", "inputs"})


def _gate(name, letter):
    """The equation of one gate."""
    return (
        f"${name}_t$ = {letter}($x_t$ $W_{{x{name}}}$ + $h_{{t-1}}$ $W_{{h{name}}}$ + $b_{name}$)"
    )


LSTM = Description(
    title="an LSTM cell",
    size=(400, 286),
    frame=(48, 22, 350, 260),
    elements=_ELEMENTS,
    steps=(
        Step("forget", (_gate("f", "σ"),), _INPUTS | {"c_prev", "forget_gate", "kept"}),
        Step(
            "input",
            (_gate("i", "σ"), _gate("g", "tanh")),
            _INPUTS | {"input_gate", "candidate", "written"},
        ),
        Step(
            "update",
            ("$c_t$ = $f_t$ ⊙ $c_{t-1}$ + $i_t$ ⊙ $g_t$",),
            frozenset({"kept", "written", "sum", "c"}),
        ),
        Step(
            "output",
            (_gate("o", "σ"), "$h_t$ = $o_t$ ⊙ tanh($c_t$)"),
            _INPUTS | {"output_gate", "c", "read", "h"},
        ),
    ),
    gates=frozenset("ifo"),
    words=(
        ("f", "forget gate"),
        ("i", "input gate"),
        ("o", "output gate"),
        ("g", "candidate"),
        ("c_prev", "cell state before"),
        ("c", "cell state after"),
        ("h_prev", "hidden state before"),
        ("h", "hidden state after"),
    ),
    route="The cell state runs along the top, through the forget gate and a sum; the old hidden "
    "state and the input run along the bottom and feed three sigmoids and the tanh of the "
    "candidate; the input gate lets the candidate into the sum; a tanh and the output gate make "
    "the new hidden state.",
)

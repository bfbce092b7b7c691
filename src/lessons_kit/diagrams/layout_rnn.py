"""The drawing of an RNN cell: two products, one sum, one tanh."""

from lessons_kit.diagrams.description import (
    BOX,
    SUM,
    Box,
    Description,
    Flow,
    Label,
    Step,
    Sum,
)

Y = 84  # the line of the hidden state
MEMORY, MEET, SQUASH = 92, 200, 292  # columns: W_hh, the sum, tanh
INPUT = 156  # height of the box W_xh
HALF, RISE = BOX[0] / 2, BOX[1] / 2

_ELEMENTS = (
    Flow("h_prev", ((0, Y), (MEMORY - HALF, Y)), "h_prev", arrow=True),
    Label("h_prev", 4, Y - 13, "$h_{t-1}$", anchor="start", size=16),
    Label("h_prev", 4, Y + 25, value="h_prev", anchor="start"),
    Box("W_hh", MEMORY, Y, "$W_{hh}$"),
    Flow("memory", ((MEMORY + HALF, Y), (MEET - SUM, Y)), "memory", arrow=True),
    Label("memory", 148, Y - 26, "memory"),
    Label("memory", 148, Y - 11, value="memory"),
    Flow("x", ((MEET, 224), (MEET, INPUT + RISE)), arrow=True),
    Label("x", MEET + 10, 218, "$x_t$", anchor="start", size=16),
    Box("W_xh", MEET, INPUT, "$W_{xh}$"),
    Flow("input", ((MEET, INPUT - RISE), (MEET, Y + SUM)), "x", arrow=True),
    Label("input", MEET + 13, Y + 38, "input", value="x", anchor="start"),
    Flow("bias", ((MEET, 46), (MEET, Y - SUM)), "b", arrow=True),
    Label("bias", MEET, 38, "bias", value="b"),
    Sum("sum", MEET, Y),
    Flow("sum", ((MEET + SUM, Y), (SQUASH - HALF, Y)), "a", arrow=True),
    Label("sum", 238, Y - 11, value="a"),
    Box("tanh", SQUASH, Y, "tanh"),
    Flow("h", ((SQUASH + HALF, Y), (400, Y)), "h", arrow=True),
    Label("h", 396, Y - 13, "$h_t$", anchor="end", size=16),
    Label("h", 396, Y + 25, value="h", anchor="end"),
)

RNN = Description(
    title="an RNN cell",
    size=(400, 228),
    frame=(48, 18, 350, 186),
    elements=_ELEMENTS,
    steps=(
        Step("input", ("$x_t$ $W_{xh}$",), frozenset({"x", "W_xh", "input"})),
        Step("memory", ("$h_{t-1}$ $W_{hh}$",), frozenset({"h_prev", "W_hh", "memory"})),
        Step(
            "squash",
            ("$h_t$ = tanh($x_t$ $W_{xh}$ + $h_{t-1}$ $W_{hh}$ + $b_h$)",),
            frozenset({"memory", "input", "bias", "sum", "tanh", "h"}),
        ),
    ),
    gates=frozenset(),
    words=(
        ("h_prev", "state before"),
        ("x", "from the input"),
        ("memory", "from the memory"),
        ("b", "bias"),
        ("a", "sum"),
        ("h", "state after"),
    ),
    route="The old state times its matrix, the input times its matrix and a bias meet in a sum; a "
    "tanh turns the sum into the new state.",
)

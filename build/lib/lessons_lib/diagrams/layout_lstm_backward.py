"""The drawing of an LSTM cell with every line travelled backwards.

The places are those of ``layout_lstm``.  Where the forward drawing splits a line, gradients meet
in a sum; where it has the sum, the gradient goes down both roads unchanged.
"""

from lessons_lib.diagrams.description import (
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
from lessons_lib.diagrams.layout_lstm import (
    BUS,
    HALF,
    JOIN,
    LOW,
    MIDDLE,
    READ,
    RISE,
    SIGMA,
    TOP,
    F,
    G,
    I,
    O,
)

_ELEMENTS = (
    Flow("dh", ((400, BUS), (READ + DIAL, BUS)), "dh", arrow=True),
    Label("dh", 396, BUS - 13, "$dh_t$", anchor="end", size=16),
    Label("dh", 396, BUS + 25, value="dh", anchor="end"),
    Dial("output_gate", READ, BUS, "o"),
    Label("output_gate", READ - 26, BUS + 32, "output", value="o"),
    Flow("read", ((READ, BUS - DIAL), (READ, MIDDLE + 6 + RISE)), "dtanh", arrow=True),
    Box("read", READ, MIDDLE + 6, "tanh′"),
    Flow("read", ((READ, MIDDLE + 6 - RISE), (READ, TOP + SUM)), "from_h", arrow=True),
    Label("read", READ - HALF + 8, TOP + 32, value="from_h", anchor="end"),
    Flow("dc_next", ((400, TOP), (READ + SUM, TOP)), "dc_next", arrow=True),
    Label("dc_next", 396, TOP - 13, "$c_{t+1}$", anchor="end", size=16),
    Label("dc_next", 396, TOP + 25, value="dc_next", anchor="end"),
    Sum("sum", READ, TOP),
    Flow("dc", ((READ - SUM, TOP), (G, TOP)), "dc"),
    Label("dc", 242, TOP - 13, "$dc_t$", size=16),
    Label("dc", 242, TOP + 25, value="dc"),
    Dot("dc", G, TOP),
    Flow("road", ((G, TOP), (F + DIAL, TOP)), "dc", arrow=True),
    Dial("road", F, TOP, "f"),
    Label("road", F, TOP - DIAL - 8, "forget", value="f"),
    Flow("road", ((F - DIAL, TOP), (0, TOP)), "dc_prev", arrow=True),
    Label("road", 4, TOP - 13, "$c_{t-1}$", anchor="start", size=16),
    Label("road", 4, TOP + 25, value="dc_prev", anchor="start"),
    Flow("write", ((G, TOP), (G, MIDDLE - DIAL)), "dc", arrow=True),
    Dial("write", G, MIDDLE, "i"),
    Label("write", G + DIAL + 7, MIDDLE + 5, "input", value="i", anchor="start"),
    Flow("write", ((G, MIDDLE + DIAL), (G, LOW - RISE)), "dg", arrow=True),
    Box("write", G, LOW, "tanh′"),
    Flow("write", ((G, LOW + RISE), (G, BUS)), "da_g"),
    Label("write", G + 6, LOW + 29, value="da_g", anchor="start"),
    Control("gates", ((F, TOP + DIAL), (F, LOW - RISE))),
    Box("gates", F, LOW, "σ′", SIGMA, gate=True),
    Flow("gates", ((F, LOW + RISE), (F, BUS)), "da_f"),
    Label("gates", F + 6, LOW + 29, value="da_f", anchor="start"),
    Control("gates", ((G - DIAL, MIDDLE), (I, MIDDLE), (I, LOW - RISE))),
    Box("gates", I, LOW, "σ′", SIGMA, gate=True),
    Flow("gates", ((I, LOW + RISE), (I, BUS)), "da_i"),
    Label("gates", I + 6, LOW + 29, value="da_i", anchor="start"),
    Control("gates", ((READ - DIAL, BUS), (O + SIGMA / 2, BUS))),
    Box("gates", O, BUS, "σ′", SIGMA, gate=True),
    Flow("gates", ((O - SIGMA / 2, BUS), (G, BUS)), "da_o"),
    Label("gates", O - SIGMA / 2 - 4, BUS + 20, value="da_o", anchor="end"),
    Dot("back", G, BUS),
    Dot("back", I, BUS),
    Dot("back", F, BUS),
    Flow("back", ((G, BUS), (JOIN + SUM, BUS)), arrow=True),
    Sum("back", JOIN, BUS),
    Flow("back", ((JOIN - SUM, BUS), (0, BUS)), "dh_prev", arrow=True),
    Label("back", 4, BUS - 13, "$h_{t-1}$", anchor="start", size=16),
    Label("back", 4, BUS + 25, value="dh_prev", anchor="start"),
    Flow("back", ((JOIN, BUS + SUM), (JOIN, 284)), arrow=True),
    Label("back", JOIN + 9, 277, "$x_t$", anchor="start", size=16),
)

_READ = frozenset({"dh", "output_gate", "read"})

LSTM_BACKWARD = Description(
    title="the way back through an LSTM cell",
    size=(400, 286),
    frame=(48, 22, 350, 260),
    elements=_ELEMENTS,
    steps=(
        Step("read-out", ("$dh_t$ ⊙ $o_t$ ⊙ (1 − tanh²$c_t$)",), _READ),
        Step("sum", ("$dc_t$: the sum of both",), frozenset({"read", "dc_next", "sum", "dc"})),
        Step("road", ("$dc_t$ ⊙ $f_t$",), frozenset({"dc", "road"})),
        Step("write", ("$dc_t$ ⊙ $i_t$ ⊙ (1 − $g_t$²)",), frozenset({"dc", "write"})),
        Step("gates", ("$di_t$, $df_t$, $do_t$, each × σ′",), frozenset({"gates"})),
        Step("back", ("through the four matrices",), frozenset({"write", "gates", "back"})),
    ),
    gates=frozenset("ifo"),
    words=(
        ("f", "forget gate"),
        ("i", "input gate"),
        ("o", "output gate"),
        ("dh", "gradient that arrives at the hidden state"),
        ("from_h", "what comes from the hidden state"),
        ("dc_next", "what comes from the next cell state"),
        ("dc", "gradient of the cell state"),
        ("dc_prev", "what goes on to the cell state before"),
        ("dh_prev", "what goes on to the hidden state before"),
    ),
    route="The gradient enters at the right, on top from the next cell state and below at the "
    "hidden state; the lower one passes the output gate and the slope of tanh and is added to the "
    "upper one; the sum goes on to the left through the forget gate, and down through the input "
    "gate and the slope of the candidate; the gates send their parts to the bottom as well, where "
    "four matrices lead to the hidden state before and to the input.",
)

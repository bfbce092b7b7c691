"""The drawing of a GRU cell.

The old state forks at the left edge.  The upper road keeps it, the middle road sends it through
the matrix and the reset dial, in the order of the form, into the candidate, the lower wire feeds
the gates.  One dial mixes old and new.
"""

from lessons_kit.diagrams.description import (
    BOX,
    DIAL,
    Box,
    Control,
    Description,
    Dial,
    Dot,
    Flow,
    Label,
    Step,
)

TOP, Y, LOW, X_WIRE, H_WIRE = 36, 122, 188, 226, 242  # heights
FORK, FIRST, SECOND, N, Z = 52, 90, 138, 192, 294  # fork, matrix and reset, candidate, update
HALF, RISE, SIGMA, MATRIX, MIX = BOX[0] / 2, BOX[1] / 2, 36, 40, 20
# a half circle: the input's wire steps over the state's wire here
HOP = ((0, 6), (3, 5.2), (5.2, 3), (6, 0), (5.2, -3), (3, -5.2), (0, -6))


def _wires(R):
    """h_{t-1} and x_t on their way to the candidate and to the two gates, of which r is at R."""
    left = ((N, X_WIRE), (R + 8, X_WIRE), (R + 8, LOW + RISE))
    right = ((N, X_WIRE), (Z - 8, X_WIRE), (Z - 8, LOW + RISE))
    bridge = [(N + dx, H_WIRE + dy) for dx, dy in HOP]
    return (
        Flow("h_prev", ((0, Y), (FORK, Y)), "h_prev"),
        Dot("h_prev", FORK, Y),
        Label("h_prev", 4, Y - 13, "$h_{t-1}$", anchor="start", size=16),
        Label("h_prev", 4, Y + 25, value="h_prev", anchor="start"),
        Flow(
            "reset_feed",
            ((FORK, Y), (FORK, H_WIRE), (R - 8, H_WIRE), (R - 8, LOW + RISE)),
            arrow=True,
        ),
        Dot("update_feed", R - 8, H_WIRE),
        Flow("update_feed", ((R - 8, H_WIRE), (Z + 8, H_WIRE), (Z + 8, LOW + RISE)), arrow=True),
        Flow("x", ((N, 288), *bridge, (N, X_WIRE))),
        Dot("x", N, X_WIRE),
        Label("x", N + 10, 281, "$x_t$", anchor="start", size=16),
        Flow("reset_feed", left, arrow=True),
        Flow("update_feed", right, arrow=True),
        Flow("candidate", ((N, X_WIRE), (N, Y + RISE)), arrow=True),
    )


def _reset(R):
    """The reset dial at R, and the σ that opens it."""
    return (
        Box("reset_gate", R, LOW, "σ", SIGMA, gate=True),
        Control("reset_gate", ((R, LOW - RISE), (R, Y + DIAL))),
        Dial("reset_gate", R, Y, "r"),
        Label("reset_gate", R, Y - DIAL - 8, "reset", value="r"),
    )


def _candidate(reset_after):
    """From the fork to the tanh: matrix and dial, or dial and matrix, with the two numbers."""
    halves, names = (MATRIX / 2, DIAL), ("recalled", "reset")
    if not reset_after:
        halves, names = halves[::-1], ("reset", "mixed")
    to_first = ((FORK, Y), (FIRST - halves[0], Y))
    between = ((FIRST + halves[0], Y), (SECOND - halves[1], Y))
    return (
        Flow("reset_gate", to_first, "h_prev", arrow=True),
        Box("reset_gate", FIRST if reset_after else SECOND, Y, "$W_{hn}$", MATRIX),
        *_reset(SECOND if reset_after else FIRST),
        Flow("reset_gate", between, names[0], arrow=True),
        Label("reset_gate", 111 if reset_after else 117, Y + 30, value=names[0]),
        Flow("reset_gate", ((SECOND + halves[1], Y), (N - HALF, Y)), names[1], arrow=True),
        Label("reset_gate", 165, Y + 30, value=names[1]),
        Box("candidate", N, Y, "tanh"),
        Flow("new", ((N + HALF, Y), (Z - MIX, Y)), "n", arrow=True),
        Label("new", Z - 10, Y - MIX - 21, "candidate", anchor="end"),
        Label("new", Z - 10, Y - MIX - 6, value="n", anchor="end"),
    )


def _mixture(old, new):
    """The update dial; ``old`` and ``new`` are its two shares: a text and a value each."""
    return (
        Flow("old", ((FORK, Y), (FORK, TOP), (Z, TOP), (Z, Y - MIX)), "h_prev", arrow=True),
        Label("old", Z - 10, TOP + 22, f"old × {old[0]}", value=old[1], anchor="end"),
        Label("new_share", Z - 9, Y + 35, "new ×", anchor="end"),
        Label("new_share", Z - 9, Y + 50, new[0], value=new[1], anchor="end"),
        Box("update_gate", Z, LOW, "σ", SIGMA, gate=True),
        Control("update_gate", ((Z, LOW - RISE), (Z, Y + MIX))),
        Dial("update_gate", Z, Y, "z", MIX),
        Label("update_gate", Z + 9, Y + 35, "update", anchor="start"),
        Label("update_gate", Z + 9, Y + 50, value="z", anchor="start"),
        Flow("h", ((Z + MIX, Y), (400, Y)), "h", arrow=True),
        Label("h", 396, Y - 13, "$h_t$", anchor="end", size=16),
        Label("h", 396, Y + 25, value="h", anchor="end"),
    )


def _gate(name):
    """The equation of one gate."""
    return f"${name}_t$ = σ($x_t$ $W_{{x{name}}}$ + $h_{{t-1}}$ $W_{{h{name}}}$ + $b_{name}$)"


def _steps(update_keeps, reset_after):
    """Reset, candidate, update, with the equations of the chosen form."""
    old, new = ("$z_t$", "(1 − $z_t$)") if update_keeps else ("(1 − $z_t$)", "$z_t$")
    memory = "($r_t$ ⊙ $h_{t-1}$) $W_{hn}$"
    if reset_after:
        memory = "$r_t$ ⊙ ($h_{t-1}$ $W_{hn}$ + $b_{hn}$)"
    candidate = f"$n_t$ = tanh($x_t$ $W_{{xn}}$ + $b_n$ + {memory})"
    mixture = f"$h_t$ = {new} ⊙ $n_t$ + {old} ⊙ $h_{{t-1}}$"
    inputs = frozenset({"h_prev", "x", "reset_feed"})
    weighed = frozenset({"update_feed", "update_gate", "old", "new", "new_share", "h"})
    return (
        Step("reset", (_gate("r"),), inputs | {"reset_gate"}),
        Step("candidate", (candidate,), frozenset({"x", "reset_gate", "candidate", "new"})),
        Step("update", (_gate("z"), mixture), inputs | weighed),
    )


def describe_gru(update_keeps=True, reset_after=True):
    """The GRU whose z weighs the old state or the new, reset after the product or before it."""
    z, rest = ("$z$", "z"), ("(1 − $z$)", "1-z")
    old, new = (z, rest) if update_keeps else (rest, z)
    weighed = "old" if update_keeps else "new"
    reset_at = SECOND if reset_after else FIRST
    order = "its matrix and the reset dial" if reset_after else "the reset dial and the matrix"
    return Description(
        title="a GRU cell",
        size=(400, 290),
        frame=(46, 20, 350, 264),
        elements=_wires(reset_at) + _candidate(reset_after) + _mixture(old, new),
        steps=_steps(update_keeps, reset_after),
        gates=frozenset({"r", "z", "1-z"}),
        words=(
            ("r", "reset gate"),
            ("z", f"update gate, which weighs the {weighed} state,"),
            ("n", "candidate"),
            ("h_prev", "hidden state before"),
            ("h", "hidden state after"),
        ),
        route="The old state runs along the top to the update dial and through "
        f"{order} to the candidate's tanh, where the input joins; the update dial mixes the old "
        "state and the candidate into the new state; two sigmoids set the dials.",
    )

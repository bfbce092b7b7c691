"""One palette and one style for every figure of the course."""

from types import MappingProxyType

from cycler import cycler
from matplotlib import rcParams

# Contrast on white at least 4.5 each.  The same thing has the same colour in every figure.
PALETTE = MappingProxyType(
    {
        "rnn": "#5b6470",
        "lstm": "#7a3ea3",
        "gru": "#b0305c",
        "attention": "#8a6a00",
        "gate": "#00856a",
        "positive": "#1473c0",
        "negative": "#c75200",
    }
)
# The same in our own drawings on a dark page; plots turn over there (book/_static/course.css).
DARK = MappingProxyType(
    {
        "rnn": "#a9b4bf",
        "lstm": "#bd8fe0",
        "gru": "#ea7ea4",
        "attention": "#d3ac3c",
        "gate": "#2fb594",
        "positive": "#5ba8e8",
        "negative": "#ef8f4e",
    }
)
INK, QUIET = "#1c1c1c", "#6b6b6b"
SOLVED = 0.95  # accuracy from which a gap counts as solved
_MARKERS = MappingProxyType({"rnn": "s", "lstm": "o", "gru": "D", "attention": "^"})
# the first is solid; an initialisation that several figures show has the same one in each of them
_DASHES = ("-", (0, (5, 1.8)), (0, (1.6, 1.4)), (0, (6, 1.6, 1.4, 1.6)))
_STARTS = MappingProxyType({"": 0, "bias 0": 0, "bias 1": 1, "chrono": 2})  # ends of names
_CYCLE = ("positive", "negative", "gate", "lstm", "gru", "attention", "rnn")
_STYLE = MappingProxyType(
    {
        "figure.figsize": (5.2, 3.2),
        "figure.constrained_layout.use": True,
        "font.family": "sans-serif",
        "font.size": 11,
        "axes.titlesize": 12,
        "axes.labelsize": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": QUIET,
        "axes.labelcolor": INK,
        "axes.grid": True,
        "axes.prop_cycle": cycler(color=[PALETTE[name] for name in _CYCLE]),
        "grid.color": "#e3e3e3",
        "axes.axisbelow": True,
        "xtick.labelsize": 11,
        "ytick.labelsize": 11,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "legend.fontsize": 11,
        "legend.frameon": False,
        "lines.linewidth": 2,
        "lines.markersize": 6,
        "svg.fonttype": "none",  # text stays text: searchable, and drawn in the reader's font
        "svg.hashsalt": "lessons",
        "savefig.dpi": 200,
    }
)


def use_style(figure_format="svg"):
    """The course's figure style; call it once at the top of a lesson.

    figure_format: "svg" for exact figures, "png" for those that carry training noise.  In a
    notebook it also fixes what is stored: the same bytes for the same figure, 5.2 inches wide.
    """
    rcParams.update(_STYLE)
    try:
        from IPython import get_ipython
        from matplotlib_inline.config import InlineBackend
    except ImportError:  # a plain script needs neither
        return
    shell = get_ipython()
    if shell is None:
        return
    import matplotlib.pyplot  # noqa: F401  the inline backend must be awake before it is told

    inline = InlineBackend.instance(parent=shell)
    metadata = {"Date": None} if figure_format == "svg" else {"Software": None}
    inline.print_figure_kwargs = {"bbox_inches": None, "metadata": metadata}
    inline.figure_formats = {figure_format}


def series_style(name, variant=0):
    """Colour, marker and dash for a series called e.g. "LSTM chrono" or "RNN + attention".

    name: with the word attention anywhere in it, it is attention; otherwise the architecture
    (RNN, LSTM, GRU) is its first word; variant counts the initialisations of one architecture
    from 0  →  dict of keyword arguments for ``ax.plot``.
    Raises ValueError where the name tells no architecture.
    """
    family = _family(name)
    if family not in _MARKERS:
        raise ValueError(
            f"series_style: {name!r} must begin with one of {', '.join(_MARKERS)} (any case) "
            "or hold the word attention"
        )
    filled = PALETTE[family] if variant == 0 else "white"
    return {
        "color": PALETTE[family],
        "marker": _MARKERS[family],
        "linestyle": _DASHES[variant % len(_DASHES)],
        "markerfacecolor": filled,
        "markeredgecolor": PALETTE[family],
    }


def series_styles(names):
    """name → style; names of the same architecture differ by dash and filling.

    The usual initialisation (or "bias 0") is solid, "bias 1" dashed, "chrono" dotted, in whatever
    figure and order; others take what is free, then begin again.
    """
    named = {name: _start(name) for name in names}
    taken = {(_family(name), start) for name, start in named.items() if start is not None}
    styles = {}
    for name, start in named.items():
        if start is None:
            free = [k for k in range(len(_DASHES)) if (_family(name), k) not in taken]
            start = free[0] if free else len(taken)
            taken.add((_family(name), start))
        styles[name] = series_style(name, start)
    return styles


def _start(name):
    """The place of the dash of an initialisation that has its own, or None."""
    _, _, rest = name.lower().partition(" ")
    places = [
        place for end, place in _STARTS.items() if rest.endswith(end) and bool(end or not rest)
    ]
    return places[-1] if places and "attention" not in name.lower() else None


def _family(name):
    """The architecture that a series' name tells."""
    words = name.lower().split()
    return "attention" if "attention" in name.lower() else words[0] if words else ""

"""Drawings of the cells: parts that can be highlighted step by step and show real values.

    diagrams.lstm().picture("forget", diagrams.values_from(cell, x_t, state))

One description per cell (``layout_*``) becomes shapes (``scene``), and ``svg`` draws them.

``film`` joins drawings into one that plays, step by step, without a script; ``state_film`` and
``gradient_film`` are two such films along the unrolled loop, ``region_film`` is one over a picture.
"""

from lessons_kit.diagrams.cell_diagram import CellDiagram, Picture, side_by_side
from lessons_kit.diagrams.chain_films import gradient_film, state_film
from lessons_kit.diagrams.film import film
from lessons_kit.diagrams.layout_gru import describe_gru
from lessons_kit.diagrams.layout_lookup import describe_lookup
from lessons_kit.diagrams.layout_lstm import LSTM
from lessons_kit.diagrams.layout_lstm_backward import LSTM_BACKWARD
from lessons_kit.diagrams.layout_rnn import RNN
from lessons_kit.diagrams.region_film import region_film
from lessons_kit.diagrams.values import attention_values, gradient_values, values_from

__all__ = [
    "CellDiagram",
    "Picture",
    "attention_values",
    "film",
    "gradient_film",
    "gradient_values",
    "gru",
    "lookup",
    "lstm",
    "lstm_backward",
    "region_film",
    "rnn",
    "side_by_side",
    "state_film",
    "values_from",
]


def rnn():
    """Diagram of an RNN cell.  Steps: input, memory, squash."""
    return CellDiagram(RNN)


def lstm():
    """Diagram of an LSTM cell.  Steps: forget, input, update, output."""
    return CellDiagram(LSTM)


def lstm_backward():
    """The LSTM cell travelled backwards.  Steps: read-out, sum, road, write, gates, back.

    Its values are those of ``gradient_values``.
    """
    return CellDiagram(LSTM_BACKWARD)


def gru(update_keeps=True, reset_after=True):
    """Diagram of a GRU cell.  Steps: reset, candidate, update.

    update_keeps: z weighs the old state (True) or the new one, and the shares are labelled so.
    reset_after: the reset gate acts after the product with W_hn (True) or before it.
    """
    return CellDiagram(describe_gru(update_keeps, reset_after))


def lookup(words):
    """Diagram of attention over two to eight words, a row each.  Steps: score, softmax, mix."""
    return CellDiagram(describe_lookup(words))

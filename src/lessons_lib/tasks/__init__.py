"""Data that needs memory.  NumPy only.

Every function takes its randomness as ``rng`` and puts time first: inputs are (T, B, D) arrays
or (T, B) tokens.  The docstring of each task derives what guessing achieves.
"""

from lessons_lib.tasks.sentences import Sentences, cloud_sentences, gap_sentences
from lessons_lib.tasks.synthetic import (
    ADDING_BASELINE,
    ORDER_CLASSES,
    ORDER_VOCAB,
    Adding,
    Order,
    adding_problem,
    temporal_order,
)

__all__ = [
    "ADDING_BASELINE",
    "ORDER_CLASSES",
    "ORDER_VOCAB",
    "Adding",
    "Order",
    "Sentences",
    "adding_problem",
    "cloud_sentences",
    "gap_sentences",
    "temporal_order",
]

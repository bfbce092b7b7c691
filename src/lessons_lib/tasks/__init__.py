"""Data that needs memory.  NumPy only.

Every function takes its randomness as ``rng`` and puts time first: inputs are (T, B, D) arrays
or (T, B) tokens.  The docstring of each task derives what guessing achieves.
"""

from lessons_lib.tasks.agreement import Pronouns, number_agreement, pronoun_streams
from lessons_lib.tasks.sentences import Sentences, cloud_sentences, gap_sentences
from lessons_lib.tasks.synthetic import (
    ADDING_BASELINE,
    COUNT_VOCAB,
    ORDER_CLASSES,
    ORDER_VOCAB,
    Adding,
    Copy,
    Counting,
    Order,
    adding_problem,
    copy_baseline,
    copy_memory,
    counted,
    counting,
    temporal_order,
)

__all__ = [
    "ADDING_BASELINE",
    "COUNT_VOCAB",
    "ORDER_CLASSES",
    "ORDER_VOCAB",
    "Adding",
    "Copy",
    "Counting",
    "Order",
    "Pronouns",
    "Sentences",
    "adding_problem",
    "cloud_sentences",
    "copy_baseline",
    "copy_memory",
    "counted",
    "counting",
    "gap_sentences",
    "number_agreement",
    "pronoun_streams",
    "temporal_order",
]

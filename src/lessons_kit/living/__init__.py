"""Living cells for the pages: trained networks that compute in the reader's browser.

    trained = living.load("LSTM")
    living.CellLab(trained.model, trained.vocab, living.SUBJECTS, trained.answers)

A lab shows itself at the end of a notebook cell.  Its drawing is the one of ``diagrams``; what a
held gate, a cut road or another word does is also here in NumPy, so that a lesson can assert what
its prose says.
"""

from lessons_kit.living.attention import AttentionLab
from lessons_kit.living.cell import CellLab
from lessons_kit.living.language import home_sentences
from lessons_kit.living.stored import SENTENCE, SHORT, SUBJECTS, load

__all__ = [
    "SENTENCE", "SHORT", "SUBJECTS", "AttentionLab", "CellLab", "home_sentences", "load",
]  # fmt: skip

"""Editions of the notebooks: for students, solved, and back in step with the references.

    python -m tools.editions strip book/*/*.ipynb --to student
    python -m tools.editions solve book/*/*.ipynb --to solved
    python -m tools.editions sync  book/*/*.ipynb

strip   starters only: whatever stands in an exercise's cell becomes its starter again, and the
        cells with ``solution(…)`` are left out
solve   every exercise solved by its reference, with the output that its check then prints
sync    in place: starters regenerated from the references (``--check``: only say what differs;
        ``--force``: replace answers too, which are left alone otherwise)

An exercise's cell is a code cell that ends with ``check("chapter.name", function)``.
Status 0: done; 1: ``sync`` found a difference or an answer; 2: nothing was written.
"""

from tools.editions.command import main
from tools.editions.rewrite import SOLUTION, exercise_cells, read, solved, started

__all__ = ["SOLUTION", "exercise_cells", "main", "read", "solved", "started"]

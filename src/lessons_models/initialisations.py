"""Ways to initialise a cell that lessons compare: each changes the parameters of a new cell.

adjust(cell, rng), as ``experiments.recurrent`` takes it.
"""

import numpy as np

from lessons_lib import cells


def make_orthogonal(cell, rng):
    cell.params["W_hh"][:] = cells.orthogonal(cell.hidden_size, rng)


def make_identity(cell, rng):
    cell.params["W_hh"][:] = np.eye(cell.hidden_size)


def shut_input(cell, rng):
    """b_i = -b_f, as in chrono initialisation, but with one time scale for all units."""
    cell.params["b_h"][0] = -cell.params["b_h"][1]


def even_biases(longest):
    """b_f even between 0 and log(T_max - 1), b_i = -b_f: as many units per octave of time."""

    def adjust(cell, rng):
        cell.params["b_h"][1] = rng.uniform(0, np.log(longest - 1), cell.hidden_size)
        shut_input(cell, rng)

    return adjust


def exponential_biases(cell, rng):
    """b_f exponential with mean 1, b_i = -b_f: no T_max, P(e^b > s) = 1 / s."""
    cell.params["b_h"][1] = rng.exponential(1.0, cell.hidden_size)
    shut_input(cell, rng)

"""How fast a small change grows in a driven cell: Lyapunov exponents."""

import numpy as np

from lessons_lib import checks
from lessons_lib.flow import check_sequence


def exponents(cell, x, state=None, *, rng, count=1, discard=0):
    """Lyapunov exponents of a driven cell: mean growth per step of a small change, in natural logs.

    x (T, 1, D): one sequence, run from ``state`` or zeros; rng: starting directions;
    discard: steps left out of the mean while the directions turn  →  (count,), largest first.
    Negative: the effect of a change vanishes on this run; positive: it explodes.  An exponent is
    -inf where a change is lost at once.  After each step the directions are made orthogonal again
    (QR), or all would turn to the largest exponent's.
    Raises ValueError for a batch, too many exponents, or a discard that leaves no step.
    """
    check_sequence(cell, x)
    state = cell.init_state(1) if state is None else state
    size = cell.jacobian(x[0], state).shape[-1]
    checks.sizes(rng, discard=(discard, 0, len(x) - 1), count=(count, 1, size))
    directions, total = rng.standard_normal((count, size)).astype(cell.dtype), 0.0
    directions = np.linalg.qr(directions.T)[0].T
    for t, x_t in enumerate(x):
        grown = directions @ cell.jacobian(x_t, state)[0]  # row convention: δs_t = δs_{t-1} J_t
        directions, R = np.linalg.qr(grown.T)
        directions = directions.T
        if t >= discard:
            with np.errstate(divide="ignore"):
                total = total + np.log(np.abs(np.diag(R)))
        state, _ = cell.step(x_t, state)
    return total / (len(x) - discard)

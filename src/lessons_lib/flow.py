"""How far gradients travel: products of one-step Jacobians of a running cell."""

import numpy as np

from lessons_lib import checks


def jacobian_norms(cell, x, state=None):
    """Spectral norms of ∂s_T/∂s_{T-k} for k = 0 … T, s being the cell's whole state.

    x (T, 1, D): one sequence, run from ``state`` or zeros  →  norms (T + 1,), the first being 1.
    The product is kept at norm 1 on the way, so that a norm below 1e-300 is still exact until it
    is reported.  Raises ValueError unless the batch size is 1.
    """
    check_sequence(cell, x)
    state = cell.init_state(1) if state is None else state
    jacobians = []
    for x_t in x:
        jacobians.append(cell.jacobian(x_t, state)[0])
        state, _ = cell.step(x_t, state)
    product, log_norm, norms = np.eye(len(jacobians[0]), dtype=cell.dtype), 0.0, [1.0]
    # Row convention: δs_T = δs_{T-k} J_{T-k+1} … J_T, so earlier steps multiply from the left.
    for J in reversed(jacobians):
        product = J @ product
        norm = np.linalg.norm(product, 2)
        if norm == 0:
            norms += [0.0] * (len(jacobians) + 1 - len(norms))
            break
        product, log_norm = product / norm, log_norm + np.log(norm)
        norms.append(float(np.exp(log_norm)))
    return np.array(norms)


def norms_over_seeds(build, T, seeds=(0, 1, 2, 3, 4), input_scale=1.0):
    """``jacobian_norms`` of fresh cells on random inputs, one row per seed.

    build: function rng → cell; T: steps; inputs N(0, input_scale²)  →  norms (seeds, T + 1).
    """
    checks.whole(T=(T, 1))
    checks.positive(input_scale=input_scale)
    rows = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        cell = build(rng)
        x = input_scale * rng.standard_normal((T, 1, cell.input_size)).astype(cell.dtype)
        rows.append(jacobian_norms(cell, x))
    return np.array(rows)


def check_sequence(cell, x):
    """Raise TypeError or ValueError unless x is one sequence (T, 1, D) for the cell."""
    checks.has(cell=(cell, "input_size", "init_state", "jacobian", "step"))
    checks.array("x, one sequence,", x, "T", 1, cell.input_size, like=cell.dtype)

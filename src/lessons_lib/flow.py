"""How far gradients travel: products of one-step Jacobians of a running cell."""

import numpy as np

from lessons_lib import checks


def jacobian_norms(cell, x, state=None):
    """Spectral norms of ∂s_T/∂s_{T-k} for k = 0 … T, s being the cell's whole state.

    x (T, 1, D): one sequence, run from ``state`` or zeros  →  norms (T + 1,), the first being 1.
    The product is kept at norm 1 on the way, so that a norm below 1e-300 is still exact until it
    is reported.  Raises ValueError unless the batch size is 1.
    """
    _check_sequence(cell, x)
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


def lyapunov(cell, x, state=None, *, rng, exponents=1, discard=0):
    """Lyapunov exponents of a driven cell: mean growth per step of a small change, in natural logs.

    x (T, 1, D): one sequence, run from ``state`` or zeros; rng: starting directions;
    discard: steps left out of the mean while the directions turn  →  (exponents,), largest first.
    Negative: the effect of a change vanishes on this run; positive: it explodes.  An exponent is
    -inf where a change is lost at once.  After each step the directions are made orthogonal again
    (QR), or all would turn to the largest exponent's.
    Raises ValueError for a batch, too many exponents, or a discard that leaves no step.
    """
    _check_sequence(cell, x)
    state = cell.init_state(1) if state is None else state
    size = cell.jacobian(x[0], state).shape[-1]
    checks.sizes(rng, discard=(discard, 0, len(x) - 1), exponents=(exponents, 1, size))
    directions, total = rng.standard_normal((exponents, size)).astype(cell.dtype), 0.0
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


def _check_sequence(cell, x):
    checks.has(cell=(cell, "input_size", "init_state", "jacobian", "step"))
    checks.array("x, one sequence,", x, "T", 1, cell.input_size, like=cell.dtype)

"""Every variant against torch's autograd on the equations of its docstring: an oracle that shares
no code with the cells.  ``torch.nn`` itself, which has fewer variants, is in test_torch_bridge."""

import numpy as np
import pytest
import torch

from tests.test_cells import VARIANTS, build, data, each_variant, randomised


def rnn(cell, p, x_t, h):
    return (torch.tanh(x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"]),)


def lstm(cell, p, x_t, h, c):
    W_x, W_h, b, w = *map(list, (p["W_xh"], p["W_hh"], p["b_h"])), p.get("w_c")
    peepholes, coupled = (getattr(cell, option, False) for option in ("peepholes", "coupled"))
    a = [x_t @ W + h @ U + v for W, U, v in zip(W_x, W_h, b, strict=True)]
    if peepholes:
        a[:-2] = [pre + c * peep for pre, peep in zip(a[:-2], w[:-1], strict=True)]
    f = torch.sigmoid(a[-3])
    i = 1 - f if coupled else torch.sigmoid(a[0])
    c = f * c + i * torch.tanh(a[-2])
    o = torch.sigmoid(a[-1] + c * w[-1] if peepholes else a[-1])
    return o * torch.tanh(c), c


def gru(cell, p, x_t, h):
    (W_r, W_z, W_n), (U_r, U_z, U_n), (b_r, b_z, b_n) = p["W_xh"], p["W_hh"], p["b_h"]
    r = torch.sigmoid(x_t @ W_r + h @ U_r + b_r)
    z = torch.sigmoid(x_t @ W_z + h @ U_z + b_z)
    recalled = r * (h @ U_n + p["b_hn"]) if cell.reset_after else (r * h) @ U_n
    n = torch.tanh(x_t @ W_n + b_n + recalled)
    return ((1 - z) * n + z * h if cell.update_keeps else z * n + (1 - z) * h,)


EQUATIONS = {"RNN": rnn, "LSTM": lstm, "LSTMVariant": lstm, "GRU": gru, "GRUVariant": gru}


def setting(name):
    """A cell of order-one weights, its data, and torch's copies of both."""
    cell = randomised(build(name))
    x, state, dhs, dstate = data(cell)
    params = {k: torch.tensor(v, requires_grad=True) for k, v in cell.params.items()}
    x_torch = torch.tensor(x, requires_grad=True)
    start = tuple(torch.tensor(s, requires_grad=True) for s in state)
    step = EQUATIONS[type(cell).__name__]
    return cell, (x, state, dhs, dstate), (step, params, x_torch, start)


@each_variant
def test_outputs_and_all_gradients_equal_autograd(name):
    cell, (x, state, dhs, dstate), (step, params, x_torch, start) = setting(name)
    hs, final, cache = cell.forward(x, state)
    dx, dprev, grads = cell.backward(dhs, cache, dstate)
    now, outputs = start, []
    for x_t in x_torch.unbind(0):
        now = step(cell, params, x_t, *now)
        outputs.append(now[0])
    outputs = torch.stack(outputs)
    loss = (outputs * torch.from_numpy(dhs)).sum()
    loss = loss + sum((s * torch.from_numpy(d)).sum() for s, d in zip(now, dstate, strict=True))
    loss.backward()
    pairs = [(hs, outputs), (dx, x_torch.grad)]
    pairs += list(zip(final, now, strict=True))
    pairs += [(d, s.grad) for d, s in zip(dprev, start, strict=True)]
    pairs += [(grads[key], value.grad) for key, value in params.items()]
    for ours, theirs in pairs:
        assert np.abs(ours - theirs.detach().numpy()).max() < 1e-10


@each_variant
def test_jacobian_equals_autograd(name):
    cell, (x, state, _, _), (step, params, x_torch, _) = setting(name)
    J = cell.jacobian(x[0], state)
    params = {key: value.detach() for key, value in params.items()}
    for b in range(x.shape[1]):

        def one_step(stacked, b=b):
            parts = stacked.split(cell.hidden_size)
            return torch.cat(step(cell, params, x_torch[0, b].detach(), *parts))

        stacked = torch.from_numpy(np.concatenate([part[b] for part in state]))
        # autograd's Jacobian is [output, input]; the cells use the row convention.
        theirs = torch.autograd.functional.jacobian(one_step, stacked).T.numpy()
        assert np.abs(J[b] - theirs).max() < 1e-10


def test_the_list_of_variants_covers_every_argument():
    used = {option for _, options in VARIANTS.values() for option in options}
    assert used >= {"forget_bias", "chrono", "peepholes", "coupled", "update_keeps", "reset_after"}


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_the_oracle_notices_a_swapped_gate(name):
    cell, (x, state, _, _), (step, params, x_torch, start) = setting(name)
    swapped = {key: value.detach()[[1, 0, *range(2, len(value))]] if value.ndim > 1 else value
               for key, value in params.items()}  # fmt: skip
    theirs = step(cell, swapped, x_torch[0], *start)[0].detach().numpy()
    assert np.abs(cell.step(x[0], state)[0][0] - theirs).max() > 1e-2

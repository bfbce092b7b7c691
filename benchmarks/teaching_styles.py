"""The two usual ways to write a recurrent layer for a lesson, for comparison in speed.

Style 1, *concatenated*: NumPy, one product with [x, h] and one weight matrix per step, and a
weight gradient added up step by step.  Style 2, *cell loop*: a torch cell called in a Python
loop, with autograd for the backward pass.  Both are right (a test compares their gradients with
the library's); they only do more work per step than they need to.

``weights(cell)`` gives style 1 the parameters of a library cell as one matrix (D + H + 1, G·H).
"""

import numpy as np
import torch

from lessons_lib.functional import sigmoid


def weights(cell):
    """The library's blocks as one matrix (D + H + 1, G·H), bias last."""
    W_xh, W_hh, b_h = (np.atleast_2d(cell.params[k]) for k in ("W_xh", "W_hh", "b_h"))
    W_xh, W_hh = (W if W.ndim == 3 else W[None] for W in (W_xh, W_hh))
    blocks = [np.concatenate([x, h, b[None]]) for x, h, b in zip(W_xh, W_hh, b_h, strict=True)]
    return np.concatenate(blocks, axis=1)


def joined(x_t, h):
    return np.concatenate([x_t, h, np.ones((len(h), 1), h.dtype)], axis=1)


def rnn(W, x, dhs):
    """x (T, B, D), dhs (T, B, H)  →  dx, dW.  Forward and backward of the plain cell."""
    D, H = x.shape[2], dhs.shape[2]
    h, kept = np.zeros(dhs.shape[1:], x.dtype), []
    for x_t in x:
        xh = joined(x_t, h)
        h = np.tanh(xh @ W)
        kept.append((xh, h))
    dW, dx, dh = np.zeros_like(W), np.empty_like(x), np.zeros_like(h)
    for t in reversed(range(len(x))):
        xh, h = kept[t]
        da = (dhs[t] + dh) * (1 - h * h)
        dW += xh.T @ da
        dxh = da @ W.T
        dx[t], dh = dxh[:, :D], dxh[:, D : D + H]
    return dx, dW


def lstm(W, x, dhs):
    """x (T, B, D), dhs (T, B, H)  →  dx, dW.  Gates sliced out of one (B, 4H) product."""
    D, H = x.shape[2], dhs.shape[2]
    h = c = np.zeros(dhs.shape[1:], x.dtype)
    kept = []
    for x_t in x:
        xh = joined(x_t, h)
        a = xh @ W
        i, f, o = sigmoid(a[:, :H]), sigmoid(a[:, H : 2 * H]), sigmoid(a[:, 3 * H :])
        g, c_prev = np.tanh(a[:, 2 * H : 3 * H]), c
        c = f * c_prev + i * g
        h = o * np.tanh(c)
        kept.append((xh, i, f, g, o, c_prev, c))
    dW, dx, dh, dc = np.zeros_like(W), np.empty_like(x), np.zeros_like(h), np.zeros_like(c)
    for t in reversed(range(len(x))):
        xh, i, f, g, o, c_prev, c = kept[t]
        dh = dh + dhs[t]
        tanh_c = np.tanh(c)
        dc = dc + dh * o * (1 - tanh_c * tanh_c)
        gates = dc * g * i * (1 - i), dc * c_prev * f * (1 - f), dc * i * (1 - g * g)
        da = np.concatenate([*gates, dh * tanh_c * o * (1 - o)], axis=1)
        dW += xh.T @ da
        dxh = da @ W.T
        dx[t], dh, dc = dxh[:, :D], dxh[:, D : D + H], dc * f
    return dx, dW


def gru(W, x, dhs):
    """x (T, B, D), dhs (T, B, H)  →  dx, dW.  Reset before the product (Cho et al., 2014)."""
    D, H = x.shape[2], dhs.shape[2]
    h, kept = np.zeros(dhs.shape[1:], x.dtype), []
    for x_t in x:
        xh = joined(x_t, h)
        gates = sigmoid(xh @ W[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        xrh = joined(x_t, r * h)
        n = np.tanh(xrh @ W[:, 2 * H :])
        kept.append((xh, xrh, h, r, z, n))
        h = (1 - z) * n + z * h
    dW, dx, dh = np.zeros_like(W), np.empty_like(x), np.zeros_like(h)
    for t in reversed(range(len(x))):
        xh, xrh, h, r, z, n = kept[t]
        dh = dh + dhs[t]
        da_n = dh * (1 - z) * (1 - n * n)
        dxrh = da_n @ W[:, 2 * H :].T
        drh = dxrh[:, D : D + H]
        da = np.concatenate([drh * h * r * (1 - r), dh * (h - n) * z * (1 - z)], axis=1)
        dW[:, : 2 * H] += xh.T @ da
        dW[:, 2 * H :] += xrh.T @ da_n
        dxh = da @ W[:, : 2 * H].T
        dx[t] = dxh[:, :D] + dxrh[:, :D]
        dh = dh * z + drh * r + dxh[:, D : D + H]
    return dx, dW


def cell_loop(cell, x, dhs):
    """Style 2.  cell: nn.RNNCell, nn.LSTMCell or nn.GRUCell; x, dhs tensors  →  dx."""
    x = x.detach().requires_grad_()
    cell.zero_grad()
    state, hs = None, []
    for x_t in x.unbind(0):
        state = cell(x_t, state)
        hs.append(state[0] if isinstance(state, tuple) else state)
    torch.stack(hs).backward(dhs)
    return x.grad

"""PyTorch, and Keras on PyTorch."""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402

keras.backend.set_floatx("float64")
ZRN = [1, 0, 2]  # from r z n to z r n, and back


def rows(blocks):
    """(G, D, H)  →  (G H, D)."""
    return np.concatenate(list(blocks), axis=-1).T


def columns(blocks):
    """(G, D, H)  →  (D, G H)."""
    return np.hstack(list(blocks))


def blocks_of(columns, count):
    """(D, G H)  →  (G, D, H)."""
    return np.stack(np.split(np.asarray(columns), count, axis=-1))


class Torch:
    """What ``torch.nn.GRU`` and ``torch.nn.LSTM`` have in common."""

    def fresh(self, D, H):
        return self.kind(D, H, dtype=torch.float64)

    def fill(self, weights, beside_state):
        G, D, H = weights["W_xh"].shape
        made = self.kind(D, H, dtype=torch.float64)
        arrays = (
            rows(weights["W_xh"]),
            rows(weights["W_hh"]),
            weights["b_h"].ravel(),
            beside_state,
        )
        with torch.no_grad():
            for parameter, array in zip(made.parameters(), arrays, strict=True):
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))
        return made

    def arrays(self, made, G):
        W_x, W_h, b, b_2 = (p.detach().numpy() for p in made.parameters())
        return blocks_of(W_x.T, G), blocks_of(W_h.T, G), b.reshape(G, -1), b_2.reshape(G, -1)

    def size(self, made):
        return sum(p.numel() for p in made.parameters())


class TorchGRU(Torch):
    name, package, call, kind = "PyTorch", "torch", "nn.GRU", torch.nn.GRU

    def load(self, weights):
        beside_state = np.concatenate([0 * weights["b_hn"], 0 * weights["b_hn"], weights["b_hn"]])
        return self.fill(weights, beside_state)

    def read(self, made):
        W_x, W_h, b, b_2 = self.arrays(made, 3)
        b = b + b_2 * np.array([[1], [1], [0]])
        return {"W_xh": W_x, "W_hh": W_h, "b_h": b, "b_hn": b_2[2]}

    def run(self, made, x, h):
        with torch.no_grad():
            return made(torch.tensor(x), torch.tensor(h[None]))[0].numpy()


class TorchLSTM(Torch):
    name, package, call, kind = "PyTorch", "torch", "nn.LSTM", torch.nn.LSTM

    def load(self, weights):
        return self.fill(weights, 0 * weights["b_h"].ravel())

    def read(self, made):
        W_x, W_h, b, b_2 = self.arrays(made, 4)
        return {"W_xh": W_x, "W_hh": W_h, "b_h": b + b_2}

    def run(self, made, x, h, c):
        with torch.no_grad():
            hs, (_, c) = made(torch.tensor(x), (torch.tensor(h[None]), torch.tensor(c[None])))
        return hs.numpy(), c[0].numpy()


class Keras:
    """What the layers of Keras have in common: batch first, columns."""

    name, package = "Keras", "keras"

    def fresh(self, D, H):
        made = self.layer(H)
        made.build((None, None, D))
        return made

    def size(self, made):
        return made.count_params()

    def states(self, made, x, *state):
        first = np.swapaxes(x, 0, 1)
        hs, *last = made(first, initial_state=[torch.tensor(s) for s in state])
        hs = keras.ops.convert_to_numpy(hs)
        return np.swapaxes(hs, 0, 1), [keras.ops.convert_to_numpy(s) for s in last]


class KerasGRU(Keras):
    def __init__(self, reset_after):
        self.after = reset_after
        self.call = f"GRU(reset_after={reset_after})"

    def layer(self, H):
        options = {"return_sequences": True, "return_state": True}
        return keras.layers.GRU(H, reset_after=self.after, **options)

    def load(self, weights):
        made = self.fresh(*weights["W_xh"].shape[1:])
        bias = weights["b_h"][ZRN].ravel()
        if self.after:
            zeros = 0 * weights["b_hn"]
            bias = np.stack([bias, np.concatenate([zeros, zeros, weights["b_hn"]])])
        W_x, W_h = weights["W_xh"][ZRN], weights["W_hh"][ZRN]
        made.set_weights([columns(W_x), columns(W_h), bias])
        return made

    def read(self, made):
        W_x, W_h, b = made.get_weights()
        b = np.atleast_2d(b).reshape(-1, 3, W_h.shape[0])[:, ZRN]
        inner = b[1] if self.after else np.zeros_like(b[0])
        both = b[0] + inner * np.array([[1], [1], [0]])
        return {"W_xh": blocks_of(W_x, 3)[ZRN], "W_hh": blocks_of(W_h, 3)[ZRN],
                "b_h": both, "b_hn": inner[2]}  # fmt: skip

    def run(self, made, x, h):
        return self.states(made, x, h)[0]


class KerasLSTM(Keras):
    call = "LSTM()"

    def layer(self, H):
        return keras.layers.LSTM(H, return_sequences=True, return_state=True)

    def load(self, weights):
        made = self.fresh(*weights["W_xh"].shape[1:])
        W_x, W_h = columns(weights["W_xh"]), columns(weights["W_hh"])
        made.set_weights([W_x, W_h, weights["b_h"].ravel()])
        return made

    def read(self, made):
        W_x, W_h, b = made.get_weights()
        return {"W_xh": blocks_of(W_x, 4), "W_hh": blocks_of(W_h, 4), "b_h": b.reshape(4, -1)}

    def run(self, made, x, h, c):
        hs, (_, c) = self.states(made, x, h, c)
        return hs, c


GRUS = (TorchGRU(), KerasGRU(True), KerasGRU(False))
LSTMS = (TorchLSTM(), KerasLSTM())

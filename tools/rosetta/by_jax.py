"""Flax, Haiku and Equinox, on JAX."""

import equinox
import flax.linen
import haiku
import jax
import numpy as np

from tools.rosetta.by_torch import ZRN, blocks_of, columns, rows

jax.config.update("jax_enable_x64", True)
KEY = jax.random.key(0)


def size(made):
    return sum(np.size(leaf) for leaf in jax.tree.leaves(made) if hasattr(leaf, "shape"))


class Jax:
    """A cell that makes one step; the loop is ours."""

    def size(self, made):
        return size(made)

    def run(self, made, x, h, *c):
        hs, state = [], (jax.numpy.asarray(h), *map(jax.numpy.asarray, c))
        for x_t in x:
            state = self.step(made, jax.numpy.asarray(x_t), state)
            hs.append(np.asarray(state[0]))
        return (np.stack(hs), np.asarray(state[1])) if c else np.stack(hs)


class FlaxGRU(Jax):
    name, package, call = "Flax", "flax", "linen.GRUCell"

    def fresh(self, D, H):
        cell = flax.linen.GRUCell(H, param_dtype=np.float64)
        return cell.init(KEY, np.zeros((1, H)), np.zeros((1, D)))

    def load(self, weights):
        made = {}
        for k, gate in enumerate("rzn"):
            made["i" + gate] = {"kernel": weights["W_xh"][k], "bias": weights["b_h"][k]}
            made["h" + gate] = {"kernel": weights["W_hh"][k]}
        made["hn"]["bias"] = weights["b_hn"]
        return {"params": made}

    def read(self, made):
        p = made["params"]
        stack = {key: np.stack([p[side + gate][part] for gate in "rzn"])
                 for key, side, part in (("W_xh", "i", "kernel"), ("W_hh", "h", "kernel"),
                                         ("b_h", "i", "bias"))}  # fmt: skip
        return stack | {"b_hn": np.asarray(p["hn"]["bias"])}

    def step(self, made, x_t, state):
        cell = flax.linen.GRUCell(state[0].shape[-1], param_dtype=np.float64)
        return (cell.apply(made, state[0], x_t)[0],)


class FlaxLSTM(Jax):
    name, package, call = "Flax", "flax", "linen.LSTMCell"

    def fresh(self, D, H):
        cell = flax.linen.LSTMCell(H, param_dtype=np.float64)
        return cell.init(KEY, (np.zeros((1, H)),) * 2, np.zeros((1, D)))

    def load(self, weights):
        made = {}
        for k, gate in enumerate("ifgo"):
            made["i" + gate] = {"kernel": weights["W_xh"][k]}
            made["h" + gate] = {"kernel": weights["W_hh"][k], "bias": weights["b_h"][k]}
        return {"params": made}

    def read(self, made):
        p = made["params"]
        return {key: np.stack([p[side + gate][part] for gate in "ifgo"])
                for key, side, part in (("W_xh", "i", "kernel"), ("W_hh", "h", "kernel"),
                                        ("b_h", "h", "bias"))}  # fmt: skip

    def step(self, made, x_t, state):
        h, c = state
        cell = flax.linen.LSTMCell(h.shape[-1], param_dtype=np.float64)
        (c, h), _ = cell.apply(made, (c, h), x_t)
        return h, c


class HaikuGRU(Jax):
    name, package, call = "Haiku", "dm-haiku", "GRU"

    def cell(self, H):
        return haiku.without_apply_rng(haiku.transform(lambda x, h: haiku.GRU(H)(x, h)))

    def fresh(self, D, H):
        return self.cell(H).init(KEY, np.zeros((1, D)), np.zeros((1, H)))

    def load(self, weights):
        W_x, W_h, b = (weights[name][ZRN] for name in ("W_xh", "W_hh", "b_h"))
        return {"gru": {"w_i": columns(W_x), "w_h": columns(W_h), "b": b.ravel()}}

    def read(self, made):
        p = made["gru"]
        return {"W_xh": blocks_of(p["w_i"], 3)[ZRN], "W_hh": blocks_of(p["w_h"], 3)[ZRN],
                "b_h": np.asarray(p["b"]).reshape(3, -1)[ZRN]}  # fmt: skip

    def step(self, made, x_t, state):
        return (self.cell(state[0].shape[-1]).apply(made, x_t, state[0])[0],)


class HaikuLSTM(Jax):
    name, package, call = "Haiku", "dm-haiku", "LSTM"

    def cell(self, H):
        def step(x, h, c):
            return haiku.LSTM(H)(x, haiku.LSTMState(h, c))[1]

        return haiku.without_apply_rng(haiku.transform(step))

    def fresh(self, D, H):
        return self.cell(H).init(KEY, np.zeros((1, D)), *np.zeros((2, 1, H)))

    def load(self, weights):
        w = np.concatenate([columns(weights["W_xh"]), columns(weights["W_hh"])])
        return {"lstm/linear": {"w": w, "b": weights["b_h"].ravel()}}

    def read(self, made):
        p = made["lstm/linear"]
        H = np.size(p["b"]) // 4
        W_x, W_h = p["w"][:-H], p["w"][-H:]
        b = np.asarray(p["b"]).reshape(4, H)
        return {"W_xh": blocks_of(W_x, 4), "W_hh": blocks_of(W_h, 4), "b_h": b}

    def step(self, made, x_t, state):
        state = self.cell(state[0].shape[-1]).apply(made, x_t, *state)
        return state.hidden, state.cell


class Equinox(Jax):
    name, package = "Equinox", "equinox"

    def fresh(self, D, H):
        return self.kind(D, H, key=KEY, dtype=np.float64)

    def load(self, weights):
        made = self.fresh(*weights["W_xh"].shape[1:])
        values = [rows(weights["W_xh"]), rows(weights["W_hh"]), weights["b_h"].ravel()]
        values += [weights[name] for name in ("b_hn",) if hasattr(made, "bias_n")]
        return equinox.tree_at(self.parts, made, [jax.numpy.asarray(value) for value in values])

    def parts(self, made):
        inner = [made.bias_n] if hasattr(made, "bias_n") else []
        return [made.weight_ih, made.weight_hh, made.bias, *inner]

    def read(self, made):
        W_x, W_h, b, *inner = map(np.asarray, self.parts(made))
        G = len(W_h) // W_h.shape[1]
        weights = {"W_xh": blocks_of(W_x.T, G), "W_hh": blocks_of(W_h.T, G)}
        return weights | {"b_h": b.reshape(G, -1)} | dict(zip(["b_hn"], inner, strict=False))

    def step(self, made, x_t, state):
        one = len(state) == 1
        out = jax.vmap(lambda x, *s: made(x, s[0] if one else s))(x_t, *state)
        return (out,) if one else out


class EquinoxGRU(Equinox):
    call, kind = "nn.GRUCell", equinox.nn.GRUCell


class EquinoxLSTM(Equinox):
    call, kind = "nn.LSTMCell", equinox.nn.LSTMCell


GRUS = (FlaxGRU(), HaikuGRU(), EquinoxGRU())
LSTMS = (FlaxLSTM(), HaikuLSTM(), EquinoxLSTM())

"""ONNX in ONNX Runtime, and TensorFlow's block cells: arrays that are handed to an operator."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import tensorflow  # noqa: E402

from tools.rosetta.by_torch import ZRN, blocks_of, columns, rows  # noqa: E402

HELPER, FLOAT = onnx.helper, onnx.TensorProto.FLOAT


class Arrays:
    """The operators draw no weights of their own: ``fresh`` draws in their arrangement."""

    DRAWS = False

    def fresh(self, D, H):
        return self.load(drawn(self.BLOCKS, D, H))

    def size(self, made):
        return sum(np.size(value) for value in made.values() if isinstance(value, np.ndarray))


def drawn(G, D, H):
    rng = np.random.default_rng(1)
    shapes = {"W_xh": (G, D, H), "W_hh": (G, H, H), "b_h": (G, H)}
    shapes |= {"b_hn": (H,)} if G == 3 else {"w_c": (3, H)}
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


class Onnx(Arrays):
    """The weights travel in a file: a model with them as initialisers, stored and read again."""

    name, package = "ONNX", "onnxruntime"

    def model(self, made, states):
        arrays = {key: value.astype(np.float32) for key, value in made.items()}
        inputs = ["x", "W", "R", "B", "", "h", *states, *[""] * (not states), "P"]
        node = HELPER.make_node(self.kind, self.used(inputs), ["y", "y_h", *["y_c"] * len(states)],
                                hidden_size=made["R"].shape[-1], **self.attributes)  # fmt: skip
        entry = [HELPER.make_tensor_value_info(key, FLOAT, None) for key in ("x", "h", *states)]
        leave = [HELPER.make_tensor_value_info(key, FLOAT, None) for key in node.output]
        stored = [onnx.numpy_helper.from_array(value, key) for key, value in arrays.items()]
        graph = HELPER.make_graph([node], self.kind, entry, leave, stored)
        opset = [HELPER.make_opsetid("", 14)]
        return HELPER.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()

    def run(self, made, x, *states):
        names = ("h", "c")[: len(states)]
        session = onnxruntime.InferenceSession(self.model(made, names[1:]))
        feed = {"x": x.astype(np.float32)}
        feed |= {key: s[None].astype(np.float32) for key, s in zip(names, states, strict=True)}
        hs, _, *c = session.run(None, feed)
        return (hs[:, 0], c[0][0]) if c else hs[:, 0]

    def read(self, made):
        """From the stored model, not from what it was made of."""
        states = ("c",) if self.BLOCKS == 4 else ()
        graph = onnx.load_from_string(self.model(made, states)).graph
        p = {a.name: onnx.numpy_helper.to_array(a).astype(float) for a in graph.initializer}
        G, H = self.BLOCKS, p["R"].shape[-1]
        b, b_2 = p["B"].reshape(2, G, H)
        return self.named(blocks_of(p["W"][0].T, G), blocks_of(p["R"][0].T, G), b, b_2, p)


class OnnxGRU(Onnx):
    BLOCKS, kind = 3, "GRU"

    def __init__(self, linear_before_reset):
        self.attributes = {"linear_before_reset": linear_before_reset}
        self.call = f"GRU(linear_before_reset={linear_before_reset})"

    def used(self, inputs):
        return inputs[:6]

    def load(self, weights):
        W_x, W_h, b = (weights[name][ZRN] for name in ("W_xh", "W_hh", "b_h"))
        inner = np.concatenate([0 * weights["b_hn"], 0 * weights["b_hn"], weights["b_hn"]])
        B = np.concatenate([b.ravel(), inner])[None]
        return {"W": rows(W_x)[None], "R": rows(W_h)[None], "B": B}

    def named(self, W_x, W_h, b, b_2, _):
        after = self.attributes["linear_before_reset"]
        b = b + b_2 * np.array([[1], [1], [1 - after]])
        return {"W_xh": W_x[ZRN], "W_hh": W_h[ZRN], "b_h": b[ZRN], "b_hn": b_2[2]}


class OnnxLSTM(Onnx):
    BLOCKS, kind, call, PEEPHOLES, attributes = 4, "LSTM", "LSTM", True, {}
    IOF = [0, 2, 1]  # from i f o to i o f, and back

    def used(self, inputs):
        names = [name for name in inputs if name not in ("h", "c", "P")][:5]
        return [*names, "h", "c", "P"]

    def load(self, weights):
        b = weights["b_h"].ravel()
        w_c = weights.get("w_c", np.zeros((3, weights["W_hh"].shape[-1])))
        return {
            "W": rows(weights["W_xh"])[None],
            "R": rows(weights["W_hh"])[None],
            "B": np.concatenate([b, 0 * b])[None],
            "P": w_c[self.IOF].ravel()[None],
        }

    def named(self, W_x, W_h, b, b_2, p):
        w_c = p["P"].reshape(3, -1)[self.IOF]
        return {"W_xh": W_x, "W_hh": W_h, "b_h": b + b_2, "w_c": w_c}


class BlockGRU(Arrays):
    name, package, call, BLOCKS = "TensorFlow", "tensorflow-cpu", "raw_ops.GRUBlockCell", 3

    def load(self, weights):
        W = np.concatenate([weights["W_xh"], weights["W_hh"]], axis=1)  # [x, h]
        b = weights["b_h"]
        return {"w_ru": columns(W[:2]), "w_c": W[2], "b_ru": b[:2].ravel(), "b_c": b[2]}

    def read(self, made):
        H = len(made["b_c"])
        W = np.stack([*np.split(made["w_ru"], 2, axis=1), made["w_c"]])
        b = np.concatenate([made["b_ru"], made["b_c"]]).reshape(3, H)
        return {"W_xh": W[:, :-H], "W_hh": W[:, -H:], "b_h": b}

    def run(self, made, x, h):
        fixed, hs = {key: value.astype(np.float32) for key, value in made.items()}, []
        for x_t in x.astype(np.float32):
            out = tensorflow.raw_ops.GRUBlockCell(x=x_t, h_prev=np.float32(h), **fixed)
            h = out.h.numpy()
            hs.append(h)
        return np.stack(hs)


class BlockLSTM(Arrays):
    name, package, call = "TensorFlow", "tensorflow-cpu", "raw_ops.LSTMBlockCell"
    BLOCKS, PEEPHOLES = 4, True
    NAMES = ("wci", "wcf", "wco")

    def load(self, weights):
        W = np.concatenate([weights["W_xh"], weights["W_hh"]], axis=1)  # [x, h]
        w_c = weights.get("w_c", np.zeros((3, weights["W_hh"].shape[-1])))
        return {
            "w": columns(W),
            "b": weights["b_h"].ravel(),
            **dict(zip(self.NAMES, w_c, strict=True)),
        }

    def read(self, made):
        b = made["b"].reshape(4, -1)
        W = blocks_of(made["w"], 4)
        cut = W.shape[1] - b.shape[1]
        w_c = np.stack([made[name] for name in self.NAMES])
        return {"W_xh": W[:, :cut], "W_hh": W[:, cut:], "b_h": b, "w_c": w_c}

    def run(self, made, x, h, c):
        fixed, hs = {key: value.astype(np.float32) for key, value in made.items()}, []
        for x_t in x.astype(np.float32):
            states = {"h_prev": np.float32(h), "cs_prev": np.float32(c)}
            out = tensorflow.raw_ops.LSTMBlockCell(
                x=x_t, use_peephole=True, cell_clip=-1, **states, **fixed
            )
            h, c = out.h.numpy(), out.cs.numpy()
            hs.append(h)
        return np.stack(hs), c


GRUS = (OnnxGRU(0), OnnxGRU(1), BlockGRU())
LSTMS = (OnnxLSTM(), BlockLSTM())

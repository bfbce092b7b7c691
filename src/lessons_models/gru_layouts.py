"""The weights of a GRU in the arrangements of other libraries, and back.  NumPy only.

    arrays = gru_layouts.to_keras(cell)          cell = gru_layouts.from_keras(arrays)
    arrays = gru_layouts.to_onnx(cell)           cell = gru_layouts.from_onnx(arrays)
    arrays = gru_layouts.to_joined(cell)         cell = gru_layouts.from_joined(arrays)

The arrangements are read off the public documentation of Keras 3 (``keras.layers.GRU``), ONNX
(operator ``GRU``) and TensorFlow (``raw_ops.GRUBlockCell``); neither library is needed here.
For ``torch.nn.GRU`` see ``lessons_lib.torch_bridge``.  Values are copied and keep their dtype.

**Sign.**  In all three z weighs the old state.  A cell with ``update_keeps=False`` is converted
on the way out (``with_update_sign``), so what comes back has ``update_keeps=True``.

**Placement.**  The reset gate stays where it is: no choice of weights moves it.  Keras tells the
placement by the shape of its bias, ONNX by ``linear_before_reset``; the joined form [h, x] W has
no other than before the product.

**Two biases.**  Where an arrangement has one bias beside the input and one beside the state, the
second is 0 on the way out, but for b_hn; on the way back the two are added.
"""

import numpy as np

from lessons_lib.cells.gru import GRU
from lessons_models.gru_variants import GRUVariant, with_update_sign

Z_R_N = [1, 0, 2]  # from our order r z n to z r n; its own inverse


def to_keras(cell):
    """``kernel`` (D, 3H), ``recurrent_kernel`` (H, 3H), and ``bias``: (2, 3H) with reset_after,
    (3H,) without.  Columns in the order z r n; the two rows belong to the input and the state.
    """
    params = _keeping(cell).params
    bias = _columns(params["b_h"][:, None])[0]
    if cell.reset_after:
        bias = np.stack([bias, _state_bias(params)])
    return {
        "kernel": _columns(params["W_xh"]),
        "recurrent_kernel": _columns(params["W_hh"]),
        "bias": bias,
    }


def from_keras(arrays):
    """The dict of ``to_keras`` (as from ``layer.weights``)  →  GRU.

    A layer without ``use_bias`` needs zeros of the shape that tells its placement.
    Raises ValueError for shapes that are not those of one GRU.
    """
    _check_names(arrays, ("kernel", "recurrent_kernel", "bias"))
    bias, H = arrays["bias"], arrays["recurrent_kernel"].shape[0]
    after = bias.ndim == 2
    W_xh, W_hh = _blocks(arrays["kernel"], H), _blocks(arrays["recurrent_kernel"], H)
    biases = _blocks(np.atleast_2d(bias), H)  # (3, 1 or 2, H)
    return _cell(W_xh, W_hh, biases[:, 0], biases[:, 1] if after else None, after)


def to_onnx(cell):
    """``W`` (1, 3H, D), ``R`` (1, 3H, H), ``B`` (1, 6H), rows in the order z r h, one direction;
    and the attribute ``linear_before_reset``, 1 where the reset gate acts after the product.
    """
    params = _keeping(cell).params
    beside_state = np.zeros_like(params["b_h"].reshape(-1))
    if cell.reset_after:
        beside_state = _state_bias(params)
    beside_input = _columns(params["b_h"][:, None])[0]
    return {
        "W": _columns(params["W_xh"]).T[None],
        "R": _columns(params["W_hh"]).T[None],
        "B": np.concatenate([beside_input, beside_state])[None],
        "linear_before_reset": int(cell.reset_after),
    }


def from_onnx(arrays):
    """The dict of ``to_onnx``  →  GRU.

    ``linear_before_reset`` must be given: its default in ONNX is 0, and PyTorch exports 1.
    Raises ValueError for two directions and for shapes that are not those of one GRU.
    """
    _check_names(arrays, ("W", "R", "B", "linear_before_reset"))
    W, R, B = arrays["W"], arrays["R"], arrays["B"]
    if not len(W) == len(R) == len(B) == 1:
        raise ValueError(f"from_onnx: one direction has first axes of 1, got {W.shape}, {R.shape}")
    H, after = R.shape[-1], bool(arrays["linear_before_reset"])
    biases = _blocks(B.reshape(2, -1), H)
    return _cell(_blocks(W[0].T, H), _blocks(R[0].T, H), biases[:, 0], biases[:, 1], after)


def to_joined(cell, *, state_first=True):
    """Matrices for the joined vectors [h, x] and [r ⊙ h, x]: ``W_rz`` (H+D, 2H), ``b_rz`` (2H,),
    ``W_n`` (H+D, H), ``b_n`` (H,).  state_first=False joins [x, h], like TensorFlow.

    Raises ValueError for reset_after=True, which a joined product cannot express.
    """
    if cell.reset_after:
        raise ValueError(
            "to_joined: [r ⊙ h, x] W gates the state before the product, and this cell has "
            "reset_after=True: the two compute different things"
        )
    params = _keeping(cell).params
    parts = (params["W_hh"], params["W_xh"]) if state_first else (params["W_xh"], params["W_hh"])
    W = np.concatenate(parts, axis=1)  # (3, H+D, H)
    b = params["b_h"].copy()
    return {"W_rz": np.hstack(W[:2]), "b_rz": b[:2].reshape(-1), "W_n": W[2], "b_n": b[2]}


def from_joined(arrays, *, state_first=True):
    """The dict of ``to_joined``  →  GRU with reset_after=False."""
    _check_names(arrays, ("W_rz", "b_rz", "W_n", "b_n"))
    H = len(arrays["b_n"])
    W = np.stack([*np.split(arrays["W_rz"], 2, axis=1), arrays["W_n"]])
    cut = H if state_first else W.shape[1] - H
    first, second = W[:, :cut], W[:, cut:]
    W_hh, W_xh = (first, second) if state_first else (second, first)
    b_h = np.concatenate([arrays["b_rz"], arrays["b_n"]]).reshape(3, H)
    return _cell(W_xh, W_hh, b_h, None, False)


def _keeping(cell):
    if not isinstance(cell, GRU):
        raise TypeError(f"gru_layouts: expected a cells.GRU, got {type(cell).__name__}")
    return with_update_sign(cell, True)


def _columns(blocks):
    """(3, D, H) in the order r z n  →  (D, 3H) in the order z r n."""
    return np.hstack(blocks[Z_R_N])


def _blocks(columns, H):
    """(D, 3H) in the order z r n  →  (3, D, H) in the order r z n."""
    if columns.ndim != 2 or columns.shape[1] != 3 * H:
        raise ValueError(f"gru_layouts: {H} units need 3 · {H} columns, got {columns.shape}")
    return columns.reshape(len(columns), 3, H).transpose(1, 0, 2)[Z_R_N]


def _state_bias(params):
    """(3H,), zero but for the last block."""
    return np.concatenate([0 * params["b_hn"], 0 * params["b_hn"], params["b_hn"]])


def _check_names(arrays, names):
    missing = [name for name in names if name not in arrays]
    if missing:
        raise ValueError(
            f"gru_layouts: {', '.join(missing)} missing; needed are {', '.join(names)}"
        )


def _cell(W_xh, W_hh, beside_input, beside_state, after):
    """A GRU of these blocks; beside_input, beside_state: biases (3, H), the second may be None."""
    params = {"W_xh": W_xh.copy(), "W_hh": W_hh.copy(), "b_h": beside_input.copy()}
    if beside_state is not None:
        own = 2 if after else 3  # after the product, b_hn is a parameter of its own
        params["b_h"][:own] += beside_state[:own]
    if after:
        params["b_hn"] = beside_state[2].copy()
    (_, D, H), rng = W_xh.shape, np.random.default_rng(0)  # every draw is overwritten
    cell = GRUVariant(D, H, rng=rng, reset_after=after, dtype=W_xh.dtype)
    shapes = {name: array.shape for name, array in params.items()}
    if shapes != {name: array.shape for name, array in cell.params.items()}:
        raise ValueError(f"gru_layouts: these arrays are not those of one GRU: {shapes}")
    cell.params.update(params)
    return cell

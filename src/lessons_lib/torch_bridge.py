"""Weights and gradients, from the cells of this library to PyTorch and back.

    module = torch_bridge.to_torch(cell, nn.LSTM)
    cell = torch_bridge.from_torch(module, cells.LSTM)
    grads = torch_bridge.torch_gradients(module)        after loss.backward()

The pairs are RNN, LSTM, GRU and ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` (one layer, one direction),
and ``attention.MultiHeadAttention`` and ``nn.MultiheadAttention``.  Values are copied and keep
their dtype.

**Layout.**  PyTorch multiplies columns, W x, and stacks its G gates as rows: (G·H, D).  This
library multiplies rows, x W, and keeps the gates apart: (G, D, H).  So each block is transposed.
The order of the gates is the same: i f g o in the LSTM, r z n in the GRU.

**Two biases.**  PyTorch adds ``bias_ih`` (with the input) and ``bias_hh`` (with the state), for
the sake of cuDNN.  Only their sum matters, so one ``b_h`` is enough, with one exception: in the
GRU's candidate n = tanh(x W_xn + b_n + r ⊙ (h W_hn + b_hn)) the reset gate stands between the
two, so b_hn is a parameter of its own.  On the way out ``bias_hh`` is 0 but for b_hn; on the way
back the two are added.  The gradient of a sum goes to both terms: where the biases are redundant,
PyTorch's two have the same gradient (up to rounding), and it is that of ``b_h``.
"""

import numpy as np
import torch
from torch import nn

from lessons_lib import checks

RECURRENT = (nn.RNN, nn.LSTM, nn.GRU)
SUPPORTED = (
    "supported, in float32 or float64: nn.RNN with tanh, nn.LSTM without proj_size and nn.GRU, of "
    "one layer, one direction, with biases; nn.MultiheadAttention with biases, with kdim and vdim "
    "equal to embed_dim, without dropout, bias_kv, zero_attn"
)


def to_torch(cell, kind):
    """A module of class ``kind`` (``nn.LSTM``, …) with the weights and the dtype of ``cell``.

    The recurrent modules put time first, like the cells; ``nn.MultiheadAttention`` gets
    ``batch_first=True``, like ours.  PyTorch's random state is left as it was.
    Raises TypeError where ``kind`` is none of the four classes, ValueError for a cell it cannot
    compute: peepholes, coupled gates, a GRU with reset_after=False or update_keeps=False.
    """
    module = _empty_module(cell, kind)
    expected = {name: array.shape for name, array in _our_layout(module, _values(module)).items()}
    given = {name: array.shape for name, array in cell.params.items()}
    name = type(cell).__name__.removesuffix("Variant")
    if given != expected or name.lower() != kind.__name__.lower():
        raise ValueError(
            f"nn.{kind.__name__} has parameters {expected}, {type(cell).__name__} has {given}: "
            f"give the module of the same name, for a cell without peepholes or coupled gates; "
            f"a GRU needs reset_after=True"
        )
    if not getattr(cell, "update_keeps", True):
        raise ValueError(
            "the z of nn.GRU weighs the old state, the z of this GRU the candidate: "
            "export with_update_sign(cell, True), which computes the same"
        )
    arrays = _torch_layout(module, cell.params)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(arrays[name])))
    return module


def from_torch(module, kind):
    """A cell of class ``kind`` (``cells.LSTM``, …) with the weights and the dtype of ``module``.

    Raises TypeError where the module is none of the four classes, ValueError where it uses an
    option that the cells do not have, or where ``kind`` is another cell than the module.
    """
    arrays = _values(module)
    # A leaky or a ReLU cell has the same shapes as an RNN and computes something else.
    if getattr(kind, "__name__", "").lower() != type(module).__name__.lower():
        name = type(module).__name__
        raise ValueError(f"nn.{name} does not fit {kind!r}: give the class of the same name")
    if isinstance(module, nn.MultiheadAttention):
        sizes = module.embed_dim, module.num_heads
    else:
        sizes = module.input_size, module.hidden_size
        _add_biases(module, arrays)
    params = _our_layout(module, arrays)
    dtype = params[next(iter(params))].dtype
    cell = kind(*sizes, rng=np.random.default_rng(0), dtype=dtype)  # every draw is overwritten
    cell.params = params
    return cell


def torch_gradients(module):
    """The ``.grad`` of every parameter, with our names and layout: comparable to ``grads``.

    Raises TypeError or ValueError where the module is not supported or has no gradients yet.
    """
    _check_module(module)
    missing = [name for name, parameter in module.named_parameters() if parameter.grad is None]
    if missing:
        raise ValueError(f"no gradient in {missing}: call backward() on a loss first")
    arrays = {name: p.grad.cpu().numpy().copy() for name, p in module.named_parameters()}
    return _our_layout(module, arrays)


def _check_module(module):
    """Raise TypeError for another class, ValueError for an option that has no cell here."""
    if isinstance(module, nn.MultiheadAttention):
        odd = (
            module.in_proj_weight is None  # kdim or vdim of its own
            or module.in_proj_bias is None
            or module.bias_k is not None
            or module.add_zero_attn
            or module.dropout > 0
        )
    elif isinstance(module, RECURRENT):
        odd = module.num_layers > 1 or module.bidirectional or not module.bias or module.proj_size
        odd = odd or (isinstance(module, nn.RNN) and module.nonlinearity != "tanh")
    else:
        raise TypeError(f"torch_bridge has no cell for {type(module).__name__}; {SUPPORTED}")
    dtypes = {parameter.dtype for parameter in module.parameters()}
    if odd or dtypes not in ({torch.float32}, {torch.float64}):
        raise ValueError(f"torch_bridge has no cell for {module} of {dtypes}; {SUPPORTED}")


def _empty_module(cell, kind):
    """A module of the sizes and dtype of ``cell``, whose random weights will be overwritten."""
    checks.has(cell=(cell, "params", "dtype"))
    dtype = torch.from_numpy(np.empty(0, cell.dtype)).dtype
    with torch.random.fork_rng(devices=()):
        if kind is nn.MultiheadAttention:
            return kind(cell.model_size, cell.heads, batch_first=True, dtype=dtype)
        if kind in RECURRENT:
            return kind(cell.input_size, cell.hidden_size, dtype=dtype)
    raise TypeError(f"to_torch: expected a class such as nn.LSTM, got {kind!r}; {SUPPORTED}")


def _values(module):
    _check_module(module)
    return {
        name: parameter.detach().cpu().numpy().copy()
        for name, parameter in module.named_parameters()
    }


def _gates(rows, count):
    """(G·H, D)  →  (G, D, H)."""
    return rows.reshape(count, -1, rows.shape[-1]).transpose(0, 2, 1).copy()


def _rows(gates):
    """(G, D, H)  →  (G·H, D)."""
    return gates.transpose(0, 2, 1).reshape(-1, gates.shape[1])


def _add_biases(module, arrays):
    """Fold bias_hh into bias_ih, in place, where their sum is all that counts."""
    own = module.hidden_size if isinstance(module, nn.GRU) else 0  # b_hn, the last block
    shared = len(arrays["bias_hh_l0"]) - own
    arrays["bias_ih_l0"][:shared] += arrays["bias_hh_l0"][:shared]


def _our_layout(module, arrays):
    """PyTorch's arrays, values or gradients, by our names; of redundant biases, bias_ih."""
    if isinstance(module, nn.MultiheadAttention):
        W, b = _gates(arrays["in_proj_weight"], 3), arrays["in_proj_bias"].reshape(3, -1)
        ours = {"W_q": W[0], "W_k": W[1], "W_v": W[2], "b_q": b[0], "b_k": b[1], "b_v": b[2]}
        ours["W_o"] = arrays["out_proj.weight"].T.copy()
        return ours | {"b_o": arrays["out_proj.bias"]}
    H = module.hidden_size
    G = len(arrays["bias_ih_l0"]) // H
    ours = {
        "W_xh": _gates(arrays["weight_ih_l0"], G),
        "W_hh": _gates(arrays["weight_hh_l0"], G),
        "b_h": arrays["bias_ih_l0"].reshape(G, H),
    }
    if isinstance(module, nn.GRU):
        ours["b_hn"] = arrays["bias_hh_l0"][-H:]
    if isinstance(module, nn.RNN):  # no gates, no gate axis
        ours = {name: array[0] for name, array in ours.items()}
    return ours


def _torch_layout(module, params):
    """Our arrays by PyTorch's names."""
    if isinstance(module, nn.MultiheadAttention):
        return {
            "in_proj_weight": _rows(np.stack([params["W_q"], params["W_k"], params["W_v"]])),
            "in_proj_bias": np.concatenate([params["b_q"], params["b_k"], params["b_v"]]),
            "out_proj.weight": params["W_o"].T,
            "out_proj.bias": params["b_o"],
        }
    D, H = module.input_size, module.hidden_size
    bias_hh = np.zeros_like(params["b_h"]).reshape(-1)
    if isinstance(module, nn.GRU):
        bias_hh[-H:] = params["b_hn"]
    return {
        "weight_ih_l0": _rows(params["W_xh"].reshape(-1, D, H)),
        "weight_hh_l0": _rows(params["W_hh"].reshape(-1, H, H)),
        "bias_ih_l0": params["b_h"].reshape(-1),
        "bias_hh_l0": bias_hh,
    }

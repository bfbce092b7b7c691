"""What LSTM and GRU share: σ in place, held gates, the products of all gates at once."""

import numpy as np


def finish_sigmoid(a):
    """In place σ(a) = ½ + ½ tanh(a/2)."""
    a *= 0.5
    np.tanh(a, out=a)
    a *= 0.5
    a += 0.5


def hold(held, **gates):
    """The gates, each (B, H), in the order given; those that are held have the held values.

    held: None, or letter → a number from 0 to 1, or an array (H,) or (B, H) of them in which NaN
    leaves a unit free.  Raises ValueError for a letter that is no gate and for other values,
    TypeError for another kind of ``held``.
    """
    if held is None:
        return gates.values()
    if not isinstance(held, dict):
        raise TypeError(f"held must be a dict such as {{'{next(iter(gates))}': 1.0}}, got {held!r}")
    if unknown := sorted(set(held) - set(gates)):
        raise ValueError(f"there is no gate {', '.join(unknown)} to hold, only {', '.join(gates)}")
    return (_held(held[key], gate, key) if key in held else gate for key, gate in gates.items())


def _held(value, gate, letter):
    values = np.asarray(value)
    fits = values.dtype.kind in "biuf" and values.shape in ((), gate.shape[1:], gate.shape)
    if not fits or np.any((values < 0) | (values > 1)):
        raise ValueError(
            f"gate {letter} cannot be held at {value!r}: give a number from 0 to 1, or an array "
            f"{gate.shape[1:]} of them with NaN for the units that stay free"
        )
    return np.where(np.isnan(values), gate, values.astype(gate.dtype))


def side_by_side(W):
    """W (G, D, H)  →  (G·H, D): turned, so that one product brings back what all gates return."""
    return W.transpose(0, 2, 1).reshape(-1, W.shape[1])


def weight_gradient(read, da):
    """∂loss/∂W (G, D, H) of  a_t = read_t W,  in one product for the whole sequence.

    read (T, B, D), da (T, B, G, H): ∂loss/∂a of every gate.
    """
    (T, B, G, H), D = da.shape, read.shape[2]
    summed = read.reshape(T * B, D).T @ da.reshape(T * B, G * H)
    return summed.reshape(D, G, H).transpose(1, 0, 2)

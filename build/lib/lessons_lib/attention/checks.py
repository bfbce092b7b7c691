"""What the functions of this package ask of their input: one error, with a way out."""

import numpy as np


def check_array(name, array, features=None, dtype=None):
    """Raise unless ``array`` is (..., T, features), floating, not empty and finite.

    Raises TypeError for what is not a floating array or not of ``dtype``, ValueError otherwise.
    """
    if not isinstance(array, np.ndarray) or not np.issubdtype(array.dtype, np.floating):
        kind = getattr(array, "dtype", type(array).__name__)
        raise TypeError(
            f"{name} must be a NumPy array of floats, got {kind}: "
            f"convert it with np.asarray({name}, dtype=np.float64)"
        )
    if dtype is not None and array.dtype != dtype:
        raise TypeError(
            f"{name} is {array.dtype}, expected {dtype}, the dtype of what it meets: "
            f"cast one of them with .astype"
        )
    if array.ndim < 2:
        raise ValueError(
            f"{name} has shape {array.shape}, expected (..., T, {features or 'features'}): "
            f"a single vector needs a time axis, {name}[None, :]"
        )
    if 0 in array.shape:
        raise ValueError(f"{name} is empty, its shape is {array.shape}: give at least one position")
    if features is not None and array.shape[-1] != features:
        raise ValueError(
            f"{name} has shape {array.shape}, expected (..., T, {features}): "
            f"its last axis holds {array.shape[-1]} features"
        )
    check_finite(name, array)


def check_finite(name, array):
    """Raise ValueError where ``array`` holds NaN or infinity: a zero weight does not remove it."""
    if not np.isfinite(array).all():
        raise ValueError(
            f"{name} holds NaN or infinity, expected finite numbers: fill padding with zeros, "
            f"and look for a learning rate that is too high"
        )


def check_params(params, inputs_dtype):
    """Raise unless every parameter is finite and has the dtype of the inputs."""
    for name, array in params.items():
        check_finite(name, array)
        if array.dtype != inputs_dtype:
            raise TypeError(
                f"{name} is {array.dtype} and the input {inputs_dtype}, expected the same: "
                f"cast the input with .astype, or build with dtype=np.{inputs_dtype}"
            )


def check_same_batch(**arrays):
    """Raise ValueError unless all arrays (..., T, features) have equal leading axes."""
    shapes = {name: array.shape for name, array in arrays.items()}
    if len({shape[:-2] for shape in shapes.values()}) > 1:
        raise ValueError(
            f"the axes before (T, features) must be equal, got {shapes}: "
            f"repeat the smaller one with np.broadcast_to"
        )


def check_same_length(**arrays):
    """Raise ValueError unless keys and values (..., T_k, features) have the same T_k."""
    lengths = {name: array.shape[-2] for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"each key belongs to one value, but their numbers are {lengths}: cut one")


def check_gradient(name, gradient, shape, dtype):
    """``gradient`` cast to ``dtype``.  Raises ValueError unless it has the shape expected."""
    gradient = np.asarray(gradient, dtype=dtype)
    if gradient.shape != shape:
        raise ValueError(
            f"{name} has shape {gradient.shape}, expected {shape}: "
            f"a gradient is shaped like the array it belongs to"
        )
    return gradient


def check_mask(mask, shape):
    """``mask`` broadcast to ``shape`` (..., T_q, T_k).

    Raises TypeError unless it is boolean, ValueError where it does not fit.
    """
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise TypeError(
            f"mask is {mask.dtype}, expected bool with True where a query may attend: "
            f"write mask == 1, or mask > -np.inf for an additive mask"
        )
    try:
        return np.broadcast_to(mask, shape)
    except ValueError:
        raise ValueError(
            f"mask has shape {mask.shape}, expected {shape} or what broadcasts to it: "
            f"a mask of keys (B, T_k) needs a query axis, mask[:, None, :]"
        ) from None

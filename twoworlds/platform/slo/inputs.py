"""What the functions of this room ask of their arrays, each refused in one sentence."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_numeric


def times(name: str, values: ArrayLike, empty: bool = False) -> NDArray[np.float64]:
    """Return `values` as a float array (n,), or raise InputError unless all are finite and 0 or more."""
    array = finite(name, values, empty)
    if len(array) and array.min() < 0:
        raise InputError(f"{name} holds {array.min():g}: it must hold numbers of 0 or more.")
    return array


def finite(name: str, values: ArrayLike, empty: bool = False) -> NDArray[np.float64]:
    """Return `values` as a float array (n,), or raise InputError unless it has one dimension of finite numbers."""
    array = require_numeric(name, values)
    if array.ndim != 1 or not (empty or len(array)):
        raise InputError(
            f"{name} has the shape {array.shape}: it must have one dimension and at least one number."
        )
    if not np.isfinite(array).all():
        raise InputError(f"{name} holds {array[~np.isfinite(array)][0]}: it must hold finite numbers.")
    return array


def shares(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return `values` as a float array (n,), or raise InputError unless all lie in [0, 1]."""
    array = times(name, values)
    if array.max() > 1:
        raise InputError(f"{name} holds {array.max():g}: it must hold shares from 0 to 1.")
    return array

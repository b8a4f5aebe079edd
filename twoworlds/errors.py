"""The one error that a learner is meant to read: a sentence with the parameter, the value and what is allowed."""

import math
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: A sentence names at most so many allowed values, and shows at most so many characters of a wrong one.
MOST_NAMED, MOST_SHOWN = 12, 60


class InputError(ValueError):
    """A value that the course can't use, told in one sentence."""


def shown(value: Any) -> str:
    """Return `value` as a sentence can show it: on one line, and short."""
    text = " ".join(repr(value).split())
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 3] + "..."


def require_number(name: str, value: Any, low: float, high: float, unit: str = "") -> float:
    """Return `value` as a float, or raise InputError unless it is a finite number in [low, high]."""
    number = _as_float(value)
    if number is None or not low <= number <= high:
        seen = shown(value) if number is None else f"{number:.12g}"
        unit = f" {unit}" if unit else ""
        raise InputError(f"{name} is {seen}: it must be a number from {low:.12g} to {high:.12g}{unit}.")
    return number


def _as_float(value: Any) -> float | None:
    """Return one real number as a float; None for what isn't one (a truth, a text, an array, a date, 10**400)."""
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    if isinstance(value, bool) or kind not in "iuf" or getattr(value, "ndim", 0):
        return None
    try:
        return float(value) if hasattr(value, "__float__") else None
    except (TypeError, ValueError, OverflowError):
        return None


def require_numeric(name: str, values: Any) -> "np.ndarray":
    """Return `values` as a float64 array of their own shape, missing and masked ones as NaN; or raise InputError.

    Truths count as 0 and 1. Texts, dates, durations and complex numbers are refused: what number they stand for, in
    which unit, is the caller's to say.
    """
    import numpy as np  # here, so that the command line, which needs only the sentences, starts quickly

    try:
        if isinstance(values, np.ma.MaskedArray):
            values = values.astype(np.float64).filled(np.nan)
        dtype = getattr(values, "dtype", None)
        if not isinstance(dtype, np.dtype) and getattr(dtype, "kind", "") in ("b", "i", "u", "f"):
            values = values.to_numpy(dtype=np.float64, na_value=np.nan)  # the nullable columns of pandas
        array = np.asarray(values)
        fits = array.dtype.kind in "biufO" and not any(
            isinstance(value, (str, bytes, np.datetime64, np.timedelta64))
            for value in (array.flat if array.dtype.kind == "O" else ())
        )
        if fits:
            return array.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InputError(f"{name} is {shown(values)}: it must hold numbers.")


def require_row(
    name: str, values: Any, low: float = -math.inf, high: float = math.inf, empty: bool = False
) -> "np.ndarray":
    """Return `values` as a float64 array (n,), or raise InputError unless all are finite numbers in [low, high].

    There must be one at least, unless `empty` allows for none.
    """
    array = require_numeric(name, values)
    if array.ndim != 1 or not (empty or array.size):
        raise InputError(
            f"{name} has the shape {array.shape}: it must have one dimension and at least one number."
        )
    for at in (~((array >= low) & (array <= high) & (abs(array) < math.inf))).nonzero()[0]:
        allowed = f"a number from {low:.12g} to {high:.12g}"
        if high == math.inf:
            allowed = "a finite number" + ("" if low == -math.inf else f", {low:.12g} or more")
        raise InputError(f"{name}[{at}] is {array[at]:.12g}: it must be {allowed}.")
    return array


def require_whole(name: str, value: Any, low: int, high: int, unit: str = "") -> int:
    """Return `value` as an int, or raise InputError unless it is a whole number in [low, high]."""
    number = require_number(name, value, low, high, unit)
    if number != math.floor(number):
        raise InputError(f"{name} is {number:.12g}: it must be a whole number from {low} to {high}.")
    return int(value)


def require_one_of(name: str, value: Any, allowed: Iterable[Any]) -> Any:
    """Return `value`, or raise InputError unless it is one of `allowed`."""
    allowed = list(allowed)
    try:
        found = not getattr(value, "ndim", 0) and value in allowed
    except (TypeError, ValueError, ArithmeticError):  # a missing value doesn't say whether it equals
        found = False
    if not found:
        named = ", ".join(map(repr, islice(allowed, MOST_NAMED)))
        more = f" and {len(allowed) - MOST_NAMED} more" if len(allowed) > MOST_NAMED else ""
        raise InputError(f"{name} is {shown(value)}: it must be one of {named}{more}.")
    return value


def require_kind(name: str, value: Any, kind: type) -> Any:
    """Return `value`, or raise InputError unless it is an instance of `kind`."""
    if not isinstance(value, kind):
        raise InputError(f"{name} is {shown(value)}: it must be of type {kind.__name__}.")
    return value


def require_inside(name: str, value: Any, low: float, high: float) -> float:
    """Return `value` as a float, or raise InputError unless it is a finite number strictly between low and high."""
    number = require_number(name, value, low, high)
    if not low < number < high:
        raise InputError(f"{name} is {number:.12g}: it must lie strictly between {low:.12g} and {high:.12g}.")
    return number

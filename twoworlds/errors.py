"""The one error that a learner is meant to read: a sentence with the parameter, the value and what is allowed."""

import math
from collections.abc import Iterable
from typing import Any


class InputError(ValueError):
    """A value that the course can't use, told in one sentence."""


def require_number(name: str, value: Any, low: float, high: float, unit: str = "") -> float:
    """Return `value` as a float, or raise InputError unless it is a finite number in [low, high]."""
    unit = f" {unit}" if unit else ""
    if isinstance(value, bool) or (not isinstance(value, (int, float)) and not hasattr(value, "__float__")):
        raise InputError(f"{name} is {value!r}: it must be a number from {low:g} to {high:g}{unit}.")
    number = float(value)
    if math.isnan(number) or not low <= number <= high:
        raise InputError(f"{name} is {number:g}: it must be a number from {low:g} to {high:g}{unit}.")
    return number


def require_whole(name: str, value: Any, low: int, high: int, unit: str = "") -> int:
    """Return `value` as an int, or raise InputError unless it is a whole number in [low, high]."""
    number = require_number(name, value, low, high, unit)
    if number != int(number):
        raise InputError(f"{name} is {number:g}: it must be a whole number from {low} to {high}.")
    return int(number)


def require_one_of(name: str, value: Any, allowed: Iterable[Any]) -> Any:
    """Return `value`, or raise InputError unless it is one of `allowed`."""
    allowed = list(allowed)
    if value not in allowed:
        raise InputError(f"{name} is {value!r}: it must be one of {', '.join(map(repr, allowed))}.")
    return value


def require_inside(name: str, value: Any, low: float, high: float) -> float:
    """Return `value` as a float, or raise InputError unless it is a finite number strictly between low and high."""
    number = require_number(name, value, low, high)
    if not low < number < high:
        raise InputError(f"{name} is {number:g}: it must lie strictly between {low:g} and {high:g}.")
    return number

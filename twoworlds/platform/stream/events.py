"""An event has two times: when it happened, and when the system learnt of it.

Times are numbers in one unit of your choice, seconds unless you say otherwise; only their differences matter.
Event time is what the device says. It may lie after processing time (a clock that is fast): such an event is kept and
windowed by the time that it states, and a fixed-lag watermark does not trust it (`watermarks.fixed_lag`).
"""

import math
import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from twoworlds.errors import InputError, require_number, require_row, shown

#: Times beyond this are no times, in whatever unit; and floats hold whole numbers exactly up to the second.
FARTHEST, _EXACT = 1e300, 2**53


class Event(NamedTuple):
    """One thing that happened: its value, when it happened, when it arrived, and whose it is."""

    value: float
    event_time: float  # s, by the device's clock
    processing_time: float  # s, by the system's clock
    key: Hashable = None


def arrival_order(events: Iterable[Event | tuple]) -> list[Event]:
    """Return the events by processing time; those that arrive together keep their order.

    Takes tuples (value, event_time, processing_time[, key]) too. Raises InputError for a time that is no finite number,
    a missing value (None, NaN), and a key that is NaN or can't be hashed; a key of None means that there are no keys.
    """
    if isinstance(events, pd.DataFrame):
        raise InputError("events is a DataFrame: it must be a list of events (`from_table` makes one of it).")
    checked = [_checked(event) for event in as_list("events", events)]
    return sorted(checked, key=lambda event: event.processing_time)


def as_list(name: str, values: Any) -> list:
    """Return `values` as a list, or raise InputError if it can't be gone through."""
    try:
        return list(values)
    except TypeError:
        raise InputError(f"{name} is {shown(values)}: it must be a list.") from None


def _checked(event: Any) -> Event:
    if isinstance(event, Mapping):
        raise InputError(
            f"event is {shown(event)}: it must be (value, event time, processing time) and maybe a key "
            "(`from_table` reads a DataFrame of such rows)."
        )
    try:
        plain = Event(*map(_plain, event))
        hash(plain.key)
    except TypeError:
        raise InputError(
            f"event is {shown(event)}: it must be (value, event time, processing time) and maybe a hashable key."
        ) from None
    for name in ("event_time", "processing_time"):
        _require_time(name, getattr(plain, name))
    if is_missing(plain.value) or (plain.key is not None and is_missing_key(plain.key)):
        raise InputError(f"event is {shown(tuple(plain))}: its value and its key must not be missing.")
    return plain


def _plain(part: Any) -> Any:
    """Return a NumPy number as Python's: small integers would overflow in sums and at window edges."""
    number = isinstance(part, (np.number, np.bool_)) and part.dtype.kind in "biuf"
    return part.item() if number else part


def is_missing(value: Any) -> bool:
    """Tell whether a value is None, NaN, NaT, NA or masked."""
    return value is np.ma.masked or bool(pd.api.types.is_scalar(value) and pd.isna(value))


def is_missing_key(key: Any) -> bool:
    """Tell whether a key is missing, or holds a NaN, which never equals itself: (nan, 1) would be new each time."""
    if isinstance(key, (tuple, frozenset)):
        return any(part is not None and is_missing_key(part) for part in key)
    return is_missing(key)


def _require_time(name: str, value: Any) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not -FARTHEST <= value <= FARTHEST:
        raise InputError(
            f"{name} is {shown(value)}: it must be a finite number of seconds (`from_table` reads timestamps)."
        )


def as_span(name: str, value: Any, low: float, high: float = math.inf) -> float:
    """Return a number in [low, high], a whole one as an int, so that sums with whole times stay exact."""
    number = require_number(name, value, low, high)
    return int(value) if number.is_integer() else number


def as_time(name: str, value: Any) -> float:
    """Return one finite time as Python's own number: NumPy's small integers overflow, its big ones become floats."""
    require_number(name, value, -FARTHEST, FARTHEST)
    plain = value.item() if hasattr(value, "item") else value
    return plain if isinstance(plain, (int, float)) else as_span(name, plain, -FARTHEST, FARTHEST)


def as_times(name: str, values: ArrayLike) -> np.ndarray:
    """Return a column of times as floats; raise InputError unless all are finite numbers (timestamps are not).

    Beyond 2^53 floats don't hold every whole number, so an event could be rounded over the edge of its window.
    """
    times, given = require_row(name, values, empty=True), np.asarray(values)
    if given.size and max(-int(given.min()), int(given.max())) > _EXACT:
        raise InputError(
            f"{name} goes from {given.min()} to {given.max()}: times must be at most 2^53; choose a coarser unit."
        )
    return times


def clock(text: str) -> int:
    """Return the seconds since midnight of "HH:MM:SS"."""
    parts = re.fullmatch(r"([0-9]{2}):([0-5][0-9]):([0-5][0-9])", text) if isinstance(text, str) else None
    if not parts:
        raise InputError(f"text is {shown(text)}: it must be a time of day such as '12:04:59'.")
    hours, minutes, seconds = map(int, parts.groups())
    return 3600 * hours + 60 * minutes + seconds

"""An event has two times: when it happened, and when the system learnt of it.

Times are numbers in one unit of your choice, seconds unless you say otherwise; only their differences matter.
Event time is what the device says. It may lie after processing time (a clock that is fast): such an event is kept and
windowed by the time that it states, and a fixed-lag watermark does not trust it (`watermarks.fixed_lag`).
"""

import math
import re
from collections.abc import Hashable, Iterable
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
    checked = [_checked(event) for event in as_list("events", events)]
    return sorted(checked, key=lambda event: event.processing_time)


def as_list(name: str, values: Any) -> list:
    """Return `values` as a list, or raise InputError if it can't be gone through."""
    try:
        return list(values)
    except TypeError:
        raise InputError(f"{name} is {shown(values)}: it must be a list.") from None


def _checked(event: Any) -> Event:
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
    """Tell whether a value is None, NaN, NaT or NA."""
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def is_missing_key(key: Any) -> bool:
    """Tell whether a key is missing, or holds a NaN, which never equals itself: (nan, 1) would be new each time."""
    if isinstance(key, tuple):
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


def from_table(
    table: pd.DataFrame,
    value: str = "value",
    event_time: str = "event_time",
    processing_time: str = "processing_time",
    key: str | None = None,
) -> list[Event]:
    """Return a table's rows as events in order of arrival, timestamps as seconds since 1970 (UTC if they are aware).

    Raises InputError for a column that is not there or has gaps, and for a time zone on one of the two columns only.
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"table is {shown(table)}: it must be a DataFrame.")
    names = list(table.columns)
    for column in (value, event_time, processing_time, *([] if key is None else [key])):
        if names.count(column) != 1:
            raise InputError(
                f"column is {column!r}: it must be one of {', '.join(map(str, names))}, there once."
            )
        if gaps := int(table[column].isna().sum()):
            raise InputError(f"{column} is missing in {gaps} rows: every event must have one.")
    stamps = [_seconds(table[column]) for column in (event_time, processing_time)]
    if stamps[0][1] != stamps[1][1]:
        raise InputError(
            f"{event_time} is {stamps[0][1]} and {processing_time} is {stamps[1][1]}: "
            "both must be of one kind, so that they can be compared."
        )
    keys = [None] * len(table) if key is None else table[key]
    return arrival_order(map(Event, table[value], stamps[0][0], stamps[1][0], keys))


def _seconds(column: pd.Series) -> tuple[list[float], str]:
    """Return a column of times as seconds, and what kind of time it is."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pd.api.types.is_numeric_dtype(column):
        return column.tolist(), "a number"
    if {getattr(stamp, "tzinfo", None) is None for stamp in column} == {True, False}:
        raise InputError(
            f"{column.name} is with a time zone in some rows and without in others: it must be one or the other."
        )
    try:
        stamps = pd.to_datetime(column, format="ISO8601")
        aware = stamps.dt.tz is not None
        # In whole seconds: nanoseconds would end in 2262, before the 9999-12-31 that stands for "never".
        start = pd.Timestamp("1970-01-01", tz="UTC" if aware else None).as_unit("s")
        seconds = ((stamps - start) / pd.Timedelta(seconds=1)).tolist()
    except (ValueError, TypeError) as problem:
        raise InputError(
            f"{column.name} is {column.iloc[0]!r} at first: it must be numbers or timestamps."
        ) from problem
    return seconds, "with a time zone" if aware else "without a time zone"


def as_times(name: str, values: ArrayLike) -> np.ndarray:
    """Return a column of times as floats; raise InputError unless all are finite numbers (timestamps are not)."""
    times, given = require_row(name, values, empty=True), np.asarray(values)
    if given.dtype.kind in "iu" and given.size and max(-int(given.min()), int(given.max())) > _EXACT:
        raise InputError(
            f"{name} goes from {given.min()} to {given.max()}: whole numbers must be at most 2^53; "
            "choose a coarser unit."
        )
    return times


def clock(text: str) -> int:
    """Return the seconds since midnight of "HH:MM:SS"."""
    parts = re.fullmatch(r"([0-9]{2}):([0-5][0-9]):([0-5][0-9])", text) if isinstance(text, str) else None
    if not parts:
        raise InputError(f"text is {shown(text)}: it must be a time of day such as '12:04:59'.")
    hours, minutes, seconds = map(int, parts.groups())
    return 3600 * hours + 60 * minutes + seconds

"""An event has two times: when it happened, and when the system learnt of it.

Times are numbers in one unit of your choice, seconds unless you say otherwise; only their differences matter.
Event time is what the device says. It may lie after processing time (a clock that is fast): such an event is kept and
windowed by the time that it states, and a fixed-lag watermark does not trust it (`watermarks.fixed_lag`).
"""

import math
from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from twoworlds.errors import InputError


class Event(NamedTuple):
    """One thing that happened: its value, when it happened, when it arrived, and whose it is."""

    value: float
    event_time: float  # s, by the device's clock
    processing_time: float  # s, by the system's clock
    key: Hashable = None


def arrival_order(events: Iterable[Event | tuple]) -> list[Event]:
    """Return the events by processing time; those that arrive together keep their order.

    Takes tuples (value, event_time, processing_time[, key]) too. Raises InputError for a time that is no finite number.
    """
    checked = [Event(*event) for event in events]
    for event in checked:
        for name in ("event_time", "processing_time"):
            _require_time(name, getattr(event, name))
    return sorted(checked, key=lambda event: event.processing_time)


def _require_time(name: str, value: Any) -> None:
    if not isinstance(value, (int, float, np.number)) or isinstance(value, bool) or not math.isfinite(value):
        raise InputError(
            f"{name} is {value!r}: it must be a finite number of seconds (`from_table` reads timestamps)."
        )


def from_table(
    table: pd.DataFrame,
    value: str = "value",
    event_time: str = "event_time",
    processing_time: str = "processing_time",
    key: str | None = None,
) -> list[Event]:
    """Return a table's rows as events in order of arrival, timestamps as seconds since 1970 (UTC if they are aware).

    Raises InputError for a missing column, a missing time, or a time zone on one of the two columns only.
    """
    for column in (value, event_time, processing_time, *([key] if key else [])):
        if column not in table:
            raise InputError(f"column is {column!r}: it must be one of {', '.join(map(str, table.columns))}.")
    stamps = [_seconds(table[column]) for column in (event_time, processing_time)]
    if stamps[0][1] != stamps[1][1]:
        raise InputError(
            f"{event_time} is {stamps[0][1]} and {processing_time} is {stamps[1][1]}: "
            "both must be of one kind, so that they can be compared."
        )
    keys = table[key] if key else [None] * len(table)
    return arrival_order(map(Event, table[value], stamps[0][0], stamps[1][0], keys))


def _seconds(column: pd.Series) -> tuple[list[float], str]:
    """Return a column of times as seconds, and what kind of time it is."""
    if column.isna().any():
        raise InputError(
            f"{column.name} is missing in {int(column.isna().sum())} rows: every event must have both times."
        )
    if pd.api.types.is_numeric_dtype(column):
        return column.tolist(), "a number"
    if {getattr(stamp, "tzinfo", None) is None for stamp in column} == {True, False}:
        raise InputError(
            f"{column.name} is with a time zone in some rows and without in others: it must be one or the other."
        )
    try:
        stamps = pd.to_datetime(column, format="ISO8601")
    except (ValueError, TypeError) as problem:
        raise InputError(
            f"{column.name} is {column.iloc[0]!r} at first: it must be numbers or timestamps."
        ) from problem
    aware = stamps.dt.tz is not None
    start = pd.Timestamp(0, tz="UTC" if aware else None)
    return (
        (stamps - start) / pd.Timedelta(seconds=1)
    ).tolist(), "with a time zone" if aware else "without a time zone"


def as_times(name: str, values: ArrayLike) -> np.ndarray:
    """Return a column of times as floats; raise InputError unless all are finite numbers (timestamps are not)."""
    column = np.asarray(values)
    if column.ndim != 1 or (column.size and column.dtype.kind not in "iuf"):
        raise InputError(
            f"{name} is {column.dtype} of shape {column.shape}: it must be one column of numbers (s)."
        )
    column = column.astype(float)
    if not np.isfinite(column).all():
        row = np.flatnonzero(~np.isfinite(column))[0]
        raise InputError(f"{name} is {column[row]} in row {row}: it must be a finite number in every row.")
    return column


def clock(text: str) -> int:
    """Return the seconds since midnight of "HH:MM:SS"."""
    hours, minutes, seconds = map(int, text.split(":"))
    return 3600 * hours + 60 * minutes + seconds

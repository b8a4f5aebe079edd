"""Events from a table: its times may be numbers, or timestamps in any form that a file holds them in."""

import re
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from twoworlds.errors import InputError, shown
from twoworlds.platform.stream.events import Event, arrival_order, as_time

# A text of digits may be a year or a number, and "now" is another time whenever it is read.
_NUMBER, _DATED = re.compile(r"[+-]?[0-9.]+"), re.compile(r"[0-9].*[^0-9.]")
# A time of day with an offset after it: such a text is aware, or no timestamp.
_OFFSET = re.compile(r".*[0-9][T ][0-9]{2}.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)")


def from_table(
    table: pd.DataFrame,
    value: str = "value",
    event_time: str = "event_time",
    processing_time: str = "processing_time",
    key: str | None = None,
) -> list[Event]:
    """Return a table's rows as events in order of arrival, timestamps as seconds since 1970 (UTC if they are aware).

    Timestamps are cut off after the microseconds, so that none is rounded up into the next day. As texts they are in
    ISO 8601 and need more than digits. Raises InputError for a column that is not there, has gaps or anything that is
    no time in it, and for a time zone on one of the two columns only.
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
    (happened, kind), (came, other) = (_times(table[column]) for column in (event_time, processing_time))
    if kind != other:
        raise InputError(
            f"{event_time} is {kind} and {processing_time} is {other}: "
            "both must be of one kind, so that they can be compared."
        )
    keys = [None] * len(table) if key is None else table[key]
    return arrival_order(map(Event, table[value], happened, came, keys))


def _times(column: pd.Series) -> tuple[list[float], str]:
    """Return a column of times as numbers or seconds, and what kind of time it is."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pd.api.types.is_numeric_dtype(column):
        return column.tolist(), "a number"
    if pd.api.types.is_datetime64_any_dtype(column):
        stamps = _plainly_stored(column)
    elif _all_numbers(column):
        return [as_time(str(column.name), time) for time in column], "a number"
    else:
        stamps = _stamps(column)
    return _seconds(stamps), "without a time zone" if stamps.dt.tz is None else "with a time zone"


def _plainly_stored(stamps: pd.Series) -> pd.Series:
    """Return timestamps or dates that Arrow holds as NumPy's, aware ones in UTC; others as they are."""
    if not isinstance(stamps.dtype, pd.ArrowDtype):
        return stamps
    kind = stamps.dtype.pyarrow_dtype  # one of dates has neither a unit nor a time zone
    plain = pd.Series(stamps.to_numpy(dtype=f"datetime64[{getattr(kind, 'unit', 's')}]"))
    return plain if getattr(kind, "tz", None) is None else plain.dt.tz_localize("UTC")


def _all_numbers(column: pd.Series) -> bool:
    """Tell whether a column of objects is one of numbers; raise InputError unless it is that or one of timestamps."""
    numbers = [_is_number(time) for time in column]
    _require_all(column, [_is_number(time) or _is_stamp(time) for time in column])
    _require_all(column, [number == numbers[0] for number in numbers])
    return any(numbers)


def _is_number(time: Any) -> bool:
    return isinstance(time, (Real, Decimal)) and not isinstance(time, bool)


def _is_stamp(time: Any) -> bool:
    """Tell whether something looks like a timestamp; whether a text is one, parsing says."""
    return bool(_DATED.search(time)) if isinstance(time, str) else isinstance(time, (date, np.datetime64))


def _require_all(column: pd.Series, good: list[bool]) -> None:
    """Raise InputError for the first row that isn't good."""
    if all(good):
        return
    row = good.index(False)
    time, where = column.iloc[row], f"in row {row}" if row else "at first"
    if isinstance(time, str) and _NUMBER.fullmatch(time):
        raise InputError(
            f"{column.name} is the text {shown(time)} {where}, which may be a number or a year: it must be numbers "
            "(`astype(float)` makes them), or timestamps such as '2026-03-02T20:00:05'."
        )
    raise InputError(
        f"{column.name} is {shown(time)} {where}: all of it must be numbers, or all timestamps "
        "such as '2026-03-02T20:00:05'."
    )


def _stamps(column: pd.Series) -> pd.Series:
    """Return texts or dates as a column of timestamps, those with several time zones in UTC."""
    try:
        # Time zones may differ, as in summer and winter; in UTC, timestamps without one would be taken for aware.
        return pd.to_datetime(column, format="ISO8601", utc=all(map(_is_aware, column)))
    except (ValueError, TypeError):
        # Something is no timestamp, or only some are aware: look one by one.
        stamps = [_stamp(time) for time in column]
    _require_all(column, [stamp is not None for stamp in stamps])
    aware = {stamp.tz is not None for stamp in stamps}
    if len(aware) > 1:
        raise InputError(
            f"{column.name} is with a time zone in some rows and without in others: it must be one or the other."
        )
    return pd.Series(pd.to_datetime(stamps, utc=aware == {True}))


def _is_aware(time: Any) -> bool:
    """Tell whether something surely is with a time zone, if it is a timestamp at all."""
    if isinstance(time, str):
        return bool(_OFFSET.fullmatch(time))
    return getattr(time, "tzinfo", None) is not None


def _stamp(time: Any) -> pd.Timestamp | None:
    try:
        return pd.to_datetime(time, format="ISO8601").as_unit("us")  # cuts off
    except (ValueError, TypeError):
        return None


def _seconds(stamps: pd.Series) -> list[float]:
    """Return timestamps as seconds since 1970, cut off after the microseconds."""
    # In microseconds: nanoseconds would end in 2262, before the 9999-12-31 that stands for "never".
    micros = stamps.array.as_unit("us").asi8
    # So far off, floats have no room for microseconds: the last ones of a second must not become the next.
    return np.minimum(micros / 1e6, np.nextafter(micros // 10**6 + 1.0, -np.inf)).tolist()

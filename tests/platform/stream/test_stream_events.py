"""Events: order of arrival, tables, and times that can't be used."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from twoworlds.errors import InputError
from twoworlds.platform.stream import Event, arrival_order, clock, from_table, tumbling

UTC = pd.to_datetime(["2026-03-02 20:00:05", "2026-03-02 20:00:01"], utc=True)
NAIVE = UTC.tz_localize(None)


def table(event_time, processing_time):
    return pd.DataFrame(
        {"value": [1, 2], "event_time": event_time, "processing_time": processing_time, "user": ["a", "b"]}
    )


def test_order_of_arrival_is_stable():
    events = [Event(1, 5, 9), Event(2, 5, 3), Event(3, 1, 9)]
    assert [event.value for event in arrival_order(events)] == [2, 1, 3]


def test_timestamps_become_seconds():
    events = from_table(table(UTC, UTC.tz_convert("Asia/Tokyo")), key="user")
    assert [(event.value, event.key) for event in events] == [(2, "b"), (1, "a")]
    assert events[0].event_time == events[0].processing_time == UTC[1].timestamp()
    assert from_table(table(NAIVE, NAIVE))[0].event_time == UTC[1].timestamp()
    assert from_table(table([7, 6], [9, 8]))[0] == Event(2, 6, 8)


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_never_is_a_date_too(zone):
    """9999-12-31, which many systems write for "never", is after the last nanosecond (2262): as stamps and as text."""
    far = pd.Series(pd.to_datetime(["9999-12-31", "2026-03-02"])).dt.tz_localize(zone)
    for column in (far, far.map(lambda stamp: stamp.isoformat()), far.astype(object)):
        seconds = [event.event_time for event in from_table(table(column, column))]
        zoned = 0 if zone != "Asia/Tokyo" else 9 * 3600
        assert seconds == [1772409600 - zoned, 253402214400 - zoned]


@pytest.mark.parametrize("text", ["1005", "1005.5", "-1005", "20260302", "1700000000"])
def test_a_text_of_digits_is_neither_a_year_nor_a_number(text):
    """A file read with dtype=str: pandas would take 1005 seconds for the year 1005, and 1005.5 for its May."""
    for column in ([text, text], pd.Series([text, text]).astype("category"), ["2026-03-02", text]):
        with pytest.raises(
            InputError, match=rf"event_time is the text '{text}' .* a number or a year: it must be"
        ):
            from_table(table(column, column))


def test_numbers_of_any_kind_are_times():
    """A column of objects, as it comes from JSON or a table put together by hand."""
    for kind in (int, np.int64, float, Decimal, Fraction):
        column = pd.Series([kind(7), kind(6)], dtype=object)
        (first, _) = from_table(table(column, [9, 8]))
        assert first == Event(2, 6, 8)
        assert type(first.event_time) in (int, float)
    assert from_table(table([Decimal("7.5"), 6], [9, 8]))[1].event_time == 7.5


def test_offsets_may_differ_as_in_summer_and_winter():
    texts = ["2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"]
    seconds = [pd.Timestamp(text).timestamp() for text in texts]
    for column in (texts, [pd.Timestamp(text).to_pydatetime() for text in texts]):
        assert [event.event_time for event in from_table(table(column, column))] == seconds
    far = ["9999-12-31T00:00+01:00", "2026-03-02T00:00:00.123456789+02:00"]
    assert from_table(table(far, far))[1].event_time == 253402214400 - 3600


@pytest.mark.parametrize("first", ["2026-03-29T01:30:00.0000019+01:00", "9999-12-31 00:00Z"])
def test_offsets_that_differ_are_read_in_bulk(first, monkeypatch):
    """Read row by row, it takes 5 to 10 s for 100,000 rows of one column."""
    texts, calls, parse = (
        [first, *["2026-03-29T03:30:00.000001+02:00", "2026-03-02 02Z"] * 500],
        [],
        pd.to_datetime,
    )
    monkeypatch.setattr(pd, "to_datetime", lambda *given, **how: calls.append(given) or parse(*given, **how))
    events = from_table(pd.DataFrame({"value": range(1001), "event_time": texts, "processing_time": texts}))
    seen = [event.event_time for event in sorted(events)]  # in order of the rows
    assert seen[0] == (1774744200.000001 if first < "9" else 253402214400)
    assert seen[1:] == [1774747800.000001, 1772416800] * 500
    assert len(calls) <= 4


@pytest.mark.parametrize(
    "naive",
    ["2026-03-02", "2026-03-02 20:00", "2026-03-02T20", "2026-03-02T20:00:05.5", pd.Timestamp("2026-03-02")],
)
def test_a_time_without_a_zone_is_never_taken_for_aware(naive):
    aware = "2026-03-29T03:30+02:00"
    for rest in (aware, pd.Timestamp(aware)):
        with pytest.raises(InputError, match="event_time is with a time zone in some rows"):
            from_table(table([naive, rest], UTC))
    with pytest.raises(InputError, match="event_time is without a time zone and processing_time is with"):
        from_table(table([naive, naive], UTC))


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo", "+09:00"])
@pytest.mark.parametrize(("unit", "fraction"), [("s", 0), ("ms", 0.123), ("us", 0.123456), ("ns", 0.123456)])
def test_timestamps_of_arrow_are_read_as_numpys(unit, fraction, zone):
    """As pandas reads a Parquet file with dtype_backend="pyarrow"; 20:00:05.123456789, as far as the unit goes."""
    stamps = np.array(["2026-03-02T20:00:05.123456789", "2026-03-02T20:00:05"]).astype(f"datetime64[{unit}]")
    kind = pa.timestamp(unit, zone)
    column = pd.Series(pd.array(pa.array(stamps).cast(kind), dtype=pd.ArrowDtype(kind)))
    for held in (column, column.astype("category")):
        seconds = [event.event_time for event in from_table(table(held, held))]
        assert sorted(seconds) == [1772481605, 1772481605 + fraction]
        with pytest.raises(InputError, match=f"event_time is with{'out' * (not zone)} a time zone and"):
            from_table(table(held, NAIVE if zone else UTC))


def test_dates_and_texts_of_arrow_are_timestamps_too():
    for kind in (pa.date32(), pa.date64()):
        column = pd.Series([date(2026, 3, 2), date(9999, 12, 31)], dtype=pd.ArrowDtype(kind))
        seconds = [event.event_time for event in from_table(table(column, column))]
        assert seconds == [1772409600, 253402214400]
    texts = pd.Series(["2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00"], dtype=pd.ArrowDtype(pa.string()))
    assert from_table(table(texts, texts))[1].event_time == 1774747800


def test_no_timestamp_is_rounded_up_into_the_next_day():
    """Nanoseconds are cut off; and in the year 9999 a float has no room for a microsecond."""
    stamps = pd.Series(pd.to_datetime(["2024-01-01 23:59:59.999999999", "1969-12-31 23:59:59.999999999"]))
    early, late = (event.event_time for event in from_table(table(stamps, stamps)))
    assert (early, late) == (-1e-6, 1704153599.999999)
    assert tumbling(86400).assign(late)[0].start == 1704067200
    last = ["9999-12-31T23:59:59.999999"] * 2
    assert 253402300799.999 < from_table(table(last, last))[0].event_time < 253402300800


def test_clock():
    assert clock("12:04:59") == 43499


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (table(UTC, NAIVE), "event_time is with a time zone and processing_time is without a time zone"),
        (table([1, 2], NAIVE), "event_time is a number and processing_time is without"),
        (
            table([UTC[0], NAIVE[1]], NAIVE),
            "event_time is with a time zone in some rows and without in others",
        ),
        (table([1, 2], [3, 4]).assign(value=[1, None]), "value is missing in 1 rows"),
        (table([None, UTC[1]], UTC), "event_time is missing in 1 rows"),
        (table([1.0, float("nan")], [1, 2]), "event_time is missing in 1 rows"),
        (table(["yesterday", "noon"], [1, 2]), "event_time is 'yesterday' at first"),
        (table(["2026-03-02", "noon"], [1, 2]), "event_time is 'noon' in row 1: all of it must be"),
        (table(["2026-03-02", ""], [1, 2]), "event_time is '' in row 1"),
        (table(["2026-03-02", "now"], [1, 2]), "event_time is 'now' in row 1"),
        (table(["12:04:59", "12:05:00"], [1, 2]), "event_time is '12:04:59' at first"),
        (table([NAIVE[0], 2026], NAIVE), "event_time is 2026 in row 1: all of it must be"),
        (table([2026, NAIVE[0]], NAIVE), r"event_time is Timestamp\(.*\) in row 1: all of it"),
        (table([UTC[0], "2026-03-02T20:00"], UTC), "event_time is with a time zone in some rows"),
    ],
)
def test_times_that_cannot_be_compared(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        from_table(wrong)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="column is 'ts': it must be one of value, event_time"):
        from_table(table(UTC, UTC), event_time="ts")


def test_a_table_that_cannot_be_read_is_told():
    good = table([1, 2], [3, 4])
    with pytest.raises(InputError, match="user is missing in 1 rows"):
        from_table(good.assign(user=["a", None]), key="user")
    with pytest.raises(InputError, match=r"column is 'value'.*there once"):
        from_table(pd.concat([good, good[["value"]]], axis=1))
    with pytest.raises(InputError, match=r"table is .* it must be a DataFrame"):
        from_table([1, 2])
    assert from_table(good.astype({"event_time": "category", "value": "Int64"}))[0] == Event(1, 1, 3)


@pytest.mark.parametrize("bad", ["12:00", "12:60:00", "1:2:3:4", "-1:00:00", "１２:00:00", None, 5])
def test_a_time_of_day_is_told_apart_from_other_texts(bad):
    with pytest.raises(InputError, match=r"text is .* it must be a time of day"):
        clock(bad)


@pytest.mark.parametrize("bad", [pd.NaT, True, "12:00", float("inf"), pd.Timestamp(0)])
def test_a_time_is_a_finite_number(bad):
    with pytest.raises(InputError, match="event_time is"):
        arrival_order([Event(1, bad, 3)])

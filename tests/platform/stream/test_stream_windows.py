"""Windows against their definition: every event in each window that holds its time, and in no other."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.platform.stream import Everything, Sessions, Sliding, Window, overlap, tumbling

TIMES = st.integers(-10_000, 10_000) | st.floats(-10_000, 10_000, width=32)


@forall(TIMES, st.integers(1, 50), st.integers(1, 50), st.integers(-60, 60))
def test_an_event_is_in_exactly_the_windows_that_hold_it(time, size, every, offset):
    every = min(every, size)
    windows = Sliding(size, every, offset).assign(time)
    first = offset + every * ((int(time) - 2 * size - offset) // every)
    definition = [
        Window(start, start + size)
        for start in range(first, int(time) + size + 1, every)
        if start <= time < start + size
    ]
    assert windows == definition


def test_edges_belong_to_the_window_that_begins_there():
    assert tumbling(60).assign(60) == [Window(60, 120)]
    assert tumbling(60).assign(-1) == [Window(-60, 0)]
    assert tumbling(60, offset=15).assign(14) == [Window(-45, 15)]
    assert tumbling(60).assign(-1e-20) == [Window(-60, 0)]


def test_tumbling_is_what_pandas_floors():
    stamps = pd.date_range("2026-03-02 19:58:31", periods=500, freq="7s")
    floors = (stamps.floor("5min") - pd.Timestamp(0)) // pd.Timedelta("1s")
    seconds = (stamps - pd.Timestamp(0)) // pd.Timedelta("1s")
    assert [tumbling(300).assign(time)[0].start for time in seconds] == floors.tolist()


def test_sessions_and_everything():
    assert Sessions(30).assign(5) == [Window(5, 35)]
    assert not overlap(Window(0, 30), Window(30, 60))
    assert overlap(Window(0, 30), Window(29, 60))
    assert Everything().assign(3)[0].start == float("-inf")


def test_whole_numbers_of_any_type_cut_alike():
    for size in (120.0, np.uint8(120), Decimal(120)):
        assert tumbling(size).assign(1000) == [Window(960, 1080)]
    assert Sessions(Decimal("1.5")).assign(2.5) == [Window(2.5, 4.0)]


def test_numbers_of_numpy_are_cut_as_they_stand():
    """As a float the last nanosecond of a minute would be in the next; eight bits would end at 127."""
    minute = 60 * 10**9
    edge = 1_700_000_040 * 10**9
    assert tumbling(minute).assign(np.int64(edge - 1)) == tumbling(minute).assign(edge - 1)
    assert tumbling(minute).assign(edge - 1)[0].end == edge
    assert Sessions(60).assign(np.int8(100)) == [Window(100, 160)]
    assert Sessions(0.5).assign(Decimal("2.5")) == [Window(2.5, 3.0)]
    assert {type(part) for part in Sessions(60).assign(np.int8(100))[0]} == {int}


@pytest.mark.parametrize("time", [None, float("nan"), "noon", float("inf"), True])
def test_a_time_that_is_none_is_told(time):
    for windows in (tumbling(60), Sessions(30), Everything()):
        with pytest.raises(InputError, match="time is"):
            windows.assign(time)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: tumbling(0), lambda: tumbling(-5), lambda: tumbling(0.5), lambda: tumbling(float("nan")),
        lambda: Sliding(10, 0), lambda: Sliding(10, 11), lambda: tumbling(10, 0.5),
        lambda: Sessions(0), lambda: Sessions(-1), lambda: Sessions("1min"),
        lambda: Sliding(10**12, 1),
    ],
)  # fmt: skip
def test_windows_need_a_size(wrong):
    with pytest.raises(InputError, match=r"(size|every|offset|gap) is .*: it must be"):
        wrong()

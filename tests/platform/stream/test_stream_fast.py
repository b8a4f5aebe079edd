"""The fast path says what the model says, event by event and window by window."""

import numpy as np
import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.platform.stream import (
    DROPPED,
    LATE,
    ON_TIME,
    Event,
    Trigger,
    fixed_lag,
    run,
    tumbling,
    tumbling_fates,
)

LOGS = st.lists(st.tuples(st.integers(-40, 200), st.integers(0, 220)), min_size=1, max_size=40)


@settings(max_examples=80, deadline=None)
@forall(LOGS, st.integers(1, 60), st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_fast_path_equals_the_model(log, size, lag, lateness, trust):
    events = [Event(1, *times) for times in log]
    fates = tumbling_fates(*zip(*log, strict=True), size, lag, lateness, trust)
    end = max(event.processing_time for event in events) + 1  # so that the final flush has a time of its own
    seen = run(
        events, tumbling(size), fixed_lag(events, lag, trust), Trigger(), lateness, "discarding", until=end
    )
    values = {t: dict.fromkeys(fates.starts, 0) for t in ("ON_TIME", "LATE")}
    for pane in seen.panes:
        values[pane.timing][pane.window.start] += pane.value
    assert fates.counts(ON_TIME).tolist() == list(values["ON_TIME"].values())
    assert fates.counts(LATE).tolist() == list(values["LATE"].values())
    assert fates.counts(DROPPED).sum() == len(seen.dropped)
    for start, published in zip(fates.starts, fates.published, strict=True):
        times = [pane.processing_time for pane in seen.of(start) if pane.timing == "ON_TIME"]
        assert times == ([] if np.isnan(published) else [min(published, end)])


tenths = st.integers(0, 300).map(lambda tenth: tenth / 10)


@settings(max_examples=150, deadline=None)
@forall(st.lists(st.tuples(tenths, tenths), min_size=1, max_size=25), st.integers(0, 30), st.integers(0, 30))
def test_fractions_of_a_second_round_alike(log, lag, lateness):
    """0.1 has no exact float: subtracting the lag and adding it to the window's end are not the same test."""
    lag, lateness = lag / 10, lateness / 10
    fates = tumbling_fates(*zip(*log, strict=True), 2, lag, lateness)
    events = [Event(1, *times) for times in log]
    seen = run(events, tumbling(2), fixed_lag(events, lag), lateness=lateness, mode="discarding", until=100)
    assert fates.counts(DROPPED).sum() == len(seen.dropped)
    on_time = {p.window.start: p.processing_time for p in seen.panes if p.timing == "ON_TIME"}
    assert on_time == {
        start: min(moment, 100)
        for start, moment, n in zip(fates.starts, fates.published, fates.counts(ON_TIME), strict=True)
        if n
    }
    for i in np.flatnonzero(fates.fate == DROPPED):
        assert log[i][1] > fates.forgotten[fates.window[i]]
    for i in np.flatnonzero(fates.fate != DROPPED):
        assert log[i][1] <= fates.forgotten[fates.window[i]]


def test_order_of_the_rows_is_irrelevant():
    rng = np.random.default_rng(3)
    event = rng.uniform(0, 3600, 2000)
    arrival = event + rng.exponential(60, 2000)
    shuffle = rng.permutation(2000)
    one, other = (tumbling_fates(event[i], arrival[i], 300, 30, 120) for i in (np.arange(2000), shuffle))
    assert (one.fate[shuffle] == other.fate).all()
    assert (one.published == other.published).all()


def test_counts_of_a_group():
    fates = tumbling_fates([1, 2, 61, 62], [3, 3, 62, 63], 60, 0)
    assert fates.counts(ON_TIME, LATE, of=np.array([True, False, True, True])).tolist() == [1, 2]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: tumbling_fates([1.0], [1.0, 2.0], 60, 0), lambda: tumbling_fates([np.nan], [1.0], 60, 0),
        lambda: tumbling_fates([1.0], [2.0], 0, 0), lambda: tumbling_fates([1.0], [2.0], 60, -1),
        lambda: tumbling_fates([1.0], [2.0], 60, 0, -1), lambda: tumbling_fates([[1], [1, 2]], [1, 2], 60, 0),
        lambda: tumbling_fates([1.0], [2.0], 60, 0).counts("late"),
        lambda: tumbling_fates([1.0], [2.0], 60, 0, 0, "no"),
        lambda: tumbling_fates([1.0], [2.0], 60, 0).counts(LATE, of=[1]),
        lambda: tumbling_fates([1.0], [2.0], 60, 0).counts(LATE, of=np.array([True, False])),
    ],
)  # fmt: skip
def test_wrong_input_gets_a_sentence(wrong):
    with pytest.raises(InputError):
        wrong()


def test_a_window_without_events_on_time_is_closed_but_has_no_pane_to_publish():
    """The 6 comes when the watermark stands at 20: [0, 10) is closed then, and nobody ever opened it."""
    fates = tumbling_fates([20, 6, 35], [20, 25, 30], 10, 0)
    assert fates.closed.tolist() == [20, 30, np.inf]
    assert np.array_equal(fates.published, [np.nan, 30, np.inf], equal_nan=True)


def test_timestamps_are_not_taken_for_seconds():
    stamps = np.array(["2026-03-02T20:00:05"], dtype="datetime64[us]")
    with pytest.raises(InputError, match=r"event_time is .*2026-03-02T20:00:05.*: it must hold numbers"):
        tumbling_fates(stamps, stamps, 60, 0)


def test_nanoseconds_that_a_float_would_round_over_an_edge_are_refused():
    edge = 1_700_000_040 * 10**9
    assert float(edge - 1) == edge
    for rounded in ([edge - 1], np.array([edge - 1], dtype=object), [edge - 1, 0.5], [float(edge)], [-edge]):
        with pytest.raises(InputError, match=r"must be at most 2.53; choose a coarser unit"):
            tumbling_fates(rounded, [5] * len(rounded), 60 * 10**9, 0)
    assert tumbling_fates([2**53], [2.0**53], 8, 0).starts == [2**53]


def test_an_empty_log_has_no_windows():
    assert tumbling_fates([], [], 60, 5).counts(ON_TIME).tolist() == []

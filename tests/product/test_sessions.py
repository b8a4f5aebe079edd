"""Sessions by gap: conventions at the edge, any order, and properties that hold for every log."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.product import metrics as m

START = pd.Timestamp("2026-03-02 08:00")


def stream(minutes, users=None):
    return pd.DataFrame(
        {
            "user_id": users or [7] * len(minutes),
            "ts": START + pd.to_timedelta(np.array(minutes) * 60, unit="s"),
        }
    )


minutes = st.lists(st.integers(0, 600), min_size=1, max_size=30)


def test_a_pause_of_exactly_the_gap_is_the_convention():
    log = stream([0, 30, 61])
    assert m.sessionise(log, 30)["session"].tolist() == [1, 1, 2]
    assert m.sessionise(log, 30, split_at_gap=True)["session"].tolist() == [1, 2, 3]


def test_users_do_not_share_sessions_and_order_is_no_matter():
    log = stream([50, 0, 10, 5], users=[1, 1, 1, 2])
    table = m.sessions(log, 30)
    assert table[["user_id", "session", "events", "length_s"]].to_numpy().tolist() == [
        [1, 1, 2, 600.0], [1, 2, 1, 0.0], [2, 1, 1, 0.0],
    ]  # fmt: skip
    assert m.sessions(log.iloc[::-1], 30).equals(table)


@settings(max_examples=30, deadline=None)
@given(minutes, st.integers(1, 120))
def test_sessions_are_the_gaps_and_one(times, gap):
    ordered = np.sort(times)
    assert len(m.sessions(stream(times), gap)) == 1 + (np.diff(ordered) > gap).sum()


@settings(max_examples=30, deadline=None)
@given(minutes, st.integers(1, 60), st.integers(0, 60))
def test_a_longer_gap_never_gives_more_sessions(times, gap, more):
    log = stream(times)
    assert len(m.sessions(log, gap + more)) <= len(m.sessions(log, gap))
    assert len(m.sessions(log, gap)) <= len(m.sessions(log, gap, split_at_gap=True))


@settings(max_examples=30, deadline=None)
@given(minutes, st.data())
def test_a_repeated_event_moves_no_boundary(times, data):
    again = [*times, data.draw(st.sampled_from(times))]
    once, twice = m.sessions(stream(times), 20), m.sessions(stream(again), 20)
    assert once.drop(columns="events").equals(twice.drop(columns="events"))
    assert twice["events"].sum() == once["events"].sum() + 1


@pytest.mark.parametrize("gap", [0, -5, float("nan"), "30"])
def test_an_impossible_gap_is_told(gap):
    with pytest.raises(InputError, match="gap_min is"):
        m.sessionise(stream([0]), gap)


def test_empty_missing_and_future_are_told():
    with pytest.raises(InputError, match="log is empty"):
        m.sessions(stream([0]).iloc[:0])
    with pytest.raises(InputError, match="1 rows without ts"):
        m.sessions(stream([0, 1]).assign(ts=[START, pd.NaT]))
    for no_times in (["a", "b"], [1, 2], [START.date()] * 2):
        with pytest.raises(InputError, match=r"ts is .*: it must be a timestamp"):
            m.sessions(stream([0, 1]).assign(ts=no_times))
    with pytest.raises(InputError, match="split_at_gap is 'no'"):
        m.sessions(stream([0, 1]), split_at_gap="no")
    with pytest.raises(InputError, match="1 events after"):
        m.sessions(stream([0, 90]), until=START + pd.Timedelta(hours=1))


def test_many_events_of_one_moment_share_a_session():
    """So many that the two windows of the query take them in different orders."""
    table = m.sessions(stream([21] + 11 * [0] + 12 * [21]), 20)
    assert table["length_s"].tolist() == [0, 0]
    assert table["events"].tolist() == [11, 13]


def test_a_moment_without_end_is_told():
    log = duckdb.connect().sql("select 1 as user_id, timestamp 'infinity' as ts")
    with pytest.raises(InputError, match=r"ts is .*: it must be a timestamp"):
        m.sessions(log)

"""Watermarks: what they promise, and that they never go back."""

import itertools
import math

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.platform.stream import Event, Step, fixed_lag, given, perfect

EVENTS = st.lists(
    st.tuples(st.just(1), st.integers(-50, 50), st.integers(0, 60)).map(lambda e: Event(*e)), max_size=20
)


@forall(EVENTS, st.integers(0, 30), st.booleans())
def test_fixed_lag_follows_the_latest_event(events, lag, trust):
    steps = fixed_lag(events, lag, trust)
    assert all(a.watermark < b.watermark for a, b in itertools.pairwise(steps))
    for event in events:
        seen = [e for e in events if e.processing_time <= event.processing_time]
        latest = max(e.event_time if trust else min(e.event_time, e.processing_time) for e in seen)
        assert [s.watermark for s in steps if s.processing_time <= event.processing_time][-1] == latest - lag


@forall(EVENTS)
def test_perfect_keeps_its_promise_and_no_later_watermark_would(events):
    steps = perfect(events)
    for step in steps:
        to_come = [e.event_time for e in events if e.processing_time > step.processing_time]
        final = [s.watermark for s in steps if s.processing_time == step.processing_time][-1]
        assert final == min(to_come, default=math.inf)
    assert given(steps) == steps


def test_one_fast_clock_is_not_believed():
    events = [Event(1, 10, 12), Event(1, 3600, 13), Event(1, 14, 15)]
    assert fixed_lag(events, 5) == [Step(12, 5), Step(13, 8), Step(15, 9)]
    assert fixed_lag(events, 5, trust_clocks=True) == [Step(12, 5), Step(13, 3595)]


def test_a_transcript_with_a_counter_for_its_clock_needs_trust():
    """Event times 100, 250, 300, and 1, 2, 3 for the moments of arrival, as transcripts of tests have them."""
    events = [Event(1, time, moment) for moment, time in enumerate((100, 250, 300), start=1)]
    assert [step.watermark for step in fixed_lag(events, 10, trust_clocks=True)] == [90, 240, 290]
    assert [step.watermark for step in fixed_lag(events, 10)] == [-9, -8, -7]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: given([(1, 5), (2, 4)]), "watermark is 4 after 5: it must never go back"),
        (lambda: given([(1, math.nan)]), r"steps hold \(1, nan\)"),
        (lambda: given([(1, None)]), r"steps hold \(1, None\)"),
        (lambda: given([(1,)]), r"steps hold \(1,\)"),
        (lambda: given([5]), "steps hold 5"),
        (lambda: given([(math.inf, 5)]), r"steps hold \(inf, 5\)"),
        (lambda: given(None), "watermark is None"),
        (lambda: fixed_lag([], -1), "lag is -1: it must be"),
        (lambda: fixed_lag([], math.nan), "lag is nan"),
        (lambda: fixed_lag([], 1, "no"), "trust_clocks is 'no': it must be one of True, False"),
    ],
)
def test_wrong_input_gets_a_sentence(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        wrong()

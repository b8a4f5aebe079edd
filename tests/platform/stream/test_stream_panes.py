"""The model against published pane sequences, and against a plain recount of what was not dropped."""

import time
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.platform.stream import (
    AfterCount,
    AfterDelay,
    Event,
    Every,
    Everything,
    Sessions,
    Sliding,
    Trigger,
    Window,
    clock,
    fixed_lag,
    given,
    perfect,
    read,
    run,
    tumbling,
)  # fmt: skip

# Streaming Systems (Akidau, Chernyak, Lax 2018), chapter 2; the code is takidau/streamingbook, BeamModelTest.java.
STREAM = """5,12:00:26,12:04:59 7,12:02:24,12:05:39 3,12:03:39,12:06:13 4,12:04:19,12:06:39 8,12:03:06,12:07:06
    3,12:06:39,12:07:19 9,12:01:25,12:08:19 8,12:07:26,12:08:39 1,12:07:46,12:09:00"""
HEURISTIC = "12:02:00@12:06:00 12:04:00@12:07:30 12:06:00@12:07:40 12:08:30@12:09:30"
PERFECT = "12:02:00@12:08:39 12:04:00@12:09:00 12:06:00@12:09:10 12:08:00@12:09:20"
EVER = 1000 * 86400
END = clock("12:10:00")
EARLY_AND_LATE = Trigger(early=AfterDelay(60), late=AfterCount())


def stream(text=STREAM):
    return [Event(int(v), clock(e), clock(p)) for v, e, p in (event.split(",") for event in text.split())]


def watermark(text):
    return [(clock(moment), clock(stands)) for stands, moment in (step.split("@") for step in text.split())]


def told(output, start=None):
    """Return panes as "value TIMING", of one window or all in order of window."""
    panes = [p for p in output.panes if start is None or p.window.start == clock(start)]
    return [f"{p.value} {p.timing}" for p in sorted(panes, key=lambda p: (p.window.start, p.index))]


def beam(output):
    """Return panes as in the listings: window, value, timing, index, on-time index, whether last."""
    return {
        (p.window.start, p.window.end, p.value, p.timing, p.index, p.on_time_index, p.last)
        for p in output.panes
    }


def listing(text):
    rows = set()
    for line in text.strip().splitlines():
        start, end, value, timing, index, on_time_index, *last = line.split()
        rows.add((clock(start), clock(end), int(value), timing, int(index), int(on_time_index), bool(last)))
    return rows


def test_batch_case_w01_examples_2_1_and_2_2():
    assert told(run(stream(), Everything(), [])) == ["48 ON_TIME"]
    assert told(run(stream(), tumbling(120), [])) == ["14 ON_TIME", "18 ON_TIME", "4 ON_TIME", "12 ON_TIME"]


def test_watermark_trigger_case_w02_example_2_6():
    seen = run(stream(), tumbling(120), watermark(PERFECT))
    assert told(seen) == ["14 ON_TIME", "18 ON_TIME", "4 ON_TIME", "12 ON_TIME"]
    assert all(pane.last for pane in seen.panes)
    seen = run(stream(), tumbling(120), watermark(HEURISTIC))
    assert told(seen) == ["5 ON_TIME", "18 ON_TIME", "4 ON_TIME", "12 ON_TIME"]
    assert [event.value for event in seen.dropped] == [9]


def test_early_on_time_late_case_w03_example_2_7():
    seen = run(stream(), tumbling(120), watermark(HEURISTIC), EARLY_AND_LATE, EVER, until=END)
    assert told(seen, "12:00:00") == ["5 EARLY", "5 ON_TIME", "14 LATE"]
    assert told(seen, "12:02:00") == ["10 EARLY", "18 ON_TIME"]
    assert told(seen, "12:04:00") == ["4 EARLY", "4 ON_TIME"]
    assert told(seen, "12:06:00") == ["3 EARLY", "12 ON_TIME"]
    left = run(stream(), tumbling(120), watermark(PERFECT), EARLY_AND_LATE, EVER, until=END)
    assert told(left, "12:00:00") == ["5 EARLY", "14 ON_TIME"]
    assert told(left, "12:02:00") == ["10 EARLY", "18 EARLY", "18 ON_TIME"]
    assert [pane.on_time_index for pane in left.of(clock("12:02:00"))] == [-1, -1, 0]
    assert not any(pane.last for pane in left.panes)


def test_allowed_lateness_case_w04_example_2_8():
    events = [*stream(), Event(6, clock("12:00:53"), clock("12:06:39"))]
    seen = run(events, tumbling(120), watermark(HEURISTIC), EARLY_AND_LATE, 120, until=END)
    assert told(seen, "12:00:00") == ["5 EARLY", "5 ON_TIME", "11 LATE"]
    assert [event.value for event in seen.dropped] == [9]


def test_per_record_example_2_3():
    seen = run(stream(), tumbling(120), [], Trigger(early=AfterCount(), on_time=False), EVER, until=END)
    assert told(seen) == [
        *("5 EARLY", "14 EARLY", "7 EARLY", "10 EARLY", "18 EARLY", "4 EARLY", "3 EARLY", "11 EARLY", "12 EARLY")
    ]  # fmt: skip


def test_unaligned_delay_example_2_5():
    seen = run(stream(), tumbling(120), [], Trigger(early=AfterDelay(120)), EVER, until=END)
    assert beam(seen) == listing("""
        12:00:00 12:02:00  5 EARLY   0 -1
        12:00:00 12:02:00 14 ON_TIME 1  0 last
        12:02:00 12:04:00 18 EARLY   0 -1
        12:02:00 12:04:00 18 ON_TIME 1  0 last
        12:04:00 12:06:00  4 EARLY   0 -1
        12:04:00 12:06:00  4 ON_TIME 1  0 last
        12:06:00 12:08:00 12 EARLY   0 -1
        12:06:00 12:08:00 12 ON_TIME 1  0 last""")


def test_micro_batches_speak_at_their_own_times():
    """By the definition of an aligned delay (the listing of example 2-4 is called odd by its author)."""
    rule = Every(120, phase=clock("12:05:00"))
    seen = run(stream(), tumbling(120), [], Trigger(early=rule, on_time=False), EVER, until=END)
    assert {pane.processing_time for pane in seen.panes} == {
        clock("12:05:00"),
        clock("12:07:00"),
        clock("12:09:00"),
    }
    assert told(seen) == ["5 EARLY", "14 EARLY", "10 EARLY", "18 EARLY", "4 EARLY", "12 EARLY"]


def test_one_moment_is_one_pane_for_rules_of_time_and_one_an_event_for_a_count():
    """Three events come at the tick, with an alarm pending for it or not; a count of two is full after the second."""
    three = [(1, 1, 10), (2, 1, 10), (4, 1, 10)]
    for rule, said in (
        (Every(10), [7]),
        (AfterDelay(0), [7]),
        (AfterCount(2), [3]),
        (AfterCount(), [1, 3, 7]),
    ):
        for earlier in ([], [(8, 1, 5)] if rule == Every(10) else []):
            seen = run(
                [*earlier, *three], tumbling(100), [], Trigger(rule, on_time=False, late=None), until=10
            )
            told_at_ten = [p.value - 8 * len(earlier) for p in seen.panes if p.timing == "EARLY"]
            assert told_at_ten[: len(said)] == said
            assert {p.processing_time for p in seen.panes} == {10}
    seen = run(
        [(1, 1, 5), (2, 1, 10)], tumbling(100), [], Trigger(AfterDelay(5)), until=20, mode="discarding"
    )
    assert [(p.value, p.timing) for p in seen.panes] == [(3, "EARLY"), (0, "ON_TIME")]


def test_a_tick_that_rounding_puts_before_now_waits_all_the_same():
    """3 x 0.3 is less than 0.9, as floats go: an event that comes at 0.9 must not find its tick in the past."""
    for now in (0.9, 1.8, 3.6):
        two = [(1, 0.05, now), (2, 0.05, now)]
        seen = run(two, tumbling(1), [], Trigger(Every(0.3)), until=9)
        assert [(p.value, p.processing_time) for p in seen.panes if p.timing == "EARLY"] == [(3, now)]


def test_counting_events_two_by_two():
    """5 and 7, 3 and 4, 8 and 3, 9 and 8 in order of arrival; the last 1 waits for the end."""
    two = Trigger(early=AfterCount(2), on_time=False)
    seen = run(stream(), Everything(), [], two, mode="discarding", until=END)
    assert [pane.value for pane in seen.panes] == [12, 7, 11, 17, 1]


def test_discarding_example_2_9():
    seen = run(stream(), tumbling(120), watermark(HEURISTIC), EARLY_AND_LATE, EVER, "discarding", until=END)
    assert beam(seen) == listing("""
        12:00:00 12:02:00  5 EARLY   0 -1
        12:00:00 12:02:00  0 ON_TIME 1  0
        12:00:00 12:02:00  9 LATE    2  1
        12:02:00 12:04:00 10 EARLY   0 -1
        12:02:00 12:04:00  8 ON_TIME 1  0
        12:04:00 12:06:00  4 EARLY   0 -1
        12:04:00 12:06:00  0 ON_TIME 1  0
        12:06:00 12:08:00  3 EARLY   0 -1
        12:06:00 12:08:00  9 ON_TIME 1  0""")


def test_sessions_example_4_3():
    seen = run(stream(), Sessions(60), watermark(HEURISTIC), EARLY_AND_LATE, EVER, until=END)
    assert beam(seen) == listing("""
        12:00:26 12:01:26  5 EARLY   0 -1
        12:00:26 12:01:26  5 ON_TIME 1  0
        12:02:24 12:03:24  7 EARLY   0 -1
        12:02:24 12:05:19 22 EARLY   0 -1
        12:02:24 12:05:19 22 ON_TIME 1  0
        12:00:26 12:05:19 36 LATE    0  0
        12:06:39 12:07:39  3 EARLY   0 -1
        12:06:39 12:08:46 12 EARLY   0 -1
        12:06:39 12:08:46 12 ON_TIME 1  0 last""")


@pytest.mark.parametrize(
    ("mode", "panes", "adds", "final"),
    [("discarding", [3, 9], 12, 9), ("accumulating", [3, 12], 15, 12), ("retracting", [3, 12], 12, 12)],
)
def test_modes_and_readers_of_the_last_window(mode, panes, adds, final):
    """The window 12:06-12:08 gets 3, then 8 and 1: what its panes say, their sum for a reader, and the last one."""
    seen = run(stream(), tumbling(120), watermark(HEURISTIC), EARLY_AND_LATE, EVER, mode, until=END)
    window = Window(clock("12:06:00"), clock("12:08:00"))
    assert [pane.value for pane in seen.panes if pane.window == window] == panes
    assert read(seen.panes, "adds")[None, window] == adds
    assert read(seen.panes, "overwrites")[None, window] == final


def test_an_event_late_for_its_own_window_is_dropped_though_a_session_that_it_overlaps_lives():
    """Beam's rule (its LateDataFilter looks at the window before merging); the 5 at time 4 overlaps [10, 28)."""
    seen = run([(1, 10, 1), (1, 18, 2), (5, 4, 4)], Sessions(10), [(3, 15)])
    assert [event.value for event in seen.dropped] == [5]
    assert [(p.value, p.window) for p in seen.panes] == [(2, Window(10, 28))]
    late = run(stream(), Sessions(60), watermark(HEURISTIC), EARLY_AND_LATE, 120, until=END)
    assert [event.value for event in late.dropped] == [9]
    assert [p.value for p in late.panes if p.timing == "ON_TIME"] == [5, 22, 12]


def test_sessions_that_merge_keep_the_earliest_alarm_and_the_order_of_arrival():
    """The first session is due at 11, the second at 15; the 4 joins them at 6."""
    bridged = [(1, 0, 1), (2, 15, 5), (4, 8, 6)]
    seen = run(bridged, Sessions(10), [], Trigger(AfterDelay(10)), until=50)
    early = [(p.value, p.processing_time) for p in seen.panes if p.timing == "EARLY"]
    assert early == [(7, 11)]
    reverse = [(2, 15, 1), (1, 0, 5), (4, 8, 6)]
    seen = run(reverse, Sessions(10), [], Trigger(AfterDelay(10)), until=50)
    assert [(p.value, p.processing_time) for p in seen.panes if p.timing == "EARLY"] == [(7, 11)]
    assert run(reverse, Sessions(10), [], combine=list).panes[0].value == [2, 1, 4]


def test_a_late_alarm_falls_silent_in_a_merged_session_that_isnt_over():
    """The 2 is late for [0, 60) and due at 160; the 4 makes [0, 110) of it, where only an early rule may speak."""
    events = [(1, 0, 0), (2, 10, 100), (4, 50, 110)]

    def said(early):
        rule = Trigger(early, late=AfterDelay(60))
        seen = run(events, Sessions(60), [(90, 70)], rule, lateness=1000, until=2000)
        return [(p.window.end, p.value, p.timing, p.processing_time) for p in seen.panes]

    assert said(None) == [(60, 1, "ON_TIME", 90), (110, 7, "ON_TIME", 2000)]
    assert said(AfterDelay(600)) == [
        (60, 1, "ON_TIME", 90),
        (110, 7, "EARLY", 710),
        (110, 7, "ON_TIME", 2000),
    ]
    late = run(events, Sessions(60), [(90, 70), (105, 200)], Trigger(late=AfterDelay(60)), 1000, until=2000)
    assert [(p.value, p.timing, p.processing_time) for p in late.panes[1:]] == [(7, "LATE", 160)]


def test_values_come_in_order_of_arrival_whatever_merged_and_was_told():
    events = [(1, 0, 1), (2, 10, 2), (3, 1, 3), (4, 5, 4)]
    for windows in (Sessions(6), tumbling(60)):
        assert values(run(events, windows, [], combine=list)) == [[1, 2, 3, 4]]
    # The second session has spoken when they merge, the first has not: [2] is told, 1 and 3 are pending.
    spoken = [(1, 0, 1), (2, 10, 2), (2, 11, 2), (3, 5, 3)]
    seen = run(spoken, Sessions(6), [], Trigger(AfterCount(2)), combine=list)
    assert values(seen) == [[2, 2], [1, 2, 2, 3], [1, 2, 2, 3]]
    seen = run(spoken, Sessions(6), [], Trigger(AfterCount(2)), mode="discarding", combine=list)
    assert values(seen) == [[2, 2], [1, 3], []]


def test_two_sessions_may_overlap_if_the_first_is_forgotten():
    """The example of BEAM-3568: 3 is not late by itself, and [0, 5) isn't there any more."""
    seen = run([(1, 0, 1), (2, 3, 10)], Sessions(5), [(5, 6), (20, 8)])
    assert [(p.window, p.value) for p in seen.panes] == [(Window(0, 5), 1), (Window(3, 8), 2)]


@pytest.mark.parametrize("windows", [tumbling(86_400), Sessions(1)])
def test_windows_in_memory_cost_no_time(windows):
    """Each event opens a window: a run that looks at all of them at each event takes half a minute."""
    events = [(1, 4 * i, 4 * i, i if windows == tumbling(86_400) else None) for i in range(20_000)]
    start = time.perf_counter()
    seen = run(events, windows, [], Trigger(Every(60)))
    assert time.perf_counter() - start < 6
    assert sum(pane.value for pane in seen.panes if pane.last) == 20_000


def test_sessions_that_bridges_join_cost_no_time():
    """Every other event joins the one before to a long session, whose values must not be copied each time."""
    pairs = [((1, 16 * i + 8, 2 * i), (1, 16 * i, 2 * i + 1)) for i in range(10_000)]
    start = time.perf_counter()
    seen = run([event for pair in pairs for event in pair], Sessions(10), [])
    assert time.perf_counter() - start < 6
    assert values(seen) == [20_000]


def test_panes_of_a_long_session_that_bridges_lengthen_cost_no_time():
    """A pane at each event: to order all of the session's values for each takes some 40 s."""
    times = [time for i in range(16_000) for time in (12 * i + 12, 12 * i + 6)]
    events = [(1, time, i) for i, time in enumerate(times)]
    start = time.perf_counter()
    seen = run(events, Sessions(7), [], Trigger(AfterCount()), mode="discarding")
    assert time.perf_counter() - start < 6
    assert sum(values(seen)) == 32_000


def test_sessions_that_only_touch_stay_two():
    """Events exactly the gap apart, whichever comes first; and a third may touch one on either side."""
    for events in ([(1, 0, 0), (1, 10, 10)], [(1, 10, 0), (1, 0, 10)]):
        seen = run(events, Sessions(10), [])
        assert [p.window for p in seen.panes] == [Window(0, 10), Window(10, 20)]
    seen = run([(1, 0, 0), (2, 20, 1), (4, 10, 2)], Sessions(10), [])
    assert [(p.window, p.value) for p in seen.panes] == [
        (Window(0, 10), 1),
        (Window(10, 20), 4),
        (Window(20, 30), 2),
    ]


def test_discarding_panes_list_merged_values_in_order_of_arrival():
    """1 and 4 wait in one session, 2 and 3 in another, when 5 joins them; then the same with the larger one first."""
    two = Trigger(AfterCount(5), on_time=False)
    for times in ([0, 10, 11, 1, 5], [10, 0, 1, 11, 5], [0, 10, 0, 10, 5]):
        events = [(i, time, i) for i, time in enumerate(times, start=1)]
        seen = run([*events, (6, 5, 9)], Sessions(6), [], two, mode="discarding", combine=list)
        assert values(seen) == [[1, 2, 3, 4, 5], [6]]
    # The merged session grows once more before it says anything.
    events = [(i, time, i) for i, time in enumerate([0, 10, 1, 5, 12], start=1)]
    for mode in ("discarding", "accumulating"):
        seen = run(events, Sessions(6), [], two, mode=mode, combine=list)
        assert values(seen)[0] == [1, 2, 3, 4, 5]
    # Once told and emptied, what waits is in order; all values still are to be put in order at the next merge.
    seen = run([*events, (7, 12, 9)], Sessions(6), [], two, mode="accumulating", combine=list)
    assert values(seen) == [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 7]]


def test_a_merged_session_takes_back_the_one_first_opened_first():
    seen = run([(1, 15, 1), (2, 0, 2), (4, 8, 3)], Sessions(10), [], Trigger(AfterCount()), mode="retracting")
    taken = [p.retracts for p in seen.panes if p.window == Window(0, 25)]
    assert taken == [((Window(15, 25), 1), (Window(0, 10), 2)), ((Window(0, 25), 7),)]


def test_nanoseconds_are_exact():
    """A float has steps of 256 at such times: alarms would go off beside their tick, or after the next event."""
    base, second = 1_700_000_040 * 10**9, 10**9
    seen = run(
        [(1, base, base + 1)], tumbling(60 * second), [], Trigger(Every(60 * second)), until=base + 10**12
    )
    assert [p.processing_time - base for p in seen.panes] == [60 * second, 10**12]
    assert Every(10**6).due(1700953323112000104, 1) == 1700953323113000000
    two = [(1, base, base), (2, base, base + second + 1)]
    seen = run(two, tumbling(60 * second), [], Trigger(AfterDelay(second)), until=base + 3 * second)
    assert [(p.value, p.processing_time - base) for p in seen.panes[:2]] == [(1, second), (3, 2 * second + 1)]


def test_a_window_that_is_born_late_waits_for_the_late_rule():
    for rule in (None, AfterCount(3)):
        seen = run([(1, 5, 60)], tumbling(10), [(1, 50), (200, 2000)], Trigger(late=rule), lateness=1000)
        assert [(p.value, p.timing, p.processing_time) for p in seen.panes] == [(1, "LATE", 200)]


def test_retractions_take_back_the_sessions_that_merged():
    seen = run(stream(), Sessions(60), watermark(HEURISTIC), EARLY_AND_LATE, EVER, "retracting", until=END)
    late = next(pane for pane in seen.panes if pane.timing == "LATE")
    assert sorted(value for _, value in late.retracts) == [5, 22]
    for reader in ("adds", "overwrites"):
        assert sorted(read(seen.panes, reader).values()) == [12, 36]
    stale = run(stream(), Sessions(60), watermark(HEURISTIC), EARLY_AND_LATE, EVER, until=END)
    assert sum(read(stale.panes, "overwrites").values()) > 48


def test_windows_are_forgotten_when_the_watermark_says_so():
    seen = run(stream(), tumbling(120), watermark(HEURISTIC))
    assert max(count for _, count in seen.held) == 3
    assert seen.held[-1][1] == 0
    kept = run(stream(), tumbling(120), watermark(HEURISTIC), lateness=EVER)
    assert max(count for _, count in kept.held) == 4


def test_late_events_without_a_late_rule_come_in_one_last_pane():
    seen = run(
        [(1, 5, 5), (2, 7, 30), (4, 8, 31)], tumbling(10), given([(20, 10), (40, 30)]), Trigger(late=None), 20
    )
    assert [(p.value, p.timing, p.last) for p in seen.panes] == [(1, "ON_TIME", False), (7, "LATE", True)]


def test_the_late_rule_begins_when_the_watermark_stands_on_the_end():
    """From that moment the early rule is silent; without an on-time pane it is never silenced."""
    events, steps = [(1, 5, 5), (2, 7, 30), (4, 8, 31)], given([(20, 10)])
    seen = run(events, tumbling(10), steps, Trigger(AfterCount(), late=AfterCount(2)), lateness=20)
    assert told(seen) == ["1 EARLY", "1 ON_TIME", "7 LATE"]
    seen = run(events, tumbling(10), steps, Trigger(AfterCount(), on_time=False, late=None), lateness=20)
    assert [(p.value, p.processing_time) for p in seen.panes] == [(1, 5), (3, 30), (7, 31)]


def test_windows_that_a_watermark_passes_at_once_speak_in_order_of_their_ends():
    events = [(1, 25, 1), (1, 5, 2), (1, 15, 3)]
    assert [p.window.start for p in run(events, tumbling(10), given([(9, 99)])).panes] == [0, 10, 20]


def test_windows_of_one_end_speak_in_order_of_their_starts_and_opening():
    events = [(1, 5, 1, "b"), (1, 5, 2, "a"), (1, 5, 3, "c")]
    assert [p.key for p in run(events, tumbling(10), []).panes] == ["b", "a", "c"]
    # One [0, 20) is opened after [10, 20).
    events = [(1, 10, 1, "b"), (1, 0, 2, "a"), (1, 5, 3, "a"), (1, 10, 4, "a")]
    assert [p.key for p in run(events, Sessions(10), []).panes] == ["a", "b"]
    # The one opened late waits for its end, which has passed; the other one for the end of its lateness.
    events = [(1, 5, 1, "b"), (1, 5, 12, "a"), (1, 5, 13, "b")]
    seen = run(events, tumbling(10), [(11, 10), (20, 40)], Trigger(late=None), lateness=20)
    assert [(p.key, p.timing) for p in seen.panes] == [("b", "ON_TIME"), ("b", "LATE"), ("a", "LATE")]


def test_alarms_of_one_moment_go_off_in_order_of_opening():
    seen = run([(1, 15, 1), (1, 5, 2)], tumbling(10), [], Trigger(Every(10)), until=10)
    assert [p.window.start for p in seen.panes if p.timing == "EARLY"] == [10, 0]
    # At 30 both are due; the alarm of the one opened later was set first.
    events = [(1, 15, 1), (1, 5, 20), (1, 15, 20)]
    seen = run(events, tumbling(10), [], Trigger(AfterDelay(10)), until=30)
    early = [(p.processing_time, p.window.start) for p in seen.panes if p.timing == "EARLY"]
    assert early == [(11, 10), (30, 10), (30, 0)]


def test_alarms_go_off_in_order_of_time_not_of_windows():
    """The first window is due at 11 and 23, the second at 12 and 22.5."""
    events = [(1, 5, 1), (1, 15, 2), (1, 16, 12.5), (1, 6, 13)]
    seen = run(events, tumbling(10), [], Trigger(AfterDelay(10)), until=100)
    assert [p.processing_time for p in seen.panes if p.timing == "EARLY"] == [11, 12, 22.5, 23]


def test_sliding_windows_may_refuse_an_event_one_by_one():
    seen = run([(1, 12, 12), (5, 9, 21)], Sliding(10, 5), given([(20, 11)]))
    assert [(event.value, window) for event, window in seen.refused] == [(5, Window(0, 10))]
    assert seen.dropped == ()
    assert read(seen.panes, "overwrites") == {(None, Window(5, 15)): 6, (None, Window(10, 20)): 1}


def test_keys_have_windows_of_their_own():
    seen = run([(1, 5, 5, "a"), (2, 6, 6, "b"), (4, 7, 7, "a")], Sessions(3), [])
    assert read(seen.panes, "overwrites") == {("a", Window(5, 10)): 5, ("b", Window(6, 9)): 2}


def test_an_event_at_the_moment_of_a_step_is_seen_before_it():
    assert run([(1, 5, 20)], tumbling(10), given([(20, 10)])).dropped == ()
    assert len(run([(1, 5, 21)], tumbling(10), given([(20, 10)])).dropped) == 1


# --- more published sequences ----------------------------------------------------------------------------------------


def values(output, key=None, timing=None):
    """Return the values of a key's panes, in the order of emission; of one timing, or all."""
    return [p.value for p in output.panes if p.key == key and timing in (None, p.timing)]


def test_processing_time_windows_examples_4_1_and_4_2():
    """By triggers on global time, and by the arrival for event time: 12, 18, 18."""
    rule = Trigger(Every(120), on_time=False)
    seen = run(stream(), Everything(), [], rule, mode="discarding", until=END)
    assert [(p.value, p.processing_time) for p in seen.panes] == [
        (12, clock("12:06:00")), (18, clock("12:08:00")), (18, clock("12:10:00"))
    ]  # fmt: skip
    ingress = [event._replace(event_time=event.processing_time) for event in stream()]
    assert values(run(ingress, tumbling(120), [])) == [12, 18, 18]


def test_aligned_delay_figure_2_7():
    seen = run(stream(), tumbling(120), [], Trigger(Every(120), on_time=False), EVER, until=END)
    said = defaultdict(list)
    for pane in seen.panes:
        said[pane.processing_time].append(pane.value)
    assert said == {clock("12:06:00"): [5, 7], clock("12:08:00"): [18, 4, 3], clock("12:10:00"): [14, 12]}


def test_sessions_example_4_3_as_the_book_prints_it():
    """With retractions and an aligned minute: 22 takes back both 7s, 36 takes back 5 and 22."""
    seen = run(
        stream(), Sessions(60), watermark(HEURISTIC), Trigger(Every(60)), EVER, "retracting", until=END
    )
    told_with = [(p.value, p.timing, sorted(value for _, value in p.retracts)) for p in seen.panes]
    assert told_with == [
        (5, "EARLY", []), (7, "EARLY", []), (5, "ON_TIME", [5]), (7, "EARLY", []), (22, "ON_TIME", [7, 7]),
        (3, "EARLY", []), (36, "LATE", [5, 22]), (12, "EARLY", [3]), (12, "ON_TIME", [12]),
    ]  # fmt: skip


MINUTE = 60


def leader_board(scores, steps, until):
    """Beam's LeaderBoardTest: windows of 20 min, early after 5, late after 10, an hour's lateness."""
    rule = Trigger(AfterDelay(5 * MINUTE), late=AfterDelay(10 * MINUTE))
    return run(scores, tumbling(20 * MINUTE), given(steps), rule, 60 * MINUTE, until=until)


def test_beam_leader_board_on_time_and_early():
    scores = [(3, 3, 0, "blue"), (2, 60, 0, "blue"), (3, 22, 0, "red"), (5, 180, 0, "blue"), (1, 240, 1, "red"),
              (2, 270, 1, "blue")]  # fmt: skip
    seen = leader_board(scores, [(0, 0), (0.5, 180)], 1)
    assert (values(seen, "blue"), values(seen, "red")) == ([12], [4])
    scores = [(3, 3, 0, "blue"), (2, 60, 0, "blue"), (5, 180, 600, "red"), (3, 22, 1320, "blue"), (4, 240, 1920, "red"),
              (2, 120, 1920, "blue")]  # fmt: skip
    seen = leader_board(scores, [(0, 0)], 1920)
    assert (values(seen, "blue"), values(seen, "red")) == ([5, 8, 10], [5, 9])


def test_beam_leader_board_late():
    """Late but before the watermark passes, late and seen to be, and too late."""
    scores = [(3, 3, 0, "blue"), (5, 480, 0, "blue"), (4, 120, 0, "red"), (3, 300, 0, "blue"), (2, 0, 2, "red"),
              (5, 60, 2, "red"), (2, 90, 2, "blue"), (3, 180, 2, "red")]  # fmt: skip
    seen = leader_board(scores, [(0, 0), (1, 19 * MINUTE), (3, 21 * MINUTE)], 3)
    assert (values(seen, "blue"), values(seen, "red")) == ([13], [14])
    scores = [(3, 3, 0, "blue"), (5, 480, 0, "blue"), (3, 60, 600, "red"), (4, 120, 600, "red"), (3, 300, 600, "blue"),
              (2, 0, 602, "red"), (5, 60, 602, "red"), (3, 180, 602, "red"), (9, 60, 1322, "red"),
              (1, 180, 1322, "red")]  # fmt: skip
    seen = leader_board(scores, [(0, 0), (599, 180), (601, 79 * MINUTE)], 1323)
    assert (values(seen, "blue", "ON_TIME"), values(seen, "red", "ON_TIME")) == ([11], [7])
    assert (values(seen, "blue", "LATE"), values(seen, "red", "LATE")[-1]) == ([], 27)
    scores = [(12, 0, 0, "blue"), (3, 0, 0, "red"), (4, 120, 2, "red"), (3, 0, 2, "blue"), (3, 180, 2, "blue"),
              (3, 1195, 5, "blue"), (7, 240, 5, "red")]  # fmt: skip
    seen = leader_board(scores, [(1, 1199), (3, 1200), (4, 81 * MINUTE)], 6)
    assert (values(seen, "blue"), values(seen, "red")) == ([18], [7])
    assert [event.value for event in seen.dropped] == [3, 7]


def test_beam_guide_panes_by_threes():
    scores = [(value, i, i) for i, value in enumerate([5, 8, 3, 15, 19, 23, 9, 13, 10])]
    by_threes = Trigger(AfterCount(3), on_time=False)
    for mode, said in (
        ("accumulating", [[5, 8, 3], [5, 8, 3, 15, 19, 23], [5, 8, 3, 15, 19, 23, 9, 13, 10]]),
        ("discarding", [[5, 8, 3], [15, 19, 23], [9, 13, 10]]),
    ):
        assert values(run(scores, Everything(), [], by_threes, 0, mode, combine=list)) == said


def test_dataflow_paper_sessions_of_half_an_hour():
    at = lambda time: clock(f"{time}:00")  # noqa: E731
    scores = [("v1", at("13:02"), 1, "k1"), ("v2", at("13:14"), 2, "k2"), ("v3", at("13:57"), 3, "k1"),
              ("v4", at("13:20"), 4, "k1")]  # fmt: skip
    table = read(run(scores, Sessions(1800), [], combine=list).panes, "overwrites")
    assert table == {
        ("k1", Window(at("13:02"), at("13:50"))): ["v1", "v4"],
        ("k1", Window(at("13:57"), at("14:27"))): ["v3"],
        ("k2", Window(at("13:14"), at("13:44"))): ["v2"],
    }


def harness(steps):
    """Return (events, watermark) of steps as in Flink's tests: (key, value, time); a watermark w is w + 1 here."""
    events = [(value, time, i, key) for i, (key, value, time) in enumerate(steps) if key != "watermark"]
    return events, given((i, time + 1) for i, (key, _, time) in enumerate(steps) if key == "watermark")


def test_flink_window_operator_sessions_of_three_seconds():
    events, steps = harness(
        [("k2", 1, 0), ("k2", 2, 1000), ("k2", 3, 2500), ("k1", 1, 10), ("k1", 2, 1000), ("k1", 3, 2500),
         ("k2", 4, 5501), ("k2", 5, 6000), ("k2", 5, 6000), ("k2", 6, 6050), ("watermark", 0, 12000),
         ("k2", 10, 15000), ("k2", 20, 15000), ("watermark", 0, 17999)]
    )  # fmt: skip
    assert read(run(events, Sessions(3000), steps).panes, "overwrites") == {
        ("k1", Window(10, 5500)): 6, ("k2", Window(0, 5500)): 6, ("k2", Window(5501, 9050)): 20,
        ("k2", Window(15000, 18000)): 30,
    }  # fmt: skip


def test_flink_window_operator_sliding_and_lateness():
    times = [
        ("k2", 3999),
        ("k2", 3000),
        ("k1", 20),
        ("k1", 0),
        ("k1", 999),
        ("k2", 1998),
        ("k2", 1999),
        ("k2", 1000),
    ]
    events, steps = harness(
        [(key, 1, time) for key, time in times] + [("watermark", 0, 1000 * i + 999) for i in range(8)]
    )
    seen = run(events, Sliding(3000, 1000), steps)
    assert [(p.key, p.window.end - 1, p.value) for p in seen.panes] == [
        ("k1", 999, 3), ("k1", 1999, 3), ("k2", 1999, 3), ("k1", 2999, 3), ("k2", 2999, 3), ("k2", 3999, 5),
        ("k2", 4999, 2), ("k2", 5999, 2),
    ]  # fmt: skip
    events, steps = harness(
        [("k2", 1, 500), ("watermark", 0, 1500), ("k2", 1, 1300), ("watermark", 0, 2300), ("k2", 1, 1997),
         ("watermark", 0, 6000), ("k2", 1, 1998), ("watermark", 0, 7000)]
    )  # fmt: skip
    seen = run(events, tumbling(2000), steps, lateness=500, mode="discarding")
    assert [(p.value, p.timing) for p in seen.panes] == [(2, "ON_TIME"), (1, "LATE")]
    assert [event.event_time for event in seen.dropped] == [1998]


# --- against a plain recount -----------------------------------------------------------------------------------------

EVENTS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(-60, 120), st.integers(0, 150), st.sampled_from("ab")).map(
        lambda e: Event(*e)
    ),
    max_size=25,
)
TRIGGERS = st.sampled_from(
    [Trigger(), Trigger(AfterDelay(7)), Trigger(AfterCount(), on_time=False), Trigger(Every(10), late=None),
     Trigger(None, True, AfterDelay(5)), Trigger(AfterCount(3), late=AfterCount(2)),
     Trigger(AfterDelay(9), late=Every(4))]
)  # fmt: skip
FIXED = st.sampled_from([tumbling(30), tumbling(7, 3), Sliding(30, 10), Sliding(20, 7)])


def recount(events, windows, refused):
    """Count each window in the plainest way: all events in it but those it refused."""
    gone = defaultdict(int)
    for event, window in refused:
        gone[event.key, window] += event.value
    table = defaultdict(int)
    for event in events:
        for window in windows.assign(event.event_time):
            table[event.key, window] += event.value
    return {place: total - gone[place] for place, total in table.items() if total != gone[place]}


@settings(max_examples=60, deadline=None)
@forall(EVENTS, FIXED, TRIGGERS, st.integers(0, 40), st.integers(0, 60))
def test_each_reader_ends_with_the_batch_answer(events, windows, trigger, lag, lateness):
    steps = fixed_lag(events, lag)
    for mode, reader in (("accumulating", "overwrites"), ("discarding", "adds"), ("retracting", "adds")):
        seen = run(events, windows, steps, trigger, lateness, mode)
        table = {place: value for place, value in read(seen.panes, reader).items() if value}
        assert table == recount(events, windows, seen.refused), mode
        assert [p.processing_time for p in seen.panes] == sorted(p.processing_time for p in seen.panes)


@settings(max_examples=60, deadline=None)
@forall(EVENTS, FIXED, TRIGGERS, st.integers(0, 40), st.integers(0, 60))
def test_panes_are_numbered_and_timed_as_the_model_says(events, windows, trigger, lag, lateness):
    seen = run(events, windows, fixed_lag(events, lag), trigger, lateness)
    of = defaultdict(list)
    for pane in seen.panes:
        of[pane.key, pane.window].append(pane)
    for panes in of.values():
        assert [pane.index for pane in panes] == list(range(len(panes)))
        timings = [pane.timing for pane in panes]
        assert timings == sorted(timings, key=["EARLY", "ON_TIME", "LATE"].index)
        assert timings.count("ON_TIME") <= 1
        settled = [pane.on_time_index for pane in panes if pane.timing != "EARLY"]
        assert settled == list(range(len(settled)))
        assert not any(pane.last for pane in panes[:-1])


@settings(max_examples=40, deadline=None)
@forall(EVENTS, st.randoms(use_true_random=False))
def test_under_a_perfect_watermark_nothing_is_dropped_whatever_the_order_of_arrival(events, random):
    moments = [event.processing_time for event in events]
    random.shuffle(moments)
    shuffled = [event._replace(processing_time=moment) for event, moment in zip(events, moments, strict=True)]
    outputs = [run(some, tumbling(30), perfect(some)) for some in (events, shuffled)]
    assert all(not output.refused for output in outputs)
    assert read(outputs[0].panes, "overwrites") == read(outputs[1].panes, "overwrites")


@settings(max_examples=60, deadline=None)
@forall(EVENTS, st.integers(1, 40), TRIGGERS)
def test_sessions_are_connected_components(events, gap, trigger):
    seen = run(events, Sessions(gap), [], trigger, mode="retracting")
    expected = {}
    for key in "ab":
        times = sorted((event.event_time, event.value) for event in events if event.key == key)
        breaks = np.flatnonzero(np.diff([time for time, _ in times]) >= gap) + 1
        for part in np.split(np.array(times).reshape(-1, 2), breaks):
            if len(part):
                expected[key, Window(part[0, 0], part[-1, 0] + gap)] = part[:, 1].sum()
    assert read(seen.panes, "overwrites") == expected


# --- wrong input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: run(stream(), tumbling(120), [], lateness=-1), "lateness is -1: it must be"),
        (lambda: run(stream(), tumbling(120), [], mode="adding"), "mode is 'adding': it must be one of"),
        (lambda: run(stream(), tumbling(120), [], until=0), "until is 0: it must be at or after"),
        (lambda: run([(1, float("nan"), 3)], tumbling(120), []), "event_time is nan: it must be a finite"),
        (lambda: run([(1, 3, None)], tumbling(120), []), "processing_time is None"),
        (
            lambda: run(stream(), tumbling(120), [(5, 9), (6, 8)]),
            "watermark is 8 after 9: it must never go back",
        ),
        (lambda: read([], "sums"), "reader is 'sums'"),
        (lambda: AfterDelay(-1), "delay is -1"),
        (lambda: Every(float("inf")), "period is inf"),
        (lambda: Every(10, float("nan")), "phase is nan"),
        (lambda: Trigger(early=60), "early is 60: it must be AfterCount"),
        (lambda: Trigger(late=AfterCount), "late is <class"),
        (lambda: Trigger(on_time="no"), "on_time is 'no'"),
        (lambda: run(stream(), tumbling(120), [], until=float("inf")), "until is inf: it must be"),
        (lambda: run(stream(), tumbling(120), [], until="x"), "until is 'x'"),
        (lambda: run(stream(), 120, []), "windows is 120: it must be tumbling"),
        (lambda: run(stream(), tumbling, []), "windows is <function tumbling"),
        (lambda: run(stream(), tumbling(120), [], AfterCount()), "trigger is AfterCount"),
        (lambda: run(stream(), tumbling(120), [], combine=None), "combine is None"),
        (lambda: run([("a", 5, 5)], tumbling(120), []), r"combine is sum, which fails on \['a'\]"),
        (lambda: run(stream(), tumbling(120), None), "watermark is None: it must be a list"),
        (lambda: run(None, tumbling(120), []), "events is None"),
        (lambda: run(Event(1, 2, 3), tumbling(120), []), "event is 1: it must be"),
        (lambda: run([(None, 5, 5)], tumbling(120), []), "event is .* must not be missing"),
        (lambda: run([(float("nan"), 5, 5)], tumbling(120), []), "event is .* must not be missing"),
        (lambda: run([(1, 5, 5, float("nan"))], tumbling(120), []), "event is .* must not be missing"),
        (lambda: run([(1, 5, 5, ["u"])], tumbling(120), []), "event is .* a hashable key"),
        (lambda: run([(1, 5, 5, (float("nan"), 1))], tumbling(120), []), "must not be missing"),
        (
            lambda: run([(1, 1e300, 5)], Sessions(10), []),
            "time is 1e[+]300: so far from 0 a gap of 10 is lost",
        ),
        (lambda: run([(1, 10**400, 5)], tumbling(120), []), "event_time is 10*"),
        (lambda: read([1], "adds"), "panes hold 1: each must be a Pane"),
        (lambda: read(run(stream(), tumbling(120), []), "adds"), "panes is Output"),
        (
            lambda: read(
                run([(1, 1, 1), (2, 2, 2)], tumbling(10), [], Trigger(AfterCount()), combine=set).panes,
                "adds",
            ),
            r"reader is 'adds', and \{1\} [+] \{1, 2\} fails \(TypeError\)",
        ),
        (lambda: run(pd.DataFrame({"value": [1]}), tumbling(10), []), "events is a DataFrame.*`from_table`"),
        (
            lambda: run([{"value": 1, "event_time": 1, "processing_time": 2}], tumbling(10), []),
            "event is {'value': 1.*`from_table`",
        ),
        (lambda: run([(np.ma.masked, 5, 5)], tumbling(120), []), "event is .* must not be missing"),
        (lambda: run([(1, 5, 5, frozenset({float("nan")}))], tumbling(120), []), "must not be missing"),
        (lambda: Every(0), "period is 0"),
        (lambda: AfterCount(0), "count is 0"),
    ],
)
def test_wrong_input_gets_a_sentence(wrong, sentence):
    with pytest.raises(InputError, match=sentence) as error:
        wrong()
    assert str(error.value).count(". ") == 0


def test_numbers_of_numpy_do_not_overflow():
    """Eight bits hold 255 at most, and 32 of them end in 2038."""
    events = [
        (np.uint8(200), np.int32(2**31 - 10), np.uint8(1)),
        (np.uint8(100), np.int32(2**31 - 5), np.uint8(2)),
    ]
    (pane,) = run(events, Sessions(60), fixed_lag(events, 30), combine=sum).panes
    assert (pane.value, pane.window) == (300, Window(2**31 - 10, 2**31 + 55))


def test_values_need_not_be_numbers():
    seen = run(
        [("a", 1, 1), ("b", 2, 30)], tumbling(10), [(20, 10)], lateness=20, mode="discarding", combine=list
    )
    assert read(seen.panes, "adds") == {(None, Window(0, 10)): ["a", "b"]}
    assert read(seen.panes, "overwrites") == {(None, Window(0, 10)): ["b"]}


def test_combine_gets_a_list_of_its_own():
    """A function that empties its list takes nothing from the window; one that fails on an empty list is told so."""
    drain = lambda values: sum(values.pop() for _ in range(len(values)))  # noqa: E731
    counting = Trigger(AfterCount())
    assert [
        p.value for p in run([(1, 1, 1), (2, 2, 2)], tumbling(10), [], counting, combine=drain).panes
    ] == [1, 3, 3]


@pytest.mark.parametrize(
    "fails", [max, lambda v: sum(v) / len(v), lambda v: v[0], lambda v: {1: v}[len(v)], lambda v: 1 / 0]
)
def test_a_combine_that_fails_is_told_on_what(fails):
    """A mean divides by nothing, the first of none is not there: the on-time pane has nothing new to discard."""
    with pytest.raises(InputError, match=r"combine is .*, which fails on \[\d?\] \(\w+: "):
        run([(1, 1, 1)], tumbling(10), [], Trigger(AfterCount()), mode="discarding", combine=fails)


def test_nothing_in_nothing_out():
    seen = run([], tumbling(60), [])
    assert (seen.panes, seen.dropped, seen.refused) == ((), (), ())


def test_unsorted_arrivals_are_put_in_order_and_duplicates_count_twice():
    events = stream()
    assert run(events[::-1], tumbling(120), watermark(HEURISTIC)) == run(
        events, tumbling(120), watermark(HEURISTIC)
    )
    assert told(run([*events, *events], tumbling(120), []))[0] == "28 ON_TIME"

"""The model against published pane sequences, and against a plain recount of what was not dropped."""

from collections import defaultdict

import numpy as np
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
    assert told(seen) == ["5 EARLY", "14 EARLY", "10 EARLY", "18 EARLY", "4 EARLY", "11 EARLY", "12 EARLY"]


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
        (lambda: run([(1, 10**400, 5)], tumbling(120), []), "event_time is 10*"),
        (lambda: read([1], "adds"), "panes hold 1: each must be a Pane"),
        (lambda: read(run(stream(), tumbling(120), []), "adds"), "panes is Output"),
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
    with pytest.raises(InputError, match=r"combine is max, which fails on \[\]"):
        run([(1, 1, 1)], tumbling(10), [], counting, mode="discarding", combine=max)


def test_nothing_in_nothing_out():
    seen = run([], tumbling(60), [])
    assert (seen.panes, seen.dropped, seen.refused) == ((), (), ())


def test_unsorted_arrivals_are_put_in_order_and_duplicates_count_twice():
    events = stream()
    assert run(events[::-1], tumbling(120), watermark(HEURISTIC)) == run(
        events, tumbling(120), watermark(HEURISTIC)
    )
    assert told(run([*events, *events], tumbling(120), []))[0] == "28 ON_TIME"

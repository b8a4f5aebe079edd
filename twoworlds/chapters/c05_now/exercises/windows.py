"""Exercise: count events in tumbling windows of event time."""

from collections import Counter
from itertools import groupby
from math import ceil

import numpy as np

from twoworlds.course.exercise import Exercise, Wrong

Events = list[tuple[float, float]]


def tumbling_counts(events: Events, size: int) -> dict[int, int]:
    """Return {start: events} for each window [start, start + size) that has any, from (event time, arrival) pairs."""
    return dict(Counter(int(event_time // size * size) for event_time, _ in events))


def _by_arrival(events: Events, size: int) -> dict[int, int]:
    return tumbling_counts([(arrival, arrival) for _, arrival in events], size)


def _end_included(events: Events, size: int) -> dict[int, int]:
    return dict(Counter((ceil(event_time / size) - 1) * size for event_time, _ in events))


def _truncated(events: Events, size: int) -> dict[int, int]:
    return dict(Counter(int(event_time / size) * size for event_time, _ in events))


def _numbered(events: Events, size: int) -> dict[int, int]:
    return dict(Counter(int(event_time // size) for event_time, _ in events))


def _in_runs(events: Events, size: int) -> dict[int, int]:
    return {start: len(list(run)) for start, run in groupby(int(t // size * size) for t, _ in events)}


def _cases() -> list[tuple[Events, int]]:
    rng = np.random.default_rng(51)
    event_time = rng.integers(-900, 2700, 60)
    arrival = event_time + rng.integers(1, 400, 60)
    return [
        ([(12, 14), (61, 95), (59, 130), (60, 62)], 60),
        ([(-5, 1), (-60, 3), (5, 8), (-61, 9)], 60),
        ([(30, 40), (300, 301), (31, 700), (299.5, 300.5)], 300),
        (list(zip(event_time.tolist(), arrival.tolist(), strict=True)), 300),
        ([], 60),
    ]


WINDOWS = Exercise(
    id="05.1",
    title="Count in windows",
    desk="platform",
    minutes=5,
    answer=tumbling_counts,
    cases=_cases,
    returns="a dict: start of the window (s) to number of events",
    wrongs=[
        Wrong("arrival", _by_arrival, "You cut by arrival: a click made at 59 s that arrives at 130 s still belongs to the first minute."),
        Wrong("end included", _end_included, "An event on an edge belongs to the window that begins there: 60 s is in [60, 120), not in [0, 60)."),
        Wrong("truncated", _truncated, "int() cuts towards zero, so what lies just before zero falls into the window after it: divide with //, which goes down."),
        Wrong("numbered", _numbered, "Your keys are the numbers of the windows: give each window by its start, number times size."),
        Wrong("runs", _in_runs, "You count runs of equal windows: events come in no order, so a window can come up again and overwrite its count."),
    ],
    hints=(
        "What do all events of one window have in common, if you only look at when they happened?",
        "The start of the window: the largest multiple of size that is not after the event time. Count how often each comes up.",
        "start = int(event_time // size * size), then counts[start] = counts.get(start, 0) + 1",
    ),
)  # fmt: skip

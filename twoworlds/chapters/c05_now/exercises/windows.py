"""Exercise: count events in tumbling windows of event time."""

from collections import Counter
from math import ceil

import numpy as np

from twoworlds.course.exercise import Exercise, Wrong

Events = list[tuple[float, float]]


def tumbling_counts(events: Events, size: int) -> dict[int, int]:
    """Return {start: events} for each window [start, start + size) that has any, from (event time, arrival) pairs."""
    return dict(Counter(int(event_time // size * size) for event_time, _ in events))


def _by_arrival(events: Events, size: int) -> dict[int, int]:
    return tumbling_counts([(arrival, arrival) for _, arrival in events], size)


def _truncated(events: Events, size: int) -> dict[int, int]:
    return dict(Counter(int(event_time / size) * size for event_time, _ in events))


def _by_end(events: Events, size: int) -> dict[int, int]:
    return dict(Counter(int(event_time // size * size) + size for event_time, _ in events))


def _edge(events: Events, size: int) -> dict[int, int]:
    return dict(Counter((ceil(event_time / size) - 1) * size for event_time, _ in events))


def _numbered(events: Events, size: int) -> dict[int, int]:
    return dict(Counter(int(event_time // size) for event_time, _ in events))


def _cases() -> list[tuple[Events, int]]:
    rng = np.random.default_rng(51)
    event_time = rng.integers(-900, 2700, 60)
    arrival = event_time + rng.integers(1, 400, 60)
    return [
        ([(12, 14), (61, 95), (59, 130), (60, 62)], 60),
        ([(-5, 1), (-60, 3), (5, 8), (-61, 9)], 60),
        ([(30, 40), (300, 301), (31, 700), (299.5, 300.5)], 300),
        ([(-0.5, 1), (-60.5, 2), (700, 701), (700, 701)], 60),
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
        Wrong("truncated", _truncated, "int() cuts towards zero, so what lies just before zero falls into the window after it: divide with //, which goes down."),
        Wrong("numbered", _numbered, "Your keys are the numbers of the windows: give each window by its start, number times size."),
        Wrong("by end", _by_end, "You name each window by its end: give its start."),
        Wrong("edge", _edge, "An event that happens exactly at an edge falls into the window before it in yours: a window includes its start and not its end."),
    ],
    hints=(
        "What do all events of one window have in common, if you only look at when they happened?",
        "The start of the window: the largest multiple of size that is not after the event time. Count how often each comes up.",
        "start = int(event_time // size * size); counts[start] = counts.get(start, 0) + 1  # for each event; counts = {} before",
    ),
)  # fmt: skip

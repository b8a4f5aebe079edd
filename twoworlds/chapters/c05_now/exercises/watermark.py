"""Exercise: what becomes of an event under a watermark that lags behind the latest event seen."""

from math import inf

import numpy as np

from twoworlds.course.exercise import Exercise, Wrong


def fates(event_times: list[float], size: int, lag: float, lateness: float) -> list[str]:
    """Return "on time", "late" or "dropped" for each event, given in order of arrival."""
    latest, told = -inf, []
    for time in event_times:
        watermark, end = latest - lag, time // size * size + size
        told.append("on time" if watermark < end else "late" if watermark < end + lateness else "dropped")
        latest = max(latest, time)
    return told


def _judged(
    event_times: list[float], lateness: float, watermarks: list[float], bounds: list[float]
) -> list[str]:
    return [
        "on time" if watermark < bound else "late" if watermark < bound + lateness else "dropped"
        for watermark, bound in zip(watermarks, bounds, strict=True)
    ]


def _watermarks(event_times: list[float], lag: float) -> list[float]:
    return [max(event_times[:i], default=-inf) - lag for i in range(len(event_times))]


def _ends(event_times: list[float], size: int) -> list[float]:
    return [time // size * size + size for time in event_times]


def _goes_back(event_times: list[float], size: int, lag: float, lateness: float) -> list[str]:
    back = [(event_times[i - 1] if i else -inf) - lag for i in range(len(event_times))]
    return _judged(event_times, lateness, back, _ends(event_times, size))


def _by_event_time(event_times: list[float], size: int, lag: float, lateness: float) -> list[str]:
    return _judged(event_times, lateness, _watermarks(event_times, lag), event_times)


def _edge_missed(event_times: list[float], size: int, lag: float, lateness: float) -> list[str]:
    # A hair of lag more: only a watermark that stands exactly at a limit falls short of it.
    return fates(event_times, size, lag + 1e-9, lateness)


def _from_zero(event_times: list[float], size: int, lag: float, lateness: float) -> list[str]:
    return fates([0, *event_times], size, lag, lateness)[1:]


def _from_the_start(event_times: list[float], size: int, lag: float, lateness: float) -> list[str]:
    # Late until the window's start plus the lateness.
    ends, marks = _ends(event_times, size), _watermarks(event_times, lag)
    return [
        "on time" if mark < end else "late" if mark < end - size + lateness else "dropped"
        for mark, end in zip(marks, ends, strict=True)
    ]


def _cases() -> list[tuple[list[float], int, float, float]]:
    rng = np.random.default_rng(52)
    happened = np.cumsum(rng.integers(1, 30, 60))
    arrival = happened + np.where(rng.random(60) < 0.3, rng.integers(30, 400, 60), rng.integers(0, 10, 60))
    many = happened[np.argsort(arrival, kind="stable")].tolist()
    return [
        ([10, 70, 50, 131, 40], 60, 5, 60),
        ([10, 65, 50, 125, 55], 60, 5, 60),
        ([100, 20, 161, 40, 99], 60, 0, 0),
        ([-130, -20, 700, -95.5, 310, 20], 300, 15, 600),
        ([10, 62, 58], 60, 5, 60),
        ([-700.0, -400.0, -100.0, -500.0], 300, 15, 60),  # before midnight: the watermark never stands at 0
        ([10, 96, 20], 60, 5, 30),  # 91 is past 60 + 30, and in the window that begins at 60
        (many, 60, 20, 120),
        (many, 60, 0, 60),
        ([], 60, 5, 60),
    ]


WATERMARK = Exercise(
    id="05.2",
    title="On time, late or dropped?",
    desk="platform",
    minutes=10,
    answer=fates,
    cases=_cases,
    returns='a list of strings: "on time", "late" or "dropped", one an event',
    wrongs=[
        Wrong("goes back", _goes_back, "Your watermark goes back when an old event arrives. It follows the latest event time seen so far, and never retreats."),
        Wrong("event time", _by_event_time, "You compare the event's own time with the watermark. What counts is its window: it is in time while the watermark is before the window's end."),
        Wrong("edge missed", _edge_missed, "A watermark that stands exactly at a limit has reached it, at the window's end and at the end plus the lateness: compare with >=, both times."),
        Wrong("from zero", _from_zero, "Your watermark starts at the time 0. Before the first event nothing is known, and times may be negative: let the latest event time start at -math.inf."),
        Wrong("from the start", _from_the_start, "You count the lateness from the window's start: it begins when the window ends."),
    ],
    hints=(
        "Keep one number while you go through the events. What do you know before each of them arrives?",
        "Keep the latest event time seen. Before each event the watermark is that minus lag; compare it with the end of the event's window, then with the end plus lateness.",
        'watermark, end = latest - lag, time // size * size + size; fate = "on time" if watermark < end else "late" if watermark < end + lateness else "dropped"  # then move latest',
    ),
)  # fmt: skip

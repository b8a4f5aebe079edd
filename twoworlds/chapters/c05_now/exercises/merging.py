"""Exercise: an event joins the sessions that are there, and may turn two into one."""

from collections.abc import Callable

import numpy as np

from twoworlds.course.compare import same
from twoworlds.course.exercise import Exercise, Wrong

Sessions = list[tuple[float, float]]


def add_event(sessions: Sessions, time: float, gap: float) -> Sessions:
    """Return the sessions, in order, after an event at `time`: its own [time, time + gap) merged with all it overlaps."""
    start, end = time, time + gap
    touched = [s for s in sessions if s[0] < end and start < s[1]]
    merged = (min([start, *(s[0] for s in touched)]), max([end, *(s[1] for s in touched)]))
    return sorted([*(s for s in sessions if s not in touched), merged])


def _previous_only(sessions: Sessions, time: float, gap: float) -> Sessions:
    before = [s for s in sessions if s[0] <= time < s[1]]
    rest = [s for s in sessions if s not in before]
    return sorted([*rest, (before[0][0], max(before[0][1], time + gap)) if before else (time, time + gap)])


def _touching(sessions: Sessions, time: float, gap: float) -> Sessions:
    touched = [s for s in sessions if s[0] <= time + gap and time <= s[1]]
    merged = (min([time, *(s[0] for s in touched)]), max([time + gap, *(s[1] for s in touched)]))
    return sorted([*(s for s in sessions if s not in touched), merged])


def _shrinks(sessions: Sessions, time: float, gap: float) -> Sessions:
    merged: Sessions = []
    for start, end in sorted([*sessions, (time, time + gap)]):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _own_end(sessions: Sessions, time: float, gap: float) -> Sessions:
    touched = [s for s in sessions if s[0] < time + gap and time < s[1]]
    merged = (min([time, *(s[0] for s in touched)]), time + gap)
    return sorted([*(s for s in sessions if s not in touched), merged])


def _first_overlap(sessions: Sessions, time: float, gap: float) -> Sessions:
    for at, (start, end) in enumerate(sessions):
        if start < time + gap and time < end:
            return [*sessions[:at], (min(start, time), max(end, time + gap)), *sessions[at + 1 :]]
    return sorted([*sessions, (time, time + gap)])


def _both_ways(sessions: Sessions, time: float, gap: float) -> Sessions:
    touched = [s for s in sessions if s[0] < time + gap and time - gap < s[1]]
    merged = (min([time, *(s[0] for s in touched)]), max([time + gap, *(s[1] for s in touched)]))
    return sorted([*(s for s in sessions if s not in touched), merged])


def _cut_short(value: object, expected: object, sessions: Sessions, time: float, gap: float) -> str | None:
    """Name a sixth slip: where it first goes wrong, those that give the same have gone wrong before."""
    if same(value, _shrinks(sessions, time, gap)):
        return "you cut a long session at the end of the last one that joins it. An old event must not shorten it: take the latest end, with max."
    return None


def replay(step: Callable[[Sessions, float, float], Sessions], times: list[float], gap: float) -> Sessions:
    """Return the sessions after events at `times`, one by one."""
    sessions: Sessions = []
    for time in times:
        sessions = step(sessions, time, gap)
    return sessions


def _cases() -> list[tuple[Sessions, float, float]]:
    rng = np.random.default_rng(54)
    some = replay(add_event, rng.integers(0, 900, 14).tolist(), 30)
    return [
        ([(0, 40), (60, 95)], 35, 30),
        ([(0, 30)], 30, 30),
        ([(0, 90), (200, 230)], 10, 30),
        ([(50, 80)], 25, 30),
        ([(100, 130), (300, 330)], 10, 30),
        ([], 7, 30),
        ([(0, 40)], 35, 30),
        ([(50, 80)], 20, 30),
        *((some, int(time), 30) for time in rng.integers(0, 900, 8)),
    ]


MERGE = Exercise(
    id="05.4",
    title="Two sessions become one",
    desk="platform",
    minutes=12,
    answer=add_event,
    accepts=_cut_short,
    cases=_cases,
    returns="a list of pairs: start and end of each session (s), in order",
    wrongs=[
        Wrong("previous only", _previous_only, "You look only at the session that the event falls into. Its own window may also reach into the next one, and then all three are one."),
        Wrong("first overlap", _first_overlap, "You stop at the first session that overlaps. An event may join more than two: take all that overlap."),
        Wrong("both ways", _both_ways, "You give the event a gap on both sides. The gap runs only forward: its own window is [time, time + gap)."),
        Wrong("touching", _touching, "Sessions that only touch stay apart: an event exactly gap after the last one opens a new session."),
        Wrong("own end", _own_end, "Your session ends at time + gap. A session that it joins may end later: take the latest end, with max."),
    ],
    hints=(
        "Give the event a session of its own first. Which of the others does it share a moment with? There may be more than one.",
        "Two windows overlap if each starts before the other ends. Replace all that overlap, and the event's own, by one from the earliest start to the latest end.",
        "touched = [s for s in sessions if s[0] < time + gap and time < s[1]]; start = min([time] + [s[0] for s in touched])  # the end likewise; then sort what is left with the new one",
    ),
)  # fmt: skip

"""Where in event time: cutting an endless stream into windows [start, end).

A window holds the events with start <= time < end: an event on an edge belongs to the window that begins there.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from twoworlds.errors import InputError, require_whole
from twoworlds.platform.stream.events import as_span, as_time

_LONGEST = 10**15
_MOST = 10_000  # windows of one event


class Window(NamedTuple):
    """The times from `start` (included) to `end` (excluded)."""

    start: float
    end: float


@dataclass(frozen=True)
class Sliding:
    """Windows of `size` that begin `every` so often: an event is in size / every of them, rounded up or down.

    All three are whole numbers of the time unit, so that edges are exact; choose milliseconds to cut finer. An
    event may be in 10,000 windows at most.
    """

    size: int
    every: int
    offset: int = 0
    merging = False

    def __post_init__(self) -> None:
        size = require_whole("size", self.size, 1, _LONGEST)
        every = require_whole("every", self.every, -(-size // _MOST), size)
        offset = require_whole("offset", self.offset, -_LONGEST, _LONGEST)
        for name, whole in {"size": size, "every": every, "offset": offset}.items():
            object.__setattr__(self, name, whole)

    def assign(self, time: float) -> list[Window]:
        """Return the windows of an event time, the earliest first."""
        # All edges are whole numbers, so this loses nothing and keeps them exact.
        whole = math.floor(as_time("time", time))
        last = whole - (whole - self.offset) % self.every
        starts = range(last, whole - self.size, -self.every)
        return [Window(start, start + self.size) for start in reversed(starts)]


def tumbling(size: int, offset: int = 0) -> Sliding:
    """Return windows of `size` side by side, also called fixed windows: every event is in exactly one."""
    return Sliding(size, size, offset)


@dataclass(frozen=True)
class Sessions:
    """One window for each burst: events less than `gap` apart belong together, and windows merge when one bridges them.

    Two events exactly `gap` apart are two sessions (as in the Dataflow model and Apache Beam; Apache Flink joins them).
    A late event is judged by its own window [time, time + gap), as in Beam, and dropped if that is gone, though a
    session that it overlaps may live; Flink judges the merged window. A session that is forgotten merges with nothing
    more: an event that overlaps it and isn't too late itself begins another, so two sessions may come that overlap (as
    in Beam, BEAM-3568).
    """

    gap: float
    merging = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "gap", as_span("gap", self.gap, 1e-6, _LONGEST))

    def assign(self, time: float) -> list[Window]:
        """Return the window of an event time on its own, before merging."""
        time = as_time("time", time)
        if not time < time + self.gap:
            raise InputError(f"time is {time:g}: so far from 0 a gap of {self.gap:g} is lost in rounding.")
        return [Window(time, time + self.gap)]


@dataclass(frozen=True)
class Everything:
    """One window for all of time: what a batch job has."""

    merging = False

    def assign(self, time: float) -> list[Window]:
        """Return the one window."""
        as_time("time", time)
        return [Window(-math.inf, math.inf)]


Windows = Sliding | Sessions | Everything


def overlap(one: Window, other: Window) -> bool:
    """Tell whether two windows share a moment; windows that only touch don't."""
    return one.start < other.end and other.start < one.end

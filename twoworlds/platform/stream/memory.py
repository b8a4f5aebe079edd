"""What a running stream keeps: the windows in memory, what is in each, and whose turn is next.

No question here goes through all windows: alarms and ends wait in heaps, and a key's sessions lie in order of time.
"""

import heapq
import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from twoworlds.platform.stream.windows import Window

Place = tuple[Hashable, Window]  # whose window, and which


@dataclass
class Kept:
    """What is kept of one window of one key. Values go by the number of their event, in order of arrival."""

    number: int  # of the window, in the order in which windows were opened
    born_late: bool  # the watermark had passed the window's end before it was first needed
    values: dict[int, Any] = field(default_factory=dict)  # all of them
    pending: dict[int, Any] = field(default_factory=dict)  # those since the last pane
    mixed: set[str] = field(default_factory=set)  # "values", "pending": which are still to be put in order
    due: float = math.inf  # processing time of the next early or late pane
    panes: int = 0
    settled: int = 0  # panes that weren't early
    shown: list[tuple[Window, Any]] = field(default_factory=list)  # what a reader holds of it

    def take(self, number: int, value: Any) -> None:
        """Add an event's value; numbers must go up."""
        self.values[number] = self.pending[number] = value

    def inherit(self, olds: list["Kept"]) -> None:
        """Take over the values of older windows and what readers hold of them; panes are counted from 0 again."""
        if olds:
            self.values = _together([old.values for old in olds])
            self.pending = _together([old.pending for old in olds])
            self.mixed = {"values", "pending"} if len(olds) > 1 else olds[0].mixed
            self.shown = [pair for old in olds for pair in old.shown]

    def listed(self, only_pending: bool) -> list:
        """Return the values in order of arrival, all or only those since the last pane."""
        name = "pending" if only_pending else "values"
        # Only now, and only this part: sorting all at every merge or pane would take long sessions quadratic time.
        if name in self.mixed:
            setattr(self, name, dict(sorted(getattr(self, name).items())))
            self.mixed.remove(name)
        return list(getattr(self, name).values())


def _together(parts: list[dict[int, Any]]) -> dict[int, Any]:
    """Return all parts in the largest of them, so that no value is copied often."""
    largest = max(parts, key=len)
    for part in parts:
        if part is not largest:
            largest.update(part)
    return largest


class OpenWindows:
    """The windows in memory, by place."""

    def __init__(self) -> None:
        self.kept: dict[Place, Kept] = {}
        self._opened = itertools.count()
        # Heaps of (moment, number of the window, place). What is out of date stays in until its moment comes.
        self._alarms: list[tuple[float, int, Place]] = []
        self._marks: list[tuple[float, int, Place]] = []
        self._sessions: dict[Hashable, list[Window]] = {}  # of each key, in order of time: they never overlap

    def open(self, place: Place, born_late: bool, merged: Sequence[Place] = ()) -> None:
        """Open a window, for all that the merged ones keep; they are no more, and so are their alarms."""
        olds = [self.kept.pop(old) for old in merged]
        self.kept[place] = Kept(next(self._opened), born_late)
        self.kept[place].inherit(olds)
        self.watch(place, place[1].end)

    def forget(self, place: Place) -> None:
        """Drop a window and all that is kept of it."""
        del self.kept[place]
        if row := self._sessions.get(place[0]):
            del row[bisect_left(row, place[1])]
            if not row:
                del self._sessions[place[0]]

    def absorb(self, key: Hashable, alone: Window) -> tuple[Window, list[Place]]:
        """Return the session that `alone` makes with those it overlaps, and these, the first opened first.

        From then on the key has that session in their place; what they keep is still there.
        """
        row = self._sessions.setdefault(key, [])
        first = bisect_right(row, alone.start, key=lambda window: window.end)
        last = bisect_left(row, alone.end, key=lambda window: window.start)
        touched = row[first:last]
        spans = [*touched, alone]
        merged = Window(min(span.start for span in spans), max(span.end for span in spans))
        row[first:last] = [merged]
        return merged, sorted(((key, span) for span in touched), key=lambda place: self.kept[place].number)

    def set_alarm(self, place: Place, due: float) -> None:
        """Let a window speak at processing time `due`, unless it is to speak earlier anyway."""
        kept = self.kept[place]
        if due < kept.due:
            kept.due = due
            heapq.heappush(self._alarms, (due, kept.number, place))

    def ringing(self, now: float, also_at: bool) -> Iterator[tuple[Place, float]]:
        """Yield windows with alarms before `now`, or also at it: the earliest first, of one moment the first opened."""
        while self._alarms and (self._alarms[0][0] < now or (also_at and self._alarms[0][0] == now)):
            due, _, place = heapq.heappop(self._alarms)
            if place in self.kept and self.kept[place].due == due:  # nothing has come in between
                yield place, due

    def watch(self, place: Place, mark: float) -> None:
        """Ask to be told when the watermark reaches `mark`."""
        heapq.heappush(self._marks, (mark, self.kept[place].number, place))

    def reached(self, watermark: float) -> list[Place]:
        """Return the windows whose mark the watermark has reached, in order of their ends, starts and opening."""
        places = []
        while self._marks and self._marks[0][0] <= watermark:
            places.append(heapq.heappop(self._marks)[-1])
        living = [place for place in places if place in self.kept]
        return sorted(living, key=lambda place: (place[1].end, place[1].start, self.kept[place].number))

"""The Dataflow model: from events and a watermark to panes, one window at a time, in plain steps.

What is computed (`combine`), where in event time (windows), when in processing time (watermark, trigger, allowed
lateness), and how a window's panes relate (mode). Akidau et al., The Dataflow Model (VLDB 2015), and Streaming Systems
(O'Reilly 2018), chapters 2 and 4. Timing and index of panes follow Apache Beam's PaneInfo.

An event that is given twice counts twice (`dedupe` is for that). At one processing time, events come first, in the
order given, then the alarms that are due, then the watermark: a micro-batch gives one pane a tick.
"""

import itertools
import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from twoworlds.errors import InputError, require_one_of, shown
from twoworlds.platform.stream.events import FARTHEST, Event, arrival_order, as_list, as_span
from twoworlds.platform.stream.memory import Kept, OpenWindows, Place
from twoworlds.platform.stream.triggers import Rule, Trigger
from twoworlds.platform.stream.watermarks import Step, given
from twoworlds.platform.stream.windows import Window, Windows

Mode = Literal["accumulating", "discarding", "retracting"]
Timing = Literal["EARLY", "ON_TIME", "LATE"]


@dataclass(frozen=True)
class Pane:
    """One thing that a window says.

    `value` covers all events so far (accumulating, retracting) or those since the last pane (discarding). `index`
    counts the window's panes from 0, `on_time_index` those that aren't early (-1 for an early one). `retracts` names
    what the reader must take back first: (window, value) pairs, in retracting mode only. `last` is set if the window
    is forgotten at the same moment.
    """

    window: Window
    value: Any
    timing: Timing
    index: int
    on_time_index: int
    processing_time: float
    key: Hashable = None
    last: bool = False
    retracts: tuple[tuple[Window, Any], ...] = ()


@dataclass(frozen=True)
class Output:
    """What came of a stream: its panes in the order of emission, and what was lost and kept on the way."""

    panes: tuple[Pane, ...]
    dropped: tuple[Event, ...]  # too late for every window of theirs
    refused: tuple[
        tuple[Event, Window], ...
    ]  # each event with each window that was gone: sliding windows may differ
    held: tuple[tuple[float, int], ...]  # (processing time, windows in memory from then on)

    def of(self, start: float, key: Hashable = None) -> list[Pane]:
        """Return the panes of the window that begins at `start`."""
        return [pane for pane in self.panes if pane.window.start == start and pane.key == key]


def run(
    events: Iterable[Event | tuple],
    windows: Windows,
    watermark: Iterable[tuple[float, float]],
    trigger: Trigger | None = None,
    lateness: float = 0,
    mode: Mode = "accumulating",
    combine: Callable[[Sequence], Any] = sum,
    until: float | None = None,
) -> Output:
    """Run a stream to its end and return its panes.

    `watermark` is a list of (processing time, watermark), see `watermarks`. A window is forgotten, and refuses events,
    once the watermark reaches its end plus `lateness` (s). After the last input, alarms until the processing time
    `until` go off; then the watermark goes to infinity. `combine` gets a list of values in order of arrival, an empty
    one for an on-time pane with nothing new to discard (`np.mean` makes nan of it). Raises InputError for what can't be
    run, each part named.

    Values must be finite if they are to be summed: inf and -inf make nan. Time grows with the events and with the
    values that accumulating panes repeat, whatever the number of windows in memory.
    """
    lateness = as_span("lateness", lateness, 0)
    require_one_of("mode", mode, ("accumulating", "discarding", "retracting"))
    _require_parts(windows, trigger, combine)
    inputs = sorted([*arrival_order(events), *given(watermark)], key=_moment)
    last = _moment(inputs[-1]) if inputs else 0
    end = last if until is None else as_span("until", until, -FARTHEST, FARTHEST)
    if end < last:
        raise InputError(f"until is {until}: it must be at or after the last input, at {last:g}.")
    machine = _Machine(windows, trigger or Trigger(), lateness, mode, combine)
    for now, together in itertools.groupby(inputs, key=_moment):
        machine.live(now, list(together))
    machine.sound_alarms(end)
    machine.advance(math.inf, end)
    machine.note(end)
    return Output(*(tuple(part) for part in (machine.panes, machine.dropped, machine.refused, machine.held)))


def _moment(one: Event | Step) -> float:
    return one.processing_time


def _require_parts(windows: Any, trigger: Any, combine: Any) -> None:
    if not isinstance(windows, Windows):
        raise InputError(
            f"windows is {shown(windows)}: it must be tumbling, Sliding, Sessions or Everything."
        )
    if trigger is not None and not isinstance(trigger, Trigger):
        raise InputError(
            f"trigger is {shown(trigger)}: it must be a Trigger, such as Trigger(early=Every(60))."
        )
    if not callable(combine):
        raise InputError(f"combine is {shown(combine)}: it must be a function of a list, such as sum.")


class _Machine:
    """The state of a running stream."""

    def __init__(self, windows: Windows, trigger: Trigger, lateness: float, mode: Mode, combine: Callable):
        self.windows, self.trigger, self.lateness = windows, trigger, lateness
        self.mode, self.combine = mode, combine
        self.watermark, self.arrived = -math.inf, 0
        self.memory = OpenWindows()
        self.panes, self.dropped, self.refused, self.held = [], [], [], []

    def live(self, now: float, inputs: list[Event | Step]) -> None:
        """Go through one moment: what was due before it, its events, what is due at it, its steps of the watermark."""
        self.sound_alarms(now, also_at=False)
        for event in (one for one in inputs if isinstance(one, Event)):
            self.add(event, now)
            self.note(now)
        self.sound_alarms(now)
        for step in (one for one in inputs if isinstance(one, Step)):
            self.advance(step.watermark, now)
            self.note(now)

    def add(self, event: Event, now: float) -> None:
        """Put an event into each of its windows that is still there."""
        self.arrived += 1
        taken = False
        for alone in self.windows.assign(event.event_time):
            if self._gone(alone):  # as in Beam, an event too late by itself is dropped before sessions merge
                self.refused.append((event, alone))
                continue
            taken = True
            place = self._place(event.key, alone)
            kept, rule = self.memory.kept[place], self._rule(place[1])
            kept.take(self.arrived, event.value)
            if rule:
                self.memory.set_alarm(place, rule.due(now, len(kept.pending)))
            if kept.due < now:  # a count that is full; rules of time wait for the end of the moment
                self._fire(place, now)
        if not taken:
            self.dropped.append(event)

    def advance(self, watermark: float, now: float) -> None:
        """Move the watermark: windows that it passes speak, windows that it leaves far behind are forgotten."""
        self.watermark = watermark
        for place in self.memory.reached(watermark):
            kept, gone = self.memory.kept[place], self._gone(place[1])
            due_on_time = self.trigger.on_time and not kept.settled and not kept.born_late
            if due_on_time or (gone and kept.pending):
                self._fire(place, now, last=gone)
            if gone:
                self.memory.forget(place)
            else:
                self.memory.watch(place, self._last_moment(place[1]))

    def sound_alarms(self, now: float, also_at: bool = True) -> None:
        """Emit the early and late panes that are due before `now`, or also at it, each at its own time."""
        for place, due in self.memory.ringing(now, also_at):
            self._fire(place, due)

    def note(self, now: float) -> None:
        """Write down how many windows are in memory, if that has changed."""
        if not self.held or self.held[-1][1] != len(self.memory.kept):
            self.held.append((now, len(self.memory.kept)))

    def _last_moment(self, window: Window) -> float:
        """Return where the watermark stands when the window is forgotten."""
        return window.end + self.lateness

    def _gone(self, window: Window) -> bool:
        return self._last_moment(window) <= self.watermark

    def _past_end(self, window: Window) -> bool:
        """Tell whether the late rule has taken over from the early one."""
        return self.trigger.on_time and window.end <= self.watermark

    def _rule(self, window: Window) -> Rule | None:
        """Return what triggers the window's next pane, apart from the watermark."""
        return self.trigger.late if self._past_end(window) else self.trigger.early

    def _place(self, key: Hashable, alone: Window) -> Place:
        """Return the place of an event in memory: of its own window, or of the session that this one merges into."""
        window, touched = self.memory.absorb(key, alone) if self.windows.merging else (alone, [])
        place = key, window
        if place not in self.memory.kept:
            # A late alarm falls silent in a session that isn't over yet (as in Beam): only the early rule may speak.
            still = [old for old in touched if self._past_end(old[1]) == self._past_end(window)]
            due = min((self.memory.kept[old].due for old in still), default=math.inf)
            self.memory.open(place, window.end <= self.watermark, touched)
            self.memory.set_alarm(place, due)
        return place

    def _fire(self, place: Place, now: float, last: bool = False) -> None:
        (key, window), kept = place, self.memory.kept[place]
        timing = self._timing(window, kept)
        value = self._combined(kept.listed(only_pending=self.mode == "discarding"))
        on_time_index = -1 if timing == "EARLY" else kept.settled
        retracts = tuple(kept.shown) if self.mode == "retracting" else ()
        self.panes.append(Pane(window, value, timing, kept.panes, on_time_index, now, key, last, retracts))
        kept.pending, kept.due = {}, math.inf
        kept.panes, kept.settled = kept.panes + 1, on_time_index + 1
        kept.shown = [(window, value)]

    def _combined(self, values: list) -> Any:
        try:
            return self.combine(values)
        except Exception as problem:  # whatever somebody else's function raises
            name = getattr(self.combine, "__name__", "a function")
            raise InputError(
                f"combine is {name}, which fails on {shown(values)} ({type(problem).__name__}: {problem}): "
                "it must take any list of the events' values, an empty one too."
            ) from problem

    def _timing(self, window: Window, kept: Kept) -> Timing:
        if kept.settled or kept.born_late:
            return "LATE"
        return "EARLY" if self.watermark < window.end else "ON_TIME"


def read(panes: Iterable[Pane], reader: Literal["overwrites", "adds"]) -> dict[Place, Any]:
    """Return the table {(key, window): value} of a reader that overwrites a window's row with each pane, or adds to it.

    Retractions are taken back first. A reader that overwrites needs accumulating panes; one that adds needs discarding
    panes, each exactly once; sessions that merged leave stale rows behind unless they are retracted.
    """
    require_one_of("reader", reader, ("overwrites", "adds"))
    table: dict[Place, Any] = {}
    for pane in as_list("panes", panes):
        if not isinstance(pane, Pane):
            raise InputError(f"panes hold {shown(pane)}: each must be a Pane, as in the output of `run`.")
        for window, _ in pane.retracts:  # all that a reader holds of it is the value of its last pane
            table.pop((pane.key, window), None)
        place = pane.key, pane.window
        table[place] = _sum(table[place], pane.value) if reader == "adds" and place in table else pane.value
    return table


def _sum(held: Any, value: Any) -> Any:
    try:
        return held + value
    except Exception as problem:  # whatever somebody else's type raises
        raise InputError(
            f"reader is 'adds', and {shown(held)} + {shown(value)} fails ({type(problem).__name__}): "
            "the panes' values must be such that can be added, such as numbers or lists."
        ) from problem

"""When in processing time: what makes a window speak before, at, and after its end.

A rule is asked at every event when the window's next pane is due; the earliest of its answers stands. A pane that a
rule of time makes due holds all that has come up to and including that moment; a count speaks in between.
"""

import math
from dataclasses import dataclass

from twoworlds.errors import InputError, require_whole, shown
from twoworlds.platform.stream.events import FARTHEST, as_span


@dataclass(frozen=True)
class AfterCount:
    """Speak when `count` events have come since the last pane; with the default, at every event.

    Counts event by event, also if several come at one moment. (Apache Beam counts by the bundle that it was handed.)
    """

    count: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", require_whole("count", self.count, 1, 10**12))

    def due(self, now: float, pending: int) -> float:
        """Return when the pane is due after an event that makes `pending` new ones: -inf, at once, or inf, not yet."""
        return -math.inf if pending >= self.count else math.inf


@dataclass(frozen=True)
class AfterDelay:
    """Speak `delay` of processing time after the first event since the last pane."""

    delay: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "delay", as_span("delay", self.delay, 0))

    def due(self, now: float, pending: int) -> float:
        """Return when the pane is due, as seen by an event that comes `now`."""
        return now + self.delay


@dataclass(frozen=True)
class Every:
    """Speak at processing times phase, phase + period, phase + 2 period ... if there is anything new: a micro-batch.

    What comes on a tick is in that tick's pane.
    """

    period: float
    phase: float = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "period", as_span("period", self.period, 1e-6, FARTHEST))
        object.__setattr__(self, "phase", as_span("phase", self.phase, -FARTHEST, FARTHEST))

    def due(self, now: float, pending: int) -> float:
        """Return when the pane is due, as seen by an event that comes `now`."""
        since, period = now - self.phase, self.period
        # Whole numbers are divided as such: a float has no room for the last digits of nanoseconds.
        whole = isinstance(since, int) and isinstance(period, int)
        ticks = -(-since // period) if whole else math.ceil(since / period)
        return max(self.phase + ticks * period, now)  # a rounding error must not put it into the past


Rule = AfterCount | AfterDelay | Every


@dataclass(frozen=True)
class Trigger:
    """When a window emits panes.

    `early`: while the watermark is before the window's end. `on_time`: when it passes the end, whether or not there is
    anything new. `late`: for what comes after that, within the allowed lateness; None keeps it back until the window
    is forgotten. Without `on_time` the early rule goes on for ever. A window whose first event comes after the
    watermark has passed its end has no on-time pane: it is late from the start, and waits for the late rule.
    """

    early: Rule | None = None
    on_time: bool = True
    late: Rule | None = AfterCount()

    def __post_init__(self) -> None:
        for name in ("early", "late"):
            rule = getattr(self, name)
            if rule is not None and not isinstance(rule, Rule):
                raise InputError(
                    f"{name} is {shown(rule)}: it must be AfterCount, AfterDelay, Every or None."
                )
        if not isinstance(self.on_time, bool):
            raise InputError(f"on_time is {shown(self.on_time)}: it must be True or False.")

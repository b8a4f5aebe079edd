"""When in processing time: what makes a window speak before, at, and after its end."""

import math
from dataclasses import dataclass

from twoworlds.errors import require_number


@dataclass(frozen=True)
class EachEvent:
    """Speak at every event."""

    def due(self, now: float) -> float:
        """Return when a pane whose first new event arrives `now` is due: at once."""
        return now


@dataclass(frozen=True)
class AfterDelay:
    """Speak `delay` of processing time after the first event since the last pane."""

    delay: float

    def __post_init__(self) -> None:
        require_number("delay", self.delay, 0, math.inf)

    def due(self, now: float) -> float:
        """Return when a pane whose first new event arrives `now` is due."""
        return now + self.delay


@dataclass(frozen=True)
class Every:
    """Speak at processing times phase, phase + period, phase + 2 period ... if there is anything new: a micro-batch."""

    period: float
    phase: float = 0

    def __post_init__(self) -> None:
        require_number("period", self.period, 1e-6, math.inf)

    def due(self, now: float) -> float:
        """Return when a pane whose first new event arrives `now` is due."""
        return self.phase + math.ceil((now - self.phase) / self.period) * self.period


Rule = EachEvent | AfterDelay | Every


@dataclass(frozen=True)
class Trigger:
    """When a window emits panes.

    `early`: while the watermark is before the window's end. `on_time`: when it passes the end, whether or not there is
    anything new. `late`: for what comes after that, within the allowed lateness; None keeps it back until the window
    is forgotten. Without `on_time` the early rule goes on for ever.
    """

    early: Rule | None = None
    on_time: bool = True
    late: Rule | None = EachEvent()

"""How far are we? A watermark is the system's belief that everything before some event time has arrived.

A watermark is a list of steps (processing time, watermark): from that moment on it stands there. Events that arrive at
the very moment of a step are seen before it. It never goes back.
"""

import itertools
import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from twoworlds.errors import InputError, require_one_of, shown
from twoworlds.platform.stream.events import Event, arrival_order, as_list, as_span


class Step(NamedTuple):
    """From `processing_time` on, the watermark is `watermark`."""

    processing_time: float
    watermark: float


def given(steps: Iterable[tuple[float, float]]) -> list[Step]:
    """Return a watermark that somebody states, such as a heuristic, as checked steps in order of processing time.

    A watermark here reaches a window at its end. Apache Flink's includes its own time: its w is w + 1 here.
    """
    checked = [_checked(step) for step in as_list("watermark", steps)]
    checked.sort(key=lambda step: step.processing_time)
    for before, after in itertools.pairwise(checked):
        if after.watermark < before.watermark:
            raise InputError(
                f"watermark is {after.watermark:g} after {before.watermark:g}: it must never go back in event time."
            )
    return checked


def _checked(step: Any) -> Step:
    try:
        moment, stands = (as_span("step", part, -math.inf) for part in step)
        if math.isfinite(moment):
            return Step(moment, stands)
    except (TypeError, ValueError):
        pass
    raise InputError(
        f"steps hold {shown(step)}: each must be (processing time, watermark), both numbers."
    ) from None


def fixed_lag(events: Iterable[Event], lag: float, trust_clocks: bool = False) -> list[Step]:
    """Return the watermark "latest event time seen so far, minus `lag`".

    An event time after its own processing time counts as its processing time, or one fast clock would close
    everybody's windows: both times must be on one clock (with a counter for processing times nothing is published
    before the end). With `trust_clocks` event times are believed as they stand: that is the bounded-out-of-orderness
    watermark of Apache Flink, which emits one unit less, and only now and then.
    """
    lag = as_span("lag", lag, 0)
    require_one_of("trust_clocks", trust_clocks, (True, False))
    steps, latest = [], -math.inf
    for event in arrival_order(events):
        stated = event.event_time if trust_clocks else min(event.event_time, event.processing_time)
        if stated > latest:
            latest = stated
            steps.append(Step(event.processing_time, latest - lag))
    return steps


def perfect(events: Iterable[Event]) -> list[Step]:
    """Return the watermark of somebody who knows what is to come: the earliest event time yet to arrive."""
    steps, to_come = [], math.inf
    for event in reversed(arrival_order(events)):
        steps.append(Step(event.processing_time, to_come))
        to_come = min(to_come, event.event_time)
    return steps[::-1]

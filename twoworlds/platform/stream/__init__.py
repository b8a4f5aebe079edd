"""Streams: event time and processing time, windows, watermarks, panes, and what at-least-once delivery does to them.

`panes.run` is the plain model; `fast.tumbling_fates` and `dedupe.admitted_within` give the same answers for big logs.
"""

from twoworlds.platform.stream.dedupe import (
    Bloom,
    LastKeys,
    Within,
    admitted,
    admitted_within,
    bloom_false_positives,
    since_last_seen,
)
from twoworlds.platform.stream.delivery import Deliveries, deliver, expected_copies
from twoworlds.platform.stream.events import Event, arrival_order, clock
from twoworlds.platform.stream.fast import DROPPED, LATE, ON_TIME, Fates, tumbling_fates
from twoworlds.platform.stream.panes import Output, Pane, read, run
from twoworlds.platform.stream.tables import from_table
from twoworlds.platform.stream.triggers import AfterCount, AfterDelay, Every, Trigger
from twoworlds.platform.stream.watermarks import Step, fixed_lag, given, perfect
from twoworlds.platform.stream.windows import Everything, Sessions, Sliding, Window, overlap, tumbling

__all__ = [
    "DROPPED", "LATE", "ON_TIME", "AfterCount", "AfterDelay", "Bloom", "Deliveries", "Event", "Every", "Everything",
    "Fates", "LastKeys", "Output", "Pane", "Sessions", "Sliding", "Step", "Trigger", "Window", "Within", "admitted",
    "admitted_within", "arrival_order", "bloom_false_positives", "clock", "deliver", "expected_copies", "fixed_lag",
    "from_table", "given", "overlap", "perfect", "read", "run", "since_last_seen", "tumbling", "tumbling_fates",
]  # fmt: skip

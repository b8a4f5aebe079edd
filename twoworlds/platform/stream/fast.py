"""Tumbling windows under a fixed-lag watermark for big logs: what `panes.run` says, whole columns at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from twoworlds.errors import InputError, require_number, require_one_of, require_whole, shown
from twoworlds.platform.stream.events import as_times

ON_TIME, LATE, DROPPED = 0, 1, 2


@dataclass(frozen=True)
class Fates:
    """What happens to each event of a log, in the order given, and to each window, in order of time."""

    fate: np.ndarray  # (events,) ON_TIME, LATE or DROPPED
    window: np.ndarray  # (events,) number of the event's window, counted from the first
    starts: np.ndarray  # (windows,) start of each window that has events
    # Processing times, (windows,), infinite if the watermark never gets there:
    closed: np.ndarray  # when the watermark reaches the window's end
    published: np.ndarray  # when its on-time pane comes: then, or NaN if no event was on time: there is none
    forgotten: np.ndarray  # from when on the window refuses events

    def counts(self, *fates: int, of: np.ndarray | None = None) -> np.ndarray:
        """Return the number of events in each window that met one of `fates`, of those where the mask `of` is true.

        `of`: bool, shape (events,).
        """
        chosen = np.isin(
            self.fate, [require_one_of("fates", fate, (ON_TIME, LATE, DROPPED)) for fate in fates]
        )
        if of is not None:
            mask = np.asarray(of)
            if mask.dtype != bool or mask.shape != chosen.shape:
                raise InputError(f"of is {shown(of)}: it must be one bool for each of {len(chosen)} events.")
            chosen &= mask
        return np.bincount(self.window[chosen], minlength=len(self.starts))


def tumbling_fates(
    event_time: ArrayLike,
    processing_time: ArrayLike,
    size: int,
    lag: float,
    lateness: float = 0,
    trust_clocks: bool = False,
) -> Fates:
    """Return the fate of every event in windows of `size`, under the watermark "latest event time seen minus `lag`".

    All in the same unit (s). Events may come in any order. An event is late if the watermark had reached its window's
    end before it arrived, and dropped if it had reached the end plus `lateness`. What `trust_clocks` means, see
    `watermarks.fixed_lag`.
    """
    event, arrival = as_times("event_time", event_time), as_times("processing_time", processing_time)
    if len(event) != len(arrival):
        raise InputError(
            f"event_time has {len(event)} rows and processing_time {len(arrival)}: both must have as many."
        )
    size = require_whole("size", size, 1, 10**15)
    lag, lateness = require_number("lag", lag, 0, np.inf), require_number("lateness", lateness, 0, np.inf)
    require_one_of("trust_clocks", trust_clocks, (True, False))
    moments, latest = _latest_seen(event, arrival, trust_clocks)
    stands = (
        latest - lag
    )  # subtracted here, as the model does, and not added to the ends: floats would differ
    starts, window = np.unique((np.floor(event) - np.floor(event) % size), return_inverse=True)
    ends = starts + size
    # A watermark that moves at a moment moves for what comes after it, so events of that moment still see the old one.
    before = np.searchsorted(moments, arrival, side="left")
    watermark = np.concatenate([[-np.inf], stands])[before]
    late, dropped = watermark >= ends[window], watermark >= ends[window] + lateness
    reached = np.concatenate([moments, [np.inf]])
    closed = reached[np.searchsorted(stands, ends, side="left")]
    forgotten = reached[np.searchsorted(stands, ends + lateness, side="left")]
    on_time = np.bincount(window[~late], minlength=len(starts)) > 0
    fate = np.where(dropped, DROPPED, np.where(late, LATE, ON_TIME))
    return Fates(fate, window, starts, closed, np.where(on_time, closed, np.nan), forgotten)


def _latest_seen(event: np.ndarray, arrival: np.ndarray, trust_clocks: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the moments of arrival, in order, and the latest event time seen up to and including each."""
    order = np.argsort(arrival, kind="stable")
    stated = event if trust_clocks else np.minimum(event, arrival)
    return arrival[order], np.maximum.accumulate(stated[order])

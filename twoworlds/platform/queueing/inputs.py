"""What the simulators may be fed: arrays of times, checked once at the door."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from twoworlds.errors import InputError

Floats = NDArray[np.float64]


def require_stable(load: float) -> None:
    """Raise InputError unless `load`, the utilisation, is below 1."""
    if not load < 1:
        raise InputError(
            f"utilisation is {load:.3g}: a steady state needs less than 1, or the line grows without limit."
        )


def require_times(name: str, values: Iterable[float]) -> Floats:
    """Return `values` as floats, shape (n,); raise InputError if there is none, or one is negative or not finite."""
    try:
        times = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} is {type(values).__name__}: it must be an array of numbers.") from None
    if times.ndim != 1 or not times.size:
        raise InputError(f"{name} has shape {times.shape}: it must be a row of one number or more.")
    wrong = ~(np.isfinite(times) & (times >= 0))
    if wrong.any():
        at = int(wrong.argmax())
        raise InputError(f"{name}[{at}] is {times[at]:g}: a time must be a finite number, 0 or more.")
    return times


def require_arrivals(values: Iterable[float]) -> Floats:
    """Return arrival times as floats, shape (n,); raise InputError unless they are times in order (ties allowed)."""
    times = require_times("arrive", values)
    late = np.flatnonzero(np.diff(times) < 0)
    if late.size:
        at = int(late[0]) + 1
        raise InputError(
            f"arrive[{at}] is {times[at]:g}, earlier than the {times[at - 1]:g} before it: sort by time of arrival."
        )
    return times


def require_pairs(arrive: Iterable[float], service: Iterable[float]) -> tuple[Floats, Floats]:
    """Return (arrive, service), both of shape (n,): checked, of one length, arrivals in order."""
    arrive, service = require_arrivals(arrive), require_times("service", service)
    if len(arrive) != len(service):
        raise InputError(
            f"service has {len(service)} times for {len(arrive)} arrivals: it must have one for each."
        )
    return arrive, service

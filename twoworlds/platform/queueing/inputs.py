"""What the functions of this room may be fed, checked once at the door, and returned as plain floats and ints.

Plain, so that no number of the caller's own kind (an int8 that overflows, a Decimal) gets into a formula.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_kind, require_number, require_row, require_whole

Floats = NDArray[np.float64]
MAX_SERVERS = 100_000
MAX_TIME = 2.0**53  # beyond, floats don't tell one unit of time from the next


def require_rates(arrival_rate: float, service_rate: float, servers: int) -> tuple[float, float, int]:
    """Return (λ, μ, c), or raise InputError unless λ ≥ 0, μ > 0 and c ≥ 1."""
    return (
        require_number("arrival_rate", arrival_rate, 0, 1e12),
        require_number("service_rate", service_rate, 1e-12, 1e12),
        require_whole("servers", servers, 1, MAX_SERVERS),
    )


def require_stable(load: float) -> None:
    """Raise InputError unless `load`, the utilisation, is below 1."""
    if not load < 1:
        raise InputError(
            f"utilisation is {load:.3g}: a steady state needs less than 1, or the line grows without limit."
        )


def require_steady(arrival_rate: float, service_rate: float, servers: int = 1) -> tuple[float, float, int]:
    """Return (λ, μ, c), or raise InputError unless a queue with these has a steady state: λ < c μ."""
    arrival_rate, service_rate, servers = require_rates(arrival_rate, service_rate, servers)
    require_stable(arrival_rate / (servers * service_rate))
    return arrival_rate, service_rate, servers


def require_rng(rng: np.random.Generator) -> np.random.Generator:
    """Return `rng`, or raise InputError unless it is a numpy Generator (a seed is not: the caller keeps the draws)."""
    return require_kind("rng", rng, np.random.Generator)


def require_times(name: str, values: ArrayLike) -> Floats:
    """Return `values` as floats, shape (n,); raise InputError if there is none, or one is negative or not finite."""
    return require_row(name, values, 0, MAX_TIME)


def require_arrivals(values: ArrayLike) -> Floats:
    """Return a copy of arrival times as floats, shape (n,); raise InputError unless they are in order (ties allowed).

    A copy, since results keep it, and the caller may write on in theirs.
    """
    times = require_times("arrive", values).copy()
    late = np.flatnonzero(np.diff(times) < 0)
    if late.size:
        at = int(late[0]) + 1
        raise InputError(
            f"arrive[{at}] is {times[at]:.12g}, earlier than the {times[at - 1]:.12g} before it: "
            "sort by time of arrival."
        )
    return times


def require_pairs(arrive: ArrayLike, service: ArrayLike) -> tuple[Floats, Floats]:
    """Return (arrive, service), both of shape (n,): checked, of one length, arrivals in order."""
    arrive, service = require_arrivals(arrive), require_times("service", service)
    if len(arrive) != len(service):
        raise InputError(
            f"service has {len(service)} times for {len(arrive)} arrivals: it must have one for each."
        )
    return arrive, service

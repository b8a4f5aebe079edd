"""Work in batches: a fixed cost shared by many requests, paid for in waiting.

A batch of b takes t(b) = fixed + each · b. All times in one unit, the caller's.
"""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import require_number, require_whole
from twoworlds.platform.queueing.inputs import require_arrivals
from twoworlds.platform.queueing.simulate import Times

MAX_BATCH = 1_000_000


def batch_time(size: int, fixed: float, each: float) -> float:
    """Return how long a batch of `size` requests takes: fixed + each · size."""
    fixed, each = _costs(fixed, each)
    return fixed + each * require_whole("size", size, 1, MAX_BATCH)


def batch_throughput(size: int, fixed: float, each: float) -> float:
    """Return the requests finished per unit of time by a server that always has full batches of `size`."""
    size = require_whole("size", size, 1, MAX_BATCH)
    return size / batch_time(size, fixed, each)


def batch_load(rate: float, most: int, fixed: float, each: float) -> float:
    """Return the share of the capacity with full batches that `rate` asks for; 1 or more grows without limit."""
    most = require_whole("most", most, 1, MAX_BATCH)
    return require_number("rate", rate, 0, 1e12) / batch_throughput(most, fixed, each)


def _costs(fixed: float, each: float) -> tuple[float, float]:
    return require_number("fixed", fixed, 0, 1e12), require_number("each", each, 1e-12, 1e12)


@dataclass(frozen=True, eq=False)
class Batched(Times):
    """Requests served in batches. batch: the number of each one's, shape (n,). size: of each, shape (batches,)."""

    batch: NDArray[np.intp]
    size: NDArray[np.intp]


def serve_batches(arrive: ArrayLike, fixed: float, each: float, most: int, patience: float = 0.0) -> Batched:
    """Serve arrivals in batches of at most `most`, in order, one batch at a time.

    A free server begins when `most` requests are there, or when the oldest has waited `patience`, and takes all that
    are there by then, up to `most`. Patience 0 never waits for company: batches form while the server is busy.
    """
    arrive = require_arrivals(arrive)
    most, (fixed, each) = require_whole("most", most, 1, MAX_BATCH), _costs(fixed, each)
    patience = require_number("patience", patience, 0, 1e12)
    times, free, first = arrive.tolist(), 0.0, 0
    starts, sizes = [], []
    while first < len(times):
        last = first + most - 1
        given_up = times[first] + patience
        ready = min(times[last], given_up) if last < len(times) else given_up
        start = max(free, ready)
        beyond = min(bisect_right(times, start, first), first + most)
        sizes.append(beyond - first)
        starts.append(start)
        free = start + fixed + each * (beyond - first)
        first = beyond
    size = np.array(sizes)
    batch = np.repeat(np.arange(len(size)), size)
    start = np.array(starts)
    return Batched(arrive, start[batch], (start + fixed + each * size)[batch], batch, size)

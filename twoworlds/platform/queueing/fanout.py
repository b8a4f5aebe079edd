"""One request, many leaves: the slowest decides. And what a second copy of a late one buys.

The shapes are those of Dean & Barroso, The Tail at Scale, CACM 56(2), 2013.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from twoworlds.errors import InputError, require_kind, require_number, require_whole
from twoworlds.platform.queueing.inputs import Floats, require_rng, require_times

MAX_LEAVES = 1_000_000_000


def slow_share(slow: float, leaves: int) -> float:
    """Return the share of requests that meet a slow leaf: 1 - (1 - p)ⁿ, if a leaf is slow with chance `slow` by itself.

    Leaves that are slow together (one disk, one garbage collection for all) make it smaller.
    """
    slow = require_number("slow", slow, 0, 1)
    leaves = require_whole("leaves", leaves, 0, MAX_LEAVES)
    if slow == 1:
        return float(leaves > 0)
    return -math.expm1(leaves * math.log1p(-slow))


def leaf_share(share: float, leaves: int) -> float:
    """Return which percentile of one leaf is the `share` percentile of the slowest of n `leaves`: share^(1/n).

    The median of a hundred leaves' slowest is the 99.3rd percentile of one.
    """
    share = require_number("share", share, 0, 1)
    return share ** (1 / require_whole("leaves", leaves, 1, MAX_LEAVES))


def slowest(rng: np.random.Generator, latencies: ArrayLike, leaves: int, requests: int) -> Floats:
    """Return the slowest of `leaves` independent draws from the sample `latencies`, for each of `requests`.

    The maximum of n uniforms is U^(1/n): one draw a request, whatever n. Shape (requests,), in the sample's unit.
    """
    ordered = np.sort(require_times("latencies", latencies))
    leaves = require_whole("leaves", leaves, 1, MAX_LEAVES)
    requests = require_whole("requests", requests, 1, 100_000_000)
    place = require_rng(rng).random(requests) ** (1 / leaves) * len(ordered)
    return ordered[np.minimum(place.astype(np.intp), len(ordered) - 1)]


@dataclass(frozen=True, eq=False)
class Hedged:
    """Requests with a second copy after a delay. latency: of the first answer, shape (n,). extra: copies a request."""

    latency: Floats
    extra: float


def hedge(first: ArrayLike, second: ArrayLike, after: float) -> Hedged:
    """Send a second copy of each request that has no answer `after` a time; the first answer counts.

    `first`, `second`: how long the two copies would take, shape (n,) each. The load that the copies add does not slow
    them down here: true while few are sent.
    """
    first, second = require_times("first", first), require_times("second", second)
    if len(first) != len(second):
        raise InputError(
            f"second has {len(second)} times for {len(first)} requests: it must have one for each."
        )
    after = require_number("after", after, 0, 1e12)
    late = first > after
    return Hedged(np.where(late, np.minimum(first, after + second), first), float(late.mean()))


def hedged_tail(tail: Callable[[float], float], after: float) -> Callable[[float], float]:
    """Return P(T > t) of a hedged request from that of one copy: tail(t), times tail(t - after) from `after` on.

    Both copies independent and of one law. The extra load is tail(after).
    """
    after = require_number("after", after, 0, 1e12)
    require_kind("tail", tail, Callable)

    def hedged(time: float) -> float:
        time = require_number("time", time, 0, math.inf)
        return tail(time) if time < after else tail(time) * tail(time - after)

    return hedged

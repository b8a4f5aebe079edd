"""Any queue in the order of arrival: arrays in, arrays out.

The simulators draw nothing: what arrives when, and how long it takes, comes from the caller (see `laws`). So two
settings can meet the same traffic, and a referee can be fed the same numbers.
"""

from dataclasses import dataclass
from functools import cached_property
from heapq import heapreplace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_whole
from twoworlds.platform.queueing.inputs import MAX_SERVERS, Floats, require_pairs

BLOCK = 2048


@dataclass(frozen=True, eq=False)
class Times:
    """When each customer came, was begun with and left, in order of arrival, shape (n,), in the caller's unit."""

    arrive: Floats
    start: Floats
    done: Floats

    @property
    def wait(self) -> Floats:
        """Time in the line, before service begins."""
        return self.start - self.arrive

    @property
    def response(self) -> Floats:
        """Time from arrival to completion."""
        return self.done - self.arrive

    def number(self) -> tuple[Floats, NDArray[np.int64]]:
        """Return (times of change, customers in the system from each on).

        Two changes a customer; at equal times, those who leave go before those who come. Who leaves in the moment of
        coming (no wait, no work) is in no moment there, and not counted.
        """
        stay = self.done > self.arrive
        times = np.concatenate([self.done[stay], self.arrive[stay]])
        steps = np.repeat([-1, 1], np.count_nonzero(stay))
        order = np.argsort(times, kind="stable")
        return times[order], np.cumsum(steps[order])

    def mean_number(self) -> float:
        """Return the time average of customers in the system, from time 0 until the last one leaves.

        It is λ̂ Ŵ on every sample path that ends empty, with λ̂ = n / that time and Ŵ the mean response (Little 1961).
        nan if that time is 0.
        """
        times, inside = self.number()
        end = float(self.done.max())
        return float((np.diff(times) * inside[:-1]).sum()) / end if end else float("nan")


@dataclass(frozen=True, eq=False)
class Served(Times):
    """What became of the customers that were let in.

    lost: for every arrival, whether it was turned away, shape (arrivals,). servers: how many there are.
    """

    lost: NDArray[np.bool_]
    servers: int

    @cached_property
    def server(self) -> NDArray[np.intp]:
        """Which server took each customer: the one that was free first, the lowest number among equals."""
        free = [(0.0, k) for k in range(self.servers)]
        return np.array([heapreplace(free, (t, free[0][1]))[1] for t in self.done.tolist()], dtype=np.intp)


def fcfs(arrive: ArrayLike, service: ArrayLike, servers: int = 1, places: int | None = None) -> Served:
    """Serve customers in order of arrival by the first of `servers` to be free; return what became of them.

    `arrive`: times in order, shape (n,); `service`: how long each takes, shape (n,). `places`: how many fit into the
    system, in service or waiting; who finds it full is lost, and never comes back. None: all fit. At equal times, those
    who leave go before those who come.
    """
    arrive, service = require_pairs(arrive, service)
    servers = require_whole("servers", servers, 1, MAX_SERVERS)
    if places is not None:
        places = require_whole("places", places, 1, 10**9)
        if places < servers:
            raise InputError(
                f"places is {places}: it counts those in service too, so at least servers, {servers}."
            )
        lost = _turned_away(arrive, service, servers, places)
        arrive, service = arrive[~lost], service[~lost]
    else:
        lost = np.zeros(len(arrive), dtype=bool)
    start = starts_at_one(arrive, service) if servers == 1 else _starts(arrive, service, servers)
    return Served(arrive, start, start + service, lost, servers)


def starts_at_one(arrive: Floats, service: Floats) -> Floats:
    """Return when each is served by one server: Lindley's recursion (1952), unrolled.

    start_i = max(arrive_i, start_{i-1} + service_{i-1}). Less the work before i, the recursion is a running maximum.
    Who sets it finds the server idle, and begins on arrival exactly: the sums' rounding must not look like a wait.
    """
    before = np.append(
        0.0, np.cumsum(service)[:-1]
    )  # not the sum less the own: that cancels where the own is long
    slack = arrive - before
    most = np.maximum.accumulate(slack)
    return np.where(slack == most, arrive, np.maximum(arrive, before + most))


def _starts(arrive: Floats, service: Floats, servers: int) -> Floats:
    """Return when each is served: Kiefer & Wolfowitz (1955) with a heap of the times at which servers fall free.

    heapreplace gives the earliest such time and puts in its place when that server is free again. Plain floats in a
    comprehension, since numpy's cost per element is ten times as much; in blocks, which stay in the processor's cache.
    """
    free, earliest, replace = [0.0] * servers, np.empty_like(arrive), heapreplace
    for i in range(0, len(arrive), BLOCK):
        block = slice(i, i + BLOCK)
        earliest[block] = [
            replace(free, (f if (f := free[0]) > a else a) + s)
            for a, s in zip(arrive[block].tolist(), service[block].tolist(), strict=True)
        ]
    return np.maximum(arrive, earliest)


def _turned_away(arrive: Floats, service: Floats, servers: int, places: int) -> NDArray[np.bool_]:
    """Tell who finds `places` customers in the system, shape (n,).

    The system is full while the `places`-th latest completion is still to come, so a heap of as many completions
    is the room, as the heap of the `servers` latest is the desk.
    """
    places = min(places, len(arrive) + servers)  # a room that all of them fit in needs no more
    free, room = [-np.inf] * servers, [-np.inf] * places
    lost = np.zeros(len(arrive), dtype=bool)
    for i, (a, s) in enumerate(zip(arrive.tolist(), service.tolist(), strict=True)):
        if room[0] > a:
            lost[i] = True
            continue
        done = max(free[0], a) + s
        heapreplace(free, done)
        heapreplace(room, done)
    return lost

"""Balancers that look at old line lengths: which lines do requests join, and how long do they then take?

Many equal servers, each with its own line, Poisson arrivals, exponential service. Unit of time: the mean service.
"""

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import gammaincc

from twoworlds.errors import (
    InputError,
    require_inside,
    require_number,
    require_one_of,
    require_row,
    require_whole,
)
from twoworlds.platform.queueing.inputs import Floats, require_rng

STALE_POLICIES = ("random", "round robin", "power of two", "join the shortest")
MAX_STALE_SERVERS, MAX_STEPS = 10_000, 1_000_000_000
BLOCK = 20_000
BEYOND = 1e-12  # chances below it are left out of a law


class _Board:
    """The line lengths as the balancer sees them: the real ones, or a copy that is read every `age`."""

    def __init__(self, servers: int, age: float):
        self.real = [0] * servers
        self.seen = [0] * servers if age else self.real
        self.least = list(range(servers))
        self.age, self.due, self.turn = age, age, 0

    def read(self, clock: float) -> None:
        """Read the lengths again if it is time."""
        if self.age and clock >= self.due:
            self.seen, shortest = self.real.copy(), min(self.real)
            self.least = [i for i, n in enumerate(self.seen) if n == shortest]
            self.due += self.age * (1 + (clock - self.due) // self.age)

    def choose(self, policy: str, one: int, other: int, u: float) -> int:
        """Return the server for a request; `one` and `other` are drawn servers, `u` is a draw in [0, 1)."""
        if policy == "power of two":
            return other if self.seen[other] < self.seen[one] else one
        if policy == "join the shortest":
            return self.least[int(u * len(self.least))] if self.age else self.real.index(min(self.real))
        if policy == "round robin":
            self.turn = (self.turn + 1) % len(self.real)
            return self.turn
        return one


def joined_lines(
    rng: np.random.Generator,
    policy: str,
    load: float,
    age: float = 0.0,
    servers: int = 100,
    steps: int = 1_000_000,
    settle: int = 300_000,
) -> Floats:
    """Return the shares of arrivals that join a line of 0, 1, 2 … requests (the one in service counts).

    policy: "random"; "round robin"; "power of two", the shorter of two drawn lines, as last read; "join the shortest"
    of all, as last read, among equals any (with fresh lengths the first). age: the lengths are read every so many mean
    service times; 0: they are always fresh. steps: arrivals and completions counted, after `settle` that are not.

    Uniformised: a step is an arrival with chance load / (1 + load), else a completion at an even-drawn server, if it
    has anything to do. Herds at the shortest line, by lengths that are old: Mitzenmacher 2000, How useful is old
    information?, IEEE Transactions on Parallel and Distributed Systems 11(1).
    """
    rng, load = require_rng(rng), require_inside("load", load, 0, 1)
    policy = require_one_of("policy", policy, STALE_POLICIES)
    servers = require_whole("servers", servers, 1, MAX_STALE_SERVERS)
    board = _Board(servers, require_number("age", age, 0, 1e12))
    steps = require_whole("steps", steps, 1, MAX_STEPS)
    met, clock, before = Counter(), 0.0, require_whole("settle", settle, 0, MAX_STEPS)
    for counted, number in ((False, before), (True, steps)):
        for arrives, one, other, u, gap in _steps(rng, load, servers, number):
            clock += gap
            board.read(clock)
            if arrives:
                server = board.choose(policy, one, other, u)
                if counted:
                    met[board.real[server]] += 1
                board.real[server] += 1
            elif board.real[one]:
                board.real[one] -= 1
    if not met:
        raise InputError(f"steps is {steps}: none of them was an arrival; it must be larger.")
    return np.array([met[k] for k in range(max(met) + 1)]) / met.total()


def _steps(rng: np.random.Generator, load: float, servers: int, number: int) -> Iterator[tuple]:
    """Yield (is it an arrival, a server, another one, a draw in [0, 1), the time since the last step)."""
    for first in range(0, number, BLOCK):
        size = min(BLOCK, number - first)
        arrives = (rng.random(size) < load / (1 + load)).tolist()
        one, other = rng.integers(0, servers, (2, size)).tolist()
        u = rng.random(size).tolist()
        gap = rng.exponential(1 / (servers * (1 + load)), size).tolist()
        yield from zip(arrives, one, other, u, gap, strict=True)


def joined_in_theory(policy: str, load: float, servers: int = 100) -> Floats:
    """Return the shares of arrivals that join a line of 0, 1, 2 … requests, by fresh lengths or none.

    "random", exact: k or more with chance ρ^k (M/M/1). "round robin", exact: a server gets every n-th arrival, so gaps
    are a sum of n exponentials, and k or more have the chance σ^k with σ = (nρ / (nρ + 1 - σ))^n (GI/M/1: Kleinrock
    1975, vol. 1, section 6.4). "power of two", for very many servers: a share ρ^(2^k - 1) of lines holds k or more, and
    its square of arrivals finds two such (Mitzenmacher 1996; Vvedenskaya, Dobrushin & Karpelevich 1996).
    """
    policy = require_one_of("policy", policy, STALE_POLICIES[:3])
    load = require_inside("load", load, 0, 1 - 1e-5)
    servers = require_whole("servers", servers, 1, MAX_STALE_SERVERS)
    if policy == "power of two":
        k = np.arange(2 + math.ceil(math.log2(1 + _power_beyond(load))))
        at_least = load ** (2.0 * (2.0**k - 1))
    else:
        busy = load if policy == "random" else _in_turn_root(load, servers)
        at_least = busy ** np.arange(2 + math.ceil(_power_beyond(busy)))
    return at_least - np.append(at_least[1:], 0)


def _power_beyond(share: float) -> float:
    """Return the power from which on `share` is too small to count."""
    return math.log(BEYOND) / math.log(share) if share > BEYOND else 1.0


def _in_turn_root(load: float, servers: int) -> float:
    """Return the σ in (0, load] of GI/M/1 with gaps of `servers` exponential phases."""
    if servers == 1:
        return load

    def beyond(root: float) -> float:
        return math.exp(-servers * math.log1p((1 - root) / (servers * load))) - root

    return float(brentq(beyond, 0, load, xtol=1e-300, rtol=1e-14))


def joined_tail(joined: ArrayLike, times: ArrayLike) -> Floats:
    """Return P(T > t) for each of `times`, in mean services, shape (n,), from the shares that join a line of 0, 1, 2 …

    Who joins a line of k is answered after k + 1 exponential services: a gamma law.
    """
    joined, times = require_row("joined", joined, 0, 1), require_row("times", times, 0, 1e12)
    if abs(joined.sum() - 1) > 1e-6:
        raise InputError(f"joined adds up to {joined.sum():.6g}: shares of all arrivals must add up to 1.")
    answered = np.arange(len(joined)) + 1
    return np.array([gammaincc(answered, time) @ joined for time in times])

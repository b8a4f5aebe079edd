"""More work than the servers can do, and clients that ask again: retries, their storm, and what holds it down."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from twoworlds.errors import InputError, require_number, require_one_of, require_row, require_whole
from twoworlds.platform.queueing.inputs import Floats, require_rng, require_times

MAX_ATTEMPTS, MAX_TRIES = 1_000, 50_000_000


def layered_attempts(attempts: int, layers: int) -> int:
    """Return how often the lowest layer may be asked for one request, if each of `layers` tries `attempts` times.

    Google, Site Reliability Engineering (2016), chapter 22: three layers of four attempts make 64.
    """
    return require_whole("attempts", attempts, 1, MAX_ATTEMPTS) ** require_whole("layers", layers, 0, 100)


def mean_attempts(failure: float, attempts: int) -> float:
    """Return how often a request is sent on average if each try fails with chance f by itself: (1 - f^m)/(1 - f)."""
    failure = require_number("failure", failure, 0, 1)
    attempts = require_whole("attempts", attempts, 1, MAX_ATTEMPTS)
    if failure in (0, 1):
        return float(attempts if failure else 1)
    return -math.expm1(attempts * math.log(failure)) / (1 - failure)  # 1 - f^m cancels where f is near 1


@dataclass(frozen=True)
class Settled:
    """Where a service with retries comes to rest. load: tries per unit of time. goodput: requests answered in time."""

    load: float
    goodput: float


def settle(
    demand: float, capacity: float, timeout: float, attempts: int, after_storm: bool = False
) -> Settled:
    """Return where one server with impatient clients comes to rest: retries make load, load makes timeouts.

    A try of an M/M/1 server with load x times out with chance f(x) = exp(-(capacity - x) timeout), 1 from capacity on,
    and costs its full work all the same; then x = demand · (1 - f^m)/(1 - f). Tries are taken as independent. There
    may be two such loads: reached from calm, or, with `after_storm`, from all requests being tried `attempts` times.
    Between them lies a metastable failure: the trigger has gone, the failure stays (Bronson, Aghayev, Charapko & Zhu,
    HotOS 2021).
    """
    demand = require_number("demand", demand, 0, 1e12)
    capacity = require_number("capacity", capacity, 1e-12, 1e12)
    timeout = require_number("timeout", timeout, 0, 1e12)
    attempts = require_whole("attempts", attempts, 1, MAX_ATTEMPTS)
    load = demand * (attempts if require_one_of("after_storm", after_storm, (False, True)) else 1)
    # The map rises with the load, so it climbs (or falls) to the nearest point of rest.
    for _ in range(100_000):
        failure = math.exp(-max(0.0, capacity - load) * timeout)
        before, load = load, demand * mean_attempts(failure, attempts)
        if abs(load - before) <= 1e-12 * capacity:
            break
    failure = math.exp(-max(0.0, capacity - load) * timeout)
    return Settled(load, demand * (1 - failure**attempts))


@dataclass(frozen=True, eq=False)
class Storm:
    """A service through time, one number a step. offered, goodput: requests a step; backlog: requests in line."""

    offered: Floats
    goodput: Floats
    backlog: Floats


def retry_storm(
    demand: ArrayLike,
    capacity: float,
    timeout: int,
    attempts: int,
    budget: float = math.inf,
    places: float = math.inf,
    window: int | None = None,
) -> Storm:
    """Play clients that give up after `timeout` steps and ask again, as a fluid in steps of time.

    demand: new requests in each step, shape (n,). capacity: requests served a step, in order of arrival. All requests
    of a step find the line that stood at its beginning (so steps must be short against the spike: who comes in the
    first one is answered in time, however many they are); if that is more than capacity · timeout, they come too late,
    yet are served all the same; their clients ask again when the time is over, `attempts` times in all. budget:
    retries sent, at most this share of the new requests (0.1 in Google's Site Reliability Engineering, chapter 21) in
    the last `window` steps; None: of all so far, so that calm times save up for a burst. places: the longest line; who
    finds it full is refused at once, for nothing, and asks again in the next step.
    """
    demand = require_times("demand", demand)
    capacity = require_number("capacity", capacity, 1e-12, 1e12)
    timeout = require_whole("timeout", timeout, 1, 1_000_000, "steps")
    attempts = require_whole("attempts", attempts, 1, MAX_ATTEMPTS)
    budget, places = (
        require_number("budget", budget, 0, math.inf),
        require_number("places", places, 0, math.inf),
    )
    steps, backlog = len(demand), 0.0
    window = steps if window is None else require_whole("window", window, 1, 1_000_000_000, "steps")
    if steps * attempts > MAX_TRIES:
        raise InputError(
            f"demand has {steps} steps: with {attempts} attempts it must have at most {MAX_TRIES // attempts}."
        )
    # Tries that fall due in a step, by how many came before; a spare step takes what falls due after the end.
    due = np.zeros((steps + 1, attempts))
    due[:steps, 0] = demand
    storm = Storm(np.zeros(steps), np.zeros(steps), np.zeros(steps))
    new, retried = np.append(0.0, np.cumsum(demand)), np.zeros(steps + 1)  # before each step
    for t in range(steps):
        if budget < math.inf:
            since = max(0, t + 1 - window)
            allowed = budget * (new[t + 1] - new[since]) - (retried[t] - retried[since])
            retried[t + 1] = retried[t] + _cut_retries(due[t], allowed)
        storm.offered[t] = offered = due[t].sum()
        let_in = min(1.0, (places + capacity - backlog) / offered) if offered else 1.0
        due[t + 1, 1:] += (1 - let_in) * due[t, :-1]
        if backlog <= capacity * timeout:
            storm.goodput[t] = let_in * offered
        else:
            due[min(t + timeout, steps), 1:] += let_in * due[t, :-1]
        storm.backlog[t] = backlog = max(0.0, backlog + let_in * offered - capacity)
    return storm


def _cut_retries(tries: Floats, allowed: float) -> float:
    """Cut the retries among `tries` (in place) to what is allowed; return how many are left."""
    wanted, allowed = tries[1:].sum(), max(0.0, allowed)
    if wanted <= allowed:
        return wanted
    tries[1:] *= allowed / wanted
    return allowed


def reject_chance(requests: float, accepts: float, multiplier: float = 2.0) -> float:
    """Return the chance that a client refuses its own next request: max(0, (requests - K accepts)/(requests + 1)).

    requests: what the application asked for in the last minutes, what was refused here included; accepts: what the
    backend took of it; K: `multiplier` (Google, Site Reliability Engineering, 2016, chapter 21, with two minutes).
    """
    requests = require_number("requests", requests, 0, 1e18)
    accepts = require_number("accepts", accepts, 0, 1e18)
    if accepts > requests:
        raise InputError(f"accepts is {accepts:g}: it must be at most requests, {requests:g}.")
    multiplier = require_number("multiplier", multiplier, 1, 1e6)
    return max(0.0, (requests - multiplier * accepts) / (requests + 1))


@dataclass(frozen=True, eq=False)
class Throttled:
    """A throttled client through time, one number a step: requests asked for, sent on, and accepted, shape (n,)."""

    asked: Floats
    sent: Floats
    accepted: Floats


def throttle(
    rng: np.random.Generator,
    demand: ArrayLike,
    capacity: int,
    multiplier: float = 2.0,
    window: int = 120,
) -> Throttled:
    """Play one client that throttles itself before a backend that accepts `capacity` requests a step.

    demand: requests the application asks for in each step, whole numbers, shape (n,). window: the steps that the client
    remembers. For long overload it sends K times what the backend accepts: K = 2 costs the backend one refusal for
    each acceptance, and finds out soon when there is room again.
    """
    asked = require_row("demand", demand, 0, 1e12).copy()  # the caller may write on in theirs
    for step in np.flatnonzero(asked % 1):
        raise InputError(f"demand[{step}] is {asked[step]:.12g}: it must be a whole number of requests.")
    rng, capacity = require_rng(rng), require_whole("capacity", capacity, 0, 10**12, "requests")
    window = require_whole("window", window, 1, 1_000_000, "steps")
    sent, accepted = np.zeros(len(asked)), np.zeros(len(asked))
    for t in range(len(asked)):
        past = slice(max(0, t - window), t)
        refused = reject_chance(asked[past].sum(), accepted[past].sum(), multiplier)
        sent[t] = rng.binomial(int(asked[t]), 1 - refused)
        accepted[t] = min(sent[t], capacity)
    return Throttled(asked, sent, accepted)

"""Utilisation against cost: what a million requests cost, and how many servers a latency objective takes."""

from bisect import bisect_left

from twoworlds.errors import InputError, require_number, require_whole
from twoworlds.platform import queueing

SECONDS_PER_HOUR = 3600.0


def cost_per_million(servers: int, price_per_hour: float, requests_per_s: float) -> float:
    """Return what a million requests cost on `servers` at `price_per_hour` each, in the price's currency."""
    servers = require_whole("servers", servers, 1, queueing.MAX_SERVERS)
    price = require_number("price_per_hour", price_per_hour, 0, 1e9)
    rate = require_number("requests_per_s", requests_per_s, 1e-9, 1e12, "requests/s")
    return servers * price / (rate * SECONDS_PER_HOUR) * 1e6


def smallest_fleet(requests_per_s: float, service_ms: float, objective_ms: float, share: float = 0.99) -> int:
    """Return the fewest servers with which `share` of requests are answered within `objective_ms` (M/M/c).

    Raises InputError where no number of servers is enough (the service alone takes longer), or MAX_SERVERS are not.
    """
    rate = require_number("requests_per_s", requests_per_s, 1e-9, 1e9, "requests/s")
    mu = 1000 / require_number("service_ms", service_ms, 1e-6, 1e9, "ms")
    share = require_number("share", share, 0, 1 - 1e-9)
    limit_s = require_number("objective_ms", objective_ms, 1e-6, 1e12, "ms") / 1000
    # With ever more servers nobody waits, and the response is the service time alone: exponential with rate μ.
    if queueing.response_tail(limit_s, 0, mu, 1) >= 1 - share:
        raise InputError(
            f"objective_ms is {1000 * limit_s:g}: a service of {1000 / mu:g} ms misses it on any number of servers."
        )

    def keeps(servers: int) -> bool:
        busy = rate / (
            servers * mu
        )  # of 51 erlangs a float makes 50.999…: is one server more enough to be stable?
        return busy < 1 and queueing.response_tail(limit_s, rate, mu, servers) <= 1 - share

    most = queueing.MAX_SERVERS
    low = high = int(rate / mu) + 1
    while high > most or not keeps(high):
        if high >= most:
            raise InputError(
                f"requests_per_s is {rate:g}: of {1000 / mu:g} ms each they take over {most} servers; it must be less."
            )
        low, high = high + 1, min(2 * high, most)
    return low + bisect_left(range(low, high), True, key=keeps)  # the tail falls with each server

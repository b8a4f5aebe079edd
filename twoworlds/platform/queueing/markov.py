"""M/M/c in closed form: how long a request waits for one of c equal servers.

Notation: λ arrivals per unit of time, μ completions per unit of time of one busy server, c servers,
a = λ/μ the offered load in erlangs, ρ = a/c the utilisation (share of the time that a server is busy).
A steady state exists only for ρ < 1; asking for one at ρ ≥ 1 raises InputError, never returns a number.
"""

import math

from scipy.optimize import brentq

from twoworlds.errors import require_number, require_whole
from twoworlds.platform.queueing.inputs import MAX_SERVERS, require_rates, require_stable, require_steady


def utilisation(arrival_rate: float, service_rate: float, servers: int = 1) -> float:
    """Return ρ = λ / (c μ), the share of capacity asked for; 1 or more means that the line grows without limit."""
    arrival_rate, service_rate, servers = require_rates(arrival_rate, service_rate, servers)
    return arrival_rate / (servers * service_rate)


def erlang_b(servers: int, offered: float) -> float:
    """Return the chance that an arrival finds all `servers` busy and is turned away (M/M/c/c).

    `offered` is a = λ/μ in erlangs. By the recursion B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)), which neither
    overflows nor cancels (Kleinrock 1975, vol. 1, section 3.7; recursion: Jagerman 1974).
    """
    servers = require_whole("servers", servers, 1, MAX_SERVERS)
    offered = require_number("offered", offered, 0, 1e12, "erlangs")
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered * blocked / (k + offered * blocked)
    return blocked


def erlang_c(servers: int, offered: float) -> float:
    """Return the chance that an arrival has to wait (M/M/c), for a = λ/μ < c erlangs (Kleinrock 1975, eq. 3.40)."""
    blocked = erlang_b(servers, offered)
    servers, offered = int(servers), float(offered)
    require_stable(offered / servers)
    return servers * blocked / (servers - offered * (1 - blocked))


def mean_wait(arrival_rate: float, service_rate: float, servers: int = 1) -> float:
    """Return the mean time in the line of an M/M/c queue, before service begins: C(c, a) / (c μ - λ)."""
    arrival_rate, service_rate, servers = require_steady(arrival_rate, service_rate, servers)
    return erlang_c(servers, arrival_rate / service_rate) / (servers * service_rate - arrival_rate)


def mean_response(arrival_rate: float, service_rate: float, servers: int = 1) -> float:
    """Return the mean time from arrival to completion of an M/M/c queue: the wait and the service."""
    return mean_wait(arrival_rate, service_rate, servers) + 1 / float(service_rate)


def wait_tail(time: float, arrival_rate: float, service_rate: float, servers: int = 1) -> float:
    """Return P(Wq > t), the chance that an M/M/c arrival waits longer than `time` for service: C exp(-(c μ - λ) t).

    A call centre's service level, "so many answered within 20 s", is 1 less it.
    """
    time = require_number("time", time, 0, 1e25)
    arrival_rate, service_rate, servers = require_steady(arrival_rate, service_rate, servers)
    return erlang_c(servers, arrival_rate / service_rate) * math.exp(
        -(servers * service_rate - arrival_rate) * time
    )


def wait_quantile(share: float, arrival_rate: float, service_rate: float, servers: int = 1) -> float:
    """Return the time within which `share` of M/M/c arrivals are in service (0 if that many never wait).

    The wait is 0 with chance 1 - C and exponential with rate c μ - λ otherwise.
    """
    share = require_number("share", share, 0, 1 - 1e-12)
    arrival_rate, service_rate, servers = require_steady(arrival_rate, service_rate, servers)
    waits = erlang_c(servers, arrival_rate / service_rate)
    if waits <= 1 - share:
        return 0.0
    return math.log(waits / (1 - share)) / (servers * service_rate - arrival_rate)


def response_tail(time: float, arrival_rate: float, service_rate: float, servers: int = 1) -> float:
    """Return P(T > t), the chance that an M/M/c request takes longer than `time`, wait and service together.

    With d = c - 1 - a: P(T > t) = exp(-μ t) [1 + C(c, a) (1 - exp(-μ t d)) / d], and C μ t in place of the
    fraction's product when d = 0 (Adan & Resing, Queueing Systems 2015, section 5.3, integrated).
    """
    time = require_number("time", time, 0, 1e25)
    return _late(time, *require_steady(arrival_rate, service_rate, servers))


def _late(time: float, arrival_rate: float, service_rate: float, servers: int) -> float:
    """Return P(T > t) for any t."""
    offered, done = arrival_rate / service_rate, service_rate * time
    spare, alone = servers - 1 - offered, math.exp(-done)
    if not spare:
        late = done * alone
    elif done * abs(spare) < 1:
        late = alone * -math.expm1(-done * spare) / spare  # the difference below would cancel
    else:
        late = (alone - math.exp(-done * (servers - offered))) / spare
    return alone + erlang_c(servers, offered) * late


def response_quantile(share: float, arrival_rate: float, service_rate: float, servers: int = 1) -> float:
    """Return the time within which `share` of M/M/c requests are answered: the p99 is `share` = 0.99."""
    late = 1 - require_number("share", share, 0, 1 - 1e-12)
    line = require_steady(arrival_rate, service_rate, servers)
    high = mean_response(*line)
    while _late(high, *line) > late:
        high *= 2
    return float(brentq(lambda t: _late(t, *line) - late, 0, high, xtol=1e-16 * high))

"""A room with so many places: who finds it full is turned away, and there is always a steady state (M/M/c/K)."""

from dataclasses import dataclass

import numpy as np

from twoworlds.errors import InputError, require_number, require_whole

MAX_PLACES = 10_000_000


@dataclass(frozen=True)
class FiniteQueue:
    """The steady state of a queue that turns arrivals away when it is full.

    blocked: share of arrivals turned away. number: mean number in the system (waiting or in service).
    response: mean time of an accepted arrival, wait and service. throughput: accepted arrivals per unit of time.
    """

    blocked: float
    number: float
    response: float
    throughput: float


def finite_queue(arrival_rate: float, service_rate: float, places: int, servers: int = 1) -> FiniteQueue:
    """Return the steady state of M/M/c/K for any load, 1 and more included; `places` is K, those in service counted.

    One server makes M/M/1/K, `places` = `servers` the loss system of Erlang's B formula. The share of time with n in
    the system is P(n) ∝ Π λ / (min(k, c) μ), k = 1 … n (Kleinrock 1975, vol. 1, sections 3.6 and 3.7); arrivals see
    it (Poisson arrivals see time averages), so P(K) of them are blocked.
    """
    arrival_rate = require_number("arrival_rate", arrival_rate, 1e-12, 1e12)
    service_rate = require_number("service_rate", service_rate, 1e-12, 1e12)
    places = require_whole("places", places, 1, MAX_PLACES)
    servers = require_whole("servers", servers, 1, MAX_PLACES)
    if places < servers:
        raise InputError(
            f"places is {places}: it counts those in service too, so at least servers, {servers}."
        )
    n = np.arange(places + 1)
    # Logarithms, and the largest weight set to 1: a product of 10,000 ratios of 1.2 or 0.8 is no float.
    ratio = np.log(arrival_rate / service_rate) - np.log(np.minimum(np.maximum(n, 1), servers))
    ratio[0] = 0.0
    weight = np.cumsum(ratio)
    chance = np.exp(weight - weight.max())
    chance /= chance.sum()
    throughput = arrival_rate * float(chance[:-1].sum())
    number = float((n * chance).sum())
    return FiniteQueue(float(chance[-1]), number, number / throughput, throughput)

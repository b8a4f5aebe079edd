"""Queues in a row: the output of one is the input of the next."""

from numpy.typing import ArrayLike

from twoworlds.errors import InputError, require_row
from twoworlds.platform.queueing.inputs import MAX_SERVERS
from twoworlds.platform.queueing.markov import mean_response


def tandem_response(arrival_rate: float, service_rates: ArrayLike, servers: ArrayLike | None = None) -> float:
    """Return the mean time through M/M/c stations in a row, all waits and services: the sum of the stations' own.

    What leaves an M/M/c queue in its steady state is again Poisson (Burke 1956), so that each station stands as if it
    were alone (Jackson 1957, Operations Research 5(4), 518-521). `servers`: one number a station; all 1 if left out.
    """
    service_rates = require_row("service_rates", service_rates, 1e-12, 1e12)
    servers = [1] * len(service_rates) if servers is None else require_row("servers", servers, 1, MAX_SERVERS)
    if len(servers) != len(service_rates):
        raise InputError(
            f"there are {len(service_rates)} service_rates and {len(servers)} servers: one of each for a station."
        )
    return sum(
        mean_response(arrival_rate, rate, count) for rate, count in zip(service_rates, servers, strict=True)
    )

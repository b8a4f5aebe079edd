"""Waiting lines: closed forms, and simulators that take arrays and give arrays.

Closed forms raise InputError where a steady state is asked for and there is none. Unit of time: the caller's.
"""

from twoworlds.platform.queueing.balancing import Balanced, balance, balls_into_bins, supermarket_response
from twoworlds.platform.queueing.batching import (
    Batched,
    batch_load,
    batch_throughput,
    batch_time,
    serve_batches,
)
from twoworlds.platform.queueing.fanout import Hedged, hedge, hedged_tail, leaf_share, slow_share, slowest
from twoworlds.platform.queueing.finite import FiniteQueue, finite_queue
from twoworlds.platform.queueing.general import mean_wait_allen_cunneen, mean_wait_mg1
from twoworlds.platform.queueing.inputs import MAX_SERVERS
from twoworlds.platform.queueing.laws import poisson_arrivals, service_times
from twoworlds.platform.queueing.markov import (
    erlang_b,
    erlang_c,
    mean_response,
    mean_wait,
    response_quantile,
    response_tail,
    utilisation,
    wait_quantile,
    wait_tail,
)
from twoworlds.platform.queueing.networks import tandem_response
from twoworlds.platform.queueing.noise import asymptotic_variance, relative_error
from twoworlds.platform.queueing.overload import (
    Settled,
    Storm,
    Throttled,
    layered_attempts,
    mean_attempts,
    reject_chance,
    retry_storm,
    settle,
    throttle,
)
from twoworlds.platform.queueing.simulate import Served, Times, fcfs
from twoworlds.platform.queueing.staffing import fewest_servers, halfin_whitt, square_root_staffing
from twoworlds.platform.queueing.stale import joined_in_theory, joined_lines, joined_tail

__all__ = [
    "MAX_SERVERS",
    "Balanced",
    "Batched",
    "FiniteQueue",
    "Hedged",
    "Served",
    "Settled",
    "Storm",
    "Throttled",
    "Times",
    "asymptotic_variance",
    "balance",
    "balls_into_bins",
    "batch_load",
    "batch_throughput",
    "batch_time",
    "erlang_b",
    "erlang_c",
    "fcfs",
    "fewest_servers",
    "finite_queue",
    "halfin_whitt",
    "hedge",
    "hedged_tail",
    "joined_in_theory",
    "joined_lines",
    "joined_tail",
    "layered_attempts",
    "leaf_share",
    "mean_attempts",
    "mean_response",
    "mean_wait",
    "mean_wait_allen_cunneen",
    "mean_wait_mg1",
    "poisson_arrivals",
    "reject_chance",
    "relative_error",
    "response_quantile",
    "response_tail",
    "retry_storm",
    "serve_batches",
    "service_times",
    "settle",
    "slow_share",
    "slowest",
    "square_root_staffing",
    "supermarket_response",
    "tandem_response",
    "throttle",
    "utilisation",
    "wait_quantile",
    "wait_tail",
]

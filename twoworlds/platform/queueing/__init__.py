"""Waiting lines: closed forms, and simulators that take arrays and give arrays.

Closed forms raise InputError where a steady state is asked for and there is none. Unit of time: the caller's.
"""

from twoworlds.platform.queueing.finite import FiniteQueue, finite_queue
from twoworlds.platform.queueing.general import mean_wait_allen_cunneen, mean_wait_mg1
from twoworlds.platform.queueing.laws import poisson_arrivals, service_times
from twoworlds.platform.queueing.markov import (
    MAX_SERVERS,
    erlang_b,
    erlang_c,
    mean_response,
    mean_wait,
    response_quantile,
    response_tail,
    utilisation,
    wait_quantile,
)
from twoworlds.platform.queueing.networks import tandem_response
from twoworlds.platform.queueing.noise import asymptotic_variance, relative_error
from twoworlds.platform.queueing.simulate import Served, fcfs
from twoworlds.platform.queueing.staffing import fewest_servers, halfin_whitt, square_root_staffing

__all__ = [
    "MAX_SERVERS",
    "FiniteQueue",
    "Served",
    "asymptotic_variance",
    "erlang_b",
    "erlang_c",
    "fcfs",
    "fewest_servers",
    "finite_queue",
    "halfin_whitt",
    "mean_response",
    "mean_wait",
    "mean_wait_allen_cunneen",
    "mean_wait_mg1",
    "poisson_arrivals",
    "relative_error",
    "response_quantile",
    "response_tail",
    "service_times",
    "square_root_staffing",
    "tandem_response",
    "utilisation",
    "wait_quantile",
]

"""One million customers through M/M/4 at load 0.9: ours beside SimPy and Ciw, in the same run.

Everything is counted: the draws, the simulation, the mean and the p99 of the time in the system. Goals: at most a
fortieth of SimPy's time and a ninetieth of Ciw's. Takes about a minute; `--quick` gives the peers a tenth of the
customers and takes their time tenfold. Seconds are of processor time, so that a busy machine does not count.
"""

import argparse
import gc
import time
from collections.abc import Callable

import ciw
import numpy as np
import simpy

from twoworlds.platform.queueing import (
    fcfs,
    mean_response,
    poisson_arrivals,
    response_quantile,
    service_times,
)

RATE, SERVERS, CUSTOMERS = 3.6, 4, 1_000_000
ROUNDS = 3


def ours(customers: int) -> tuple[float, float]:
    """Return the (mean, p99) response of `customers` by our simulator."""
    rng = np.random.default_rng(1)
    arrive = poisson_arrivals(rng, RATE, customers)
    response = fcfs(arrive, service_times(rng, "exponential", customers), SERVERS).response
    return float(response.mean()), float(np.quantile(response, 0.99))


def by_simpy(customers: int) -> tuple[float, float]:
    """Return the same by SimPy: a resource with four places, a process for each customer, drawn in one go."""
    rng = np.random.default_rng(1)
    gaps, takes = rng.exponential(1 / RATE, customers).tolist(), rng.exponential(1, customers).tolist()
    environment, response = simpy.Environment(), []
    desk = simpy.Resource(environment, SERVERS)

    def customer(service: float):
        came = environment.now
        with desk.request() as turn:
            yield turn
            yield environment.timeout(service)
        response.append(environment.now - came)

    def source():
        for gap, service in zip(gaps, takes, strict=True):
            yield environment.timeout(gap)
            environment.process(customer(service))

    environment.process(source())
    environment.run()
    return float(np.mean(response)), float(np.quantile(response, 0.99))


def by_ciw(customers: int) -> tuple[float, float]:
    """Return the same by Ciw: one node of four servers, stopped when enough have finished."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=RATE)],
        service_distributions=[ciw.dists.Exponential(rate=1.0)],
        number_of_servers=[SERVERS],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Finish")
    response = [r.exit_date - r.arrival_date for r in simulation.get_all_records()]
    return float(np.mean(response)), float(np.quantile(response, 0.99))


def timed(work: Callable[[int], tuple[float, float]], customers: int) -> tuple[float, tuple[float, float]]:
    """Return (seconds of processor time, what `work` found)."""
    gc.collect()
    start = time.process_time()
    found = work(customers)
    return time.process_time() - start, found


def main() -> None:
    """Print seconds for a million customers, what each found, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="give the peers a tenth, and take their time tenfold"
    )
    peers = CUSTOMERS // 10 if parser.parse_args().quick else CUSTOMERS
    print(f"M/M/4 at load 0.9, a million customers, seconds; peers served {peers:,}")
    mine = sorted(timed(ours, CUSTOMERS) for _ in range(ROUNDS))[ROUNDS // 2]
    runs = {"twoworlds": mine, "SimPy": timed(by_simpy, peers), "Ciw": timed(by_ciw, peers)}
    for name, (seconds, (mean, p99)) in runs.items():
        seconds *= 1 if name == "twoworlds" else CUSTOMERS / peers
        print(
            f"  {name:10} {seconds:8.2f} s   mean {mean:5.2f}   p99 {p99:5.2f}   {seconds / mine[0]:5.0f} x ours"
        )
    truth = mean_response(RATE, 1, SERVERS), response_quantile(0.99, RATE, 1, SERVERS)
    print(f"  {'in theory':10} {'':8}     mean {truth[0]:5.2f}   p99 {truth[1]:5.2f}   goals: 40 x and 90 x")


if __name__ == "__main__":
    main()

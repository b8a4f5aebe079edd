"""SimPy and Ciw as referees: the same arrivals and services, and every customer's times must agree.

Each referee keeps its own clock by adding up, so times agree to the rounding of some thousand sums, not to the bit.
"""

import ciw
import numpy as np
import pytest
import simpy

from twoworlds.platform import queueing as q

CUSTOMERS = 3_000
LAWS = {
    "deterministic": None,
    "exponential": None,
    "gamma": 0.3,
    "lognormal": 3.0,
    "hyperexponential": 6.0,
}


def by_simpy(arrive, service, servers, places=None):
    """Return (starts, who was lost), NaN for the lost."""
    environment = simpy.Environment()
    desk = simpy.Resource(environment, servers)
    starts, lost = np.full(len(arrive), np.nan), np.zeros(len(arrive), bool)

    def customer(i):
        yield environment.timeout(arrive[i])
        if places is not None and desk.count + len(desk.queue) >= places:
            lost[i] = True
            return
        with desk.request() as turn:
            yield turn
            starts[i] = environment.now
            yield environment.timeout(service[i])

    for i in range(len(arrive)):
        environment.process(customer(i))
    environment.run()
    return starts, lost


def by_ciw(arrive, service, servers, places=None):
    """Return (starts, who was lost) by a node that takes the services in the order in which they begin."""

    class InOrderOfArrival(ciw.dists.Distribution):
        def sample(self, t=None, ind=None):
            return service[ind.id_number - 1]

    gaps = np.diff(arrive, prepend=0.0)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")])],
        service_distributions=[InOrderOfArrival()],
        number_of_servers=[servers],
        queue_capacities=[float("inf") if places is None else places - servers],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(float(arrive[-1] + service.sum() + 1))
    starts, lost = np.full(len(arrive), np.nan), np.zeros(len(arrive), bool)
    for record in simulation.get_all_records():
        if record.record_type == "service":
            starts[record.id_number - 1] = record.service_start_date
        else:
            lost[record.id_number - 1] = True
    return starts, lost


def traffic(law, servers, load):
    rng = np.random.default_rng([servers, len(law)])
    arrive = q.poisson_arrivals(rng, load * servers, CUSTOMERS)
    return arrive, q.service_times(rng, law, CUSTOMERS, 1.0, LAWS[law])


@pytest.mark.parametrize("referee", [by_simpy, by_ciw])
@pytest.mark.parametrize("servers", [1, 4])
@pytest.mark.parametrize("law", LAWS)
def test_every_customer_is_served_when_the_referee_says(law, servers, referee):
    arrive, service = traffic(law, servers, 0.9)
    served = q.fcfs(arrive, service, servers)
    starts, _ = referee(arrive, service, servers)
    assert served.start == pytest.approx(starts, abs=1e-8)


@pytest.mark.parametrize("referee", [by_simpy, by_ciw])
@pytest.mark.parametrize(("servers", "places"), [(1, 1), (1, 4), (3, 3), (3, 7)])
def test_the_same_customers_are_lost(servers, places, referee):
    arrive, service = traffic("lognormal", servers, 1.3)
    served = q.fcfs(arrive, service, servers, places)
    starts, lost = referee(arrive, service, servers, places)
    assert served.lost.sum() > 100
    assert (served.lost == lost).all()
    assert served.start == pytest.approx(starts[~lost], abs=1e-8)


@pytest.mark.parametrize("policy", ["power of d", "join the shortest"])
def test_a_customer_meets_the_lines_that_simpy_shows(policy):
    """SimPy's own lines, each customer sent to our choice: it must be a shortest of them, and the times agree."""
    rng = np.random.default_rng(3)
    arrive, service = q.poisson_arrivals(rng, 4.6, CUSTOMERS), rng.exponential(1, CUSTOMERS)
    ours = q.balance(rng, arrive, service, 5, policy)
    environment = simpy.Environment()
    desks = [simpy.Resource(environment, 1) for _ in range(5)]
    starts, ranks = np.empty(CUSTOMERS), np.empty(CUSTOMERS, int)

    def customer(i):
        yield environment.timeout(arrive[i])
        lengths = [desk.count + len(desk.queue) for desk in desks]
        mine = ours.server[i]
        ranks[i] = sum(length < lengths[mine] for length in lengths)
        with desks[mine].request() as turn:
            yield turn
            starts[i] = environment.now
            yield environment.timeout(service[i])

    for i in range(CUSTOMERS):
        environment.process(customer(i))
    environment.run()
    assert ours.start == pytest.approx(starts, abs=1e-8)
    if policy == "join the shortest":
        assert ranks.max() == 0
    else:
        # Of five lines, two are drawn with repetition: the longest alone is joined only if drawn twice, 1 in 25.
        assert (ranks == 4).mean() <= 1 / 25 + 4 * np.sqrt(1 / 25 / CUSTOMERS)
        assert (ranks > 0).any()

"""Old line lengths: theory where they are fresh, a plain simulation by time where they are not."""

import heapq

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform import queueing as q
from twoworlds.platform.queueing.stale import STALE_POLICIES


def mean_of(joined):
    """The mean answer in mean services: who joins a line of k is answered after k + 1."""
    return float(np.arange(1, len(joined) + 1) @ joined)


def repeated(runs, **asked):
    """The mean answer over runs, and its standard error."""
    means = [mean_of(q.joined_lines(np.random.default_rng(seed), **asked)) for seed in range(runs)]
    return np.mean(means), np.std(means, ddof=1) / np.sqrt(runs)


@pytest.mark.parametrize("policy", STALE_POLICIES[:3])
def test_fresh_lengths_follow_the_theory(policy):
    """A hundred servers are a few per cent from infinitely many; where nobody is asked, theory is exact."""
    found, error = repeated(10, policy=policy, load=0.8, steps=80_000, settle=80_000)
    exact = mean_of(q.joined_in_theory(policy, 0.8))
    assert found == pytest.approx(exact, abs=4 * error + (0.03 * exact if policy == "power of two" else 0))


def test_two_choices_are_the_supermarket_model_q13():
    for load in (0.01, 0.5, 0.9, 0.95, 0.99):
        joined = q.joined_in_theory("power of two", load)
        assert mean_of(joined) == pytest.approx(q.supermarket_response(load), rel=1e-9)


def test_asking_nobody_in_theory():
    """At random: M/M/1 for each. In turn: σ of E_n/M/1 solves its equation, and two in turn is Kleinrock's E2/M/1."""
    assert q.joined_in_theory("random", 0.3)[:3] == pytest.approx([0.7, 0.21, 0.063])
    for load, servers in ((0.5, 100), (0.95, 100), (0.999, 7), (0.02, 2)):
        joined = q.joined_in_theory("round robin", load, servers)
        root = 1 - joined[0]
        assert root == pytest.approx((1 + (1 - root) / (servers * load)) ** -servers, rel=1e-9)
        assert 0 < root < load
    half = 1 - q.joined_in_theory("round robin", 0.5, 2)[0]
    assert half == pytest.approx((3 - np.sqrt(5)) / 2, rel=1e-9)  # σ (2 - σ)² = 1, less the root at 1
    assert q.joined_in_theory("round robin", 0.6, 1) == pytest.approx(q.joined_in_theory("random", 0.6, 1))


def by_time(rng, load, servers, age, customers):
    """Join the shortest line by lengths read every `age`: event by event, with each request's own service."""
    real, seen, clock, due, leaves, met = [0] * servers, [0] * servers, 0.0, age, [], []
    free = [0.0] * servers
    for _ in range(customers):
        clock += rng.exponential(1 / (load * servers))
        while due <= clock:
            while leaves and leaves[0][0] <= due:
                real[heapq.heappop(leaves)[1]] -= 1
            seen, due = real.copy(), due + age
        while leaves and leaves[0][0] <= clock:
            real[heapq.heappop(leaves)[1]] -= 1
        least = [i for i, n in enumerate(seen) if n == min(seen)]
        server = least[int(rng.integers(len(least)))]
        met.append(real[server])
        real[server] += 1
        free[server] = max(free[server], clock) + rng.exponential()
        heapq.heappush(leaves, (free[server], server))
    return np.mean(met[customers // 5 :]) + 1


def test_herds_are_those_of_a_plain_simulation():
    asked = {"policy": "join the shortest", "load": 0.7, "servers": 10}
    found, error = repeated(12, age=5.0, steps=60_000, settle=10_000, **asked)
    plain = [by_time(np.random.default_rng(seed), 0.7, 10, 5.0, 20_000) for seed in range(12)]
    other = np.std(plain, ddof=1) / np.sqrt(12)
    assert found == pytest.approx(np.mean(plain), abs=4 * np.hypot(error, other))
    fresh, _ = repeated(3, steps=60_000, settle=10_000, **asked)
    assert found > 2 * fresh


def test_lengths_that_are_never_read_are_none():
    """All lines look empty for ever: then the shortest is any."""
    found, error = repeated(10, policy="join the shortest", load=0.6, age=1e9, servers=20, steps=100_000)
    assert found == pytest.approx(2.5, abs=4 * error)


def test_fresh_knowledge_joins_an_idle_server():
    joined = q.joined_lines(np.random.default_rng(1), "join the shortest", 0.3, 0, 50, 50_000, 10_000)
    assert joined[0] > 0.999
    assert joined.sum() == pytest.approx(1)


def test_a_line_of_k_takes_k_and_one_services():
    times = np.array([0, 0.5, 3, 40])
    assert q.joined_tail([1], times) == pytest.approx(np.exp(-times))
    assert q.joined_tail([0, 1], times) == pytest.approx((1 + times) * np.exp(-times))
    stays = q.joined_tail(q.joined_in_theory("random", 0.8), times)
    assert stays == pytest.approx([q.response_tail(t, 0.8, 1) for t in times], abs=1e-9)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda g: q.joined_lines(g, "fair", 0.5), "policy is 'fair'"),
        (lambda g: q.joined_lines(g, "random", 1), "load is 1"),
        (lambda g: q.joined_lines(g, "random", 0.5, age=-1), "age is -1"),
        (lambda g: q.joined_lines(g, "random", 0.5, steps=0), "steps is 0"),
        (lambda g: q.joined_lines(g, "random", 1e-9, steps=5), "steps is 5: none of them was an arrival"),
        (lambda g: q.joined_lines(7, "random", 0.5), "rng is 7"),
        (lambda g: q.joined_in_theory("join the shortest", 0.5), "policy is 'join the shortest'"),
        (lambda g: q.joined_in_theory("random", 1), "load is 1"),
        (lambda g: q.joined_tail([0.5, 0.4], [1]), "joined adds up to 0.9"),
        (lambda g: q.joined_tail([1], [-1]), r"times\[0\] is -1"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call(np.random.default_rng(0))


def test_the_settling_steps_are_not_counted():
    """A run from empty, counted from the start, meets shorter lines than one that has settled."""
    asked = {"policy": "random", "load": 0.95, "servers": 20, "steps": 4_000}
    (cold, _), (settled, error) = (repeated(10, settle=settle, **asked) for settle in (0, 100_000))
    assert cold < settled - 4 * error
    (begun, _) = repeated(10, settle=100, **asked)
    assert begun < settled - 4 * error

"""Load balancers against the mean field, against each other and against a plain simulation."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform import queueing as q
from twoworlds.platform.queueing.balancing import POLICIES, _least_work, _shortest


def traffic(seed, rate, n):
    rng = np.random.default_rng(seed)
    return rng, q.poisson_arrivals(rng, rate, n), rng.exponential(1, n)


def test_supermarket_case_q13():
    found = [q.supermarket_response(load, 2) for load in (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)]
    assert found == pytest.approx([1.26569, 1.61445, 1.94736, 2.61406, 3.38305, 5.432], abs=1e-5)
    assert q.supermarket_response(0.9, 1) == pytest.approx(10)
    by_sum = sum(0.9 ** ((3**k - 3) / 2) for k in range(1, 12))
    assert q.supermarket_response(0.9, 3) == pytest.approx(by_sum)


def test_two_choices_of_a_thousand_are_the_mean_field(batch_error):
    rng, arrive, service = traffic(1, 900, 1_200_000)
    response = q.balance(rng, arrive, service, 1000, "power of d").response[
        300_000:
    ]  # 300 services each to settle
    assert response.mean() == pytest.approx(2.61406, abs=0.005 * 2.61406 + 4 * batch_error(response))


def test_two_choices_of_ten_do_worse_than_the_mean_field(batch_error):
    rng, arrive, service = traffic(2, 9, 700_000)
    response = q.balance(rng, arrive, service, 10, "power of d").response
    error = 4 * batch_error(response)
    assert error < 0.2  # so that the mean field's 2.61 is out of reach
    assert response.mean() == pytest.approx(3.11, abs=0.01 + error)


def test_random_is_so_many_single_servers(batch_error):
    rng, arrive, service = traffic(3, 16, 400_000)
    response = q.balance(rng, arrive, service, 20, "random").response
    assert response.mean() == pytest.approx(q.mean_response(0.8, 1), abs=4 * batch_error(response))
    one_choice = q.balance(rng, arrive, service, 20, "power of d", choices=1).response
    assert one_choice.mean() == pytest.approx(q.mean_response(0.8, 1), abs=4 * batch_error(one_choice))


def test_the_more_a_policy_knows_the_shorter_the_wait():
    """On the same traffic; one line for all is the bound that no set of lines beats."""
    _, arrive, service = traffic(4, 18, 100_000)
    means = [
        q.balance(np.random.default_rng(1), arrive, service, 20, policy).wait.mean() for policy in POLICIES
    ]
    at_random, in_turn, two, shortest, tied = means
    assert at_random > in_turn > two > tied > shortest > q.fcfs(arrive, service, 20).wait.mean()


def test_copies_to_all_are_one_line_for_all():
    """Tied requests to every server begin where the work is least: the customers' own starts are those of one line."""
    _, arrive, service = traffic(5, 2.5, 5_000)
    everywhere = np.tile(np.arange(3), (5_000, 1))
    tied = _least_work(arrive, service, 3, everywhere)
    assert tied.start == pytest.approx(q.fcfs(arrive, service, 3).start, abs=1e-9)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("servers", [1, 4])
def test_a_server_serves_in_order_and_never_two_at_a_time(policy, servers):
    rng, arrive, service = traffic(6, 0.9 * servers, 3_000)
    balanced = q.balance(rng, arrive, service, servers, policy)
    assert (balanced.start >= balanced.arrive).all()
    assert balanced.done == pytest.approx(balanced.start + service)
    for k in range(servers):
        mine = balanced.server == k
        # No server idles while somebody stands in its line.
        before = np.concatenate([[0.0], balanced.done[mine][:-1]])
        assert balanced.start[mine] == pytest.approx(np.maximum(balanced.arrive[mine], before), abs=1e-9)
    if servers == 1:
        assert balanced.start == pytest.approx(q.fcfs(arrive, service).start, abs=1e-9)


def test_who_looks_at_all_joins_a_shortest_line():
    rng, arrive, service = traffic(7, 3.8, 2_000)
    balanced = q.balance(rng, arrive, service, 4, "join the shortest")
    for i in range(200, 2_000, 9):
        before = np.flatnonzero(balanced.done[:i] > arrive[i])
        lengths = np.bincount(balanced.server[before], minlength=4)
        assert lengths[balanced.server[i]] == lengths.min()


def test_turns_go_round():
    balanced = q.balance(np.random.default_rng(0), np.arange(5), np.ones(5), 3, "round robin")
    assert balanced.server.tolist() == [0, 1, 2, 0, 1]


@pytest.mark.parametrize(
    ("bins", "choices", "fullest", "throws"),
    [
        (256, 1, 4.77, 2_000),
        (256, 2, 2.9, 500),
        (256, 3, 2.11, 500),
        (4096, 1, 6.27, 500),
        (4096, 2, 3.03, 60),
        (4096, 3, 2.87, 60),
        (10_000, 1, 6.65, 300),
        (10_000, 2, 3.07, 20),
        (65_536, 1, 7.52, 100),
    ],
)
def test_balls_into_bins_case_q15(bins, choices, fullest, throws):
    found = [q.balls_into_bins(rng, bins, choices).max() for rng in np.random.default_rng(15).spawn(throws)]
    # A throw's maximum differs from the mean by about one; the published mean is rounded to 0.05.
    error = max(np.std(found, ddof=1), 0.1) / np.sqrt(throws)
    assert np.mean(found) == pytest.approx(fullest, abs=0.05 + 4 * error)


def test_every_ball_is_in_a_bin():
    loads = q.balls_into_bins(np.random.default_rng(1), 7, 2, 100)
    assert loads.shape == (7,)
    assert loads.sum() == 100
    assert q.balls_into_bins(np.random.default_rng(1), 3, 1, 0).tolist() == [0, 0, 0]


def test_many_choices_need_no_memory():
    """A hundred thousand looks a ball or request, far more than fit in one table: they find the emptiest."""
    rng = np.random.default_rng(1)
    assert q.balls_into_bins(rng, 3, 100_000, 30).tolist() == [10, 10, 10]
    balanced = q.balance(rng, np.zeros(20), np.ones(20), 4, "power of d", 100_000)
    assert np.bincount(balanced.server).tolist() == [5, 5, 5, 5]


def test_of_equal_lines_the_first_drawn_is_joined():
    long = np.full(4, 9.0)
    assert _shortest(np.zeros(4), long, 2, [[0], [1], [1, 0], [1, 0]]).server.tolist() == [0, 1, 1, 0]
    assert _shortest(np.zeros(2), long[:2], 2, [[1, 0], [1, 0]]).server.tolist() == [1, 0]


def test_who_leaves_as_another_comes_has_left_the_line():
    """Two begin at 0 on different servers, one ends at 1: who comes then joins that one, wherever he looks first."""
    for seed in range(20):
        balanced = q.balance(np.random.default_rng(seed), [0, 0, 1], [1, 2, 1], 2, "join the shortest")
        assert balanced.server[2] == balanced.server[0] != balanced.server[1]
        assert balanced.start.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda g: q.balance(g, [0], [1], 2, "fair"), "policy is 'fair'"),
        (lambda g: q.balance(g, [0], [1], 0, "random"), "servers is 0"),
        (lambda g: q.balance(g, [0], [1], 2, "power of d", 0), "choices is 0"),
        (lambda g: q.balance(g, [1, 0], [1, 1], 2, "random"), "earlier than"),
        (lambda g: q.supermarket_response(1, 2), "load is 1"),
        (lambda g: q.balls_into_bins(g, 0), "bins is 0"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call(np.random.default_rng(0))

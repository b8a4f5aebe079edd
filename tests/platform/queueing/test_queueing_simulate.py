"""The simulator of one line: against a plain loop, against Little's law and against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.platform import queueing as q


def plain(arrive, service, servers, places=None):
    """The same queue, event by event: return (starts of who got in, who was lost)."""
    free, inside, starts, lost = [0.0] * servers, [], [], []
    for a, s in zip(arrive, service, strict=True):
        inside = [done for done in inside if done > a]
        lost.append(places is not None and len(inside) >= places)
        if not lost[-1]:
            k = free.index(min(free))
            starts.append(max(a, free[k]))
            free[k] = starts[-1] + s
            inside.append(free[k])
    return starts, lost


times = st.lists(st.floats(0, 50, allow_subnormal=False), min_size=1, max_size=40)


@given(times, st.data(), st.integers(1, 5), st.one_of(st.none(), st.integers(0, 6)))
def test_every_small_queue_is_the_plain_one(gaps, data, servers, more):
    arrive = np.cumsum(gaps)
    size = len(gaps)
    service = data.draw(st.lists(st.floats(0, 99, allow_subnormal=False), min_size=size, max_size=size))
    places = None if more is None else servers + more
    served = q.fcfs(arrive, service, servers, places)
    starts, lost = plain(arrive, service, servers, places)
    # A queue of one adds up its work in another order, so a tie of the last digit may fall either way.
    if servers > 1 or places is None:
        assert served.lost.tolist() == lost
        assert served.start == pytest.approx(starts, abs=1e-9)
    assert (served.start >= served.arrive).all()
    assert len(served.arrive) == (~served.lost).sum()


@pytest.mark.parametrize("servers", [1, 2, 7])
def test_a_long_queue_is_the_plain_one(servers):
    rng = np.random.default_rng(2)
    arrive, service = q.poisson_arrivals(rng, 0.95 * servers, 10_000), rng.exponential(1, 10_000)
    assert q.fcfs(arrive, service, servers).start == pytest.approx(
        plain(arrive, service, servers)[0], abs=1e-9
    )
    starts, lost = plain(arrive, service, servers, servers + 3)
    served = q.fcfs(arrive, service, servers, servers + 3)
    assert served.lost.tolist() == lost
    assert served.start == pytest.approx(starts, abs=1e-9)


@pytest.mark.parametrize(
    ("servers", "load", "places"), [(1, 0.8, None), (1, 0.8, 5), (3, 1.4, 9), (4, 0.9, None)]
)
def test_littles_law_holds_on_any_path_case_q08(servers, load, places):
    rng = np.random.default_rng(8)
    arrive, service = q.poisson_arrivals(rng, load * servers, 200_000), rng.exponential(1, 200_000)
    served = q.fcfs(arrive, service, servers, places)
    rate = len(served.arrive) / served.done.max()
    assert served.mean_number() == pytest.approx(rate * served.response.mean(), rel=1e-9)


def test_a_queue_by_hand():
    """Two come at 0, one at 1: with one server they end at 2, 4, 5; with two at 2, 2, 3."""
    one, two = (q.fcfs([0, 0, 1], [2, 2, 1], servers) for servers in (1, 2))
    assert one.wait.tolist() == [0, 2, 3]
    assert one.response.tolist() == [2, 4, 4]
    assert two.done.tolist() == [2, 2, 3]
    assert two.server.tolist() == [0, 1, 0]
    moments, inside = one.number()
    assert moments.tolist() == [0, 0, 1, 2, 4, 5]
    assert inside.tolist() == [1, 2, 3, 2, 1, 0]
    assert one.mean_number() == pytest.approx(10 / 5)


def test_who_comes_as_another_leaves_finds_the_place():
    assert q.fcfs([0, 1, 1.5, 2], [1, 1, 1, 1], 1, places=1).lost.tolist() == [False, False, True, False]


def test_no_server_works_on_two_at_a_time():
    rng = np.random.default_rng(4)
    served = q.fcfs(q.poisson_arrivals(rng, 2.7, 5_000), rng.exponential(1, 5_000), 3)
    assert set(served.server) == {0, 1, 2}
    for k in range(3):
        mine = served.server == k
        assert (served.start[mine][1:] >= served.done[mine][:-1]).all()


@pytest.mark.parametrize(
    ("law", "cv2"),
    [("deterministic", 0), ("gamma", 0.3), ("exponential", 1), ("lognormal", 2), ("hyperexponential", 4)],
)
def test_one_server_meets_pollaczek_khinchine(law, cv2, batch_error):
    rng = np.random.default_rng(5)
    free = law in ("deterministic", "exponential")
    service = q.service_times(rng, law, 600_000, 0.5, None if free else cv2)
    wait = q.fcfs(q.poisson_arrivals(rng, 1.2, 600_000), service).wait
    assert wait.mean() == pytest.approx(q.mean_wait_mg1(1.2, 2, cv2), abs=4 * batch_error(wait))


@pytest.mark.parametrize(("servers", "places"), [(1, 5), (4, 4), (4, 12)])
def test_a_full_room_turns_away_as_in_theory(servers, places, batch_error):
    rng = np.random.default_rng(6)
    n = 200_000
    served = q.fcfs(q.poisson_arrivals(rng, 0.8 * servers, n), rng.exponential(1, n), servers, places)
    truth = q.finite_queue(0.8 * servers, 1, places, servers)
    assert served.lost.mean() == pytest.approx(truth.blocked, abs=4 * batch_error(served.lost))
    assert served.response.mean() == pytest.approx(truth.response, abs=4 * batch_error(served.response))


def test_four_servers_meet_erlang_c_case_q03(batch_error):
    rng = np.random.default_rng(3)
    wait = q.fcfs(q.poisson_arrivals(rng, 3.6, 1_000_000), rng.exponential(1, 1_000_000), 4).wait
    assert (wait > 0).mean() == pytest.approx(0.787753, abs=4 * batch_error(wait > 0))
    assert wait.mean() == pytest.approx(1.969383, abs=4 * batch_error(wait))
    assert np.quantile(wait, 0.99) == pytest.approx(
        10.9165, abs=4 * batch_error(wait, lambda w: np.quantile(w, 0.99))
    )


def test_two_stations_in_a_row_case_q09(batch_error):
    rng = np.random.default_rng(9)
    n = 400_000
    first = q.fcfs(q.poisson_arrivals(rng, 0.5, n), rng.exponential(1, n))
    response = q.fcfs(first.done, rng.exponential(1 / 0.8, n)).done - first.arrive
    assert response.mean() == pytest.approx(q.tandem_response(0.5, [1, 0.8]), abs=4 * batch_error(response))


def test_who_finds_an_idle_server_does_not_wait_at_all():
    """Half a million customers on, sums are rounded at the tenth digit: that is no wait."""
    rng = np.random.default_rng(7)
    arrive, service = q.poisson_arrivals(rng, 0.3, 500_000), rng.exponential(1, 500_000)
    served = q.fcfs(arrive, service)
    idle = np.append(True, served.done[:-1] <= arrive[1:])
    assert (served.wait[idle] == 0).all()
    assert (served.wait > 0).mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 * 2 / 500_000))


def test_who_leaves_as_another_comes_is_not_counted_with_him():
    served = q.fcfs([0, 1, 1, 4], [1, 2, 1, 0], 1)
    moments, inside = served.number()
    assert moments.tolist() == [0, 1, 1, 1, 3, 4]
    assert inside.tolist() == [1, 0, 1, 2, 1, 0]
    full = q.fcfs(np.arange(500), np.full(500, 2.0), 2, places=2)
    assert full.number()[1].max() == 2
    assert q.fcfs([3], [0]).mean_number() == 0
    assert np.isnan(q.fcfs([0], [0]).mean_number())


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: q.fcfs([], []), r"arrive has the shape \(0,\)"),
        (lambda: q.fcfs([[1, 2]], [1]), r"arrive has the shape \(1, 2\)"),
        (lambda: q.fcfs(["soon"], [1]), r"arrive is \['soon'\]: it must hold numbers"),
        (lambda: q.fcfs([0, 2, 1], [1, 1, 1]), r"arrive\[2\] is 1, earlier than the 2 before it"),
        (lambda: q.fcfs([0, -1], [1, 1]), r"arrive\[1\] is -1"),
        (lambda: q.fcfs([0, 1], [1, np.nan]), r"service\[1\] is nan"),
        (lambda: q.fcfs([0, np.inf], [1, 1]), r"arrive\[1\] is inf"),
        (lambda: q.fcfs([0, 1], [1]), "service has 1 times for 2 arrivals"),
        (lambda: q.fcfs([0], [1], 0), "servers is 0"),
        (lambda: q.fcfs([0], [1], 1.5), "servers is 1.5"),
        (lambda: q.fcfs([0], [1], 3, places=2), "places is 2"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_a_long_service_does_not_round_the_waits_before_it():
    assert q.fcfs([0, 0], [0.3, 1e12]).start.tolist() == [0, 0.3]
    assert q.fcfs([0, 0, 0], [1, 2.0**53, 1]).start.tolist() == [0, 1, 2.0**53]


def test_results_keep_what_they_were_given():
    arrive = np.array([0.0, 1, 2])
    rng = np.random.default_rng(0)
    results = [
        q.fcfs(arrive, [5.0, 5, 5]),
        q.balance(rng, arrive, [5.0, 5, 5], 1, "random"),
        q.serve_batches(arrive, 5, 1, 1),
    ]
    before = [result.wait.tolist() for result in results]
    asked = np.array([1.0, 2])
    throttled = q.throttle(rng, asked, 5)
    arrive += 100
    asked += 100
    assert [result.wait.tolist() for result in results] == before
    assert throttled.asked.tolist() == [1, 2]


def test_two_results_can_be_compared_without_a_traceback():
    """By identity: to compare numbers, compare the arrays."""
    rng = np.random.default_rng(0)
    for serve in (
        lambda: q.fcfs([0, 1], [1, 1]),
        lambda: q.balance(rng, [0, 1], [1, 1], 2, "random"),
        lambda: q.serve_batches([0, 1], 5, 1, 1),
        lambda: q.throttle(rng, [1, 2], 5),
        lambda: q.retry_storm([1, 2], 1, 1, 2),
    ):
        first, second = serve(), serve()
        assert first == first != second

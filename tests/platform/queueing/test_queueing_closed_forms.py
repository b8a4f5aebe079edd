"""Finite rooms, general service, staffing, tandems and the noise of a mean, against published and exact values."""

import itertools
import math

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform import queueing as q


@pytest.mark.parametrize(
    ("load", "places", "blocked"), [(0.8, 5, 0.088819), (0.9, 10, 0.050814), (1.2, 10, 0.192586)]
)
def test_mm1k_case_q06(load, places, blocked):
    assert q.finite_queue(load, 1, places).blocked == pytest.approx(blocked, abs=1e-6)


@pytest.mark.parametrize("load", [0.3, 1 - 1e-9, 1, 1 + 1e-9, 1.7, 50])
@pytest.mark.parametrize("places", [1, 4, 60])
def test_mm1k_is_the_textbook_sum(load, places):
    weights = [load**n for n in range(places + 1)]
    room = q.finite_queue(2 * load, 2, places)
    assert room.blocked == pytest.approx(weights[-1] / sum(weights))
    number = sum(n * w for n, w in enumerate(weights)) / sum(weights)
    assert room.number == pytest.approx(number)
    assert room.throughput == pytest.approx(2 * load * (1 - room.blocked))
    assert room.response == pytest.approx(number / room.throughput)
    assert room.throughput <= 2


def test_a_finite_room_at_load_one_is_uniform():
    assert q.finite_queue(1, 1, 9).blocked == pytest.approx(0.1)
    assert q.finite_queue(1, 1, 9).number == pytest.approx(4.5)


def test_a_room_without_a_line_is_erlang_b_and_a_huge_one_is_mmc():
    assert q.finite_queue(8, 1, 10, 10).blocked == pytest.approx(q.erlang_b(10, 8))
    assert q.finite_queue(3.6, 1, 20_000, 4).response == pytest.approx(q.mean_response(3.6, 1, 4))
    assert q.finite_queue(1.01, 1, 100_000).blocked == pytest.approx(1 - 1 / 1.01)


def test_erlang_b_by_its_definition_and_from_tables():
    for servers, offered in [(1, 0.5), (5, 3.0), (12, 9.5)]:
        terms = [offered**k / math.factorial(k) for k in range(servers + 1)]
        assert q.erlang_b(servers, offered) == pytest.approx(terms[-1] / sum(terms))
    # Erlang's traffic tables: the load at which 1 % are turned away, to three figures.
    for servers, offered, digit in [(10, 4.46, 0.01), (20, 12.0, 0.1), (100, 84.1, 0.1)]:
        below, above = (q.erlang_b(servers, offered + sign * digit / 2) for sign in (-1, 1))
        assert below < 0.01 < above


def test_pollaczek_khinchine_meets_its_special_cases():
    assert q.mean_wait_mg1(0.8, 1, 1) == pytest.approx(q.mean_wait(0.8, 1))
    assert q.mean_wait_mg1(0.8, 1, 0) == pytest.approx(2)  # M/D/1: half of M/M/1
    assert q.mean_wait_mg1(1.6, 2, 3) == pytest.approx(4 * 2 / 2)
    assert q.mean_wait_mg1(0, 1, 5) == 0
    assert q.mean_wait_allen_cunneen(0.8, 1, 1, 1, 3) == pytest.approx(q.mean_wait_mg1(0.8, 1, 3))
    assert q.mean_wait_allen_cunneen(3.6, 1, 4) == pytest.approx(1.969383, abs=1e-6)
    assert q.mean_wait_allen_cunneen(3.6, 1, 4, 0.5, 0) == pytest.approx(1.969383 / 4, abs=1e-6)


def test_the_fewest_servers_are_fewest():
    for offered, chance in itertools.product([0, 0.3, 1, 7, 100, 2500], [0.01, 0.2, 0.8]):
        servers = q.fewest_servers(offered, chance)
        assert q.erlang_c(servers, offered) <= chance
        assert servers == 1 or servers - 1 <= offered or q.erlang_c(servers - 1, offered) > chance


def test_a_chance_that_was_computed_finds_its_own_number_of_servers():
    """On the boundary too, where two ways to divide round differently; M/M/1 waits with chance a exactly."""
    assert [q.fewest_servers(i / 100, i / 100) for i in range(1, 100)] == [1] * 99
    assert q.fewest_servers(1, 1 / 3) == 2
    rng = np.random.default_rng(0)
    for servers in rng.integers(1, 200, 500).tolist():
        offered = servers * rng.uniform(0.3, 0.99)
        if (chance := q.erlang_c(servers, offered)) > 1e-9:
            assert q.fewest_servers(offered, chance) == servers


def test_a_mean_of_few_waits_is_never_said_to_vary_more_than_one():
    assert q.relative_error(0.9, 1) == pytest.approx(math.sqrt(1.1 / 0.9))
    assert q.relative_error(0.9, 400) < math.sqrt(1.1 / 0.9)


def test_times_beyond_a_trillion_are_answered():
    assert q.response_tail(q.response_quantile(0.99, 1 - 1e-12, 1), 1 - 1e-12, 1) == pytest.approx(0.01)
    assert q.wait_tail(8.64e13, 0.8e-9, 1e-9) == pytest.approx(0.8 * math.exp(-0.2e-9 * 8.64e13))
    assert q.response_tail(1e25, 0.8, 1, 3) == 0


def test_square_root_staffing_is_near_the_fewest():
    """Halfin and Whitt's limit is approached from a few erlangs on, to within a server or two in a thousand."""
    for offered, chance in itertools.product([10, 100, 1000, 40_000], [0.05, 0.2, 0.5]):
        assert abs(q.square_root_staffing(offered, chance) - q.fewest_servers(offered, chance)) <= 2
    spares = [(q.square_root_staffing(a, 0.2) - a) / a for a in (100, 400, 1600, 6400)]
    assert [a / b for a, b in itertools.pairwise(spares)] == pytest.approx([2, 2, 2], rel=0.1)


def test_halfin_whitt_is_the_limit_of_erlang_c():
    assert q.halfin_whitt(1e-12) == pytest.approx(1)
    for spare in (0.2, 1, 2.5):
        offered = 90_000.0
        servers = round(offered + spare * math.sqrt(offered))
        real = (servers - offered) / math.sqrt(offered)
        assert q.erlang_c(servers, offered) == pytest.approx(q.halfin_whitt(real), rel=0.02)


def test_tandem_case_q09():
    assert q.tandem_response(0.5, [1, 0.8]) == pytest.approx(5.333333, abs=1e-6)
    assert q.tandem_response(3.6, [1, 4], [4, 1]) == pytest.approx(2.969383 + 2.5, abs=1e-6)


def test_noise_of_a_mean_case_q11():
    assert q.asymptotic_variance(0.9) == pytest.approx(35901, abs=0.5)
    found = [q.relative_error(0.9, n) for n in (7700, 66_000, 400_000, 3_300_000)]
    assert found == pytest.approx([0.24, 0.0819, 0.0333, 0.0116], rel=0.005)


def test_noise_of_a_mean_is_what_replications_show():
    """400 runs of 66,000 customers in a row, of an M/M/1 at load 0.9 that has settled."""
    runs, customers, settle = 400, 66_000, 5_000
    means = []
    for rng in np.random.default_rng(11).spawn(runs):
        arrive = q.poisson_arrivals(rng, 0.9, customers + settle)
        served = q.fcfs(arrive, rng.exponential(1, customers + settle))
        means.append(served.wait[settle:].mean())
    share = np.std(means, ddof=1) / 9
    # A standard deviation of n normal values has the relative error 1 / sqrt(2 (n - 1)).
    assert share == pytest.approx(q.relative_error(0.9, customers), rel=4 / math.sqrt(2 * (runs - 1)))
    assert np.mean(means) == pytest.approx(9, abs=4 * 9 * share / math.sqrt(runs))


def test_blocking_and_staffing_where_floats_end():
    """A million places, and a load of 10^24: the share that gets in is μ / λ all the same."""
    assert q.finite_queue(1, 1, 1_000_000).blocked == pytest.approx(1 / 1_000_001, rel=1e-9, abs=0)
    assert q.finite_queue(1e12, 1e-12, 3).throughput == pytest.approx(1e-12, rel=1e-9, abs=0)
    assert q.fewest_servers(98_000, 0.5) <= 100_000
    with pytest.raises(InputError, match="wait_chance is 1e-300: it must be larger for 98000 erlangs"):
        q.fewest_servers(98_000, 1e-300)


def test_halfin_whitt_as_in_the_paper():
    """Halfin & Whitt's own form, [1 + √(2π) β Φ(β) exp(β²/2)]⁻¹, with Φ by the error function."""
    for spare in (0.1, 0.5, 1, 2, 5):
        normal = (1 + math.erf(spare / math.sqrt(2))) / 2
        truth = 1 / (1 + math.sqrt(2 * math.pi) * spare * normal * math.exp(spare**2 / 2))
        assert q.halfin_whitt(spare) == pytest.approx(truth, rel=1e-9, abs=0)
    assert q.halfin_whitt(36.9) > q.halfin_whitt(1000) == 0


def test_square_roots_by_hand():
    """At β = 1 the chance to wait is 0.2234 (½ at β = 0.5061): 100 erlangs take 100 + 10 servers."""
    assert q.halfin_whitt(1) == pytest.approx(0.2234, abs=5e-5)
    assert q.square_root_staffing(100, 0.2235) == 110
    assert q.square_root_staffing(100, 0.2233) == 111
    assert q.square_root_staffing(0, 0.2) == 1
    for almost in (1 - 1e-15, 1 - 2**-53):
        assert q.square_root_staffing(100, almost) == 101, "100 would never catch up"
    assert q.square_root_staffing(100, 1e-320) > 400


def test_staffing_of_large_and_uneven_loads():
    """By the Poisson form of Erlang C, and by the root of Halfin & Whitt's equation, both reckoned elsewhere."""
    for offered, chance, servers in ((3_001, 0.2, 3_060), (40_000, 0.2, 40_213), (98_000, 0.5, 98_159)):
        assert q.fewest_servers(offered, chance) == servers
    assert q.square_root_staffing(10.4, 0.2) == 14, "10.4 + 3.42"
    assert q.square_root_staffing(1e10, 0.2) == 10_000_106_152
    assert q.square_root_staffing(1e12, 0.05) == 1_000_001_739_837


def test_kingman_is_the_case_of_one_server():
    """ρ/(1-ρ) · (c_a² + c_s²)/2 · τ: at load 0.9, c_a² = 2, c_s² = 0.5 and τ = 3."""
    assert q.mean_wait_allen_cunneen(0.3, 1 / 3, 1, 2, 0.5) == pytest.approx(9 * 1.25 * 3)


@pytest.mark.parametrize(
    ("rate", "places", "servers"), [(0.5, 3, 2), (2.2, 7, 3), (9.0, 12, 5), (4.0, 4, 4), (30, 9, 2)]
)
def test_mmck_solves_its_balance_equations(rate, places, servers):
    """The stationary law of the generator matrix, by linear algebra; service rate 1.7."""
    flow = np.zeros((places + 1, places + 1))
    for n in range(places):
        flow[n, n + 1], flow[n + 1, n] = rate, 1.7 * min(n + 1, servers)
    flow -= np.diag(flow.sum(axis=1))
    chance = np.linalg.lstsq(np.vstack([flow.T, np.ones(places + 1)]), np.eye(places + 2)[-1], rcond=None)[0]
    room = q.finite_queue(rate, 1.7, places, servers)
    assert room.blocked == pytest.approx(chance[-1], rel=1e-8)
    assert room.number == pytest.approx(chance @ np.arange(places + 1), rel=1e-8)
    busy = chance @ np.minimum(np.arange(places + 1), servers)
    assert room.throughput == pytest.approx(1.7 * busy, rel=1e-8)  # what goes in comes out


def test_erlang_b_at_small_integers():
    """a = 1: 1/2, 1/5, 1/16, 1/65, each by hand from B(k) = B/(k + B)."""
    assert [q.erlang_b(c, 1) for c in (1, 2, 3, 4)] == pytest.approx([1 / 2, 1 / 5, 1 / 16, 1 / 65])
    assert q.erlang_b(7, 0) == 0
    assert q.erlang_b(100_000, 1e12) == pytest.approx(1 - 1e-7, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: q.erlang_c(0, 0.5), "servers is 0"),
        (lambda: q.erlang_b(2, -1), "offered is -1"),
        (lambda: q.finite_queue(1, 1, 0), "places is 0"),
        (lambda: q.finite_queue(1, 1, 3, 4), "places is 3: it counts those in service too"),
        (lambda: q.finite_queue(float("inf"), 1, 3), "arrival_rate is inf"),
        (lambda: q.mean_wait_mg1(1, 1, 1), "utilisation is 1: a steady state needs less than 1"),
        (lambda: q.mean_wait_mg1(0.5, 1, -0.1), "service_cv2 is -0.1"),
        (lambda: q.mean_wait_allen_cunneen(4, 1, 4), "utilisation is 1"),
        (lambda: q.fewest_servers(3, 0), "wait_chance is 0"),
        (lambda: q.fewest_servers(98_001, 0.5), "offered is 98001"),
        (lambda: q.halfin_whitt(0), "spare is 0"),
        (lambda: q.square_root_staffing(3, 1), "wait_chance is 1"),
        (lambda: q.tandem_response(0.9, [1, 0.8]), "utilisation is 1.12"),
        (lambda: q.tandem_response(0.9, []), "service_rates has the shape"),
        (
            lambda: q.tandem_response(0.9, [1, np.nan]),
            r"service_rates\[1\] is nan: it must be a number from 1e-12",
        ),
        (lambda: q.tandem_response(0.9, [1, 2], 1), "servers has the shape"),
        (lambda: q.tandem_response(0.9, [1, 2], [1, 1.5]), "servers is 1.5: it must be a whole number"),
        (lambda: q.tandem_response(0.9, [1, 2], [1]), "2 service_rates and 1 servers"),
        (lambda: q.asymptotic_variance(1), "load is 1"),
        (lambda: q.relative_error(0.5, 0), "customers is 0"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_a_chance_a_millionth_too_large_takes_another_server():
    assert q.fewest_servers(1, (1 / 3) * (1 - 1e-7)) == 3

"""Closed forms against published values, against each other, and against a plain simulation."""

import numpy as np
import pytest
from scipy import integrate

from twoworlds.errors import InputError
from twoworlds.platform import queueing as q


def test_mm1_case_q01():
    assert q.mean_response(0.8, 1) == pytest.approx(5)
    assert q.mean_wait(0.8, 1) == pytest.approx(4)
    assert q.response_quantile(0.99, 0.8, 1) == pytest.approx(23.0259, abs=1e-4)


def test_mmc_case_q03():
    assert q.erlang_c(4, 3.6) == pytest.approx(0.787753, abs=1e-6)
    assert q.mean_wait(3.6, 1, 4) == pytest.approx(1.969383, abs=1e-6)
    assert q.mean_response(3.6, 1, 4) == pytest.approx(2.969383, abs=1e-6)
    assert q.wait_quantile(0.99, 3.6, 1, 4) == pytest.approx(10.9165, abs=1e-4)


def test_erlang_c_table_case_q04():
    table = [(1, 0.8), (2, 1.6), (4, 3.6), (5, 4), (10, 8), (10, 9), (20, 16), (50, 45), (100, 90), (100, 95)]
    expected = [0.8, 0.711111, 0.787753, 0.554113, 0.40918, 0.668732, 0.256078, 0.363864, 0.21694, 0.506457]
    assert [q.erlang_c(c, a) for c, a in table] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("rate", "servers"), [(0.5, 1), (2.9, 3), (2.0, 3), (1.999999, 3), (40, 50), (3.6, 4)]
)
def test_response_tail_integrates_to_the_mean(rate, servers):
    area, _ = integrate.quad(lambda t: q.response_tail(t, rate, 1, servers), 0, np.inf, limit=400)
    assert area == pytest.approx(q.mean_response(rate, 1, servers), rel=1e-6)


def test_response_tail_at_the_removable_singularity():
    near = [q.response_tail(2.5, 2 + e, 1, 3) for e in (-1e-6, 0, 1e-6)]
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-6)


def test_response_tail_far_out_neither_overflows_nor_grows():
    tails = [q.response_tail(t, 3.999, 1, 4) for t in (10, 1e3, 1e4, 1e5)]
    assert tails == sorted(tails, reverse=True)
    assert all(0 <= t <= 1 for t in tails)


def test_quantile_against_a_plain_simulation():
    rng = np.random.default_rng(3)
    n, rate, servers = 200_000, 2.4, 3
    arrive, serve = np.cumsum(rng.exponential(1 / rate, n)), rng.exponential(1, n)
    free, response = np.zeros(servers), np.empty(n)
    for i in range(n):
        k = free.argmin()
        free[k] = max(free[k], arrive[i]) + serve[i]
        response[i] = free[k] - arrive[i]
    # Batch means give the standard error of a quantile of dependent times.
    batches = np.quantile(response.reshape(40, -1), 0.95, axis=1)
    error = batches.std(ddof=1) / np.sqrt(len(batches))
    assert np.quantile(response, 0.95) == pytest.approx(
        q.response_quantile(0.95, rate, 1, servers), abs=4 * error
    )


def test_a_call_centre():
    """200 calls an hour of 3 minutes each, 14 agents: 17.4 % wait, 88.8 % are answered within 20 s, 7.8 s on average.

    Worked example of "Erlang C Formula - Made Simple With an Easy Worked Example" (callcentrehelper.com).
    """
    assert q.erlang_c(14, 10) == pytest.approx(0.1741, abs=5e-5)
    assert 1 - q.wait_tail(20, 200 / 3600, 1 / 180, 14) == pytest.approx(0.888, abs=5e-4)
    assert q.mean_wait(200 / 3600, 1 / 180, 14) == pytest.approx(7.8, abs=0.05)


@pytest.mark.parametrize(("rate", "servers"), [(0.5, 1), (3.6, 4), (40, 50)])
def test_wait_tail_and_quantile_are_inverse_and_integrate_to_the_mean(rate, servers):
    assert q.wait_tail(0, rate, 1, servers) == q.erlang_c(servers, rate)
    time = q.wait_quantile(0.995, rate, 1, servers)
    assert q.wait_tail(time, rate, 1, servers) == pytest.approx(0.005)
    area, _ = integrate.quad(lambda t: q.wait_tail(t, rate, 1, servers), 0, np.inf, limit=400)
    assert area == pytest.approx(q.mean_wait(rate, 1, servers), rel=1e-6)


@pytest.mark.parametrize("spare", [0, 1e-12, 1e-10, -1e-10, 1e-5, -0.3, 0.3, 0.9])
@pytest.mark.parametrize("time", [0, 0.01, 1, 5, 200])
def test_response_tail_is_the_convolution_of_wait_and_service(spare, time):
    """P(T > t) = P(Wq > t) + ∫ P(S > t - w) dP(Wq ≤ w), w from 0 to t, with S exponential: by quadrature."""
    rate, servers = 2 - spare, 3
    waits, drain = q.erlang_c(servers, rate), servers - rate
    inner, _ = integrate.quad(lambda w: waits * drain * np.exp(-drain * w - (time - w)), 0, time, epsabs=0)
    truth = waits * np.exp(-drain * time) + (1 - waits) * np.exp(-time) + inner
    assert q.response_tail(time, rate, 1, servers) == pytest.approx(truth, rel=1e-9, abs=0)


def test_quantiles_of_one_server_are_logarithms():
    """T is exponential of rate μ - λ, so its quantile is -ln(1 - p) / (μ - λ), of small shares too."""
    for share in (1e-9, 0.01, 0.5, 0.99, 1 - 1e-9):
        found = q.response_quantile(share, 0.8, 1)
        assert found == pytest.approx(-np.log1p(-share) / 0.2, rel=1e-6, abs=0)
        wait = q.wait_quantile(share, 0.8, 1)
        assert wait == pytest.approx(max(0, np.log(0.8 / (1 - share)) / 0.2), rel=1e-6)
    assert q.response_quantile(0, 0.8, 1) == 0


def test_unstable_or_wrong_input_gets_a_sentence():
    with pytest.raises(InputError, match=r"utilisation is 1\.25: a steady state needs less than 1"):
        q.mean_wait(5, 1, 4)
    with pytest.raises(InputError, match="servers is 0"):
        q.mean_wait(0.5, 1, 0)
    with pytest.raises(InputError, match="arrival_rate is nan"):
        q.utilisation(float("nan"), 1)
    with pytest.raises(InputError, match="share"):
        q.response_quantile(1.0, 0.5, 1)


def test_quantiles_of_the_slowest_line_are_no_error():
    """One service in 10^12, and a load just below 1: the p99 is far beyond what a caller may ask the tail for."""
    assert q.response_quantile(0.99, 1e-12, 1.0000001e-12) == pytest.approx(np.log(100) / 1e-19, rel=1e-6)

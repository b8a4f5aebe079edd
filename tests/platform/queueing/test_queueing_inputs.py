"""Every function of the room, every parameter, everything that a learner may hand in by mistake."""

import math
import warnings
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from twoworlds.errors import InputError
from twoworlds.platform import queueing as q

ARRIVE, SERVICE = [0.0, 1, 2, 3], [1.0, 1, 1, 1]
RATES = {"arrival_rate": 1.0, "service_rate": 1.0, "servers": 2}
BATCH = {"fixed": 1.0, "each": 1.0}
CALLS = {
    q.poisson_arrivals: {"rng": 0, "rate": 1.0, "customers": 5},
    q.service_times: {"rng": 0, "law": "gamma", "customers": 5, "mean": 1.0, "cv2": 2.0},
    q.fcfs: {"arrive": ARRIVE, "service": SERVICE, "servers": 2, "places": 3},
    q.balance: {"rng": 0, "arrive": ARRIVE, "service": SERVICE, "servers": 3, "policy": "tied", "choices": 2},
    q.supermarket_response: {"load": 0.5, "choices": 2},
    q.joined_lines: {
        "rng": 0,
        "policy": "random",
        "load": 0.5,
        "age": 1.0,
        "servers": 3,
        "steps": 9,
        "settle": 2,
    },
    q.joined_in_theory: {"policy": "round robin", "load": 0.5, "servers": 3},
    q.joined_tail: {"joined": [0.5, 0.5], "times": [1.0, 2.0]},
    q.balls_into_bins: {"rng": 0, "bins": 5, "choices": 2, "balls": 5},
    q.batch_time: {"size": 2, **BATCH},
    q.batch_throughput: {"size": 2, **BATCH},
    q.batch_load: {"rate": 1.0, "most": 2, **BATCH},
    q.serve_batches: {"arrive": ARRIVE, "most": 2, "patience": 1.0, **BATCH},
    q.slow_share: {"slow": 0.1, "leaves": 3},
    q.leaf_share: {"share": 0.5, "leaves": 3},
    q.slowest: {"rng": 0, "latencies": ARRIVE, "leaves": 3, "requests": 4},
    q.hedge: {"first": ARRIVE, "second": SERVICE, "after": 1.0},
    q.finite_queue: {**RATES, "places": 3},
    q.mean_wait_mg1: {"arrival_rate": 0.5, "service_rate": 1.0, "service_cv2": 1.0},
    q.mean_wait_allen_cunneen: {**RATES, "arrival_cv2": 1.0, "service_cv2": 1.0},
    q.utilisation: RATES,
    q.erlang_b: {"servers": 2, "offered": 1.0},
    q.erlang_c: {"servers": 2, "offered": 1.0},
    q.mean_wait: RATES,
    q.mean_response: RATES,
    q.wait_tail: {"time": 1.0, **RATES},
    q.wait_quantile: {"share": 0.9, **RATES},
    q.response_tail: {"time": 1.0, **RATES},
    q.response_quantile: {"share": 0.9, **RATES},
    q.tandem_response: {"arrival_rate": 0.5, "service_rates": [1.0, 2.0], "servers": [1, 2]},
    q.asymptotic_variance: {"load": 0.5},
    q.relative_error: {"load": 0.5, "customers": 10},
    q.layered_attempts: {"attempts": 3, "layers": 2},
    q.mean_attempts: {"failure": 0.5, "attempts": 3},
    q.settle: {"demand": 10.0, "capacity": 20.0, "timeout": 1.0, "attempts": 3, "after_storm": False},
    q.retry_storm: {
        "demand": ARRIVE,
        "capacity": 2.0,
        "timeout": 1,
        "attempts": 2,
        "budget": 1.0,
        "places": 5.0,
        "window": 2,
    },
    q.reject_chance: {"requests": 10.0, "accepts": 5.0, "multiplier": 2.0},
    q.throttle: {"rng": 0, "demand": ARRIVE, "capacity": 2, "multiplier": 2.0, "window": 3},
    q.fewest_servers: {"offered": 2.0, "wait_chance": 0.2},
    q.square_root_staffing: {"offered": 2.0, "wait_chance": 0.2},
    q.halfin_whitt: {"spare": 1.0},
}
ODD = {
    "numbers": [math.nan, math.inf, -math.inf, -0.0, 0, -1, 1, 1.5, 1e300, 1e-320, 10**400, 1j],
    "kinds": [Decimal("0.5"), Decimal(1), np.int8(100), np.float16(0.5), np.array(1.0), True, "3", b"1", 3.0],
    "missing": [None, pd.NA, pd.NaT, {}, set(), object(), [], [[1, 2]], pd.Timestamp("2020")],
    "texts": [np.array(["1", "2", "3", "4"]), pd.Series(list("0123")), pd.Categorical(list("0123"))],
    "times": [np.array([1, 2, 3, 4], dtype="M8[ns]"), np.array([1, 2, 3, 4], dtype="m8[s]")],
    "rows": [[0, 1, 2, None], [1e308] * 4, [math.inf] * 4, [3, 2, 1, 0], [-0.0] * 4, [Decimal(1)] * 4],
    "arrays": [np.array([100] * 4, dtype=np.int8), np.ma.array([0, 1, 2, 3], mask=[0, 1, 0, 0])],
    "columns": [
        pd.Series([0, 1, 2, 3], index=[9, 8, 7, 9]),
        pd.Series([0, 1, None, 3], dtype="Int64"),
        pd.DataFrame({"a": [1, 2]}),
    ],
}


def whole(result: Any) -> bool:
    """Whether a result is of plain numbers, none of them nan."""
    if is_dataclass(result):
        return all(whole(getattr(result, field.name)) for field in fields(result))
    if isinstance(result, np.ndarray):
        return result.dtype.kind in "bi" or (result.dtype == np.float64 and not np.isnan(result).any())
    return type(result) is int or (type(result) is float and not math.isnan(result))


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__name__)
def test_whatever_comes_in_a_number_or_a_sentence_comes_out(function: Callable, odd: str):
    for name in CALLS[function]:
        for value in ODD[odd]:
            asked = {**CALLS[function], name: value}
            if name != "rng" and "rng" in asked:
                asked["rng"] = np.random.default_rng(0)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                try:
                    answer = function(**asked)
                except InputError as error:
                    answer = str(error)
            if isinstance(answer, str):
                assert len(answer) < 250
                assert "\n" not in answer
            else:
                assert whole(answer), (name, value, answer)


def test_a_seed_is_no_generator():
    with pytest.raises(InputError, match="rng is 42: it must be of type Generator"):
        q.poisson_arrivals(42, 1, 5)


def test_texts_and_dates_are_no_times():
    for wrong in (["1", "2"], pd.to_datetime(["2026-01-01", "2026-01-02"]), pd.to_timedelta([1, 2], "s")):
        with pytest.raises(InputError, match=r"arrive is .*: it must hold numbers"):
            q.fcfs(wrong, [1, 1])


def test_small_numbers_of_numpy_do_not_overflow():
    small = np.int8
    assert q.utilisation(small(120), small(100), small(3)) == pytest.approx(0.4)
    assert q.mean_wait(small(120), small(100), small(3)) == pytest.approx(q.mean_wait(120, 100, 3))
    assert q.batch_time(small(100), small(100), small(100)) == 10_100
    assert q.fewest_servers(small(100), 0.2) == q.fewest_servers(100, 0.2)
    assert q.mean_wait(np.float16(0.9), np.float16(1)) == q.mean_wait(float(np.float16(0.9)), 1)
    assert q.fcfs(np.array([100, 120], small), np.array([100, 100], small)).done.tolist() == [200, 300]


def test_whole_numbers_may_be_floats_and_decimals():
    assert q.erlang_b(4.0, Decimal("3.6")) == q.erlang_b(4, 3.6)
    assert q.fcfs(ARRIVE, SERVICE, 2.0, 3.0).start.tolist() == q.fcfs(ARRIVE, SERVICE, 2, 3).start.tolist()


def test_inputs_stay_as_they_are():
    arrive, service = np.array(ARRIVE), np.array(SERVICE)
    for given in (arrive, service):
        given.flags.writeable = False
    rng = np.random.default_rng(0)
    q.fcfs(arrive, service, 2, 2)
    q.balance(rng, arrive, service, 2, "join the shortest")
    q.serve_batches(arrive, 1, 1, 2)
    q.hedge(arrive, service, 1)
    q.slowest(rng, arrive[::-1], 3, 3)
    q.retry_storm(arrive, 1, 1, 3, budget=0.1, places=1)
    q.throttle(rng, arrive, 1)
    assert (arrive.tolist(), service.tolist()) == (ARRIVE, SERVICE)


def test_an_index_of_pandas_is_no_order():
    arrive = pd.Series(ARRIVE, index=[3, 2, 1, 0])
    assert q.fcfs(arrive, pd.Series([2.0, 1, 1, 1])).start.tolist() == [0, 2, 3, 4]


def test_times_beyond_exact_floats_are_refused():
    with pytest.raises(InputError, match=r"arrive\[0\] is 1.76e\+18: it must be a number from 0 to 9"):
        q.fcfs([1.76e18], [1])

"""Retries and throttling against published numbers, fixed points and conservation."""

import math

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform import queueing as q


def test_layered_retries_case_s07():
    assert q.layered_attempts(4, 3) == 64
    assert q.layered_attempts(4, 0) == 1


def test_mean_attempts_is_the_sum_over_tries():
    for failure in (0, 0.1, 0.9, 1):
        assert q.mean_attempts(failure, 4) == pytest.approx(sum(failure**k for k in range(4)))
    tries = np.random.default_rng(1).random((200_000, 4)) < 0.6
    made = 1 + np.cumprod(tries[:, :3], axis=1).sum(axis=1)
    assert made.mean() == pytest.approx(q.mean_attempts(0.6, 4), abs=4 * made.std() / np.sqrt(len(made)))


def test_a_service_with_retries_rests_where_load_and_timeouts_agree():
    for demand, after in [(50, False), (80, False), (80, True), (95, False), (130, False)]:
        rest = q.settle(demand, 100, 0.2, 3, after)
        failure = math.exp(-max(0, 100 - rest.load) * 0.2)
        assert rest.load == pytest.approx(demand * q.mean_attempts(failure, 3), rel=1e-6)
        assert rest.goodput == pytest.approx(demand * (1 - failure**3), abs=1e-6)


def test_a_metastable_service_stays_down_after_the_storm():
    calm, stuck = (q.settle(60, 100, 0.2, 3, after) for after in (False, True))
    assert calm.goodput == pytest.approx(60, rel=1e-3)
    assert stuck.goodput == 0
    assert stuck.load == 180
    # Where even all retries fit, calm comes back by itself; without retries, there is only one point of rest.
    assert q.settle(20, 100, 0.2, 3, True).load == pytest.approx(q.settle(20, 100, 0.2, 3).load)
    assert q.settle(80, 100, 0.2, 1, True) == q.settle(80, 100, 0.2, 1)


def spike(steps=300):
    demand = np.full(steps, 80.0)
    demand[50:60] = 200
    return demand


def test_a_storm_outlives_its_cause_unless_something_holds_it_down():
    plain = q.retry_storm(spike(), 100, 2, 1)
    storm = q.retry_storm(spike(), 100, 2, 3)
    budgeted = q.retry_storm(spike(), 100, 2, 3, budget=0.1)
    short = q.retry_storm(spike(), 100, 2, 3, places=100)
    assert storm.goodput[:50] == pytest.approx(80)
    assert storm.goodput[-100:].max() == 0
    assert storm.offered[-100:] == pytest.approx(240)
    for held in (plain, budgeted, short):
        assert held.goodput[-1] == pytest.approx(80)
        assert held.backlog[-1] == 0
    assert short.goodput[50:60].min() >= 80
    assert budgeted.offered.sum() <= 1.1 * spike().sum() + 1e-6


def test_nothing_is_lost_or_made_in_a_storm():
    demand = np.append(spike(), np.zeros(400))
    for held in ({}, {"places": 150.0}, {"budget": 0.3}):
        storm = q.retry_storm(demand, 100, 2, 3, **held)
        assert storm.offered.sum() <= 3 * demand.sum() + 1e-6
        assert storm.goodput.sum() <= demand.sum() + 1e-6
        assert (storm.goodput <= storm.offered + 1e-9).all()
        assert (storm.backlog >= 0).all()
        assert storm.backlog[-1] == 0
        assert storm.backlog.max() <= held.get("places", np.inf) + 1e-9
    calm = q.retry_storm(np.full(50, 99.0), 100, 2, 3)
    assert calm.goodput.sum() == pytest.approx(50 * 99)
    assert q.retry_storm(np.zeros(3), 100, 1, 2).offered.tolist() == [0, 0, 0]


def test_a_storm_by_hand():
    """Capacity 10, patience of two steps: the second step's 10 find a line of 40, ask again two steps on, find 30."""
    storm = q.retry_storm([50, 10, 0, 0, 0, 0, 0], 10, 2, 2)
    assert storm.offered.tolist() == [50, 10, 0, 10, 0, 0, 0]
    assert storm.goodput.tolist() == [50, 0, 0, 0, 0, 0, 0]
    assert storm.backlog.tolist() == [40, 40, 30, 30, 20, 10, 0]


def test_just_in_time_is_in_time():
    """Capacity 10, patience of two steps: who finds 20 in line is answered at the last moment, who finds 21 is not."""
    for first, in_time in ((30, 5), (31, 0)):
        storm = q.retry_storm([first, 5, 0, 0], 10, 2, 2)
        assert storm.goodput.tolist()[:2] == [first, in_time]


def test_a_full_room_lets_nobody_in_and_asks_again():
    """No place and capacity 10: of 25, 10 are served; 15 ask again with the next 25; the twice refused give up."""
    storm = q.retry_storm([25, 25, 25], 10, 1, 2, places=0)
    assert storm.goodput.tolist() == pytest.approx([10, 10, 10])
    assert storm.offered.tolist() == pytest.approx([25, 40, 25 + 25 * 30 / 40])


def test_who_is_refused_and_who_is_late_ask_again_once_each():
    """Capacity 10, 20 places: 30 of 40 get in; of the next 20 + 10, a third, and too late. All 20 ask again."""
    storm = q.retry_storm([40, 20, 0], 10, 1, 2, places=20)
    assert storm.goodput.tolist() == pytest.approx([30, 0, 0])
    assert storm.offered.tolist() == pytest.approx([40, 30, 20])


def test_throttling_case_s08():
    assert q.reject_chance(100, 30, 2) == pytest.approx(0.39604, abs=1e-6)
    assert q.reject_chance(100, 50) == 0
    assert q.reject_chance(0, 0) == 0


def test_a_throttled_client_sends_twice_what_is_accepted():
    """In the long run p = 1 - K a / r, so that K a of the r requests are sent on."""
    for multiplier in (1.1, 2.0):
        played = q.throttle(np.random.default_rng(1), np.full(4_000, 200), 30, multiplier)
        later = played.sent[1_000:]
        error = (
            4 * np.sqrt(200 * 0.3 * 0.7 / len(later)) * 10
        )  # neighbours are alike: they share a window of 120
        assert later.mean() == pytest.approx(multiplier * 30, abs=error)
        assert (played.accepted <= 30).all()
        assert (played.accepted <= played.sent).all()
    assert played.sent[0] == 200


def test_a_throttled_client_comes_back_when_there_is_room():
    asked = np.append(np.full(600, 100), np.full(600, 20))
    played = q.throttle(np.random.default_rng(2), asked, 30)
    assert played.accepted[-300:].mean() == 20


def test_tries_that_nearly_all_fail_are_counted_exactly():
    for failure in (1 - 1e-15, 1 - 1e-9, 1 - 1e-4):
        assert q.mean_attempts(failure, 10) == pytest.approx(sum(failure**k for k in range(10)), rel=1e-12)


def test_a_long_patience_needs_no_memory_and_many_tries_get_a_sentence():
    storm = q.retry_storm([50, 10], 10, 1_000_000, 1000)
    assert storm.goodput.tolist() == [50, 10]
    with pytest.raises(
        InputError, match="demand has 60000 steps: with 1000 attempts it must have at most 50000"
    ):
        q.retry_storm(np.ones(60_000), 10, 1, 1000)


def test_a_budget_by_hand():
    """Capacity 10, patience 1, retries at most half of the new requests so far.

    The first 40 find nobody in line; the next 20 find 30 and come too late. A step on, 20 would ask again beside 10 new
    ones: the budget has grown to (40 + 20 + 10) / 2 = 35, so all may. These 30 come too late as well, and so on.
    """
    storm = q.retry_storm([40, 20, 10, 0, 0], 10, 1, 3, budget=0.5)
    assert storm.offered.tolist() == [40, 20, 30, 15, 0]
    tight = q.retry_storm([40, 20, 10, 0, 0], 10, 1, 3, budget=0.1)
    assert tight.offered.tolist() == pytest.approx([40, 20, 17, 0, 0])


def test_a_budget_of_a_window_forgets():
    """The same: of the last step alone a tenth is 2, then 1 and 0; of the last two, (20 + 10) / 10 = 3."""
    for window, offered in ((1, [40, 20, 11, 0, 0]), (2, [40, 20, 13, 0, 0]), (3, [40, 20, 17, 0, 0])):
        storm = q.retry_storm([40, 20, 10, 0, 0], 10, 1, 3, budget=0.1, window=window)
        assert storm.offered.tolist() == pytest.approx(offered)


def test_no_window_has_more_retries_than_its_budget():
    demand = spike()
    storm = q.retry_storm(demand, 100, 2, 3, budget=0.1, window=10)
    retries = storm.offered - demand
    for last in np.flatnonzero(retries > 1e-9):
        ten = slice(max(0, last - 9), last + 1)
        assert retries[ten].sum() <= 0.1 * demand[ten].sum() + 1e-6
    assert retries.max() > 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: q.layered_attempts(0, 3), "attempts is 0"),
        (lambda: q.mean_attempts(1.5, 3), "failure is 1.5"),
        (lambda: q.settle(-1, 100, 1, 3), "demand is -1"),
        (lambda: q.settle(10, 0, 1, 3), "capacity is 0"),
        (lambda: q.retry_storm([], 100, 2, 3), "demand has the shape"),
        (lambda: q.retry_storm([1, np.nan], 100, 2, 3), r"demand\[1\] is nan"),
        (lambda: q.retry_storm([1], 100, 0, 3), "timeout is 0"),
        (lambda: q.retry_storm([1], 100, 1, 3, budget=-1), "budget is -1"),
        (lambda: q.reject_chance(10, 11), "accepts is 11: it must be at most requests, 10"),
        (lambda: q.reject_chance(10, 1, 0.5), "multiplier is 0.5"),
        (
            lambda: q.throttle(np.random.default_rng(), [5, 0.5], 1),
            r"demand\[1\] is 0.5: it must be a whole number",
        ),
        (lambda: q.throttle(np.random.default_rng(), [5], 0.5), "capacity is 0.5: it must be a whole number"),
        (lambda: q.settle(10, 20, 1, 3, "no"), "after_storm is 'no': it must be one of False, True"),
        (lambda: q.throttle(np.random.default_rng(), [5], 1, window=0), "window is 0"),
        (lambda: q.throttle(np.random.default_rng(), [1e20], 1), r"demand\[0\] is 1e\+20"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()

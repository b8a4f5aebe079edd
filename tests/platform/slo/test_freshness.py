"""The sawtooth by hand and against a fine clock; the closed forms against simulated queues of updates."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform.slo import periodic_age, queued_age, sawtooth


def test_sawtooth_by_hand():
    saw = sawtooth([0, 4, 8], [1, 5, 10], end=12)
    assert saw.low.tolist() == [1, 1, 2]
    assert saw.high.tolist() == [5, 6, 4]
    assert saw.mean == pytest.approx(((25 - 1) + (36 - 1) + (16 - 4)) / 2 / 11)
    assert saw.mean_peak == pytest.approx(5.5)
    assert saw.share_over(4) == pytest.approx((1 + 2) / 11)


def test_periodic_updates_are_half_a_period_old_plus_the_delay():
    made = np.arange(0, 500, 5.0)
    saw = sawtooth(made, made + 2, end=502)
    assert (saw.mean, saw.mean_peak) == pytest.approx(periodic_age(5, 2))
    assert periodic_age(5, 2) == (4.5, 7)


def test_an_overtaken_update_teaches_nothing():
    assert sawtooth([0, 2, 1], [1, 3, 4], end=6).at.tolist() == [1, 3]


def test_order_of_the_updates_is_irrelevant():
    made, late = np.random.default_rng(2).uniform(0, 90, 40), np.random.default_rng(3).exponential(4, 40)
    order = np.random.default_rng(4).permutation(40)
    first, second = sawtooth(made, made + late, 200), sawtooth(made[order], (made + late)[order], 200)
    assert first.mean == pytest.approx(second.mean, rel=1e-12)


def test_mean_against_a_fine_clock():
    rng = np.random.default_rng(7)
    made = np.sort(rng.uniform(0, 100, 60))
    got = made + rng.exponential(3, 60)
    saw = sawtooth(made, got, 130)
    clock = np.linspace(saw.at[0], 130, 200_001)[:-1]
    newest = np.array([made[got <= t].max() for t in clock[::200]])
    assert saw.mean == pytest.approx(np.mean(clock[::200] - newest), abs=0.1)


def _queued(load, n, seed, newest_first=False):
    """Return (generated, received) of n updates through one worker with exponential times of mean 1."""
    rng = np.random.default_rng(seed)
    made, work = np.cumsum(rng.exponential(1 / load, n)), rng.exponential(1, n)
    if newest_first:
        done = made + work
        kept = done[:-1] <= made[1:]  # the next one pushes out what is not done
        return made[:-1][kept], done[:-1][kept]
    done = np.empty(n)
    last = 0.0
    for i in range(n):
        last = done[i] = max(last, made[i]) + work[i]
    return made, done


@pytest.mark.parametrize(
    ("load", "newest_first"), [(0.2, False), (0.53, False), (0.8, False), (0.5, True), (3.0, True)]
)
def test_queued_age_against_a_simulation(load, newest_first):
    """Twenty independent runs give the standard error."""
    means = []
    for seed in range(20):
        made, done = _queued(load, 6000, seed, newest_first)
        means.append(sawtooth(made, done, done.max() + 1e-6).mean)
    error = np.std(means, ddof=1) / np.sqrt(len(means))
    assert np.mean(means) == pytest.approx(queued_age(load, 1, newest_first), abs=4 * error)


def test_more_updates_make_it_older():
    ages = {load: queued_age(load, 1) for load in np.arange(0.05, 1, 0.01).round(2)}
    assert min(ages, key=ages.get) == pytest.approx(0.53, abs=0.011)
    assert ages[0.9] > 2 * ages[0.53]
    assert queued_age(50, 1, newest_first=True) == pytest.approx(1.02)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: sawtooth([5], [4], 9),
            "update 0 is received at 4, before it was generated at 5: the clocks",
        ),
        (lambda: sawtooth([1], [10], 9), "received holds 10: it must lie before the end, 9"),
        (lambda: sawtooth([], [], 9), "generated has the shape"),
        (lambda: sawtooth([1, 2], [3], 9), "generated has 2 times and received 1"),
        (lambda: sawtooth([1], [2], 9).mean_peak, "1 tooth"),
        (lambda: sawtooth([-1e17], [0], 1), r"generated\[0\] is -1e\+17: it must be a number from -1e\+15"),
        (lambda: queued_age(1, 1), "utilisation is 1: a steady age needs less than 1"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_old_knowledge_has_an_age_though_its_tooth_is_lost_in_rounding():
    saw = sawtooth([-1e15], [0.0], 1e-3)
    assert saw.mean == 1e15
    assert saw.share_over(5) == 1
    assert sawtooth([0.0, 3.0], [1.0, 4.0], 6.0).share_over(2) == pytest.approx(3 / 5)


def test_of_two_received_at_once_the_newer_counts():
    for made in ([0, 2], [2, 0], [2, 2]):
        saw = sawtooth(made, [3, 3], end=6)
        assert (saw.at.tolist(), saw.low.tolist()) == ([3], [1])
    with pytest.raises(InputError, match="it must lie before the end, 3"):
        sawtooth([1], [3], 3)

"""The draws: published vectors, uniform, uncorrelated between neighbours, and a logistic that is one."""

import numpy as np
import pytest
from scipy import stats

from twoworlds.world import draws
from twoworlds.world.draws import (
    Purpose,
    fold,
    lane,
    logistic,
    mix64,
    root,
    scatter,
    symmetric,
    uniform,
    unit,
)

N = 200_000


def test_mix64_gives_splitmix64s_published_sequence():
    states = np.uint64(1234567) + np.arange(1, 4, dtype=np.uint64) * draws.GOLDEN64
    assert mix64(states).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def _session_draws(purpose: Purpose = Purpose.CLICK) -> np.ndarray:
    keys = fold(root(7, Purpose.USER), np.arange(N // 10))
    return scatter(lane(keys, purpose)[:, None], np.arange(10))


@pytest.mark.parametrize(
    "sample",
    [
        uniform(fold(root(7, Purpose.COME), np.arange(N))),
        uniform(fold(fold(root(7, Purpose.USER), 123), np.arange(N))),
        unit(_session_draws()).ravel().astype(float),
        (symmetric(_session_draws()).ravel() + 1.0) / 2,
    ],
    ids=["users", "days", "impressions", "symmetric"],
)
def test_draws_are_uniform_and_neighbours_uncorrelated(sample):
    assert stats.kstest(sample, "uniform").pvalue > 1e-4
    for lag in (1, 2, 10):
        assert abs(np.corrcoef(sample[:-lag], sample[lag:])[0, 1]) < 4 / np.sqrt(len(sample) - lag)


def test_purposes_of_one_session_are_uncorrelated():
    clicks, looks = (unit(_session_draws(p)).ravel() for p in (Purpose.CLICK, Purpose.EXAMINE))
    assert abs(np.corrcoef(clicks, looks)[0, 1]) < 4 / np.sqrt(N)


def test_seeds_give_other_draws():
    first, second = (uniform(fold(root(seed, Purpose.COME), np.arange(N))) for seed in (7, 8))
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(N)


def test_purpose_numbers_are_unique():
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose.__members__)


def test_uniform_stays_inside_zero_and_one():
    edge = uniform(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert 0 < edge[0] < edge[1] < 1


def test_logistic_is_close_and_rises():
    x = np.linspace(-12, 12, 100_001).astype(np.float32)
    ours = logistic(x)
    assert np.abs(ours - 1 / (1 + np.exp(-x.astype(float)))).max() < 8e-4
    assert (np.diff(ours) >= -1e-6).all()
    assert 0 < ours.min() < ours.max() < 1


def test_log_odds_are_standard_logistic():
    sample = draws.log_odds(uniform(fold(root(1, Purpose.TASTE), np.arange(N))))
    assert stats.kstest(sample, "logistic").pvalue > 1e-4

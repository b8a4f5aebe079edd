"""The permutation test: exact cases, scipy's, and its agreement with the t test."""

import numpy as np
import pytest
from scipy import stats

from twoworlds.errors import InputError
from twoworlds.experiment import Moments, difference, permutation_test


def test_small_cases_by_hand():
    result = permutation_test([1, 2], [3, 4])
    assert result.exact
    assert sorted(result.shuffled) == [-2, -1, 0, 0, 1, 2]
    assert result.p == pytest.approx(2 / 6)


def test_lady_tasting_tea_two_sided():
    assert permutation_test([0] * 4, [1] * 4).p == pytest.approx(2 / 70)


def test_a_constant_metric_shows_nothing():
    assert permutation_test([0.1] * 5, [0.1] * 6).p == 1
    assert permutation_test([0.1] * 50, [0.1] * 60, 500).p == 1


def test_exact_p_is_scipys():
    rng = np.random.default_rng(2)
    a, b = rng.exponential(1, 7), rng.exponential(2, 6)
    theirs = stats.permutation_test(
        (b, a),
        lambda x, y, axis: np.abs(x.mean(axis) - y.mean(axis)),
        vectorized=True,
        n_resamples=np.inf,
        alternative="greater",
    )
    assert permutation_test(a, b).p == pytest.approx(theirs.pvalue)


def test_drawn_p_is_near_the_t_tests_for_many_users():
    rng = np.random.default_rng(5)
    a, b = rng.gamma(2, 1, 300), rng.gamma(2, 1.1, 250)
    drawn, t = permutation_test(a, b, 20_000), difference(Moments.of(a), Moments.of(b)).p()
    assert not drawn.exact
    assert drawn.p == pytest.approx(t, abs=4 * np.sqrt(t * (1 - t) / 20_000) + 0.005)
    assert drawn.shuffled.std() == pytest.approx(
        np.sqrt(np.r_[a, b].var(ddof=1) * (1 / 300 + 1 / 250)), rel=0.03
    )


def test_the_seed_decides_and_p_is_never_zero():
    a, b = np.zeros(40), np.ones(40)
    assert permutation_test(a, b, 99).p == 1 / 100
    once, again, other = (permutation_test(a, b + np.arange(40), 99, seed).shuffled for seed in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_p_is_uniform_under_no_difference():
    """Of 1,000 exact tests on noise, the share with p <= 0.1 is at most 10 % (4 standard errors)."""
    rng = np.random.default_rng(8)
    p = [permutation_test(*rng.normal(size=(2, 5))).p for _ in range(1000)]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 1000) + 1 / 126)


def test_wrong_input_is_said():
    with pytest.raises(InputError, match="control is empty"):
        permutation_test([], [1])
    with pytest.raises(InputError, match="treatment holds 1 values that are NaN"):
        permutation_test([1, 2], [1, np.nan])
    with pytest.raises(InputError, match="shuffles is 0"):
        permutation_test([1, 2], [1, 3], 0)
    with pytest.raises(InputError, match=r"control is .*: it must hold numbers"):
        permutation_test(["a"], [1])
    with pytest.raises(InputError, match="seed is None"):
        permutation_test([1, 2], [1, 3], seed=None)


@pytest.mark.parametrize("size", [6, 12])
def test_tenths_tie_as_whole_numbers_do(size):
    """0.1 + 0.2 isn't 0.3 to a computer, and yet the two are equal here: all relabellings tried, and some drawn."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        a, b = rng.integers(1, 9, (2, size)).astype(float)
        assert permutation_test(a / 10, b / 10, 500).p == permutation_test(a, b, 500).p


def test_a_large_mean_hides_no_tie():
    assert permutation_test(1e9 + np.zeros(4), 1e9 + 0.1 + np.zeros(4)).p == pytest.approx(2 / 70)


def test_one_user_against_many_is_exact_in_little_memory():
    many = np.arange(40_000.0)
    assert permutation_test([50_000.0], many).p == pytest.approx(1 / 40_001)
    assert permutation_test(many, [-10_000.0]).p == pytest.approx(1 / 40_001)


@pytest.mark.parametrize("outlier", [1e3, 1e6, 2**31, 1e9, 1e10])
def test_one_heavy_user_makes_no_ties(outlier):
    rng = np.random.default_rng(1)
    a, b = rng.normal(5, 1, 7), np.r_[outlier, rng.normal(5, 1, 6)]
    theirs = stats.permutation_test(
        (b, a),
        lambda x, y, axis: np.abs(x.mean(axis) - y.mean(axis)),
        vectorized=True,
        n_resamples=np.inf,
        alternative="greater",
    )
    assert permutation_test(a, b).p == pytest.approx(theirs.pvalue)


@pytest.mark.parametrize("large", [1e9, 1e12, 1e13, 1e15])
def test_a_large_mean_makes_no_ties_either(large):
    few = np.arange(4.0)
    assert permutation_test(large + few, large + 10 + few).p == pytest.approx(2 / 70)
    many, two = np.arange(1000.0) % 7, np.array([7.0, 8])
    assert permutation_test(large + many, large + two, 2000).p == permutation_test(many, two, 2000).p < 0.01


@pytest.mark.parametrize("size", [6, 12])
@pytest.mark.parametrize("large", [0, 1e3, 1e6])
def test_tenths_tie_around_a_large_mean_as_well(size, large):
    rng = np.random.default_rng(3)
    for _ in range(20):
        a, b = rng.integers(1, 9, (2, size)).astype(float)
        assert permutation_test(large + a / 10, large + b / 10, 500).p == permutation_test(a, b, 500).p


def test_no_tie_where_differences_are_near():
    """A billionth of the values apart: more than their rounding, so not equal; of whole numbers one apart likewise."""
    near = permutation_test([1000.0, 1000.000001, 1000.000002], [1000.000004, 1000.000005, 1000.000006])
    far = permutation_test([0, 1, 2], [4, 5, 6])
    assert near.p == far.p == 0.1
    whole = 2.0**51 + np.array([0, 1, 2, 3, 10, 11, 12, 13.0])
    assert permutation_test(whole[:4], whole[4:]).p == pytest.approx(2 / 70)

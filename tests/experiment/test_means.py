"""Comparisons of means: published cases, scipy as a second opinion, and arms that say nothing."""

import math

import numpy as np
import pytest
from scipy import stats

from twoworlds.errors import InputError
from twoworlds.experiment import Moments, difference, fieller, fieller_p, paired, relative

# Student's sleep data: extra hours of sleep of ten patients with two drugs (R's data set `sleep`).
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_students_sleep_by_welch():
    """TEST03: R's t.test(extra ~ group, sleep)."""
    effect = difference(Moments.of(SECOND), Moments.of(FIRST))
    assert effect.statistic() == pytest.approx(-1.8608, abs=1e-4)
    assert effect.df == pytest.approx(17.776, abs=1e-3)
    assert effect.p() == pytest.approx(0.07939, abs=1e-5)
    assert effect.interval() == pytest.approx((-3.3654832, 0.2054832), abs=1e-6)


def test_students_sleep_paired():
    """TEST04: the same numbers as pairs."""
    effect = paired(SECOND, FIRST)
    assert effect.statistic() == pytest.approx(-4.0621, abs=1e-4)
    assert effect.p() == pytest.approx(0.002833, abs=1e-6)


def test_same_data_two_p_values():
    """TEST01: GrowthBook's test of absolute and relative effects (sums, sums of squares, n)."""
    control = Moments.of_sums(1396.87, 52377.9767, 3407)
    treatment = Moments.of_sums(2422.7, 134698.29, 3461)
    effect = difference(control, treatment)
    assert effect.p() == pytest.approx(0.02016, abs=2e-5)
    assert relative(control, treatment).p() == pytest.approx(0.06191, abs=2e-5)
    assert effect.interval() == pytest.approx((0.04538, 0.53462), abs=2e-5)


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("sizes", [(12, 12), (5, 90), (1000, 30)])
def test_tests_are_scipys(pooled, sizes):
    rng = np.random.default_rng(sum(sizes))
    a, b = rng.normal(3, 1, sizes[0]), rng.normal(3.3, 4, sizes[1])
    theirs = stats.ttest_ind(b, a, equal_var=pooled)
    ours = difference(Moments.of(a), Moments.of(b), pooled=pooled)
    assert (ours.statistic(), ours.df, ours.p()) == pytest.approx(
        (theirs.statistic, theirs.df, theirs.pvalue)
    )
    assert ours.interval(0.8) == pytest.approx(theirs.confidence_interval(0.8))


def test_the_delta_method_is_the_spread_of_the_lift():
    """Twenty thousand experiments: the reckoned error against the one that happens."""
    rng, n = np.random.default_rng(3), 400
    control = rng.gamma(2, 1, (20_000, n)).mean(axis=1)
    treatment = rng.gamma(2, 1.1, (20_000, n)).mean(axis=1)
    lifts = treatment / control - 1
    reckoned = relative(Moments(n, 2, 2), Moments(n, 2.2, 2 * 1.1**2)).se
    # The error of a standard deviation from 20,000 draws is se / sqrt(40,000); the method itself is of first order.
    assert lifts.std() == pytest.approx(reckoned, rel=4 / 200 + 2 / n)


def test_fieller_and_delta_agree_where_the_control_is_well_known():
    control, treatment = Moments(90_000, 5, 9), Moments(90_000, 5.1, 9)
    second_order = (1.96 * control.se / control.mean) ** 2  # how far Fieller's interval is shifted
    exact, delta = fieller(control, treatment), relative(control, treatment).interval()
    assert exact == pytest.approx(delta, abs=1.1 * second_order)
    assert exact[0] > delta[0]


def test_fieller_holds_the_ratios_that_the_data_do_not_reject():
    """At each end the test of "treatment - ratio * control is 0" has exactly the level (large arms)."""
    control, treatment = Moments(10_000, 1, 400), Moments(10_000, 1.5, 500)
    for end in fieller(control, treatment):
        ratio = 1 + end
        z = (treatment.mean - ratio * control.mean) / math.sqrt(0.05 + ratio**2 * 0.04)
        assert abs(z) == pytest.approx(stats.norm.ppf(0.975), rel=1e-3)


def test_fieller_has_no_bounds_where_the_control_may_be_zero():
    assert fieller(Moments(100, 1, 100), Moments(100, 2, 100)) == (-math.inf, math.inf)


def test_arms_that_say_nothing():
    lone, arm, flat = Moments(1, 2, 0), Moments(10, 3, 4), Moments(10, 3, 0)
    assert math.isnan(difference(lone, arm).p())
    assert difference(lone, arm).value == 1
    assert difference(lone, arm, pooled=True).df == 9
    assert math.isnan(difference(lone, lone, pooled=True).p())
    assert math.isnan(difference(flat, flat).p())
    assert difference(flat, arm).p() == pytest.approx(1)
    assert all(math.isnan(x) for x in fieller(lone, arm))
    assert math.isnan(paired([1], [2]).p())


def test_wrong_input_is_said():
    with pytest.raises(InputError, match="control mean is 0"):
        relative(Moments(10, 0, 1), Moments(10, 1, 1))
    with pytest.raises(InputError, match="control mean is -2"):
        fieller(Moments(10, -2, 1), Moments(10, 1, 1))
    with pytest.raises(InputError, match=r"after has shape \(2,\)"):
        paired([1, 2, 3], [1, 2])
    with pytest.raises(InputError, match="before holds 1 values that are NaN"):
        paired([1, math.nan, 3], [1, 2, 3])


def test_scales_of_any_size_have_the_same_degrees_of_freedom():
    usual = difference(Moments(10, 1, 4), Moments(20, 2, 9))
    for scale in (1e-170, 1e200):
        assert difference(Moments(10, 1, 4 * scale), Moments(20, 2, 9 * scale)).df == pytest.approx(usual.df)
    tiny = relative(Moments(10, 1e-100, 4e-204), Moments(20, 2e-100, 9e-204))
    assert tiny.se == pytest.approx(relative(Moments(10, 1, 4e-4), Moments(20, 2, 9e-4)).se)


def test_values_are_not_moments():
    for compare in (difference, relative, fieller):
        with pytest.raises(InputError, match=r"control is \[1, 2\]: it must be of type Moments"):
            compare([1, 2], Moments(10, 1, 1))
    with pytest.raises(InputError, match="so near to 0 a lift says nothing"):
        relative(Moments(10, 1e-200, 1), Moments(10, 1, 1))
    with pytest.raises(InputError, match=r"after is .*: it must hold numbers"):
        paired([1, 2], ["1", "2"])


def test_fieller_loses_its_bounds_as_soon_as_the_control_is_not_significant():
    for se, bounded in ((0.5, True), (0.511, False)):
        interval = fieller(Moments(10_000, 1, 10_000 * se**2), Moments(10_000, 2, 1))
        assert math.isfinite(interval[0]) == bounded


def test_arms_without_spread_have_no_interval_of_their_lift():
    flat = Moments(10, 3, 0)
    assert all(math.isnan(x) for x in (*fieller(flat, Moments(10, 3.6, 0)), *relative(flat, flat).interval()))


def test_fiellers_p_is_below_alpha_just_where_its_interval_excludes_no_lift():
    """Also where the control mean may be 0: there no lift is excluded, however far apart the means are."""
    rng, seen = np.random.default_rng(7), set()
    for _ in range(2000):
        n, (c, t) = rng.integers(2, 200), rng.exponential(3, 2)
        control, treatment = (
            Moments(n, c, rng.exponential(9 * n)),
            Moments(n + 3, t * 4, rng.exponential(9 * n)),
        )
        level = rng.uniform(0.05, 0.99)
        low, high = fieller(control, treatment, level)
        outside = low > 0 or high < 0
        assert (fieller_p(control, treatment) < 1 - level) == outside
        seen.add((outside, math.isfinite(low), difference(control, treatment).p() < 1 - level))
    assert {(True, True, True), (False, True, False), (False, False, True), (False, False, False)} <= seen


def test_fiellers_p_is_welchs_where_the_control_is_well_known():
    control, treatment = Moments(90_000, 5, 9), Moments(90_000, 5.03, 9)
    assert fieller_p(control, treatment) == pytest.approx(difference(control, treatment).p(), rel=1e-6)
    assert fieller_p(Moments(90, 5, 0), treatment) == pytest.approx(2 * stats.norm.sf(3), rel=1e-3)
    assert math.isnan(fieller_p(Moments(1, 2, 0), treatment))
    assert math.isnan(fieller_p(Moments(9, 2, 0), Moments(9, 3, 0)))


@pytest.mark.parametrize("mean", [1e-17, 1e-8])
def test_the_rounding_of_0_is_no_mean_to_be_relative_to(mean):
    for compare in (relative, fieller, fieller_p):
        with pytest.raises(InputError, match="so near to 0 a lift says nothing"):
            compare(Moments(3, mean, 0.06), Moments(3, 2, 1))


@pytest.mark.parametrize("step", [0.1, 0.3, -7.7, 1e6])
def test_the_same_step_for_all_is_no_certainty_from_rounding(step):
    before = np.round(np.random.default_rng(0).exponential(10, 1000), 2)
    for pair in (
        (before, before + step),
        (before / 10, (before * 10 + step * 10) / 100),
        (1e9 * before, before),
    ):
        effect = paired(*pair)
        if pair[0][0] > 1e6:
            assert effect.se > 0
            continue
        assert effect.se == 0
        assert math.isnan(effect.p())
        assert math.isnan(effect.interval()[0])
    assert paired(before, before + step).value == pytest.approx(step)


def test_small_differences_of_large_numbers_are_differences():
    for large in (1e15, 1e9, 0.0):
        effect = paired(large + np.zeros(4), large + np.array([0.0, 1, 1, 2]))
        assert (effect.value, effect.se) == pytest.approx((1, math.sqrt(2 / 3 / 4)))
    heavy = paired([0.0, 0, 0, 1e12], [1e-3, 2e-3, 3e-3, 1e12])
    assert heavy.se > 0


def test_one_pair_has_no_error_at_all():
    assert math.isnan(paired([1.0], [2.5]).se)


def test_the_noise_floor_of_pairs_is_only_as_high_as_rounding():
    """Values of a million, differences that vary in the tenth digit: a real spread, and whole before isn't enough."""
    rng = np.random.default_rng(0)
    before = np.round(rng.normal(1e6, 10, 200))
    change = paired(before, before + 0.5 + rng.normal(0, 2e-8, 200))
    assert 0 < change.se < 3e-9
    assert paired([1.0, 2, 3], [1.1, 2.1, 3.1]).se == 0

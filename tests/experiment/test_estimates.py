"""Estimates: tests and intervals are two views of the same thing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from twoworlds.errors import InputError
from twoworlds.experiment import Estimate, se_until_touching


@given(st.floats(-5, 5), st.floats(0.1, 5), st.floats(1, 500), st.floats(-3, 3))
def test_the_interval_holds_the_effects_that_the_test_keeps(value, se, df, null):
    effect = Estimate(value, se, df)
    low, high = effect.interval(0.9)
    if min(abs(null - low), abs(null - high)) > 1e-9:
        assert (low <= null <= high) == (effect.p(null) > 0.1)


@given(st.floats(-4, 4), st.floats(1, 60))
def test_p_values_are_scipys(t, df):
    effect = Estimate(t, 1, df)
    assert effect.p() == pytest.approx(2 * stats.t.sf(abs(t), df), rel=1e-9)
    assert effect.p(alternative="greater") == pytest.approx(stats.t.sf(t, df), rel=1e-9)
    assert effect.p(alternative="less") == pytest.approx(stats.t.cdf(t, df), rel=1e-9)


def test_without_spread_nothing_is_said_about_chance():
    for se in (0.0, math.nan):
        effect = Estimate(0.3, se)
        assert effect.value == 0.3
        assert all(math.isnan(x) for x in (effect.p(), effect.statistic(), *effect.interval()))


def test_two_intervals_touch_long_past_significance():
    """TEST10: with equal errors at 2.772 standard errors of the difference, p = 0.00558."""
    assert se_until_touching() == pytest.approx(2.772, abs=0.001)
    assert Estimate(se_until_touching(), 1).p() == pytest.approx(0.00558, abs=2e-5)
    low, high = Estimate(0, 1).interval()
    apart = se_until_touching(0.95, ratio=3) * math.hypot(1, 3)
    assert Estimate(apart, 3).interval()[0] == pytest.approx(high)
    assert low == -high


def test_unusable_levels_and_sides_are_said():
    with pytest.raises(InputError, match="level is 1"):
        Estimate(0, 1).interval(1)
    with pytest.raises(InputError, match="level is 95"):
        Estimate(0, 1).interval(95)
    with pytest.raises(InputError, match="alternative is 'bigger'"):
        Estimate(0, 1).p(alternative="bigger")
    for make, words in (
        (lambda: Estimate(0, -1), "se is -1"),
        (lambda: Estimate("1", 1), "value is '1'"),
        (lambda: Estimate(0, 1, -3), "df is -3"),
        (lambda: Estimate(0, 1, 1e-300), "df is 1e-300"),
        (lambda: Estimate(0, 1).p(None), "null is None"),
    ):
        with pytest.raises(InputError, match=words):
            make()

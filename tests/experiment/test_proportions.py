"""Comparisons of counts: published cases, scipy and statsmodels as second opinions."""

import math

import pytest
from statsmodels.stats import proportion

from twoworlds.errors import InputError
from twoworlds.experiment import (
    Count,
    chi_square,
    difference,
    difference_of_shares,
    fisher_exact,
    relative,
    risk_ratio,
)

UDACITY = Count(3785, 17293), Count(3423, 17260)


def test_physicians_health_study():
    """TEST05: Agresti, Categorical Data Analysis, section 2.2: heart attacks with aspirin and placebo."""
    aspirin, placebo = Count(104, 11037), Count(189, 11034)
    effect = difference_of_shares(aspirin, placebo, pooled=False)
    assert effect.value == pytest.approx(0.0077, abs=6e-5)
    assert effect.interval() == pytest.approx((0.005, 0.011), abs=6e-4)
    ratio = risk_ratio(aspirin, placebo)
    assert math.exp(ratio.value) == pytest.approx(1.82, abs=0.006)
    assert [math.exp(end) for end in ratio.interval()] == pytest.approx([1.43, 2.30], abs=0.011)


def test_smokers_among_patients():
    """TEST07: R's prop.test help page (Fleiss 1981)."""
    arms = [Count(83, 86), Count(90, 93), Count(129, 136), Count(70, 82)]
    assert chi_square(arms) == pytest.approx((12.6004, 3, 0.005585), abs=1e-4)
    by_hand = sum((arm.hits - arm.n * 372 / 397) ** 2 / (arm.n * 372 / 397 * 25 / 397) for arm in arms)
    assert chi_square(arms)[0] == pytest.approx(by_hand)


def test_continuity_correction():
    """R: prop.test(c(15, 25), c(50, 50)) corrects by default: X-squared 3.375; each |O - E| less a half."""
    arms = Count(15, 50), Count(25, 50)
    assert chi_square(arms, correction=True) == pytest.approx((3.375, 1, 0.06619), abs=1e-5)
    assert chi_square(arms)[0] == pytest.approx(2 * 5**2 / 20 + 2 * 5**2 / 30)
    three = (*arms, Count(20, 50))
    assert chi_square(three, correction=True) == chi_square(three)


def test_free_trial_screener():
    """TEST08: Udacity's course on A/B testing, gross conversion, pooled error."""
    effect = difference_of_shares(*UDACITY, pooled=True)
    assert effect.value == pytest.approx(-0.0205549, abs=1e-6)
    assert effect.interval() == pytest.approx((-0.0291, -0.0120), abs=6e-5)


def test_lift_is_over_the_control():
    """TEST11: -9.39 % of the control; divided by the treatment it would be -10.36 %."""
    control, treatment = UDACITY
    assert relative(control.moments(), treatment.moments()).value == pytest.approx(-0.0939, abs=1e-4)
    assert 1 - control.share / treatment.share == pytest.approx(-0.1036, abs=1e-4)


def test_published_lift_of_337_percent():
    """DEC03: Kohavi, Deng & Vermeer 2022, section 2: 12 of 75 against 3 of 82."""
    control, treatment = Count(3, 82), Count(12, 75)
    assert relative(control.moments(), treatment.moments()).value == pytest.approx(3.37, abs=0.006)
    assert difference_of_shares(control, treatment, pooled=True).p() == pytest.approx(0.009, abs=6e-4)


def test_lady_tasting_tea():
    """TEST02: Fisher 1935, all eight cups right."""
    assert fisher_exact(Count(0, 4), Count(4, 4), "greater") == pytest.approx(1 / 70, abs=1e-9)


def test_the_pooled_test_is_the_chi_square():
    statistic, _, p = chi_square(UDACITY)
    effect = difference_of_shares(*UDACITY, pooled=True)
    assert effect.statistic() ** 2 == pytest.approx(statistic)
    assert effect.p() == pytest.approx(p)


def test_second_opinion_of_statsmodels():
    (c, t), effect = UDACITY, difference_of_shares(*UDACITY, pooled=True)
    z, p = proportion.proportions_ztest([t.hits, c.hits], [t.n, c.n])
    assert (effect.statistic(), effect.p()) == pytest.approx((z, p))
    ends = proportion.confint_proportions_2indep(t.hits, t.n, c.hits, c.n, method="wald")
    assert difference_of_shares(c, t, pooled=False).interval() == pytest.approx(ends)


def test_counts_are_a_metric_of_zeros_and_ones():
    effect = difference(UDACITY[0].moments(), UDACITY[1].moments())
    assert effect.se == pytest.approx(difference_of_shares(*UDACITY, pooled=False).se, rel=1e-4)


def test_edges_have_documented_answers():
    none, every = Count(0, 50), Count(50, 50)
    assert math.isnan(difference_of_shares(none, none, pooled=True).p())
    assert math.isnan(difference_of_shares(none, every, pooled=False).p())
    assert math.isnan(chi_square([none, none, none])[2])
    assert fisher_exact(none, every) < 1e-20


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Count(5, 4), "hits is 5"),
        (lambda: Count(-1, 4), "hits is -1"),
        (lambda: Count(0, 0), "n is 0"),
        (lambda: Count(1.5, 4), "whole number"),
        (lambda: chi_square([Count(1, 2)]), "at least two"),
        (lambda: risk_ratio(Count(0, 5), Count(1, 5)), "at least one hit"),
    ],
)
def test_wrong_input_is_said(make, words):
    with pytest.raises(InputError, match=words):
        make()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: fisher_exact(Count(1, 5), Count(1, 5), "bigger"), "alternative is 'bigger'"),
        (lambda: fisher_exact(Count(1, 10**12), Count(1, 5)), "control.n is 1e.12"),
        (lambda: chi_square([(1, 2), (3, 4)]), r"each of arms is \(1, 2\): it must be of type Count"),
        (lambda: difference_of_shares(0.1, Count(1, 2), pooled=True), "control is 0.1"),
        (lambda: risk_ratio(Count(1, 2), 0.1), "treatment is 0.1"),
    ],
)
def test_what_are_no_counts_is_said(make, words):
    with pytest.raises(InputError, match=words):
        make()


def test_the_error_of_a_risk_ratio_of_small_arms():
    """Katz et al. 1978, by hand: 1/3 - 1/8 + 1/6 - 1/9."""
    assert risk_ratio(Count(3, 8), Count(6, 9)).se == pytest.approx(math.sqrt(19 / 72))

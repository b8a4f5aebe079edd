"""Planning: published sizes, both conventions, statsmodels as a second opinion."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats import power as power_tables
from statsmodels.stats import proportion

from twoworlds.errors import InputError
from twoworlds.experiment import (
    days_needed,
    detectable,
    detectable_shares,
    power_of,
    power_shares,
    power_t,
    rule_of_thumb,
    sample_size,
    sample_size_shares,
    sample_size_t,
    users_for_skew,
)
from twoworlds.experiment.power import FAR


def test_cohens_and_rs_t_tests():
    """POW01: Cohen 1988, table 2.3.5 (64). POW02: R's power.t.test(power = .90, delta = 1)."""
    assert sample_size_t(0.5, 1) == pytest.approx(63.77, abs=0.006)
    assert sample_size_t(1, 1, power=0.9) == pytest.approx(22.0211, abs=0.001)


def test_two_calculators_two_answers():
    """POW04: Evan Miller's calculator, 20 % and 5 points. POW05: the pooled form, and what 1,030 gives by it."""
    assert round(sample_size_shares(0.2, 0.05, null="baseline")) == 1030
    assert sample_size_shares(0.2, 0.05) == pytest.approx(1093.7, abs=0.1)
    assert power_shares(0.2, 0.05, 1030) == pytest.approx(0.776, abs=0.001)


def test_kohavis_sixteen():
    """POW06: Kohavi et al. 2009, section 3.2. POW08: van Belle, Statistical Rules of Thumb: 16, and 21 for 90 %."""
    assert rule_of_thumb(0.05 * 0.05, math.sqrt(0.05 * 0.95)) == pytest.approx(121_600, rel=1e-6)
    assert sample_size(1, 1) == pytest.approx(15.7, abs=0.006)
    assert sample_size(1, 1, power=0.9) == pytest.approx(21.01, abs=0.006)


def test_scotts_classical_test():
    """POW09: S. Scott: 4 % against 5 % at 95 % power: 22,330 users in all, 223 days at 100 a day."""
    per_arm = sample_size_shares(0.04, 0.01, power=0.95)
    assert 2 * per_arm == pytest.approx(22_330, abs=5)
    assert days_needed(per_arm, 100) == pytest.approx(223, abs=0.5)


def test_advertising_needs_millions():
    """POW11: Lewis & Rao 2015: $0.35 in a standard deviation of $75."""
    for total, t in ((2_000_000, 3.3), (200_000, 1.04)):
        assert 0.35 / (75 * math.sqrt(2 / (total / 2))) == pytest.approx(t, abs=0.006)
        z = 0.35 / 75 * math.sqrt(total / 4)
        assert power_of(0.35, 75, total / 2) == pytest.approx(
            0.5 * math.erfc((1.959964 - z) / math.sqrt(2)), abs=2e-3
        )
    assert pytest.approx(5.4e-6, abs=6e-8) == (0.35 / 2) ** 2 / 75**2


def test_skewed_metrics_need_more_users():
    """POW13: Kohavi et al. 2014, rule 7."""
    needed = [users_for_skew(s) for s in (17.9, 5.2, 3.6, 2.1)]
    for ours, theirs, within in zip(needed, (114e3, 9700, 4700, 1550), (1000, 200, 200, 50), strict=True):
        assert ours == pytest.approx(theirs, abs=within)


@given(st.floats(0.01, 3), st.floats(0.1, 50), st.floats(0.001, 0.2), st.floats(0.3, 0.99))
def test_size_power_and_effect_are_one_equation(effect, sd, alpha, power):
    n = sample_size(effect, sd, alpha=alpha, power=power)
    if n >= 2:
        assert detectable(n, sd, alpha=alpha, power=power) == pytest.approx(effect)
        wrong_side = alpha / 2
        assert power <= power_of(effect, sd, n, alpha=alpha) + 1e-9 <= power + wrong_side + 2e-9


@given(st.floats(0.02, 0.9), st.floats(0.01, 0.09), st.sampled_from(["pooled", "baseline"]))
def test_shares_size_and_power_are_inverse(base, change, null):
    n = sample_size_shares(base, change, null=null)
    assert power_shares(base, change, n, null=null) == pytest.approx(0.8)


def test_half_the_effect_four_times_the_users():
    assert sample_size(0.5, 7) == pytest.approx(4 * sample_size(1, 7))
    assert detectable(400, 7) == pytest.approx(detectable(100, 7) / 2)


def test_no_effect_is_found_alpha_of_the_time():
    assert power_of(0, 1, 100, alpha=0.05) == pytest.approx(0.05)


def test_second_opinion_of_statsmodels():
    t_test = power_tables.TTestIndPower()
    for effect in (0.04, 0.05, 0.2, 1.5):
        n = t_test.solve_power(effect, alpha=0.05, power=0.8, alternative="larger")
        assert sample_size_t(effect, 1, alpha=0.1) == pytest.approx(n, rel=1e-5)
    assert power_t(0.3, 1, 50) == pytest.approx(t_test.power(0.3, 50, 0.025, alternative="larger"), abs=1e-6)
    normal = power_tables.NormalIndPower().power(0.3, 50, 0.05)
    assert power_of(0.3, 1, 50) == pytest.approx(normal, abs=1e-9)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: sample_size(0, 1), "effect is 0"),
        (lambda: sample_size(1, 0), "sd is 0"),
        (lambda: sample_size(1, -2), "sd is -2"),
        (lambda: sample_size(1, 1, alpha=1), "alpha is 1"),
        (lambda: sample_size(1, 1, power=80), "power is 80"),
        (lambda: sample_size(1, 1, power=0.04), "above alpha"),
        (lambda: sample_size_shares(0.2, 0.9), "base \\+ change is 1.1"),
        (lambda: sample_size_shares(0.2, 0), "change is 0"),
        (lambda: sample_size_shares(0.2, 0.1, null="mine"), "null is 'mine'"),
        (lambda: days_needed(100, 0), "users_per_day is 0"),
        (lambda: days_needed(100, 10, arms=1), "arms is 1"),
        (lambda: power_t(1, 1, 1), "n is 1"),
        (lambda: power_t(1, 1, 20, alpha=1e-100), "alpha is 1e-100: it must lie strictly between 1e-100"),
        (lambda: power_of(1, 1, 0), "n is 0: it must lie strictly between 0"),
        (lambda: detectable(-5, 1), "n is -5"),
        (lambda: days_needed(0, 100), "users_per_arm is 0"),
        (lambda: detectable_shares(1000, 20), "base is 20"),
        (lambda: detectable_shares(0, 0.2), "n is 0"),
        (lambda: detectable_shares(1000, 0.2, null="mine"), "null is 'mine'"),
        (lambda: detectable_shares(1000, 0.2, power=0.3), "power is 0.3: it must be a number from 0.5"),
        (lambda: detectable_shares(30, 0.9), r"n is 30: for a rise from base 0.9 it must be above 73"),
        (lambda: sample_size_shares(0.01, 0.5, null="baseline", power=0.2), "power is 0.2: .* must be above"),
    ],
)
def test_wrong_input_is_said(make, words):
    with pytest.raises(InputError, match=words):
        make()


def test_rs_help_pages():
    """R's help pages power.t.test(n = 20, delta = 1), its one-sided case, and both of power.prop.test."""
    assert power_t(1, 1, 20) == pytest.approx(0.8689528, abs=1e-6)
    assert sample_size_t(1, 1, alpha=0.1, power=0.9) == pytest.approx(17.84713, abs=1e-4)
    assert power_shares(0.5, 0.25, 50) == pytest.approx(0.740, abs=1e-3)
    assert sample_size_shares(0.5, 0.25, power=0.9) == pytest.approx(76.7, abs=0.05)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: sample_size(1e-200, 1), "effect is 1e-200: it must be from 1e-12"),
        (lambda: power_t(1e200, 1, 10), "effect is 1e.200: it must be from"),
        (lambda: power_of(math.nan, 1, 10), "effect is nan"),
        (lambda: power_of(None, 1, 10), "effect is None"),
        (lambda: sample_size_shares(0.2, None), "change is None"),
        (lambda: sample_size_shares(0.2, 1e-200), "change is 1e-200"),
        (lambda: days_needed(100, 10, arms=2.5), "whole number"),
    ],
)
def test_numbers_out_of_reach_are_said(make, words):
    with pytest.raises(InputError, match=words):
        make()


def test_a_tiny_alpha_is_not_rounded_away():
    assert sample_size(1, 1, alpha=1e-20, power=0.5) == pytest.approx(2 * 9.336045**2, rel=1e-6)


def test_every_setting_has_an_answer_that_keeps_its_promise():
    """Also where scipy's nctdtr is nan (shifts about 35 to 41), and where two users are more than enough."""
    assert power_t(5, 1, 120) == power_t(0.1, 1, 288_715) == 1
    for effect, alpha, power in itertools.product(
        (0.04, 0.3, 1, 4, 5, 8, 10, 15, 50, 1e4), (0.9, 0.2, 0.05, 0.001, 1e-12), (0.5, 0.8, 0.95)
    ):
        if power > alpha:
            n = sample_size_t(effect, 1, alpha=alpha, power=power)
            reached = power_t(effect, 1, n, alpha=alpha)
            assert reached == pytest.approx(power, abs=1e-4) if n > 2 else reached >= power


@pytest.mark.parametrize(("n", "alpha"), [(2, 1e-6), (3, 1e-12), (10, 1e-43)])
def test_far_out_the_power_goes_on_without_a_step(n, alpha):
    below, above = ((FAR + step) / math.sqrt(n / 2) for step in (-0.01, 0.01))
    assert power_t(above, 1, n, alpha=alpha) == pytest.approx(power_t(below, 1, n, alpha=alpha), abs=5e-5)
    assert power_t(1e12, 1, 1e15) == 1
    assert sample_size_t(1e12, 1) == 2


def test_the_direction_of_a_change_takes_no_power_away():
    assert power_shares(0.25, -0.05, 1093.739) == pytest.approx(power_shares(0.2, 0.05, 1093.739))
    assert power_shares(0.25, -0.05, 1030) == pytest.approx(0.77597, abs=1e-5)


def test_a_share_of_the_users_takes_longer():
    assert days_needed(1000, 100, share=0.25) == pytest.approx(4 * days_needed(1000, 100))


def test_the_smallest_rise_is_what_the_calculators_were_asked_for():
    """POW04, POW05, POW09 and R's power.prop.test, read backwards: from users to the change."""
    assert detectable_shares(1030, 0.2, null="baseline") == pytest.approx(0.05, abs=2e-5)
    assert detectable_shares(1093.7, 0.2) == pytest.approx(0.05, abs=2e-5)
    assert detectable_shares(22_330 / 2, 0.04, power=0.95) == pytest.approx(0.01, abs=2e-6)
    assert detectable_shares(76.7, 0.5, power=0.9) == pytest.approx(0.25, abs=1e-4)


@given(
    st.floats(1e-6, 0.999),
    st.floats(1e-3, 0.999),
    st.sampled_from(["pooled", "baseline"]),
    st.floats(1e-12, 0.3),
    st.floats(0.5, 0.999),
)
def test_size_and_smallest_rise_of_shares_are_inverse(base, part, null, alpha, power):
    rise = part * (1 - base)
    n = sample_size_shares(base, rise, null=null, alpha=alpha, power=power)
    assert detectable_shares(n, base, null=null, alpha=alpha, power=power) == pytest.approx(rise, rel=1e-6)


def test_no_smaller_rise_would_do():
    for null, base in itertools.product(("pooled", "baseline"), (0.001, 0.3, 0.9)):
        rise = detectable_shares(5000, base, null=null)
        sizes = [sample_size_shares(base, k * rise / 20, null=null) for k in range(1, 20)]
        assert min(sizes) > 5000
        assert power_shares(base, rise, 5000, null=null) == pytest.approx(0.8)


def test_second_opinion_of_statsmodels_on_shares():
    for n, base in ((300, 0.5), (10_000, 0.02), (2e6, 0.3)):
        rise = detectable_shares(n, base)
        assert proportion.power_proportions_2indep(rise, base, n).power == pytest.approx(0.8, abs=1e-6)
        rise = detectable_shares(n, base, null="baseline")
        spreads = (math.sqrt(sum(p * (1 - p) for p in pair)) for pair in ((base, base), (base, base + rise)))
        assert power_tables.normal_sample_size_one_tail(rise, 0.8, 0.025, *spreads) == pytest.approx(
            n, rel=1e-9
        )


@pytest.mark.parametrize("effect", [1e12, 10, 1, 1e-9, 1e-12])
@pytest.mark.parametrize("alpha", [0.05, 1e-90])
def test_plans_read_each_others_answers(effect, alpha):
    n = sample_size(effect, 1, alpha=alpha)
    assert detectable(n, 1, alpha=alpha) == pytest.approx(effect)
    assert power_of(effect, 1, n, alpha=alpha) == pytest.approx(0.8, abs=1e-6)
    assert days_needed(n, 100) == pytest.approx(n / 50)
    assert power_t(effect, 1, sample_size_t(effect, 1, alpha=alpha), alpha=alpha) >= 0.8 - 1e-6
    for null in ("pooled", "baseline"):
        share = min(effect, 0.998)
        users = sample_size_shares(0.001, share, alpha=alpha, null=null)
        assert power_shares(0.001, share, users, alpha=alpha, null=null) == pytest.approx(0.8)
        assert detectable_shares(users, 0.001, alpha=alpha, null=null) == pytest.approx(share)

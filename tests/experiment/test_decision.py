"""Guardrails and the launch rule: both directions of harm, and "not significant" is not "safe"."""

import math

import pytest
from scipy import stats

from twoworlds.errors import InputError
from twoworlds.experiment import Estimate, Guardrail, decide


def test_not_significant_is_not_safe():
    noisy = Guardrail(Estimate(-0.004, 0.004), 0.005)
    assert noisy.effect.p() > 0.05
    assert not noisy.holds
    assert not noisy.broken


def test_significant_harm_may_be_within_the_margin():
    small = Guardrail(Estimate(-0.002, 0.0005), 0.005)
    assert small.effect.p() < 0.05
    assert small.holds


def test_latency_hurts_upwards():
    slower = Guardrail(Estimate(4, 1), 5, harm="higher")
    assert slower.worst == pytest.approx(4 + 1.959964)
    assert not slower.holds
    assert Guardrail(Estimate(-40, 1), 5, harm="higher").holds
    assert Guardrail(Estimate(9, 1), 5, harm="higher").broken


@pytest.mark.parametrize("harm", ["lower", "higher"])
@pytest.mark.parametrize("value", [-6, -3.1, -3, 0, 3, 3.1, 6])
def test_the_bound_and_the_p_value_agree(harm, value):
    rail = Guardrail(Estimate(value, 1, df=30), 5, harm)
    assert rail.holds == (rail.p < 0.025)


def test_nothing_known_is_not_safe():
    rail = Guardrail(Estimate(0, math.nan), 1)
    assert not rail.holds
    assert not rail.broken


def test_the_launch_rule():
    good, flat, bad = Estimate(3, 1), Estimate(1, 1), Estimate(-3, 1)
    safe, unsure, broken = (Guardrail(Estimate(x, 1), 5) for x in (0, -4, -9))
    assert decide(good, [safe]) == "ship"
    assert decide(good, [safe, unsure]) == "undecided"
    assert decide(good, [safe, broken]) == "don't ship"
    assert decide(flat, [safe]) == "undecided"
    assert decide(bad, [safe]) == "don't ship"
    assert decide(Estimate(3, 0)) == "undecided"


def test_wrong_input_is_said():
    with pytest.raises(InputError, match="margin is -1"):
        Guardrail(Estimate(0, 1), -1)
    with pytest.raises(InputError, match="harm is 'down'"):
        Guardrail(Estimate(0, 1), 1, "down")
    with pytest.raises(InputError, match="alpha is"):
        Guardrail(Estimate(0, 1), 1, alpha=0.5)
    with pytest.raises(InputError, match="guardrails is Guardrail"):
        decide(Estimate(0, 1), Guardrail(Estimate(0, 1), 1))
    with pytest.raises(InputError, match="goal is 3"):
        decide(3)


def test_a_bound_at_the_margin_does_not_hold():
    effect = Estimate(-1, 1)
    low, high = effect.interval(1 - 2 * 0.025)
    assert not Guardrail(effect, -low).holds
    assert not Guardrail(effect, high, "higher").holds


@pytest.mark.parametrize("harm", ["lower", "higher"])
@pytest.mark.parametrize("df", [12, math.inf])
@pytest.mark.parametrize("alpha", [0.4, 0.025, 1e-12, 1e-17, 1e-30])
def test_a_small_alpha_keeps_its_own_tail(alpha, df, harm):
    """A hair inside the bound and a hair outside: the interval and p say the same."""
    bound = float(stats.t.isf(alpha, df))
    for margin in (bound * (1 - 1e-6), bound * (1 + 1e-6)):
        rail = Guardrail(Estimate(0, 1, df), margin, harm, alpha)
        assert rail.holds == (rail.p < alpha) == (margin > bound)
        assert abs(rail.worst) == pytest.approx(bound)
        harmed = Estimate(2 * margin if harm == "higher" else -2 * margin, 1, df)
        assert Guardrail(harmed, margin, harm, alpha).broken == (margin > bound)


def test_the_level_decides_how_sure_the_goal_must_be():
    goal = Estimate(1.8, 1)
    assert decide(goal) == "undecided"
    assert decide(goal, level=0.9) == "ship"


def test_a_guardrail_without_spread_neither_holds_nor_is_broken():
    """Nothing is known of its error: an interval of no width would rule out all harm."""
    constant = Guardrail(Estimate(0.0, 0.0), 1)
    assert (constant.holds, constant.broken) == (False, False)


def test_an_alpha_that_no_quantile_is_known_for_is_refused():
    with pytest.raises(InputError, match="alpha is 1e-280: it must be a number from 1e-100 to"):
        Guardrail(Estimate(-0.3, 0.1, 5), 0.2, alpha=1e-280)
    assert math.isfinite(Guardrail(Estimate(-0.3, 0.1, 1), 0.2, alpha=1e-99).worst)

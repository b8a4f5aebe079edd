"""The levers: every one validated in a sentence, names resolved, the ranker's cost as documented."""

import math
from dataclasses import fields

import pytest

from twoworlds.errors import InputError
from twoworlds.world.policy import POLICIES, RANGES, Policy, as_policy, ranker_ms


def test_every_lever_has_a_range_and_a_line_in_the_docstring():
    assert [field.name for field in fields(Policy)] == list(RANGES)
    assert all(name in Policy.__doc__ for name in RANGES)


@pytest.mark.parametrize("lever", RANGES)
@pytest.mark.parametrize("value", [math.nan, math.inf, -3, "much", None])
def test_a_bad_lever_is_told_in_a_sentence(lever, value):
    with pytest.raises(InputError) as caught:
        Policy(**{lever: value})
    assert str(caught.value).startswith(f"{lever} is ")
    assert "must be" in str(caught.value)


@pytest.mark.parametrize("lever", RANGES)
def test_both_ends_of_a_range_are_allowed(lever):
    for value in RANGES[lever][:2]:
        assert getattr(Policy(**{lever: value}), lever) == value


def test_broken_feature_may_be_a_bool_but_a_weight_may_not():
    assert Policy(broken_feature=True).broken_feature == 1.0
    with pytest.raises(InputError):
        Policy(click_weight=True)


def test_but_changes_one_lever_and_refuses_the_unknown():
    assert Policy().but(latency_ms=400) == Policy(latency_ms=400)
    with pytest.raises(InputError, match="lever is 'latency': it must be one of 'click_weight'"):
        Policy().but(latency=400)


def test_policies_by_name():
    assert as_policy("production") == Policy() == POLICIES["production"]
    for unknown in ("produktion", 3, None):
        with pytest.raises(InputError, match=r"policy is .*'production'"):
            as_policy(unknown)


def test_ranker_cost_doubles_when_the_unexplained_variance_halves():
    assert ranker_ms(0, 42) == 4
    cost = [ranker_ms(math.sqrt(1 - rest), 100) - 4 for rest in (0.02, 0.01)]
    assert cost[1] / cost[0] == pytest.approx(2, rel=0.02)
    assert ranker_ms(0.7, 84) - 4 == pytest.approx(2 * (ranker_ms(0.7, 42) - 4))
    with pytest.raises(InputError, match="model_quality"):
        ranker_ms(1, 42)

"""Plans and arms: what holds on which day, and who is in which arm."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.world.arms import as_arms, as_plan, assign, in_force
from twoworlds.world.people import World
from twoworlds.world.policy import POLICIES, Policy

WORLD = World(users=20_000)


def test_a_policy_is_a_plan_and_a_plan_an_arm():
    assert as_plan("production") == {1: Policy()}
    assert as_arms(Policy()) == {"all": {1: Policy()}}
    assert as_arms({1: "random"}) == {"all": {1: POLICIES["random"]}}
    assert as_arms({"a": "random", "b": {1: "random", 5: Policy()}})["b"] == {
        1: POLICIES["random"],
        5: Policy(),
    }


def test_a_plan_needs_day_one():
    for plan in ({2: Policy()}, {}):
        with pytest.raises(InputError, match="policy for day 1"):
            as_plan(plan)


def test_in_force_gives_the_latest_entry():
    plan = as_plan({10: "random", 1: "production"})
    assert in_force(plan, 9) == (1, POLICIES["production"])
    assert in_force(plan, 10) == in_force(plan, 28) == (10, POLICIES["random"])


def test_the_default_split_is_even_and_stable():
    arm = assign(WORLD, ["a", "b"])
    assert abs(arm.mean() - 0.5) < 4 * 0.5 / np.sqrt(WORLD.users)
    np.testing.assert_array_equal(assign(WORLD.but(users=100), ["a", "b"]), arm[:100])


def test_assignment_by_array_and_by_function():
    by_function = assign(WORLD, ["a", "b"], lambda user: np.where(user % 4 == 0, "b", "a"))
    by_array = assign(WORLD, ["a", "b"], ["b", "a", "a", "a"] * 5000)
    np.testing.assert_array_equal(by_function, by_array)
    assert by_array.mean() == 0.25


def test_bad_assignments_are_told_in_a_sentence():
    with pytest.raises(InputError, match="assignment has shape"):
        assign(WORLD, ["a", "b"], ["a"])
    with pytest.raises(InputError, match="assignment is 'c': it must be one of 'a', 'b'"):
        assign(WORLD, ["a", "b"], ["c"] * WORLD.users)

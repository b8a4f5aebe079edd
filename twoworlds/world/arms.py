"""Who is served what, and when: plans (a policy for each first day) and arms (a plan for each part of the users)."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from twoworlds.errors import InputError, require_one_of, require_whole
from twoworlds.world.draws import Purpose, fold, root, uniform
from twoworlds.world.people import World
from twoworlds.world.policy import Policy, as_policy

#: {first day: policy}, from day 1, in order.
Plan = dict[int, Policy]
#: Arm names by user, or a function of the user ids that returns them, or None for an even split.
Assignment = Callable[[NDArray[np.int64]], NDArray] | NDArray | list[str] | None


def as_plan(policy: Policy | str | Mapping[int, Policy | str]) -> Plan:
    """Return {first day: Policy} for a policy, a policy's name, or such a plan itself."""
    if not isinstance(policy, Mapping):
        return {1: as_policy(policy)}
    days = {require_whole("first day of a policy", day, 1, 365): as_policy(p) for day, p in policy.items()}
    if 1 not in days:
        raise InputError(f"plan begins on days {sorted(days)}: it must have a policy for day 1.")
    return dict(sorted(days.items()))


def as_arms(policy: object) -> dict[str, Plan]:
    """Return {arm: plan}; a single policy or plan becomes the arm "all"."""
    if isinstance(policy, Mapping) and policy and all(isinstance(name, str) for name in policy):
        return {name: as_plan(plan) for name, plan in policy.items()}
    return {"all": as_plan(policy)}


def in_force(plan: Plan, day: int) -> tuple[int, Policy]:
    """Return (first day, policy) of the entry of `plan` that holds on `day`."""
    since = max(first for first in plan if first <= day)
    return since, plan[since]


def assign(world: World, arms: list[str], assignment: Assignment = None) -> NDArray[np.int64]:
    """Return each user's arm as an index into `arms`, shape (users,); None splits evenly by a hash of the user."""
    if assignment is None:
        u = uniform(fold(root(world.seed, Purpose.ARM), np.arange(world.users)))
        return np.floor(len(arms) * u).astype(np.int64)
    names = np.asarray(assignment(np.arange(world.users)) if callable(assignment) else assignment)
    if names.shape != (world.users,):
        raise InputError(
            f"assignment has shape {names.shape}: it must name an arm for each of {world.users} users."
        )
    unique, index = np.unique(names, return_inverse=True)
    return np.array([arms.index(require_one_of("assignment", str(name), arms)) for name in unique])[index]

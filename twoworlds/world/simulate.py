"""The days of the world: who comes, what their sessions leave in them, who stays away for good."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twoworlds.errors import InputError, require_one_of, require_whole
from twoworlds.world import constants as c
from twoworlds.world import session as s
from twoworlds.world.draws import Purpose, fold, logistic, root, uniform
from twoworlds.world.people import People, World, make_people
from twoworlds.world.policy import Policy, as_policy
from twoworlds.world.videos import make_videos, on_offer, place_birth

CHUNK = 1024  # users stepped together: their arrays fit in a second-level cache
Plan = Mapping[int, Policy]
Assignment = Callable[[NDArray[np.int64]], NDArray] | NDArray | None
#: Per-user columns of a day, with the type that holds them.
TOTALS = {
    "active": np.uint8,
    "alive": np.uint8,
    "stays": np.uint8,
    "sessions": np.uint8,
    "abandoned": np.uint8,
    "impressions": np.uint16,
    "clicks": np.uint16,
    "watch_s": np.float32,
    "likes": np.uint8,
    "surveys": np.uint8,
    "stars": np.uint16,
    "value": np.float32,
}


def as_plan(policy: Policy | str | Mapping[int, Policy | str]) -> dict[int, Policy]:
    """Return {first day: Policy} in order of days for a policy, a policy's name, or such a plan itself."""
    if not isinstance(policy, Mapping):
        return {1: as_policy(policy)}
    days = {require_whole("first day of a policy", day, 1, 365): as_policy(p) for day, p in policy.items()}
    if 1 not in days:
        raise InputError(f"plan starts on days {sorted(days)}: it must have a policy for day 1.")
    return dict(sorted(days.items()))


def as_arms(policy: object) -> dict[str, dict[int, Policy]]:
    """Return {arm: plan}; a single policy or plan becomes the arm "all"."""
    if isinstance(policy, Mapping) and policy and all(isinstance(name, str) for name in policy):
        return {name: as_plan(plan) for name, plan in policy.items()}
    return {"all": as_plan(policy)}


def assign(world: World, arms: list[str], assignment: Assignment) -> NDArray[np.int64]:
    """Return each user's arm as an index into `arms`, shape (users,).

    assignment: arm names by user, or a function of the user ids that returns them; None is an even split by
    a hash of the user.
    """
    if assignment is None:
        u = uniform(fold(root(world.seed, Purpose.ARM), np.arange(world.users)))
        return np.floor(len(arms) * u).astype(np.int64)
    names = np.asarray(assignment(np.arange(world.users)) if callable(assignment) else assignment)
    if names.shape != (world.users,):
        raise InputError(f"assignment has shape {names.shape}: it must name one arm for each of {world.users} users.")
    for name in np.unique(names):
        require_one_of("assignment", str(name), arms)
    return np.array([arms.index(str(name)) for name in np.unique(names)])[np.unique(names, return_inverse=True)[1]]


@dataclass
class State:
    """What a night leaves in each user; the arrays are changed in place."""

    alive: NDArray[np.bool_]
    habit: NDArray[np.float32]
    fatigue: NDArray[np.float32]  # (users, topics)
    taste: NDArray[np.float32]
    known: NDArray[np.float32]  # the taste that the ranker was last trained on


@dataclass(frozen=True)
class Batch:
    """One chunk, one arm, one day: the rows and everything that happened, for recorders."""

    day: int
    arm: int
    people: People
    rows: NDArray[np.int64]  # user rows (of `people`) that live under this arm
    serving: s.Serving
    sessions: s.Sessions
    seen: s.Impressions


@dataclass(frozen=True)
class _Setting:
    """What is fixed for a whole run."""

    world: World
    arms: list[dict[int, Policy]]
    arm_of: NDArray[np.int64]
    people: People
    key: NDArray[np.uint64]


def live(
    world: World,
    arms: Mapping[str, Plan],
    arm_of: NDArray[np.int64],
    record: Callable[[Batch], None] | None = None,
    chunk: int = CHUNK,
) -> Iterator[tuple[int, dict[str, NDArray], float]]:
    """Yield (day, {column of TOTALS: array over users}, mean habit of the living) for each day of `world`.

    The arrays are reused from day to day: copy what you keep. `record` is called with each Batch.
    """
    people = make_people(world, 0, world.users)
    setting = _Setting(world, list(arms.values()), arm_of, people, people.key)
    state = State(
        alive=np.ones(world.users, dtype=bool),
        habit=np.zeros(world.users, dtype=np.float32),
        fatigue=np.zeros((world.users, world.topics), dtype=np.float32),
        taste=people.taste.copy(),
        known=people.taste.copy(),
    )
    videos, birth = make_videos(world), place_birth(world)
    totals = {name: np.zeros(world.users, dtype=kind) for name, kind in TOTALS.items()}
    trend = np.zeros(c.VIDEOS, dtype=np.float32)
    for day in range(1, world.days + 1):
        offer = on_offer(videos, birth, day)
        trend[offer.born == day] = 0
        servings = [_serving(world, plan, offer, trend, day) for plan in setting.arms]
        clicks = np.zeros(c.VIDEOS, dtype=np.int64)
        for values in totals.values():
            values[:] = 0
        for first in range(0, world.users, chunk):
            last = min(first + chunk, world.users)
            for arm, serving in enumerate(servings):
                rows = np.flatnonzero(arm_of[first:last] == arm) + first
                if len(rows) == 0:
                    continue
                batch = _day(setting, state, totals, rows, serving, day, arm)
                clicks += np.bincount(batch.seen.place.ravel()[batch.seen.at], minlength=c.VIDEOS)
                if record:
                    record(batch)
        trend = _trend(clicks)
        yield day, totals, float(np.mean(state.habit, where=state.alive & (people.joined <= day), dtype=np.float64))


def _serving(world: World, plan: Plan, offer: object, trend: NDArray[np.float32], day: int) -> s.Serving:
    """Return what the plan's policy of the day serves."""
    since = max(first for first in plan if first <= day)
    return s.make_serving(world, plan[since], offer, trend, day, since)


def _trend(clicks: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the lift of each place from a day's clicks by everybody: 0 for none, 1/2 for an average, below 1."""
    return (clicks / (clicks + max(clicks.mean(), 1e-9))).astype(np.float32)


def _day(setting, state, totals, rows, serving, day, arm) -> Batch:
    """Live one day of the users `rows` under `serving`; change state and totals in place."""
    world, people, policy = setting.world, setting.people, serving.policy
    day_key = fold(people.key, day) if len(rows) == world.users else fold(people.key[rows], day)
    local = _local(people, rows)
    _drift(world, state, rows, day_key)
    since = day - 1
    if since % policy.retrain_days == 0:
        state.known[rows] = state.taste[rows]
    present = state.alive[rows] & (local.joined <= day)
    weekend = c.WEEKEND if day % 7 in (6, 0) else 0.0
    come = logistic(local.come + state.habit[rows] + np.float32(weekend))
    first_visit = local.joined == day
    comes = present & (first_visit | (uniform(fold(day_key, Purpose.COME)) < come))
    user = np.flatnonzero(comes)
    extra = local.extra[user]
    more = np.floor(np.log(uniform(fold(day_key[user], Purpose.SESSIONS))) / np.log(extra / (1 + extra)))
    counts = 1 + np.minimum(more, c.MAX_SESSIONS - 1).astype(np.int64)
    opened = s.open_sessions(local, day_key, user, counts, policy)
    seen, enjoyed = _serve(world, state, local, rows, opened, serving)
    _overnight(state, local, rows, opened, seen, enjoyed, serving, user, counts, day_key, present)
    _count(totals, rows, state, present, user, counts, opened, seen, policy)
    return Batch(day, arm, local, rows, serving, opened, seen)


def _local(people: People, rows: NDArray[np.int64]) -> People:
    """Return the traits of the users `rows`."""
    return People(**{name: values[rows] for name, values in vars(people).items()})


def _drift(world: World, state: State, rows: NDArray[np.int64], day_key: NDArray[np.uint64]) -> None:
    """With probability taste_drift a user's favourite topic and another one change places."""
    if world.taste_drift == 0:
        return
    moved = np.flatnonzero(uniform(fold(day_key, Purpose.DRIFT)) < world.taste_drift)
    where = rows[moved]
    to = np.floor(world.topics * uniform(fold(day_key[moved], Purpose.DRIFT_TO))).astype(np.int64)
    top = state.taste[where].argmax(axis=1)
    state.taste[where, top], state.taste[where, to] = state.taste[where, to], state.taste[where, top]


def _serve(world, state, people, rows, opened, serving) -> tuple[s.Impressions, NDArray[np.float32]]:
    """Fill the slates of the sessions that wait for one; return what was seen and enjoyed (n, K), expected."""
    session = opened.served()
    key, user = opened.key[session], opened.user[session]
    true, known = s.interests(world, key, state.taste[rows[user]], state.known[rows[user]], serving)
    candidates = s.retrieve(key, serving.policy.candidates)
    slate = s.rank(key, known, candidates, serving)
    seen = s.react(key, session, slate, (true, state.fatigue[rows[user]], people.curiosity[user]), serving)
    return seen, seen.chance * s.EXAMINATION


def _overnight(state, people, rows, opened, seen, wanted, serving, user, counts, day_key, present) -> None:
    """Turn the day's satisfaction into habit, the day's clicks into fatigue, and let some leave for good.

    Satisfaction and fatigue use the chance of each click rather than its draw. The mean is the same, and a
    small change of policy leaves less noise.
    """
    n, topics = len(rows), state.fatigue.shape[1]
    shown_to = opened.user[seen.session]
    satisfaction = np.full(len(opened.user), -c.ABANDON_COST)
    satisfaction[seen.session] = (wanted * seen.value).sum(axis=1)
    satisfaction -= c.WAIT_COST / 1000.0 * opened.latency_ms
    mean = np.bincount(opened.user, satisfaction, n)[user] / counts
    habit = state.habit[rows]
    habit[user] += c.HABIT_RATE * (c.HABIT_GAIN * (mean - c.SATISFACTION_USUAL) - habit[user])
    state.habit[rows] = habit
    where = serving.offer.topic.take(seen.place) + (shown_to * topics)[:, None]
    tiring = np.bincount(where.ravel(), wanted.ravel(), n * topics).reshape(n, topics)
    state.fatigue[rows] = ((1 - c.FATIGUE_DECAY) * state.fatigue[rows] + c.FATIGUE_GAIN * tiring).astype(np.float32)
    hazard = people.churn * np.float32(2) * logistic(-np.float32(c.CHURN_HABIT) * habit)
    state.alive[rows] &= ~(present & (uniform(fold(day_key, Purpose.CHURN)) < hazard))


def _count(totals, rows, state, present, user, counts, opened, seen, policy) -> None:
    """Add up the day for each user."""
    n = len(rows)
    clicker = opened.user[seen.session][seen.at // c.SLATE]
    lost = opened.failed | opened.abandoned
    totals["active"][rows[user]] = 1
    totals["alive"][rows] = present
    totals["stays"][rows] = present & state.alive[rows]
    totals["sessions"][rows[user]] = counts
    totals["abandoned"][rows] = np.bincount(opened.user[lost], minlength=n)
    totals["impressions"][rows] = c.SLATE * np.bincount(opened.user[~lost], minlength=n)
    totals["clicks"][rows] = np.bincount(clicker, minlength=n)
    totals["watch_s"][rows] = np.bincount(clicker, seen.watch_ds, n) / 10
    totals["likes"][rows] = np.bincount(clicker[seen.liked], minlength=n)
    totals["surveys"][rows] = np.bincount(clicker[seen.rating > 0], minlength=n)
    totals["stars"][rows] = np.bincount(clicker, seen.rating, n)
    totals["value"][rows] = np.bincount(clicker, seen.value.ravel()[seen.at], n)

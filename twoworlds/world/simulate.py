"""The days of the world: who comes, what their sessions leave in them, who stays away for good."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from twoworlds.world import constants as c
from twoworlds.world import ranking as r
from twoworlds.world import session as s
from twoworlds.world.arms import Plan, in_force
from twoworlds.world.draws import Float32, Purpose, UInt64, fold, logistic, uniform
from twoworlds.world.people import People, World, make_people
from twoworlds.world.videos import Videos, make_videos, on_offer, place_birth

CHUNK = 1024  # users stepped together: their arrays fit in a second-level cache
#: Per-user columns of a day, with the type that holds them.
TOTALS: dict[str, type] = {
    "active": np.uint8,
    "alive": np.uint8,
    "churned": np.uint8,
    "sessions": np.uint8,
    "abandoned": np.uint8,
    "impressions": np.uint16,
    "clicks": np.uint16,
    "watch_s": np.float32,
    "watched": np.float32,  # clicked videos' shares watched, summed: half of one and all of another are 1.5
    "likes": np.uint8,
    "surveys": np.uint8,
    "stars": np.uint16,
    "value": np.float32,
}
Totals = dict[str, NDArray]


@dataclass
class State:
    """What a night leaves in each user, arrays over all users, changed in place."""

    alive: NDArray[np.bool_]
    habit: Float32  # log-odds
    fatigue: Float32  # (users, topics), log-odds
    taste: Float32  # (users, topics)
    known: Float32  # the taste that the ranker was last trained on


@dataclass(frozen=True)
class Today:
    """One day of one chunk of users under one policy."""

    world: World
    day: int
    arm: int
    rows: r.Ints  # the users' rows in the state
    people: People  # their traits, in the order of rows
    key: UInt64  # their keys of the day
    serving: r.Serving


@dataclass(frozen=True)
class Batch:
    """What happened to a Today: who came, their sessions, what was shown and done."""

    today: Today
    user: r.Ints  # who came: rows of today.people
    counts: r.Ints  # sessions of each of them
    sessions: s.Sessions
    seen: s.Impressions


#: Called with the batches (one an arm) of each chunk and day, in the order of days and users.
Recorder = Callable[[list[Batch]], None]


def live(
    world: World, arms: Mapping[str, Plan], arm_of: r.Ints, record: Recorder | None = None, chunk: int = CHUNK
) -> Iterator[tuple[int, Totals, float]]:
    """Yield (day, {column of TOTALS: array over users}, mean habit of the living) for each day of `world`.

    arm_of: each user's arm as an index into `arms`. The arrays are reused: copy what you keep.
    """
    people = make_people(world, 0, world.users)
    state = _first_state(world, people)
    videos, birth = make_videos(world), place_birth(world)
    totals = {name: np.zeros(world.users, dtype=kind) for name, kind in TOTALS.items()}
    trend = np.zeros(c.VIDEOS)
    for day in range(1, world.days + 1):
        offer = on_offer(videos, birth, day)
        servings = _servings(world, arms, offer, np.where(offer.born == day, 0.0, trend), day)
        clicks = np.zeros(c.VIDEOS, dtype=np.int64)
        for values in totals.values():
            values[:] = 0
        for first in range(0, world.users, chunk):
            batches = []
            for arm, serving in enumerate(servings):
                rows = first + np.flatnonzero(arm_of[first : first + chunk] == arm)
                if len(rows):
                    today = _today(world, day, arm, rows, people, serving)
                    batches.append(live_day(today, state, totals))
            clicks += sum(_clicked_places(batch) for batch in batches)
            if record:
                record(batches)
        trend = clicks / (clicks + max(clicks.mean(), 1e-9))
        yield day, totals, _mean_habit(state, people, day)


def _first_state(world: World, people: People) -> State:
    """Return the state on the morning of day 1: old accounts are as tired as usual visits leave them."""
    usual = logistic(people.come)[:, None] * np.float32(c.FATIGUE_GAIN / c.FATIGUE_DECAY) * people.taste**2
    return State(
        alive=np.ones(world.users, dtype=bool),
        habit=np.zeros(world.users, dtype=np.float32),
        fatigue=np.where(people.joined[:, None] < 1, usual, np.float32(0)),
        taste=people.taste.copy(),
        known=people.taste.copy(),
    )


def _servings(
    world: World, arms: Mapping[str, Plan], offer: Videos, trend: NDArray[np.float64], day: int
) -> list[r.Serving]:
    """Return what each arm serves on `day`."""
    servings = []
    for plan in arms.values():
        since, policy = in_force(plan, day)
        servings.append(r.make_serving(world, policy, offer, trend, day, since))
    return servings


def _today(world: World, day: int, arm: int, rows: r.Ints, people: People, serving: r.Serving) -> Today:
    """Return the users `rows` with their keys of the day."""
    local = People(**{field.name: getattr(people, field.name)[rows] for field in fields(People)})
    return Today(world, day, arm, rows, local, fold(local.key, day), serving)


def live_day(today: Today, state: State, totals: Totals) -> Batch:
    """Live one day: change the state and the day's totals of the users in place, return what happened."""
    rows, people, policy = today.rows, today.people, today.serving.policy
    _drift(today, state)
    if (today.day - 1) % policy.retrain_days == 0:
        state.known[rows] = state.taste[rows]
    present = state.alive[rows] & (people.joined <= today.day)
    user = _who_comes(today, state, present)
    counts = _session_counts(today, user)
    opened = s.open_sessions(people, today.key, user, counts, policy)
    batch = Batch(today, user, counts, opened, _serve(today, state, opened))
    _remember(batch, state)
    stays = _leave(today, state, present)
    totals["alive"][rows] = present
    totals["churned"][rows] = present & ~stays
    _count(batch, totals)
    return batch


def _drift(today: Today, state: State) -> None:
    """With chance taste_drift a user's favourite topic and some other one change places."""
    world = today.world
    if world.taste_drift == 0:
        return
    moved = np.flatnonzero(uniform(fold(today.key, Purpose.DRIFT)) < world.taste_drift)
    to = np.floor(world.topics * uniform(fold(today.key[moved], Purpose.DRIFT_TO))).astype(np.int64)
    rows, taste = today.rows[moved], state.taste
    top = taste[rows].argmax(axis=1)
    taste[rows, top], taste[rows, to] = taste[rows, to], taste[rows, top]


def _who_comes(today: Today, state: State, present: NDArray[np.bool_]) -> r.Ints:
    """Return the rows of the users who open the app today: the newly joined, and others by habit."""
    people = today.people
    weekend = np.float32(c.WEEKEND if today.day % 7 in (6, 0) else 0.0)
    chance = logistic(people.come + state.habit[today.rows] + weekend)
    comes = uniform(fold(today.key, Purpose.COME)) < chance
    return np.flatnonzero(present & (comes | (people.joined == today.day)))


def _session_counts(today: Today, user: r.Ints) -> r.Ints:
    """Return how often each user in `user` opens the app today: 1 + a geometric number, at most MAX_SESSIONS."""
    extra = today.people.extra[user]
    u = uniform(fold(today.key[user], Purpose.SESSIONS))
    more = np.floor(np.log(u) / np.log(extra / (1 + extra)))
    return 1 + np.minimum(more, c.MAX_SESSIONS - 1).astype(np.int64)


def _serve(today: Today, state: State, opened: s.Sessions) -> s.Impressions:
    """Retrieve, rank and show a slate in each session that waited for one."""
    session = opened.served()
    key, user = opened.key[session], opened.user[session]
    rows = today.rows[user]
    interest, seen = s.interests(today.world, key, state.taste[rows], state.known[rows], today.serving)
    candidates = r.retrieve(key, today.serving.policy.candidates)
    slate = r.rank(key, seen, candidates, today.serving)
    viewer = s.Viewer(interest, state.fatigue[rows], today.people.curiosity[user])
    return s.react(key, session, slate, viewer, today.serving)


def _remember(batch: Batch, state: State) -> None:
    """Turn the day's satisfaction into habit and its topics into fatigue.

    Both use the chance of each click rather than its draw. The mean is the same, and a small change of policy
    leaves less noise.
    """
    today, opened, seen = batch.today, batch.sessions, batch.seen
    rows, topics = today.rows, today.world.topics
    clicks = seen.chance * s.EXAMINATION
    satisfaction = np.full(len(opened.user), -c.ABANDON_COST)
    satisfaction[seen.session] = (clicks * seen.value).sum(axis=1)
    satisfaction -= c.WAIT_COST / 1000.0 * opened.latency_ms
    mean = np.bincount(opened.user, satisfaction, len(rows))[batch.user] / batch.counts
    came = rows[batch.user]
    target = c.HABIT_GAIN * (mean - c.SATISFACTION_USUAL)
    state.habit[came] += c.HABIT_RATE * (target - state.habit[came])
    where = today.serving.offer.topic.take(seen.place) + (opened.user[seen.session] * topics)[:, None]
    by_topic = np.bincount(where.ravel(), clicks.ravel(), len(rows) * topics).reshape(-1, topics)
    share = by_topic / np.maximum(by_topic.sum(axis=1, keepdims=True), 1e-9)
    state.fatigue[rows] = (1 - c.FATIGUE_DECAY) * state.fatigue[rows] + c.FATIGUE_GAIN * share


def _leave(today: Today, state: State, present: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Let some of the present users leave for good; return who stays."""
    protection = logistic(np.float32(-c.CHURN_HABIT) * state.habit[today.rows])
    hazard = today.people.churn * np.float32(2) * protection
    stays = present & (uniform(fold(today.key, Purpose.CHURN)) >= hazard)
    state.alive[today.rows[present & ~stays]] = False
    return stays


def _count(batch: Batch, totals: Totals) -> None:
    """Add up the day's sessions and events for each user."""
    opened, seen, rows = batch.sessions, batch.seen, batch.today.rows
    n = len(rows)
    clicker = opened.user[seen.session][seen.at // c.SLATE]
    lost = opened.failed | opened.abandoned
    totals["active"][rows[batch.user]] = 1
    totals["sessions"][rows[batch.user]] = batch.counts
    totals["abandoned"][rows] = np.bincount(opened.user[lost], minlength=n)
    totals["impressions"][rows] = c.SLATE * np.bincount(opened.user[~lost], minlength=n)
    totals["clicks"][rows] = np.bincount(clicker, minlength=n)
    totals["watch_s"][rows] = np.bincount(clicker, seen.watch_ds, n) / 10
    length = batch.today.serving.offer.length.take(seen.place.take(seen.at))
    length_ds = np.round(10 * length)  # tenths of a second, as the company's own table has them
    totals["watched"][rows] = np.bincount(clicker, seen.watch_ds / length_ds, n)
    totals["likes"][rows] = np.bincount(clicker[seen.liked], minlength=n)
    totals["surveys"][rows] = np.bincount(clicker[seen.rating > 0], minlength=n)
    totals["stars"][rows] = np.bincount(clicker, seen.rating, n)
    totals["value"][rows] = np.bincount(clicker, seen.value.take(seen.at), n)


def _clicked_places(batch: Batch) -> r.Ints:
    """Return the clicks on each place of the catalogue, shape (VIDEOS,)."""
    return np.bincount(batch.seen.place.take(batch.seen.at), minlength=c.VIDEOS)


def _mean_habit(state: State, people: People, day: int) -> float:
    """Return the mean habit of the accounts that are left in the evening; nan if there are none."""
    left = state.alive & (people.joined <= day)
    return float(state.habit[left].mean(dtype=np.float64)) if left.any() else float("nan")

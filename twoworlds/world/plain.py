"""The same world, one event at a time in plain Python: to be read, and to check the fast one against.

Every equation of data/README.md is one line here. With the same draws the daily counts equal those of `simulate`
(which rounds to float32). It knows one policy for all days, no arms; that is enough to check every equation.
"""

import math
from collections.abc import Callable

import numpy as np

from twoworlds.world import constants as c
from twoworlds.world.draws import Purpose
from twoworlds.world.people import People, World, make_people
from twoworlds.world.policy import Policy
from twoworlds.world.ranking import make_serving
from twoworlds.world.videos import make_videos, on_offer, place_birth

_M64, _M32 = 2**64 - 1, 2**32 - 1
_COLUMNS = (
    "day",
    "actives",
    "sessions",
    "abandoned",
    "impressions",
    "clicks",
    "watch_ds",
    "likes",
    "surveys",
)


def mix64(x: int) -> int:
    """Return the splitmix64 finaliser of `x`."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & _M64
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & _M64
    return x ^ (x >> 31)


def fold(key: int, part: int) -> int:
    """Return the key of `part` below `key`."""
    return mix64((key + (part + 1) * 0x9E3779B97F4A7C15) & _M64)


def uniform(key: int) -> float:
    """Return the draw of a key, inside (0, 1)."""
    return ((key >> 12) + 0.5) * 2.0**-52


def scatter(key: int, purpose: Purpose, counter: int) -> int:
    """Return the 32-bit hash numbered `counter` of a session's draws for `purpose`."""
    x = ((fold(key, purpose) >> 32) + counter * 0x9E3779B9) & _M32
    x = (x ^ (x >> 16)) * 0x7FEB352D & _M32
    x = (x ^ (x >> 15)) * 0x846CA68B & _M32
    return x ^ (x >> 16)


def hashed_unit(key: int, purpose: Purpose, counter: int) -> float:
    """Return a session's draw in [0, 1)."""
    return (scatter(key, purpose, counter) >> 8) * 2.0**-24


def symmetric(unit: float) -> float:
    """Return a draw in [-1, 1) from the top 24 bits of one in [0, 1), as two's complement has it."""
    return 2 * unit if unit < 0.5 else 2 * unit - 2


def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)) by the approximant that the fast world uses."""
    y = min(max(x / 2, -3.6), 3.6)
    t = y * y
    return 0.5 + 0.5 * y * (945 + t * (105 + t)) / (945 + t * (420 + 15 * t))


class User:
    """One person: fixed traits, and what each night leaves."""

    def __init__(self, people: People, index: int) -> None:
        """Copy the traits of user `index` and set the state of the morning of day 1."""
        self.key = int(people.key[index])
        self.taste = [float(x) for x in people.taste[index]]
        self.come, self.extra = float(people.come[index]), float(people.extra[index])
        self.patience, self.curiosity = float(people.patience[index]), float(people.curiosity[index])
        self.churn, self.joined = float(people.churn[index]), int(people.joined[index])
        self.slow, self.alive, self.habit = bool(people.slow[index]), True, 0.0
        usual = logistic(self.come) * c.FATIGUE_GAIN / c.FATIGUE_DECAY if self.joined < 1 else 0.0
        self.fatigue = [usual * x * x for x in self.taste]
        self.known = list(self.taste)


class PlainWorld:
    """The world lived event by event. `unit` makes the draws inside sessions: by default the world's own hash."""

    def __init__(
        self, world: World, policy: Policy, unit: Callable[[int, Purpose, int], float] = hashed_unit
    ) -> None:
        """Make the users and the videos."""
        self.world, self.policy, self.unit = world, policy, unit
        people = make_people(world, 0, world.users)
        self.users = [User(people, index) for index in range(world.users)]
        self.videos, self.birth = make_videos(world), place_birth(world)
        self.trend = np.zeros(c.VIDEOS)

    def run(self) -> list[dict[str, int]]:
        """Live all days; return one dict of counts a day (watch in tenths of a second)."""
        return [self._day(day) for day in range(1, self.world.days + 1)]

    def _day(self, day: int) -> dict[str, int]:
        offer = on_offer(self.videos, self.birth, day)
        trend = np.where(offer.born == day, 0.0, self.trend)
        self.serving = make_serving(self.world, self.policy, offer, trend, day, 1)
        names = ("topic", "side_topic", "clickbait", "quality", "length")
        self.offer = {name: getattr(offer, name).tolist() for name in names}
        self.score = self.serving.place_score.tolist()
        self.count = dict.fromkeys(_COLUMNS, 0) | {"day": day}
        self.clicks_by_place = [0] * c.VIDEOS
        for user in self.users:
            self._user_day(user, day)
        clicks = np.array(self.clicks_by_place)
        self.trend = clicks / (clicks + max(clicks.mean(), 1e-9))
        return self.count

    def _user_day(self, user: User, day: int) -> None:
        key, topics = fold(user.key, day), self.world.topics
        if uniform(fold(key, Purpose.DRIFT)) < self.world.taste_drift:
            top, to = user.taste.index(max(user.taste)), int(topics * uniform(fold(key, Purpose.DRIFT_TO)))
            user.taste[top], user.taste[to] = user.taste[to], user.taste[top]
        if (day - 1) % self.policy.retrain_days == 0:
            user.known = list(user.taste)
        if not user.alive or user.joined > day:
            user.fatigue = [(1 - c.FATIGUE_DECAY) * f for f in user.fatigue]
            return
        weekend = c.WEEKEND if day % 7 in (6, 0) else 0.0
        by_topic = [0.0] * topics
        if user.joined == day or uniform(fold(key, Purpose.COME)) < logistic(
            user.come + user.habit + weekend
        ):
            self._visit(user, key, by_topic)
        total = max(sum(by_topic), 1e-9)
        user.fatigue = [
            (1 - c.FATIGUE_DECAY) * f + c.FATIGUE_GAIN * x / total
            for f, x in zip(user.fatigue, by_topic, strict=True)
        ]
        hazard = user.churn * 2 * logistic(-c.CHURN_HABIT * user.habit)
        user.alive = uniform(fold(key, Purpose.CHURN)) >= hazard

    def _visit(self, user: User, key: int, by_topic: list[float]) -> None:
        u = uniform(fold(key, Purpose.SESSIONS))
        extra = math.floor(math.log(u) / math.log(user.extra / (1 + user.extra)))
        sessions = 1 + min(extra, c.MAX_SESSIONS - 1)
        self.count["actives"] += 1
        self.count["sessions"] += sessions
        base = fold(key, Purpose.SESSION)
        mean = sum(self._session(user, fold(base, number), by_topic) for number in range(sessions)) / sessions
        target = c.HABIT_GAIN * (mean - c.SATISFACTION_USUAL)
        user.habit += c.HABIT_RATE * (target - user.habit)

    def _session(self, user: User, key: int, by_topic: list[float]) -> float:
        """Live one session; return its satisfaction."""
        tail = -math.log(uniform(fold(key, Purpose.LATENCY)))
        wait = self.policy.latency_ms * (c.LATENCY_FLOOR + (1 - c.LATENCY_FLOOR) * tail)
        wait *= c.SLOW_FACTOR if user.slow else 1
        seconds = wait / 1000
        leaves = uniform(fold(key, Purpose.ABANDON)) < seconds / (seconds + user.patience)
        cost = c.WAIT_COST * round(wait) / 1000
        if leaves or uniform(fold(key, Purpose.OUTAGE)) < self.policy.outage_share:
            self.count["abandoned"] += 1
            return -c.ABANDON_COST - cost
        interest, seen = self._interests(user, key)
        slate = self._slate(key, seen)
        self.count["impressions"] += len(slate)
        return sum(self._impression(user, key, interest, by_topic, k, v) for k, v in enumerate(slate)) - cost

    def _interests(self, user: User, key: int) -> tuple[list[float], list[float]]:
        """Return the true interest of the session, and the one that the ranker sees."""
        topics, strength = self.world.topics, self.world.intent_strength
        mood = int(topics * uniform(fold(key, Purpose.MOOD)))
        believed = mood
        if uniform(fold(key, Purpose.STALE)) < self.serving.stale:
            believed = int(topics * uniform(fold(key, Purpose.OLD_MOOD)))
        true, seen = list(user.taste), list(user.known)
        true[mood] += strength
        seen[believed] += strength * self.policy.mood_weight
        if uniform(fold(key, Purpose.BROKEN)) < self.policy.broken_feature:
            seen = [c.AFFINITY_MEAN / (c.MAIN_WEIGHT + c.SIDE_WEIGHT)] * topics
        return true, seen

    def _affinity(self, interest: list[float], place: int) -> float:
        main, side = self.offer["topic"][place], self.offer["side_topic"][place]
        return c.MAIN_WEIGHT * interest[main] + c.SIDE_WEIGHT * interest[side] - c.AFFINITY_MEAN

    def _slate(self, key: int, seen: list[float]) -> list[int]:
        """Retrieve, score and re-rank; return the places on the slate from the top."""
        scored = []
        for slot in range(self.policy.candidates):
            tier, step = slot % c.TIERS, slot // c.TIERS
            walk = scatter(key, Purpose.SHELF, tier)
            size = c.SMALLEST_TIER << tier
            place = ((walk + step * ((walk >> 16) | 1)) & (size - 1)) + size - c.SMALLEST_TIER
            error = float(self.serving.noise) * symmetric(self.unit(key, Purpose.RANKER, slot))
            pull = float(self.serving.affinity_pull) * self._affinity(seen, place)
            scored.append((pull + error + self.score[place], slot, place))
        scored.sort(reverse=True)
        slate = [place for _, _, place in self._spread(scored)[: c.SLATE]]
        for position in range(c.SLATE):
            if self.unit(key, Purpose.EXPLORE, position) < self.policy.exploration:
                slate[position] = int(c.VIDEOS * self.unit(key, Purpose.EXPLORED_VIDEO, position))
        return slate

    def _spread(self, scored: list[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
        """Charge each candidate for the better ones of its topic, and sort again."""
        if self.policy.diversity == 0:
            return scored
        met = dict.fromkeys(range(self.world.topics), 0)
        charged = []
        for score, slot, place in scored:
            topic = self.offer["topic"][place]
            charged.append((score - self.policy.diversity * met[topic], slot, place))
            met[topic] += 1
        return sorted(charged, reverse=True)

    def _impression(
        self, user: User, key: int, interest: list[float], by_topic: list[float], position: int, place: int
    ) -> float:
        """Show one video; return the satisfaction expected from it."""
        topic, bait = self.offer["topic"][place], self.offer["clickbait"][place]
        near, tired, pull = self._affinity(interest, place), user.fatigue[topic], user.curiosity * bait
        chance = logistic(
            c.CLICK_BASE + self.serving.novelty + c.CLICK_AFFINITY * near + pull - c.CLICK_FATIGUE * tired
        )
        worth = c.VALUE_BASE + c.VALUE_AFFINITY * near + c.VALUE_QUALITY * self.offer["quality"][place]
        worth -= c.VALUE_CLICKBAIT * bait + tired
        value = 2 * logistic(worth) - 1
        examined = (position + 1) ** -c.EXAMINATION
        by_topic[topic] += examined * chance
        if (
            self.unit(key, Purpose.EXAMINE, position) < examined
            and self.unit(key, Purpose.CLICK, place) < chance
        ):
            self._click(key, place, worth, value, pull)
        return examined * chance * value

    def _click(self, key: int, place: int, worth: float, value: float, pull: float) -> None:
        self.count["clicks"] += 1
        self.clicks_by_place[place] += 1
        keen = c.WATCH_BASE + c.WATCH_VALUE * worth + c.WATCH_CURIOSITY * pull
        share = logistic(keen + c.WATCH_NOISE * symmetric(self.unit(key, Purpose.WATCH, place)))
        self.count["watch_ds"] += int(10 * share * self.offer["length"][place] + 0.5)
        self.count["likes"] += self.unit(key, Purpose.LIKE, place) < c.LIKE_SHARE * (value + 1) / 2
        answers = self.unit(key, Purpose.ANSWERED, place) < logistic(c.SURVEY_BASE + c.SURVEY_HAPPY * value)
        self.count["surveys"] += answers and self.unit(key, Purpose.ASKED, place) < c.SURVEY_ASKED

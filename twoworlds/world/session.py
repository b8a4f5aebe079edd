"""What happens inside sessions: opening the app, the mood, looking, clicking, watching, saying.

All functions work on arrays: n sessions, K positions. A place numbers a place of the catalogue.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twoworlds.world import constants as c
from twoworlds.world.draws import (
    Float32,
    Purpose,
    UInt32,
    UInt64,
    fold,
    lane,
    logistic,
    scatter,
    symmetric,
    uniform,
    unit,
)
from twoworlds.world.people import People, World
from twoworlds.world.policy import Policy
from twoworlds.world.ranking import POSITIONS, Ints, Serving, affinity
from twoworlds.world.videos import Videos

#: The chance that each position is looked at, shape (K,).
EXAMINATION = ((POSITIONS + 1.0) ** -c.EXAMINATION).astype(np.float32)
ONE = np.float32(1)


@dataclass(frozen=True)
class Sessions:
    """The sessions opened by a chunk of users in a day, one array element each."""

    user: Ints  # row in the chunk
    number: Ints  # 0, 1, ... within the user's day
    key: UInt64
    latency_ms: Ints
    failed: NDArray[np.bool_]  # an outage
    abandoned: NDArray[np.bool_]  # left before the first video

    def served(self) -> Ints:
        """Return the indices of the sessions that showed a slate."""
        return np.flatnonzero(~(self.failed | self.abandoned))


def open_sessions(people: People, day_key: UInt64, user: Ints, counts: Ints, policy: Policy) -> Sessions:
    """Open counts[i] sessions for each chunk row user[i] and see who gets to a first video."""
    rows = np.repeat(user, counts)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    key = fold(fold(day_key, Purpose.SESSION)[rows], number)
    tail = -np.log(uniform(fold(key, Purpose.LATENCY)))
    wait = policy.latency_ms * (c.LATENCY_FLOOR + (1 - c.LATENCY_FLOOR) * tail)
    wait = np.where(people.slow[rows], c.SLOW_FACTOR * wait, wait)
    seconds = wait / 1000.0
    leaves = uniform(fold(key, Purpose.ABANDON)) < seconds / (seconds + people.patience[rows])
    failed = uniform(fold(key, Purpose.OUTAGE)) < policy.outage_share
    return Sessions(rows, number, key, np.rint(wait).astype(np.int64), failed, leaves & ~failed)


def _moods(world: World, key: UInt64, serving: Serving) -> tuple[Ints, Ints]:
    """Return the topic each session is in the mood for, and the one that the ranker believes in."""
    mood = np.floor(world.topics * uniform(fold(key, Purpose.MOOD))).astype(np.int64)
    if serving.stale == 0:
        return mood, mood
    old = np.floor(world.topics * uniform(fold(key, Purpose.OLD_MOOD))).astype(np.int64)
    return mood, np.where(uniform(fold(key, Purpose.STALE)) < serving.stale, old, mood)


def interests(
    world: World, key: UInt64, taste: Float32, known: Float32, serving: Serving
) -> tuple[Float32, Float32]:
    """Return the true interests of each session and those the ranker sees, both (n, topics).

    taste, known: (n, topics), today's taste and the taste of the last training.
    """
    mood, believed = _moods(world, key, serving)
    rows = np.arange(len(key))
    true = taste.copy()
    true[rows, mood] += np.float32(world.intent_strength)
    seen = known.copy()
    seen[rows, believed] += np.float32(world.intent_strength * serving.policy.mood_weight)
    if serving.policy.broken_feature > 0:
        broken = uniform(fold(key, Purpose.BROKEN)) < serving.policy.broken_feature
        seen[broken] = np.float32(c.AFFINITY_MEAN / (c.MAIN_WEIGHT + c.SIDE_WEIGHT))
    return true, seen


@dataclass(frozen=True)
class Impressions:
    """What n served sessions saw and did, (n, K) each; watch, likes and surveys per click, in click order."""

    session: Ints  # (n,) index into Sessions
    place: Ints
    explored: NDArray[np.bool_]
    affinity: Float32
    chance: Float32  # of a click, if examined
    value: Float32  # latent satisfaction in (-1, 1), if watched
    examined: NDArray[np.bool_]
    clicked: NDArray[np.bool_]
    at: Ints  # (clicks,) flat index of each click
    watch_ds: Ints  # (clicks,) tenths of a second
    liked: NDArray[np.bool_]  # (clicks,)
    rating: Ints  # (clicks,) 1..5, 0 where no survey was answered


@dataclass(frozen=True)
class Viewer:
    """The users of n served sessions."""

    interest: Float32  # (n, topics)
    fatigue: Float32  # (n, topics)
    curiosity: Float32  # (n,)


def react(
    key: UInt64, session: Ints, slate: tuple[Ints, NDArray[np.bool_]], viewer: Viewer, serving: Serving
) -> Impressions:
    """Let the viewers look at their slates (places and explored positions, (n, K)), click, watch and speak."""
    place, explored = slate
    offer = serving.offer
    near = affinity(viewer.interest, offer, place)
    start = (np.arange(len(key)) * viewer.fatigue.shape[1])[:, None]
    tired = viewer.fatigue.ravel().take(offer.topic.take(place) + start)
    bait = offer.clickbait.take(place)
    pull = bait * viewer.curiosity[:, None]
    wish = near * np.float32(c.CLICK_AFFINITY) + pull
    wish += np.float32(c.CLICK_BASE + serving.novelty)
    wish -= tired * np.float32(c.CLICK_FATIGUE)
    chance = logistic(wish)
    worth = near * np.float32(c.VALUE_AFFINITY) + offer.quality.take(place) * np.float32(c.VALUE_QUALITY)
    worth += np.float32(c.VALUE_BASE)
    worth -= bait * np.float32(c.VALUE_CLICKBAIT)
    worth -= tired
    value = logistic(worth) * np.float32(2) - ONE
    examined = unit(scatter(lane(key, Purpose.EXAMINE)[:, None], POSITIONS)) < EXAMINATION
    clicked = unit(scatter(lane(key, Purpose.CLICK)[:, None], place)) < chance
    clicked &= examined
    at = np.flatnonzero(clicked)
    said = _after_click(key, at, place.take(at), worth.take(at), value.take(at), pull.take(at), offer)
    return Impressions(session, place, explored, near, chance, value, examined, clicked, at, *said)


def _after_click(
    key: UInt64, at: Ints, place: Ints, worth: Float32, value: Float32, pull: Float32, offer: Videos
) -> tuple[Ints, NDArray[np.bool_], Ints]:
    """Return tenths of seconds watched, likes, and ratings (0: none) of the clicks at flat positions `at`."""
    key = key[at // c.SLATE]

    def draw(purpose: Purpose) -> UInt32:
        return scatter(lane(key, purpose), place)

    keen = np.float32(c.WATCH_BASE) + np.float32(c.WATCH_VALUE) * worth + np.float32(c.WATCH_CURIOSITY) * pull
    share = logistic(keen + np.float32(c.WATCH_NOISE) * symmetric(draw(Purpose.WATCH)))
    watch_ds = (share * offer.length.take(place) * np.float32(10) + np.float32(0.5)).astype(np.int64)
    glad = (value + ONE) * np.float32(0.5)
    liked = unit(draw(Purpose.LIKE)) < np.float32(c.LIKE_SHARE) * glad
    answers = unit(draw(Purpose.ANSWERED)) < logistic(
        np.float32(c.SURVEY_BASE) + np.float32(c.SURVEY_HAPPY) * value
    )
    answers &= unit(draw(Purpose.ASKED)) < np.float32(c.SURVEY_ASKED)
    stars = np.float32(c.RATING_BASE) + np.float32(c.RATING_VALUE) * value
    stars += np.float32(c.RATING_NOISE) * symmetric(draw(Purpose.RATING))
    rating = np.clip(stars.astype(np.int64), 1, 5)
    return watch_ds, liked, np.where(answers, rating, 0)

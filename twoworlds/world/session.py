"""What happens inside sessions: opening the app, retrieving, ranking, looking, clicking, watching, saying.

All functions work on arrays: n sessions, C candidates, K positions. `place` numbers a place of the catalogue.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twoworlds.world import constants as c
from twoworlds.world.draws import (
    Float32,
    Float64,
    Purpose,
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
from twoworlds.world.videos import Videos

Ints = NDArray[np.int64]
POSITIONS = np.arange(c.SLATE)
EXAMINATION = (POSITIONS + 1.0) ** -c.EXAMINATION
EXAMINATION = EXAMINATION.astype(np.float32)
ONE = np.float32(1)


@dataclass(frozen=True)
class Serving:
    """What one policy serves on one day: the ranker's view of the catalogue, and the constants of its scores."""

    policy: Policy
    offer: Videos
    affinity_pull: np.float32  # score per unit of affinity
    noise: np.float32  # half-range of the ranker's uniform error, in score
    place_score: Float32  # (VIDEOS,)
    stale: float  # chance that the known mood has changed since
    novelty: float  # log-odds on clicks today


def make_serving(
    world: World, policy: Policy, offer: Videos, trend: Float64, day: int, since: int
) -> Serving:
    """Return what `policy` (in force since day `since`) serves on `day`, given yesterday's `trend` by place."""
    p = policy
    total = p.click_weight + p.watch_weight + p.value_weight + p.clickbait_penalty
    scale = 1.0 / total if total > 0 else 0.0
    value_pull = p.value_weight + p.watch_weight * c.WATCH_VALUE
    curiosity_pull = p.click_weight + p.watch_weight * c.WATCH_CURIOSITY
    pull = scale * (p.click_weight * c.CLICK_AFFINITY + value_pull * c.VALUE_AFFINITY)
    seen = (c.LEARN_FEED + c.LEARN_EXPLORE * p.exploration) * np.maximum(day - offer.born, 0)
    quality = offer.quality + c.QUALITY_ERROR / np.sqrt(1.0 + seen) * offer.quality_error
    score = scale * (
        value_pull * (c.VALUE_QUALITY * quality - c.VALUE_CLICKBAIT * offer.clickbait)
        + (curiosity_pull * c.CURIOSITY - p.clickbait_penalty) * offer.clickbait
        + p.watch_weight * c.WATCH_LENGTH * np.log(offer.length.astype(np.float64) / c.LENGTH_S)
    )
    blur = c.AFFINITY_SD * np.sqrt(3.0 * (1.0 - p.model_quality**2))
    return Serving(
        policy=p,
        offer=offer,
        affinity_pull=np.float32(pull * p.model_quality),
        noise=np.float32(pull * blur if total > 0 else 1.0),
        place_score=(score + world.interference * trend).astype(np.float32),
        stale=1.0 - 2.0 ** (-p.feature_age_min / world.intent_half_life_min),
        novelty=p.novelty * 2.0 ** (-(day - since) / c.NOVELTY_HALF_LIFE),
    )


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
    wait = policy.latency_ms * (0.6 - 0.4 * np.log(uniform(fold(key, Purpose.LATENCY))))
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
    seen[rows, believed] += np.float32(world.intent_strength)
    if serving.policy.broken_feature > 0:
        broken = uniform(fold(key, Purpose.BROKEN)) < serving.policy.broken_feature
        seen[broken] = np.float32(c.AFFINITY_MEAN / (c.MAIN_WEIGHT + c.SIDE_WEIGHT))
    return true, seen


def affinity(interest: Float32, offer: Videos, place: Ints) -> Float32:
    """Return affinity above its mean, shape of `place` (n, m): interest (n, topics) along the video's topics."""
    start = (np.arange(len(interest)) * interest.shape[1])[:, None]
    flat = interest.ravel()
    main = flat.take(offer.topic.take(place) + start)
    main *= np.float32(c.MAIN_WEIGHT)
    side = flat.take(offer.side_topic.take(place) + start)
    side *= np.float32(c.SIDE_WEIGHT)
    main += side
    main -= np.float32(c.AFFINITY_MEAN)
    return main


_TIER = np.arange(c.TIERS)
_TIER_SIZE = (c.SMALLEST_TIER << _TIER).astype(np.uint32)
_TIER_START = (c.SMALLEST_TIER * ((1 << _TIER) - 1)).astype(np.uint32)


def retrieve(key: UInt64, candidates: int) -> Ints:
    """Return the places of distinct candidates for each session, (n, candidates), equally many from each tier.

    Within a tier of 2^m places a session walks start, start + stride, ... modulo 2^m with an odd stride.
    """
    hashes = scatter(lane(key, Purpose.SHELF)[:, None], _TIER)
    steps = np.arange(-(-candidates // c.TIERS), dtype=np.uint32)[:, None]
    stride = (hashes >> np.uint32(16)) | np.uint32(1)
    place = (hashes[:, None, :] + steps * stride[:, None, :]) & (_TIER_SIZE - np.uint32(1))
    place += _TIER_START
    return place.reshape(len(key), steps.size * c.TIERS)[:, :candidates].astype(np.int64)


_SLOT_BITS = 7
_SCORE_STEPS = np.float32(2.0**18)
_SCORE_LIMIT = np.float32(31.9)


def rank(key: UInt64, seen: Float32, candidates: Ints, serving: Serving) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the slate of each session, places (n, K) from the top, and which positions were explored."""
    score = affinity(seen, serving.offer, candidates)
    score *= serving.affinity_pull
    error = symmetric(scatter(lane(key, Purpose.RANKER)[:, None], np.arange(candidates.shape[1])))
    error *= serving.noise
    score += error
    score += serving.place_score.take(candidates)
    if serving.policy.diversity > 0:
        score -= np.float32(serving.policy.diversity) * _repeats(score, serving.offer.topic.take(candidates))
    slot = np.sort(_packed(score), axis=1)[:, : -c.SLATE - 1 : -1] & ((1 << _SLOT_BITS) - 1)
    start = (np.arange(len(key)) * candidates.shape[1])[:, None]
    slate = candidates.ravel().take(slot + start)
    return _explore(key, slate, serving.policy.exploration)


def _packed(score: Float32) -> NDArray[np.int32]:
    """Return integers that sort like `score` (n, C) and carry the slot 0..C-1 in their low bits: no ties."""
    steps = (np.clip(score, -_SCORE_LIMIT, _SCORE_LIMIT) * _SCORE_STEPS).astype(np.int32)
    steps <<= _SLOT_BITS
    steps |= np.arange(score.shape[1], dtype=np.int32)
    return steps


def _repeats(score: Float32, topic: Ints) -> Float32:
    """Return how many candidates of the same topic score higher, (n, C).

    Greedy re-ranking (maximal marginal relevance, Carbonell & Goldstein 1998) with similarity "same topic" and
    a penalty per repeat is a sort by the score less the penalty times this count.
    """
    n, m = score.shape
    order = np.argsort(-score, axis=1, kind="stable")
    ranked_topic = np.take_along_axis(topic, order, axis=1)
    by_topic = np.argsort(ranked_topic, axis=1, kind="stable")
    sorted_topic = np.take_along_axis(ranked_topic, by_topic, axis=1)
    column = np.arange(m)
    starts = np.ones((n, m), dtype=bool)
    starts[:, 1:] = sorted_topic[:, 1:] != sorted_topic[:, :-1]
    count = column - np.maximum.accumulate(np.where(starts, column, 0), axis=1)
    repeats = np.empty((n, m), dtype=np.float32)
    np.put_along_axis(repeats, np.take_along_axis(order, by_topic, axis=1), count.astype(np.float32), axis=1)
    return repeats


def _explore(key: UInt64, slate: Ints, share: float) -> tuple[Ints, NDArray[np.bool_]]:
    """Give each position with probability `share` to a video drawn evenly from the whole catalogue."""
    if share == 0:
        return slate, np.zeros(slate.shape, dtype=bool)
    explored = unit(scatter(lane(key, Purpose.EXPLORE)[:, None], POSITIONS)) < np.float32(share)
    row, position = np.nonzero(explored)
    draw = unit(scatter(lane(key, Purpose.EXPLORED_VIDEO)[row], position))
    slate[row, position] = (draw * np.float32(c.VIDEOS)).astype(np.int64)
    return slate, explored


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

    def draw(purpose: Purpose) -> NDArray[np.uint32]:
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
    stars = (
        np.float32(3.5) + np.float32(2) * value + np.float32(c.RATING_NOISE) * symmetric(draw(Purpose.RATING))
    )
    rating = np.clip(stars.astype(np.int64), 1, 5)
    return watch_ds, liked, np.where(answers, rating, 0)

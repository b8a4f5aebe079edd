"""What a policy puts on a slate: the ranker's view of the catalogue, retrieval, scores, re-ranking, exploration.

All functions work on arrays: n sessions, C candidates, K positions. A place numbers a place of the catalogue.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twoworlds.world import constants as c
from twoworlds.world.draws import Float32, Float64, Purpose, UInt64, lane, scatter, symmetric, unit
from twoworlds.world.people import World
from twoworlds.world.policy import Policy
from twoworlds.world.videos import Videos

Ints = NDArray[np.int64]
POSITIONS = np.arange(c.SLATE)


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

"""The slate: retrieval without repeats, ranking as defined, greedy re-ranking, exploration at its share."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoworlds.world import constants as c
from twoworlds.world import ranking as r
from twoworlds.world.draws import Purpose, fold, root
from twoworlds.world.people import World
from twoworlds.world.policy import MAX_CANDIDATES, POLICIES, Policy
from twoworlds.world.videos import make_videos, on_offer, place_birth

WORLD = World()
OFFER = on_offer(make_videos(WORLD), place_birth(WORLD), 1)
KEYS = fold(root(7, Purpose.SESSION), np.arange(4000))
INTEREST = np.full((4000, 8), 0.3, dtype=np.float32)


def serving(policy: Policy, day: int = 1) -> r.Serving:
    return r.make_serving(WORLD, policy, OFFER, np.zeros(c.VIDEOS), day, 1)


@pytest.mark.parametrize("candidates", [10, 42, 50, MAX_CANDIDATES])
def test_candidates_are_distinct_and_even_over_tiers(candidates):
    places = r.retrieve(KEYS, candidates)
    assert places.shape == (4000, candidates)
    assert (np.diff(np.sort(places, axis=1), axis=1) > 0).all()
    tier = np.floor(np.log2(places // c.SMALLEST_TIER + 1)).astype(int)
    counts = np.apply_along_axis(np.bincount, 1, tier, minlength=c.TIERS)
    assert counts.max() - counts.min() <= 1


def test_more_candidates_keep_the_first_ones():
    np.testing.assert_array_equal(r.retrieve(KEYS, 60)[:, :42], r.retrieve(KEYS, 42))


def test_a_place_is_retrieved_as_often_as_its_reach_says():
    counts = np.bincount(r.retrieve(KEYS, 42).ravel(), minlength=c.VIDEOS)
    widest = counts[: c.SMALLEST_TIER]
    expected = 6 / c.SMALLEST_TIER * len(KEYS)
    assert (np.abs(widest - expected) < 4.5 * np.sqrt(expected)).all()


def test_the_slate_is_the_best_by_score():
    served = serving(Policy(model_quality=1, exploration=0))
    candidates = r.retrieve(KEYS, 42)
    slate, explored = r.rank(KEYS, INTEREST, candidates, served)
    score = served.affinity_pull * r.affinity(INTEREST, OFFER, candidates) + served.place_score[candidates]
    best = -np.sort(-score, axis=1)[:, : c.SLATE]
    ours = served.affinity_pull * r.affinity(INTEREST, OFFER, slate) + served.place_score[slate]
    np.testing.assert_allclose(ours, best, atol=1e-5)
    assert not explored.any()


def test_the_random_policy_shows_every_candidate_alike():
    candidates = r.retrieve(KEYS, 42)
    slate, _ = r.rank(KEYS, INTEREST, candidates, serving(POLICIES["random"]))
    shown = (slate[:, :, None] == candidates[:, None, :]).any(axis=1).sum(axis=0)
    chance = c.SLATE / 42
    assert (np.abs(shown - 4000 * chance) < 4.5 * np.sqrt(4000 * chance * (1 - chance))).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 20), st.integers(1, 5), st.floats(0.01, 1), st.integers(0, 10_000))
def test_counting_repeats_is_greedy_re_ranking(candidates, topics, penalty, seed):
    rng = np.random.default_rng(seed)
    score = rng.normal(size=(3, candidates)).astype(np.float32)
    topic = rng.integers(0, topics, (3, candidates))
    sorted_once = np.argsort(-(score - penalty * r._repeats(score, topic)), axis=1)
    for row in range(3):
        met, left = [0] * topics, list(range(candidates))
        for found in sorted_once[row]:
            gain = [score[row, j] - penalty * met[topic[row, j]] for j in left]
            best = left[int(np.argmax(gain))]
            assert best == found
            met[topic[row, best]] += 1
            left.remove(best)


def test_exploration_takes_its_share_of_positions():
    slate, explored = r.rank(KEYS, INTEREST, r.retrieve(KEYS, 42), serving(Policy(exploration=0.1)))
    assert abs(explored.mean() - 0.1) < 4 * np.sqrt(0.09 / explored.size)
    assert slate[explored].max() > 1900

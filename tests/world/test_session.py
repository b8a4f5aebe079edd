"""Sessions: waiting and leaving, moods, looking and clicking at their chances."""

import numpy as np
import pytest

from twoworlds.world import constants as c
from twoworlds.world import ranking as r
from twoworlds.world import session as s
from twoworlds.world.draws import Purpose, fold, root
from twoworlds.world.people import World, make_people
from twoworlds.world.policy import Policy
from twoworlds.world.videos import make_videos, on_offer, place_birth

WORLD = World()
OFFER = on_offer(make_videos(WORLD), place_birth(WORLD), 1)
KEYS = fold(root(7, Purpose.SESSION), np.arange(4000))
INTEREST = np.full((4000, 8), 0.3, dtype=np.float32)


def serving(policy: Policy, day: int = 1) -> r.Serving:
    return r.make_serving(WORLD, policy, OFFER, np.zeros(c.VIDEOS), day, 1)


def viewers(curiosity: float = 1.0) -> s.Viewer:
    return s.Viewer(INTEREST, np.zeros((4000, 8), np.float32), np.full(4000, curiosity, np.float32))


def look(policy: Policy = Policy()) -> s.Impressions:  # noqa: B008 (a Policy is immutable)
    served = serving(policy)
    slate = r.rank(KEYS, INTEREST, r.retrieve(KEYS, policy.candidates), served)
    return s.react(KEYS, np.arange(4000), slate, viewers(), served)


def test_examination_falls_by_rank_as_stated():
    seen = look()
    expected = np.arange(1, 11) ** -c.EXAMINATION
    error = 4.5 * np.sqrt(expected * (1 - expected) / 4000)
    assert (np.abs(seen.examined.mean(axis=0) - expected) <= error).all()


def test_clicks_come_at_their_chance_and_only_from_a_look():
    seen = look()
    chance = seen.chance[seen.examined].astype(float)
    error = np.sqrt((chance * (1 - chance)).sum())
    assert abs(seen.clicked.sum() - chance.sum()) < 4 * error
    assert not (seen.clicked & ~seen.examined).any()


def test_what_follows_a_click_is_in_range():
    seen = look()
    assert len(seen.at) == len(seen.watch_ds) == len(seen.liked) == len(seen.rating) == seen.clicked.sum()
    length = OFFER.length[seen.place.ravel()[seen.at]]
    assert (seen.watch_ds <= 10 * length + 1).all()
    assert set(seen.rating.tolist()) == {0, 1, 2, 3, 4, 5}
    assert (np.abs(seen.value) < 1).all()


def test_a_user_reacts_alike_to_a_video_wherever_it_stands():
    served = serving(Policy())
    places = r.retrieve(KEYS, 10)
    nothing = np.zeros(places.shape, dtype=bool)
    down = s.react(KEYS, np.arange(4000), (places, nothing), viewers(), served)
    up = s.react(KEYS, np.arange(4000), (places[:, ::-1].copy(), nothing), viewers(), served)
    both = down.examined & up.examined[:, ::-1]
    np.testing.assert_array_equal(down.clicked[both], up.clicked[:, ::-1][both])


def test_moods_are_fresh_stale_or_missing():
    taste = np.zeros((4000, 8), dtype=np.float32)
    fresh, seen = s.interests(WORLD, KEYS, taste, taste, serving(Policy(feature_age_min=0)))
    np.testing.assert_array_equal(fresh, seen)
    true, seen = s.interests(WORLD, KEYS, taste, taste, serving(Policy(feature_age_min=120)))
    np.testing.assert_array_equal(true, fresh)
    changed = (true != seen).any(axis=1).mean()
    expected = 0.5 * 7 / 8  # a changed mood may be the same topic again
    assert abs(changed - expected) < 4 * np.sqrt(expected * (1 - expected) / 4000)
    _, seen = s.interests(WORLD, KEYS, taste, taste, serving(Policy(broken_feature=1)))
    assert np.ptp(seen) == 0
    _, seen = s.interests(WORLD, KEYS, taste, taste, serving(Policy(feature_age_min=0, mood_weight=0.5)))
    np.testing.assert_allclose(seen, fresh / 2)
    _, seen = s.interests(WORLD, KEYS, taste, taste, serving(Policy(mood_weight=0)))
    assert (seen == 0).all()


def test_waits_average_the_latency_and_the_impatient_leave():
    people = make_people(WORLD.but(users=2000), 0, 2000)
    opened = s.open_sessions(people, people.key, np.arange(2000), np.full(2000, 4), Policy(latency_ms=1000))
    fast = ~people.slow[opened.user]
    waits = opened.latency_ms[fast]
    assert abs(waits.mean() - 1000) < 4 * 400 / np.sqrt(fast.sum())
    assert opened.latency_ms[~fast].mean() / waits.mean() == pytest.approx(c.SLOW_FACTOR, rel=0.1)
    left = opened.abandoned
    assert np.median(people.patience[opened.user[left]]) < np.median(people.patience) / 1.5


def test_an_outage_fails_its_share_and_is_not_abandonment():
    people = make_people(WORLD.but(users=2000), 0, 2000)
    opened = s.open_sessions(people, people.key, np.arange(2000), np.full(2000, 4), Policy(outage_share=0.25))
    assert abs(opened.failed.mean() - 0.25) < 4 * np.sqrt(0.1875 / 8000)
    assert not (opened.failed & opened.abandoned).any()
    assert len(opened.served()) == 8000 - opened.failed.sum() - opened.abandoned.sum()

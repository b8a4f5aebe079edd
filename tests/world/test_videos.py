"""The catalogue: always full, always turning over, features as the equations have them."""

import numpy as np
import pytest

from twoworlds.world import constants as c
from twoworlds.world.people import World, topic_weights
from twoworlds.world.videos import make_videos, on_offer, place_birth

WORLD = World(days=90)
VIDEOS, BIRTH = make_videos(WORLD), place_birth(WORLD)


@pytest.mark.parametrize("day", [1, 2, 28, 29, 90])
def test_every_place_holds_one_video_that_has_been_born_and_is_not_too_old(day):
    offer = on_offer(VIDEOS, BIRTH, day)
    np.testing.assert_array_equal(offer.video_id % c.VIDEOS, np.arange(c.VIDEOS))
    assert (offer.born <= day).all()
    assert (offer.born > day - c.LIFE_DAYS).all()


def test_a_place_changes_hands_once_in_a_life():
    ids = np.array([on_offer(VIDEOS, BIRTH, day).video_id for day in range(1, 90)])
    changes = (np.diff(ids, axis=0) != 0).sum(axis=0)
    assert set(changes.tolist()) <= {3, 4}


def test_side_topics_differ_from_main_topics():
    assert (VIDEOS.topic != VIDEOS.side_topic).all()
    assert VIDEOS.side_topic.max() == WORLD.topics - 1


def test_topics_follow_their_weights():
    share = topic_weights(WORLD.topics) / WORLD.topics
    found = np.bincount(VIDEOS.topic, minlength=WORLD.topics) / len(VIDEOS.topic)
    assert (np.abs(found - share) < 4 * np.sqrt(share * (1 - share) / len(VIDEOS.topic))).all()


def test_quality_is_standard_and_clickbait_a_share():
    quality = VIDEOS.quality.astype(float)
    assert abs(quality.mean()) < 4 / np.sqrt(len(quality))
    assert quality.std() == pytest.approx(1, abs=0.05)
    assert 0 <= VIDEOS.clickbait.min() < VIDEOS.clickbait.max() <= 1
    assert np.median(VIDEOS.length) == pytest.approx(c.LENGTH_S, rel=0.05)

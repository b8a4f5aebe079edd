"""What is on offer: a catalogue of fixed size whose places pass to new videos, in tiers of falling reach."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twoworlds.world import constants as c
from twoworlds.world.draws import Purpose, fold, log_odds, root, uniform
from twoworlds.world.people import World, topic_weights


@dataclass(frozen=True)
class Videos:
    """Videos, one array element each. Truth: quality, clickbait and the error are hidden from the company."""

    video_id: NDArray[np.int64]
    born: NDArray[np.int64]  # day; may be before day 1
    topic: NDArray[np.int64]
    side_topic: NDArray[np.int64]
    quality: NDArray[np.float32]  # sd 1
    clickbait: NDArray[np.float32]  # 0..1
    length: NDArray[np.float32]  # s
    quality_error: NDArray[np.float32]  # the ranker's error about a brand-new video, sd 1

    def take(self, index: NDArray[np.int64]) -> "Videos":
        """Return the videos at `index`."""
        return Videos(**{name: values[index] for name, values in vars(self).items()})


def place_birth(world: World) -> NDArray[np.int64]:
    """Return the day in [1, LIFE_DAYS] on which each place first changes hands, shape (VIDEOS,)."""
    u = uniform(fold(root(world.seed, Purpose.BIRTH), np.arange(c.VIDEOS)))
    return 1 + np.floor(c.LIFE_DAYS * u).astype(np.int64)


def make_videos(world: World) -> Videos:
    """Return all videos that are ever on offer in `world`; video_id = place + VIDEOS * generation."""
    generations = 2 + (world.days - 1) // c.LIFE_DAYS
    video_id = np.arange(c.VIDEOS * generations)
    birth = place_birth(world)
    key = fold(root(world.seed, Purpose.VIDEO), video_id)

    def draw(purpose: Purpose) -> NDArray[np.float64]:
        return uniform(fold(key, purpose))

    share = np.cumsum(topic_weights(world.topics)) / world.topics
    topic = np.searchsorted(share[:-1], draw(Purpose.TOPIC), side="right")
    step = 1 + np.floor((world.topics - 1) * draw(Purpose.SIDE_TOPIC)).astype(np.int64)
    to_unit_sd = np.sqrt(3) / np.pi
    return Videos(
        video_id=video_id,
        born=birth[video_id % c.VIDEOS] + (video_id // c.VIDEOS - 1) * c.LIFE_DAYS,
        topic=topic,
        side_topic=(topic + step) % world.topics,
        quality=(to_unit_sd * log_odds(draw(Purpose.QUALITY))).astype(np.float32),
        clickbait=draw(Purpose.CLICKBAIT).astype(np.float32) ** 2,
        length=(c.LENGTH_S * np.exp(c.LENGTH_SPREAD * log_odds(draw(Purpose.LENGTH)))).astype(np.float32),
        quality_error=(to_unit_sd * log_odds(draw(Purpose.QUALITY_ERROR))).astype(np.float32),
    )


def on_offer(videos: Videos, birth: NDArray[np.int64], day: int) -> Videos:
    """Return the videos that hold the places on `day`, in the order of the places, shape (VIDEOS,)."""
    generation = (day - birth) // c.LIFE_DAYS + 1
    return videos.take(np.arange(c.VIDEOS) + c.VIDEOS * generation)

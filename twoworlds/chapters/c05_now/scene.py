"""The evening that the theatre plays: one person's wishes, and what the feed makes of them at each delay."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from twoworlds.product.session import NO_WISH, Evening, Memory, Played, play
from twoworlds.world import World
from twoworlds.world.people import make_people

# An evening on which somebody comes with a wish, and the wish weighs as much as all of last year.
WORLD = World(users=400, days=1, seed=7, intent_strength=1.0)
PERSON, SLATES, SLATE_S = 33, 24, 30
SEARCH, EARLY_S = 5, 25  # the first slate that could know of the search, and how long before it she searches
ASKED = "20:00:05"
HALF_LIFE_MIN = 2
CHESS, BREAD, TENNIS = 3, 1, 2
NAMES = {CHESS: "chess", BREAD: "bread", TENNIS: "tennis"}
CLOCK = tuple(f"{(1198 + s // 2) // 60}:{(1198 + s // 2) % 60:02}:{s % 2 * 30:02}" for s in range(SLATES))
# What is wanted from which slate on; each wish is searched for when it comes.
STORIES = {
    "bread, all evening": {SEARCH: BREAD},
    "bread, for an aunt": {SEARCH: BREAD, SEARCH + 1: NO_WISH},
    "bread, then tennis": {SEARCH: BREAD, SEARCH + 9: TENNIS},
}


@dataclass(frozen=True)
class Scene:
    """The evening up to `now`, the number of the slate on the screen."""

    played: Played
    now: int

    def shown(self, topic: int) -> np.ndarray:
        """Return how many of the ten videos of each slate are about `topic`, (SLATES,)."""
        return (self.played.topic[0] == topic).sum(axis=1)

    @property
    def first_known(self) -> int:
        """The first slate that is made with the first search; SLATES if none is."""
        return first_known(self.played.memory.delay_s)


def first_known(delay_s: float) -> int:
    """Return the first slate that is made with the first search; SLATES if none is."""
    return min(SLATES, SEARCH + int(np.ceil((delay_s - EARLY_S) / SLATE_S)))


def script(story: str, taste: np.ndarray) -> Evening:
    """Return the evening of a story, as lived by each person of `taste` (n, topics)."""
    wish = np.full((len(taste), SLATES), NO_WISH)
    searched = np.zeros(wish.shape, dtype=bool)
    for slate, topic in STORIES[story].items():
        wish[:, slate:] = topic
        searched[:, slate] = topic != NO_WISH
    return Evening(WORLD, taste, wish, searched, SLATE_S, EARLY_S)


@lru_cache(maxsize=256)
def evening_of(delay_s: float, weight: float, story: str) -> Played:
    """Live her evening with a pipeline's delay and a weight of tonight."""
    taste = make_people(WORLD, PERSON, PERSON + 1).taste
    return play(script(story, taste), Memory(weight, HALF_LIFE_MIN, delay_s))


def many(delay_s: float, weight: float, story: str) -> np.ndarray:
    """Return what using tonight is worth to each of the world's people who like chess best, as shares."""
    taste = make_people(WORLD, 0, WORLD.users).taste
    evening = script(story, taste[taste.argmax(axis=1) == CHESS])
    tonight, lasting = (
        play(evening, Memory(w, HALF_LIFE_MIN, delay_s)).satisfaction[:, SEARCH:].mean(axis=1)
        for w in (weight, 0.0)
    )
    return tonight / lasting - 1


def model(clock: str, delay_s: int, weight: float, story: str) -> Scene:
    """Return the scene at a time of the clock."""
    return Scene(evening_of(delay_s, weight, story), CLOCK.index(clock))


def slates_gained(slow_s: int = 20, quick_s: int = 2) -> int:
    """Return how many slates earlier a quicker pipeline's feed knows of the search."""
    return first_known(slow_s) - first_known(quick_s)

"""An evening of slates: people whose wishes change, a platform that hears of it late, and what each slate is worth.

Retrieval, ranking, clicks and value are the world's own (twoworlds.world); only what the ranker believes is made
here, from the events that have arrived. So a second of delay is paid in the world's own truth.

Arrays: n people, S slates, K positions, T topics. A slate is fetched every `slate_s` seconds, starting at 0; the
video at position k is looked at, or not, in the k-th of K equal parts of that time.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twoworlds.errors import InputError, require_kind, require_number, require_numeric, require_whole
from twoworlds.product.session.state import mix
from twoworlds.world import Policy, World
from twoworlds.world import constants as c
from twoworlds.world.draws import Purpose, fold, root, uniform
from twoworlds.world.people import make_people
from twoworlds.world.policy import as_policy
from twoworlds.world.ranking import Serving, make_serving, rank, retrieve
from twoworlds.world.session import EXAMINATION, Viewer, react
from twoworlds.world.videos import Videos, make_videos, on_offer, place_birth

NO_WISH = -1
# What a search says about a wish, against a tap on a video that happened to be shown.
SEARCH_WEIGHT = 10.0
EVENING_DAY = 1


@dataclass(frozen=True)
class Memory:
    """How the platform knows its user: validated, immutable.

    weight: share of the profile given to tonight, 0 (the lasting taste alone) to 1.
    half_life_min: minutes after which an event of tonight counts half.
    delay_s: seconds from a tap until a slate can be made with it; one that is fetched at that very moment is.
    evidence: events of tonight at which tonight has half its weight; 0: one tap is enough (see `mix`).

    A heavy weight on thin evidence is a bet on few taps, and whoever hears late makes it on taps of a wish that may
    have gone: in the default world, weight 0.5 with evidence 0 is worth less at a delay of 300 s than never to hear of
    tonight at all (weight 0). With the default weight, or with evidence 10, a longer delay only takes from the gain.
    """

    weight: float = 0.2
    half_life_min: float = 10.0
    delay_s: float = 5.0
    evidence: float = 0.0

    def __post_init__(self) -> None:
        """Check every field; raise InputError with one sentence for the first that is out of range."""
        for name, low, high, unit in (
            ("weight", 0, 1, ""),
            ("half_life_min", 0.01, 1e6, "minutes"),
            ("delay_s", 0, 1e6, "s"),
            ("evidence", 0, 1e6, "events"),
        ):
            object.__setattr__(self, name, require_number(name, getattr(self, name), low, high, unit))


@dataclass(frozen=True)
class Evening:
    """What n people want during S slates. The truth: no log has it.

    taste: lasting taste, (n, T), length 1. wish: the topic that each slate's moment is about, (n, S), NO_WISH for
    none. searched: whether they search for it before that slate, (n, S); early_s: how long before the slate is
    fetched, (n, S) or one number. Curiosity and luck are those of the world's users 0 to n - 1.
    """

    world: World
    taste: NDArray[np.float32]
    wish: NDArray[np.int64]
    searched: NDArray[np.bool_]
    slate_s: float = 30.0
    early_s: NDArray[np.float64] | float = 0.0

    def __post_init__(self) -> None:
        """Check shapes and topics; raise InputError with one sentence for the first that doesn't fit."""
        require_kind("world", self.world, World)
        object.__setattr__(self, "slate_s", require_number("slate_s", self.slate_s, 1, 1e5, "s"))
        n = self._check_taste()
        for name, kinds in (("wish", "iu"), ("searched", "b")):
            table = require_kind(name, getattr(self, name), np.ndarray)
            if table.ndim != 2 or table.shape != self.wish.shape or len(table) != n or not table.size:
                raise InputError(f"{name} has the shape {table.shape}: it must be ({n} people, slates).")
            if table.dtype.kind not in kinds:
                raise InputError(f"{name} holds {table.dtype}: topics are whole numbers, searches truths.")
        if not ((self.wish >= NO_WISH) & (self.wish < self.world.topics)).all():
            raise InputError(f"wish must be about the world's {self.world.topics} topics, or NO_WISH.")
        if (self.searched & (self.wish == NO_WISH)).any():
            raise InputError("searched is true where there is no wish: only a wish can be searched for.")
        early = require_numeric("early_s", self.early_s)
        if early.shape not in ((), self.wish.shape) or not ((early >= 0) & (early <= 1e6)).all():
            raise InputError("early_s must be from 0 to 1e6 s, one number or one for each slate.")
        object.__setattr__(self, "early_s", early if early.ndim else float(early))

    def _check_taste(self) -> int:
        """Return how many people there are, or raise InputError unless each has a taste of length 1."""
        shape = require_kind("taste", self.taste, np.ndarray).shape
        if len(shape) != 2 or shape[1] != self.world.topics or not 1 <= shape[0] <= self.world.users:
            raise InputError(
                f"taste has the shape {shape}: it must be (1 to {self.world.users} people, {self.world.topics} topics)."
            )
        length = np.linalg.norm(require_numeric("taste", self.taste), axis=1)
        if not (np.abs(length - 1) < 1e-3).all():
            raise InputError("taste has a row whose length isn't 1: a taste is a direction.")
        return shape[0]

    @property
    def slates(self) -> int:
        """How many slates each person sees."""
        return self.wish.shape[1]

    @property
    def starts(self) -> NDArray[np.float64]:
        """When each slate is fetched, s, (S,)."""
        return self.slate_s * np.arange(self.slates)

    @property
    def asked(self) -> NDArray[np.float64]:
        """When a search for the wish of each slate would be made, s, (n, S)."""
        return np.broadcast_to(self.starts - self.early_s, self.wish.shape)

    @property
    def moments(self) -> NDArray[np.float64]:
        """When each position is looked at, s, (S, K)."""
        return self.starts[:, None] + self.slate_s * (np.arange(c.SLATE) + 0.5) / c.SLATE

    def interest(self, slate: int) -> NDArray[np.float32]:
        """Return the true interests during a slate, 0 to S - 1, (n, T): taste, and the wish on top, as in the world."""
        wish = self.wish[:, require_whole("slate", slate, 0, self.slates - 1)]
        true = self.taste.astype(np.float32)
        rows = np.flatnonzero(wish != NO_WISH)
        true[rows, wish[rows]] += np.float32(self.world.intent_strength)
        return true


def evening(
    world: World,
    people: int | None = None,
    slates: int = 20,
    wish_half_life_min: float = 10.0,
    searches: float = 0.3,
    slate_s: float = 30.0,
) -> Evening:
    """Return an evening of the first `people` users of `world` (None: all), whose wishes change at random.

    wish_half_life_min: minutes after which a wish has been drawn anew with probability 1/2 (one in `topics` draws
    gives the same); inf: nobody wishes for anything but what they always like. searches: chance that a new wish (the
    first included) shows as a search, at a random moment of the `slate_s` before its slate.
    """
    require_kind("world", world, World)
    slate_s = require_number("slate_s", slate_s, 1, 1e5, "s")
    n = require_whole("people", world.users if people is None else people, 1, world.users)
    slates = require_whole("slates", slates, 1, 1000)
    searches = require_number("searches", searches, 0, 1)
    half_life = require_number("wish_half_life_min", wish_half_life_min, 0.01, np.inf, "minutes")
    users = make_people(world, 0, n)
    if np.isinf(half_life):
        none = np.full((n, slates), NO_WISH)
        return Evening(world, users.taste, none, np.zeros(none.shape, dtype=bool), slate_s)
    key = _keys(world, n, slates)
    changes = uniform(fold(key, Purpose.STALE)) >= 2.0 ** (-slate_s / 60 / half_life)
    changes[:, 0] = True
    fresh = np.floor(world.topics * uniform(fold(key, Purpose.MOOD))).astype(np.int64)
    last = np.maximum.accumulate(np.where(changes, np.arange(slates), 0), axis=1)
    wish = np.take_along_axis(fresh, last, axis=1)
    searched = changes & (uniform(fold(key, Purpose.ASK)) < searches)
    # One tie less: nobody's search falls on the very moment of a fetch.
    return Evening(
        world, users.taste, wish, searched, slate_s, slate_s * (1 - uniform(fold(key, Purpose.CLOCK)))
    )


@dataclass(frozen=True)
class Played:
    """What became of an evening, arrays as in the module's first lines.

    topic, side: of the videos shown, (n, S, K). clicked: (n, S, K). believed: what the ranker read, (n, S, T).
    session: the fading counts by topic that it was made from, (n, S, T). satisfaction: the world's latent value of
    each slate, Σ examination · chance of a click · value, (n, S); clicks: the expected clicks of each, (n, S).
    """

    evening: Evening
    memory: Memory
    topic: NDArray[np.int64]
    side: NDArray[np.int64]
    clicked: NDArray[np.bool_]
    believed: NDArray[np.float64]
    session: NDArray[np.float64]
    satisfaction: NDArray[np.float64]
    clicks: NDArray[np.float64]

    def events(self, person: int) -> pd.DataFrame:
        """Return what one person's phone sent, in the order of happening.

        Columns: event_id, kind ("search" or "tap"), topic, event_s, arrived_s (s from the first slate).
        """
        person = require_whole("person", person, 0, len(self.clicked) - 1)
        slate, k = np.nonzero(self.clicked[person])
        asked = np.flatnonzero(self.evening.searched[person])
        table = pd.DataFrame(
            {
                "kind": ["search"] * len(asked) + ["tap"] * len(slate),
                "topic": np.concatenate([self.evening.wish[person, asked], self.topic[person, slate, k]]),
                "event_s": np.concatenate(
                    [self.evening.asked[person, asked], self.evening.moments[slate, k]]
                ),
            }
        )
        table = table.sort_values("event_s", kind="stable", ignore_index=True)
        table.insert(0, "event_id", np.arange(len(table)))
        return table.assign(arrived_s=table["event_s"] + self.memory.delay_s)


def play(evening: Evening, memory: Memory, policy: Policy | str | None = None) -> Played:
    """Live an evening, slate after slate: what has arrived is believed, what is believed is shown.

    policy: the ranker's weights and quality, or a policy's name; None is today's production. The profile that it
    reads has the length of a taste with an unrelated wish on top, so that mixing turns it and doesn't make it
    shorter. Two memories meet the same people with the same luck.
    """
    require_kind("evening", evening, Evening)
    require_kind("memory", memory, Memory)
    world, n, slates = evening.world, len(evening.taste), evening.slates
    policy = as_policy("production" if policy is None else policy)
    serving, length = _serving(world, policy), np.hypot(1, world.intent_strength)
    people, keys = make_people(world, 0, n), _keys(world, n, slates)
    fresh = np.zeros((n, world.topics), dtype=np.float32)
    place = np.zeros((n, slates, c.SLATE), dtype=np.int64)
    clicked = np.zeros(place.shape, dtype=bool)
    session = np.zeros((n, slates, world.topics))
    believed, worth, clicks = np.zeros(session.shape), np.zeros((n, slates)), np.zeros((n, slates))
    for s in range(slates):
        session[:, s] = _counts(evening, memory, serving.offer, place, clicked, s)
        believed[:, s] = length * mix(evening.taste, session[:, s], memory.weight, memory.evidence)
        key = keys[:, s]
        slate = rank(
            key, believed[:, s].astype(np.float32), retrieve(key, serving.policy.candidates), serving
        )
        seen = react(key, np.arange(n), slate, Viewer(evening.interest(s), fresh, people.curiosity), serving)
        place[:, s], clicked[:, s] = seen.place, seen.clicked
        clicks[:, s] = (seen.chance * EXAMINATION).sum(axis=1)
        worth[:, s] = (seen.chance * EXAMINATION * seen.value).sum(axis=1)
    offer = serving.offer
    return Played(
        evening,
        memory,
        offer.topic[place],
        offer.side_topic[place],
        clicked,
        believed,
        session,
        worth,
        clicks,
    )


@lru_cache(maxsize=8)
def _serving(world: World, policy: Policy) -> Serving:
    """Return what `policy` serves on the evening's day, with no trend from other users."""
    offer = on_offer(make_videos(world), place_birth(world), EVENING_DAY)
    return make_serving(world, policy, offer, np.zeros(c.VIDEOS), EVENING_DAY, EVENING_DAY)


def _keys(world: World, n: int, slates: int) -> NDArray[np.uint64]:
    """Return the key of each person's slate, (n, S): its draws are the same whatever the memory."""
    users = fold(root(world.seed, Purpose.SESSION), np.arange(n))
    return fold(users[:, None], np.arange(slates))


def _counts(
    evening: Evening,
    memory: Memory,
    offer: Videos,
    place: NDArray[np.int64],
    clicked: NDArray[np.bool_],
    s: int,
) -> NDArray[np.float64]:
    """Return the fading counts by topic that slate s is made from, (n, T): of what has arrived by then."""
    n, topics = evening.taste.shape
    now, half_life = evening.starts[s], 60 * memory.half_life_min
    arrived = evening.moments[:s] + memory.delay_s <= now
    user, slate, k = np.nonzero(clicked[:, :s] & arrived)
    weight = 2.0 ** (-(now - evening.moments[slate, k]) / half_life)
    shown = place[user, slate, k]
    counts = np.bincount(user * topics + offer.topic[shown], c.MAIN_WEIGHT * weight, n * topics).astype(float)
    counts += np.bincount(user * topics + offer.side_topic[shown], c.SIDE_WEIGHT * weight, n * topics)
    user, slate = np.nonzero(evening.searched & (evening.asked + memory.delay_s <= now))
    weight = SEARCH_WEIGHT * 2.0 ** (-(now - evening.asked[user, slate]) / half_life)
    counts += np.bincount(user * topics + evening.wish[user, slate], weight, n * topics)
    return counts.reshape(n, topics)

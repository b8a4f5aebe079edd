"""Who lives in the world: the settings of a world and the fixed traits of its users."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from twoworlds.errors import require_number, require_one_of, require_whole
from twoworlds.world import constants as c
from twoworlds.world.draws import Purpose, fold, log_odds, root, uniform


@dataclass(frozen=True)
class World:
    """A world: its users, its days, and how its people behave. Immutable and validated.

    users: everyone who lives here from day 1 or joins later, 1 to 10,000,000.
    days: simulated days, 1 to 365; day 1 is a Monday.
    seed: 0 to 2^32 - 1; the same seed is the same world.
    topics: topics of tastes and videos, 3 to 32.
    newcomers: share of the users who join during the first 28 days (the rest have older accounts).
    taste_drift: share of the users whose favourite topic changes, per day.
    intent_strength: how much this session's mood adds to lasting taste, 0 to 2 (taste has length 1).
    intent_half_life_min: minutes after which a mood has changed with probability 1/2.
    interference: 0 to 2; how much yesterday's clicks of *all* users lift a video in everyone's feed.
    """

    users: int = 2000
    days: int = 28
    seed: int = 7
    topics: int = 8
    newcomers: float = 0.3
    taste_drift: float = 0.01
    intent_strength: float = 0.6
    intent_half_life_min: float = 120.0
    interference: float = 0.0

    def __post_init__(self) -> None:
        """Check every field; raise InputError with one sentence for the first that is out of range."""
        for name, low, high in (
            ("users", 1, 10_000_000),
            ("days", 1, 365),
            ("seed", 0, 2**32 - 1),
            ("topics", 3, 32),
        ):
            object.__setattr__(self, name, require_whole(name, getattr(self, name), low, high))
        for name, high in (("newcomers", 1), ("taste_drift", 1), ("intent_strength", 2), ("interference", 2)):
            object.__setattr__(self, name, require_number(name, getattr(self, name), 0, high))
        minutes = require_number("intent_half_life_min", self.intent_half_life_min, 1, 1e9, "minutes")
        object.__setattr__(self, "intent_half_life_min", minutes)

    def but(self, **changes: float) -> "World":
        """Return a copy with some fields changed, validated; raise InputError for an unknown field."""
        for name in changes:
            require_one_of("field of a world", name, [field.name for field in fields(self)])
        return replace(self, **changes)


@dataclass(frozen=True)
class People:
    """The fixed traits of the users [first, last), one array element each. Truth: no company sees most of it."""

    user_id: NDArray[np.int64]
    key: NDArray[np.uint64]
    taste: NDArray[np.float32]  # (n, topics), unit length
    come: NDArray[np.float32]  # log-odds of coming on a day at habit 0
    extra: NDArray[np.float64]  # mean sessions after the first
    patience: NDArray[np.float64]  # s
    curiosity: NDArray[np.float32]  # log-odds per unit of clickbait
    churn: NDArray[np.float32]  # daily churn hazard at habit 0
    joined: NDArray[np.int16]  # day; 0 or less: before the world begins
    slow: NDArray[np.bool_]  # on a slow network


def topic_weights(topics: int) -> NDArray[np.float64]:
    """Return how common each topic is, shape (topics,), mean 1: the t-th falls as 1/sqrt(t)."""
    weights = 1.0 / np.sqrt(np.arange(1, topics + 1))
    return weights / weights.mean()


def make_people(world: World, first: int, last: int) -> People:
    """Return the users numbered first to last - 1 of `world`."""
    user_id = np.arange(first, last)
    key = fold(root(world.seed, Purpose.USER), user_id)

    def draw(purpose: Purpose) -> NDArray[np.float64]:
        return uniform(fold(key, purpose))

    activity = np.exp(c.ACTIVITY_SPREAD * log_odds(draw(Purpose.ACTIVITY)))
    joined = _joined(world, draw(Purpose.JOINED))
    # Whoever has stayed T days is less prone to leave: Beta(1, β) given survival is Beta(1, β + T).
    proneness = 1.0 - draw(Purpose.CHURN_PRONE) ** (1.0 / (c.CHURN_BETA + np.maximum(0, 1 - joined)))
    return People(
        user_id=user_id,
        key=key,
        taste=_tastes(world, key),
        come=(c.COME_BASE + c.COME_ACTIVITY * np.log(activity)).astype(np.float32),
        extra=c.SESSIONS_EXTRA * activity,
        patience=c.PATIENCE_S * np.exp(c.PATIENCE_SPREAD * log_odds(draw(Purpose.PATIENCE))),
        curiosity=(c.CURIOSITY * (0.5 + draw(Purpose.CURIOSITY))).astype(np.float32),
        churn=proneness.astype(np.float32),
        joined=joined,
        slow=draw(Purpose.NETWORK) < c.SLOW_SHARE,
    )


def _joined(world: World, u: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return join days: newcomers evenly over days 1 to 28, the rest with the tenure that survivors have."""
    new = u < world.newcomers
    newcomer_day = 1 + np.floor(28 * u / max(world.newcomers, 1e-12))
    rest = np.clip((u - world.newcomers) / max(1 - world.newcomers, 1e-12), 0, 1)
    tenure = c.CHURN_BETA * ((1 + c.TENURE_MAX / c.CHURN_BETA) ** rest - 1)
    return np.where(new, newcomer_day, -np.floor(tenure)).astype(np.int16)


def _tastes(world: World, key: NDArray[np.uint64]) -> NDArray[np.float32]:
    """Return unit tastes, shape (users, topics): few strong interests, common topics more often strong."""
    u = uniform(fold(fold(key, Purpose.TASTE)[:, None], np.arange(world.topics)))
    raw = topic_weights(world.topics) * np.log(u) ** 2
    return (raw / np.sqrt((raw**2).sum(axis=1, keepdims=True))).astype(np.float32)

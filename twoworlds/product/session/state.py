"""What is remembered of a session: counts that fade by half every half-life, and the mix with lasting taste.

Times are seconds on one clock, ages in seconds, half-lives in the unit of the times. A decayed count needs no list
of events: one number and the time that it is of. Cormode, Shkapenyuk, Srivastava & Xu, "Forward decay: a practical
time decay model for streaming systems" (ICDE 2009): weights that are measured forward from a fixed time make the
order of arrival irrelevant, so an event that comes late is still counted as if it had come in time.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_number, require_one_of, require_whole

Vector = NDArray[np.float64]
MAX_S = 1e12


def decayed_count(times: ArrayLike, at: float, half_life: float, weights: ArrayLike | None = None) -> float:
    """Return Σ w_i 2^(-(at - t_i) / half_life) over the events at `times` (n,), in any order.

    weights: (n,), 1 each if None. No events: 0. An event after `at` is from the future: InputError.
    """
    t = _finite("times", times)
    w = np.ones(len(t)) if weights is None else _finite("weights", weights)
    if len(w) != len(t):
        raise InputError(f"weights has {len(w)} numbers: it must have one for each of the {len(t)} times.")
    half_life = _half_life(half_life)
    at = require_number("at", at, -MAX_S, MAX_S)
    if len(t) and t.max() > at:
        raise InputError(f"times holds {t.max():g}, after at = {at:g}: an event can't come from the future.")
    return float(w @ 2.0 ** (-(at - t) / half_life))


@dataclass
class DecayedTopics:
    """One user's fading counts by topic, as an online store keeps them: a vector and the time that it is of.

    topics: how many. half_life: time after which an event counts half.
    """

    topics: int
    half_life: float
    counts: Vector = field(init=False)
    as_of: float = field(init=False, default=-np.inf)

    def __post_init__(self) -> None:
        """Check the settings and start empty."""
        self.topics = require_whole("topics", self.topics, 1, 10_000)
        self.half_life = _half_life(self.half_life)
        self.counts = np.zeros(self.topics)

    def add(self, time: float, topic: int, weight: float = 1.0) -> None:
        """Count an event of `time`, which may be older than what is known: first fade, then add."""
        time = require_number("time", time, -MAX_S, MAX_S)
        topic = require_whole("topic", topic, 0, self.topics - 1)
        weight = require_number("weight", weight, -1e9, 1e9)
        if time > self.as_of:
            self.counts = self.read(time)
            self.as_of = time
        self.counts[topic] += weight * 2.0 ** (-(self.as_of - time) / self.half_life)

    def read(self, at: float) -> Vector:
        """Return the counts as they stand at a time `at` (topics,), not before the last event."""
        if np.isinf(self.as_of):
            return np.zeros(self.topics)
        at = require_number("at", at, self.as_of, MAX_S)
        return self.counts * 2.0 ** (-(at - self.as_of) / self.half_life)


def mix(lasting: ArrayLike, session: ArrayLike, weight: float) -> Vector:
    """Return the profile that a ranker reads, (..., topics): (1 - weight) · lasting + weight · session.

    Both are brought to length 1 first, so that a long evening doesn't outshout a lasting taste. Where the session
    is empty (nothing arrived yet) the lasting taste stands alone.
    """
    weight = require_number("weight", weight, 0, 1)
    old, new = _unit("lasting", lasting), _unit("session", session)
    if old.shape[-1:] != new.shape[-1:]:
        raise InputError(f"session has {new.shape[-1]} topics: it must have {old.shape[-1]}, as lasting has.")
    known = np.any(new != 0, axis=-1, keepdims=True)
    return np.where(known, (1 - weight) * old + weight * new, old)


def clean_events(events: pd.DataFrame, skew: Literal["refuse", "clamp"] = "refuse") -> pd.DataFrame:
    """Return the events as a state may count them: each once, in the order of arrival.

    events: columns event_id, event_s (when it happened, by the phone's clock), arrived_s (when the state can know
    it, by the server's clock); further columns are kept. An id that comes again is a repeat: the first arrival
    counts. An event that happened after it arrived shows a fast phone clock: "refuse" raises InputError, "clamp"
    takes the time of arrival for it. A time that is missing or not finite raises InputError.
    """
    require_one_of("skew", skew, ("refuse", "clamp"))
    missing = [name for name in ("event_id", "event_s", "arrived_s") if name not in events]
    if missing:
        raise InputError(f"events has no column {missing[0]!r}: it needs event_id, event_s and arrived_s.")
    for name in ("event_s", "arrived_s"):
        _finite(name, events[name])
    if events["event_id"].isna().any():
        raise InputError("event_id is missing in a row: without it a repeat can't be told from a new event.")
    once = events.sort_values("arrived_s", kind="stable").drop_duplicates("event_id", ignore_index=True)
    early = once["event_s"] > once["arrived_s"]
    if early.any() and skew == "refuse":
        name, happened, arrived = (once.loc[early, k].iat[0] for k in ("event_id", "event_s", "arrived_s"))
        raise InputError(
            f"event {name} happened at {happened:g} s and arrived at {arrived:g} s: an event must happen first "
            '(skew="clamp" takes the arrival for its time).'
        )
    return once.assign(event_s=once["event_s"].where(~early, once["arrived_s"]))


def age_at(times: ArrayLike, generated: ArrayLike, available: ArrayLike) -> Vector:
    """Return the age of the newest update known at each of `times` (n,): what a request is served with.

    generated, available: when each update was made, and from when on it can be read, (m,) each, in any order. An
    update that arrives after a newer one changes nothing. nan where nothing is available yet. The mean over
    requests is what people meet; the mean over the clock (platform.slo.sawtooth) is another number.
    """
    now, made, known = (
        _finite("times", times),
        _finite("generated", generated),
        _finite("available", available),
    )
    if len(made) != len(known):
        raise InputError(f"available has {len(known)} times: it must have {len(made)}, one an update.")
    if (known < made).any():
        i = int(np.argmax(known < made))
        raise InputError(
            f"update {i} is available at {known[i]:g} and was made at {made[i]:g}: it must be made first."
        )
    order = np.argsort(known, kind="stable")
    newest = np.append(np.maximum.accumulate(made[order]), np.nan)
    last = np.searchsorted(known[order], now, side="right") - 1
    return now - newest[last]  # -1, nothing known yet, takes the nan at the end


def _finite(name: str, values: ArrayLike) -> Vector:
    given = np.asarray(values)
    try:
        numbers = given.astype(float)
    except (TypeError, ValueError):
        numbers = None
    if numbers is None or given.dtype.kind in "mMUSb":  # dates would turn into nanoseconds without a word
        raise InputError(f"{name} is {values!r:.60}: it must hold numbers (seconds, not dates or text).")
    if numbers.ndim != 1:
        raise InputError(f"{name} has {numbers.ndim} dimensions: it must be one row of numbers.")
    bad = numbers[~np.isfinite(numbers)]
    if len(bad):
        raise InputError(f"{name} holds {bad[0]}: it must hold finite numbers only.")
    return numbers


def _unit(name: str, values: ArrayLike) -> Vector:
    vectors = np.asarray(values, dtype=float)
    if not np.isfinite(vectors).all():
        raise InputError(f"{name} holds a number that is not finite: each topic needs one.")
    length = np.sqrt((vectors**2).sum(axis=-1, keepdims=True))
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)


def _half_life(value: float) -> float:
    return require_number("half_life", value, 1e-6, MAX_S)

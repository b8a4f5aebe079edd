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

from twoworlds.errors import (
    InputError,
    require_kind,
    require_number,
    require_numeric,
    require_one_of,
    require_row,
    require_whole,
)

Vector = NDArray[np.float64]
MAX_S, MAX_WEIGHT = 1e12, 1e9
_LARGEST = 1e300  # of a vector's numbers: sums of them stay in a float's range


def decayed_count(times: ArrayLike, at: float, half_life: float, weights: ArrayLike | None = None) -> float:
    """Return Σ w_i 2^(-(at - t_i) / half_life) over the events at `times` (n,), in any order.

    weights: (n,), 1 each if None, up to 1e9 in size. No events: 0. An event after `at` is from the future: InputError.
    """
    t = _times("times", times)
    w = (
        np.ones(len(t))
        if weights is None
        else require_row("weights", weights, -MAX_WEIGHT, MAX_WEIGHT, empty=True)
    )
    if len(w) != len(t):
        raise InputError(f"weights has {len(w)} numbers: it must have one for each of the {len(t)} times.")
    half_life = _half_life(half_life)
    at = require_number("at", at, -MAX_S, MAX_S)
    if len(t) and t.max() > at:
        raise InputError(f"times holds {t.max():g}, after at = {at:g}: an event can't come from the future.")
    return float(w @ 2.0 ** (-(at - t) / half_life))


@dataclass(eq=False)
class DecayedTopics:
    """One user's fading counts by topic, as an online store keeps them: a vector and the time that it is of.

    topics: how many. half_life: time after which an event counts half. The latest event sets the store's clock: one
    from the future makes all others old, so events pass clean_events first.
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
        weight = require_number("weight", weight, -MAX_WEIGHT, MAX_WEIGHT)
        if time > self.as_of:
            self.counts = self.read(time)
            self.as_of = time
        self.counts[topic] += weight * 2.0 ** (-(self.as_of - time) / self.half_life)

    def read(self, at: float) -> Vector:
        """Return the counts as they stand at a time `at` (topics,), not before the last event."""
        at = require_number("at", at, max(self.as_of, -MAX_S), MAX_S)
        if np.isinf(self.as_of):
            return np.zeros(self.topics)
        return self.counts * 2.0 ** (-(at - self.as_of) / self.half_life)


def mix(lasting: ArrayLike, session: ArrayLike, weight: float, evidence: float = 0.0) -> Vector:
    """Return the profile that a ranker reads, (..., topics): (1 - w) · lasting + w · session.

    Both are brought to length 1 first, so that a long evening doesn't outshout a lasting taste. Where the session
    is empty (nothing arrived yet, or all has faded to nothing) the lasting taste stands alone.

    With evidence 0, w is `weight`: one tap counts as much as a hundred, and an old tap as much as a fresh one. With
    evidence e > 0, w = weight · m / (m + e), m the session's total: at m = e tonight has half its weight. (The
    posterior mean of a share has this form, with e the events that the prior is worth.)
    """
    weight = require_number("weight", weight, 0, 1)
    evidence = require_number("evidence", evidence, 0, MAX_WEIGHT, "events")
    old, new = _vectors("lasting", lasting), _vectors("session", session)
    if old.shape[-1] != new.shape[-1]:
        raise InputError(f"session has {new.shape[-1]} topics: it must have {old.shape[-1]}, as lasting has.")
    try:
        np.broadcast_shapes(old.shape, new.shape)
    except ValueError:
        raise InputError(
            f"session has the shape {new.shape} and lasting {old.shape}: they must have the same people."
        ) from None
    total = np.abs(new).sum(axis=-1, keepdims=True)
    share = np.divide(total, total + evidence, out=np.zeros_like(total), where=total > 0)
    return (1 - weight * share) * _unit(old) + weight * share * _unit(new)


def clean_events(events: pd.DataFrame, skew: Literal["refuse", "clamp"] = "refuse") -> pd.DataFrame:
    """Return the events as a state may count them: each once, in the order of arrival.

    events: columns event_id, event_s (when it happened, by the phone's clock), arrived_s (when the state can know
    it, by the server's clock); further columns are kept. Ids are compared as they stand. One that comes again is a
    repeat: the first arrival counts, of equal arrivals the one that happened first, and of rows alike in both the one
    that sorts first when all its columns are written out. So the order of the rows decides nothing but the order of
    different events of one moment. An event that happened after it arrived shows a fast phone clock: "refuse" raises
    InputError, "clamp" takes the time of arrival for it. A time that is missing or not finite raises InputError.
    """
    require_kind("events", events, pd.DataFrame)
    require_one_of("skew", skew, ("refuse", "clamp"))
    missing = [name for name in ("event_id", "event_s", "arrived_s") if name not in events]
    if missing:
        raise InputError(f"events has no column {missing[0]!r}: it needs event_id, event_s and arrived_s.")
    events = events.assign(**{name: _times(name, events[name]) for name in ("event_s", "arrived_s")})
    if events["event_id"].isna().any():
        raise InputError("event_id is missing in a row: without it a repeat can't be told from a new event.")
    once = _first_of_each(events.reset_index(drop=True))
    early = once["event_s"] > once["arrived_s"]
    if early.any() and skew == "refuse":
        name, happened, arrived = (once.loc[early, k].iat[0] for k in ("event_id", "event_s", "arrived_s"))
        raise InputError(
            f"event {name} happened at {happened:g} s and arrived at {arrived:g} s: an event must happen first "
            '(skew="clamp" takes the arrival for its time).'
        )
    return once.assign(event_s=once["event_s"].where(~early, once["arrived_s"]))


def _first_of_each(events: pd.DataFrame) -> pd.DataFrame:
    """Return the row of each id that arrived first, by arrival; of those alike in both times the first as written."""
    times = ["arrived_s", "event_s"]
    alike = events.duplicated(["event_id", *times], keep=False)
    # Written out, since values of any kinds can be compared so; the others have no other to be compared with.
    written = pd.Series("", events.index, dtype=object)
    written[alike] = [repr(row) for row in events[alike].itertuples(index=False, name=None)]
    order = events[times].assign(written=written).sort_values([*times, "written"]).index
    kept = events.loc[order].drop_duplicates("event_id")
    return kept.sort_index().sort_values(times, ignore_index=True)


def age_at(times: ArrayLike, generated: ArrayLike, available: ArrayLike) -> Vector:
    """Return the age of the newest update known at each of `times` (n,): what a request is served with.

    generated, available: when each update was made, and from when on it can be read, (m,) each, in any order. An
    update that arrives after a newer one changes nothing. nan where nothing is available yet. The mean over
    requests is what people meet; the mean over the clock (platform.slo.sawtooth) is another number.
    """
    now, made, known = (
        _times("times", times),
        _times("generated", generated),
        _times("available", available),
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


def _times(name: str, values: ArrayLike) -> Vector:
    return require_row(name, values, -MAX_S, MAX_S, empty=True)


def _vectors(name: str, values: ArrayLike) -> Vector:
    vectors = require_numeric(name, values)
    if not vectors.ndim or not vectors.shape[-1]:
        raise InputError(f"{name} has the shape {vectors.shape}: it must have one number a topic.")
    if not (np.abs(vectors) <= _LARGEST).all():
        raise InputError(
            f"{name} holds a number that is not finite, or beyond {_LARGEST:g}: each topic needs one."
        )
    return vectors


def _unit(vectors: Vector) -> Vector:
    """Return the vectors at length 1, those of length 0 as they are; scaled first, or squares leave a float's range."""
    largest = np.abs(vectors).max(axis=-1, keepdims=True)
    scaled = np.divide(vectors, largest, out=np.zeros_like(vectors), where=largest > 0)
    length = np.sqrt((scaled**2).sum(axis=-1, keepdims=True))
    return np.divide(scaled, length, out=scaled, where=length > 0)


def _half_life(value: float) -> float:
    return require_number("half_life", value, 1e-6, MAX_S)

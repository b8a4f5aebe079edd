"""The tables that a world leaves: the log, the sessions, users and videos, and the truth about each."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twoworlds.world import constants as c
from twoworlds.world.draws import Purpose, fold, uniform
from twoworlds.world.people import People
from twoworlds.world.ranking import POSITIONS
from twoworlds.world.simulate import Batch
from twoworlds.world.videos import Videos

DAY_ONE = np.datetime64("2026-03-02", "us")  # a Monday
_DAY_S = 86_400
_WAKING_S = 16 * 3600  # sessions start between 07:00 and 23:00
_MORNING_S = 7 * 3600
_BROWSE_US = 2_000_000  # time spent looking at one position

Columns = dict[str, NDArray]


def session_ids(batch: Batch) -> NDArray[np.int64]:
    """Return the id of each session: unique, and the same whatever the policy."""
    user = batch.today.people.user_id[batch.sessions.user]
    return (user * 366 + batch.today.day) * c.MAX_SESSIONS + batch.sessions.number


def session_starts(batch: Batch) -> NDArray[np.datetime64]:
    """Return when each session was opened: a user's sessions follow each other through the waking hours."""
    opened = batch.sessions
    per_day = np.bincount(opened.user, minlength=len(batch.today.rows))[opened.user]
    u = uniform(fold(opened.key, Purpose.CLOCK))
    seconds = _MORNING_S + _WAKING_S * (opened.number + 0.8 * u) / per_day
    offset = (seconds * 1e6).astype(np.int64) + (batch.today.day - 1) * _DAY_S * 1_000_000
    return DAY_ONE + offset.astype("timedelta64[us]")


def session_columns(batch: Batch) -> Columns:
    """Return the session table of a batch, one array element a session, also those that saw nothing."""
    opened = batch.sessions
    return {
        "user_id": batch.today.people.user_id[opened.user].astype(np.uint32),
        "day": np.full(len(opened.user), batch.today.day, dtype=np.uint16),
        "session_id": session_ids(batch),
        "ts": session_starts(batch),
        "latency_ms": opened.latency_ms.astype(np.uint32),
        "failed": opened.failed,
        "abandoned": opened.abandoned,
    }


def log_columns(batch: Batch) -> Columns:
    """Return the impression log of a batch, one array element an impression: what the company sees."""
    seen, opened, shape = batch.seen, batch.sessions, batch.seen.place.shape
    videos = batch.today.serving.offer

    def repeat(values: NDArray) -> NDArray:
        return np.repeat(values[seen.session], c.SLATE)

    def spread(values: NDArray, kind: type) -> NDArray:
        out = np.zeros(seen.place.size, dtype=kind)
        out[seen.at] = values
        return out

    watch_us = spread(seen.watch_ds, np.int64).reshape(shape) * 100_000
    before = np.cumsum(watch_us, axis=1) - watch_us + POSITIONS * _BROWSE_US
    shown = session_starts(batch)[seen.session] + (opened.latency_ms[seen.session] * 1000).astype(
        "timedelta64[us]"
    )
    return {
        "user_id": repeat(batch.today.people.user_id[opened.user]).astype(np.uint32),
        "day": np.full(seen.place.size, batch.today.day, dtype=np.uint16),
        "session_id": repeat(session_ids(batch)),
        "ts": (shown[:, None] + before.astype("timedelta64[us]")).ravel(),
        "position": np.tile((POSITIONS + 1).astype(np.uint8), shape[0]),
        "video_id": videos.video_id[seen.place].ravel().astype(np.uint32),
        "explored": seen.explored.ravel(),
        "clicked": seen.clicked.ravel(),
        "watch_s": (spread(seen.watch_ds, np.int32) / 10).astype(np.float32),
        "liked": spread(seen.liked, np.bool_),
        "survey": spread(seen.rating, np.uint8),
        "latency_ms": repeat(opened.latency_ms).astype(np.uint32),
    }


def hidden_columns(batch: Batch) -> Columns:
    """Return what no log holds about the same impressions, row for row."""
    seen = batch.seen
    return {
        "session_id": np.repeat(session_ids(batch)[seen.session], c.SLATE),
        "position": np.tile((POSITIONS + 1).astype(np.uint8), len(seen.session)),
        "examined": seen.examined.ravel(),
        "affinity": np.round(seen.affinity, 3).ravel(),
        "click_chance": np.round(seen.chance, 3).ravel(),
        "value": np.round(seen.value, 3).ravel(),
    }


def user_columns(people: People) -> Columns:
    """Return what the company knows of each user."""
    return {
        "user_id": people.user_id.astype(np.uint32),
        "joined_day": people.joined,
        "network": np.where(people.slow, "slow", "fast"),
    }


def hidden_user_columns(people: People) -> Columns:
    """Return the traits that no company sees."""
    columns = {
        "user_id": people.user_id.astype(np.uint32),
        "come": people.come,
        "extra_sessions": people.extra.astype(np.float32),
        "patience_s": people.patience.astype(np.float32),
        "curiosity": people.curiosity,
        "churn": people.churn,
    }
    tastes = {f"taste_{topic}": people.taste[:, topic] for topic in range(people.taste.shape[1])}
    return columns | tastes


def video_columns(videos: Videos) -> Columns:
    """Return what the company knows of each video."""
    return {
        "video_id": videos.video_id.astype(np.uint32),
        "born_day": videos.born.astype(np.int16),
        "topic": videos.topic.astype(np.uint8),
        "side_topic": videos.side_topic.astype(np.uint8),
        "length_s": np.round(videos.length, 1),
    }


def hidden_video_columns(videos: Videos) -> Columns:
    """Return what no company knows of each video."""
    return {
        "video_id": videos.video_id.astype(np.uint32),
        "quality": videos.quality,
        "clickbait": videos.clickbait,
    }


def table_of(batches: list[Batch], make: Callable[[Batch], Columns]) -> Columns:
    """Return the columns that `make` gives for the arms of one chunk, merged in the order of the users."""
    parts = [make(batch) for batch in batches]
    if len(parts) == 1:
        return parts[0]
    merged = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(merged["session_id"], kind="stable")
    return {name: values[order] for name, values in merged.items()}


def collect(batches: Iterable[Columns]) -> pd.DataFrame:
    """Return one table of all columns."""
    parts = list(batches)
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})

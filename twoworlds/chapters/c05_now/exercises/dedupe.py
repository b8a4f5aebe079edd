"""Exercise: count each message once, with a memory that forgets."""

import numpy as np

from twoworlds.course.compare import same
from twoworlds.course.exercise import Exercise, Wrong

Arrivals = list[tuple[float, str, int]]


def count_once(arrivals: Arrivals, ttl: float) -> tuple[int, int]:
    """Return (messages counted, most keys held at once), from (time, user, number) in order of time."""
    seen: dict[tuple[str, int], float] = {}
    counted = most = 0
    for now, user, number in arrivals:
        seen = {key: last for key, last in seen.items() if now - last <= ttl}
        counted += (user, number) not in seen
        seen[user, number] = now
        most = max(most, len(seen))
    return counted, most


def _never_forgets(arrivals: Arrivals, ttl: float) -> tuple[int, int]:
    keys = {(user, number) for _, user, number in arrivals}
    return len(keys), len(keys)


def _edge(arrivals: Arrivals, ttl: float) -> tuple[int, int]:
    # A hair less: only a copy that comes exactly ttl after the last one is taken for new.
    return count_once(arrivals, ttl - 1e-9)


def _own_key_only(arrivals: Arrivals, ttl: float) -> tuple[int, int]:
    counted, _ = count_once(arrivals, ttl)
    return counted, _never_forgets(arrivals, ttl)[1]


def _from_first(arrivals: Arrivals, ttl: float) -> tuple[int, int]:
    seen: dict[tuple[str, int], float] = {}
    counted = most = 0
    for now, user, number in arrivals:
        seen = {key: first for key, first in seen.items() if now - first <= ttl}
        counted += (user, number) not in seen
        seen.setdefault((user, number), now)
        most = max(most, len(seen))
    return counted, most


def _people(arrivals: Arrivals, ttl: float) -> tuple[int, int]:
    return count_once([(now, user, 0) for now, user, _ in arrivals], ttl)


def _by_number_alone(value: object, expected: object, arrivals: Arrivals, ttl: float) -> str | None:
    """Name a sixth slip: the worked example tells it from all others, the fourth case from keys that run together."""
    if same(value, count_once([(now, "anybody", number) for now, _, number in arrivals], ttl)):
        return "you know messages by their number alone. Every phone counts from 1: two people's messages look like copies."
    return None


def _cases() -> list[tuple[Arrivals, float]]:
    rng = np.random.default_rng(53)
    times = np.sort(rng.integers(0, 300, 80)).tolist()
    many = [(t, str(rng.choice(["ana", "bo", "cy"])), int(rng.integers(1, 8))) for t in times]
    return [
        ([(0, "ana", 1), (5, "bo", 1), (8, "ana", 1), (19, "ana", 1), (30, "ana", 1)], 10),
        ([(0, "ana", 1), (8, "ana", 1), (16, "ana", 1), (24, "ana", 1)], 10),
        ([(0, "ana", 1), (10, "ana", 1), (21, "ana", 1), (21, "bo", 2)], 10),
        ([(0, "bo1", 2), (1, "bo", 12), (2, "bo", 3), (2, "cy", 3), (3, "bo", 2)], 10),
        (many, 20),
        (many, 5),
        ([], 10),
    ]


DEDUPE = Exercise(
    id="05.3",
    title="Once is enough",
    desk="platform",
    minutes=12,
    answer=count_once,
    accepts=_by_number_alone,
    cases=_cases,
    returns="a pair of whole numbers: messages counted, most keys held at once",
    wrongs=[
        Wrong("never forgets", _never_forgets, "You never forget a key: right for a week, then the memory is full. Drop what hasn't been seen for more than ttl."),
        Wrong("edge", _edge, "A copy that comes exactly ttl after the last one is still recognised: forget a key when more than ttl has passed."),
        Wrong("own key only", _own_key_only, "You forget a key only when it comes again, so the memory never shrinks: at each arrival remove every key that is too old."),
        Wrong("first seen", _from_first, "You forget ttl after a key was first seen. Here each copy renews it: what counts is when it was last seen."),
        Wrong("people", _people, "You remember people, not messages: the key is (user, number)."),
    ],
    hints=(
        "What makes two arrivals copies of each other, and what do you need to remember of a key to forget it in time?",
        "Keep a dict: (user, number) to the time it was last seen. At each arrival first delete old keys, then ask whether this one is there, then write down the time.",
        "seen = {k: t for k, t in seen.items() if time - t <= ttl}; counted += (user, number) not in seen; seen[user, number] = time  # then compare len(seen) with the most so far",
    ),
)  # fmt: skip

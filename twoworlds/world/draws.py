"""Counter-based random draws: each number is a hash of what it is for, so no draw depends on another.

A draw is keyed by (seed, user, day, purpose, ...). Two policies therefore meet the same users on the same
days with the same luck (common random numbers), and splitting the users into chunks changes nothing.
64-bit keys use the splitmix64 finaliser (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number
generators"); the many draws inside a session use a 32-bit finaliser of the murmur family, with the constants
of Wellons' hash-prospector search ("lowbias32", public domain).
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

GOLDEN64 = np.uint64(0x9E3779B97F4A7C15)
GOLDEN32 = np.uint32(0x9E3779B9)
UInt64 = NDArray[np.uint64]
UInt32 = NDArray[np.uint32]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]


class Purpose(IntEnum):
    """What a draw decides. Adding a purpose moves no other draw."""

    USER = 1
    VIDEO = 2
    ARM = 3
    TASTE = 4
    ACTIVITY = 5
    PATIENCE = 6
    CURIOSITY = 7
    CHURN_PRONE = 8
    JOINED = 9
    NETWORK = 10
    TOPIC = 11
    SIDE_TOPIC = 12
    QUALITY = 13
    CLICKBAIT = 14
    LENGTH = 15
    QUALITY_ERROR = 16
    BIRTH = 17
    COME = 20
    SESSIONS = 21
    CHURN = 22
    DRIFT = 23
    DRIFT_TO = 24
    SESSION = 30
    OUTAGE = 31
    ABANDON = 32
    LATENCY = 33
    MOOD = 34
    STALE = 35
    OLD_MOOD = 36
    BROKEN = 37
    CLOCK = 38
    SHELF = 40
    RANKER = 41
    EXPLORE = 42
    EXPLORED_VIDEO = 43
    EXAMINE = 50
    CLICK = 51
    WATCH = 52
    LIKE = 53
    ASKED = 54
    ANSWERED = 55
    RATING = 56
    ASK = 60


def mix64(x: UInt64) -> UInt64:
    """Return the splitmix64 finaliser of `x` (uint64, any shape)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def mix32(x: UInt32) -> UInt32:
    """Scramble `x` (uint32 array, any shape) in place and return it."""
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return x


def fold(key: UInt64, part: int | NDArray[np.integer]) -> UInt64:
    """Return the key of `part` below `key`: fold(fold(seed, user), day) and so on. Both broadcast."""
    counter = np.atleast_1d(part).astype(np.uint64) + np.uint64(1)
    return mix64(key + counter * GOLDEN64)


def root(seed: int, purpose: Purpose) -> UInt64:
    """Return the key from which all draws for `purpose` in the world `seed` descend, shape (1,)."""
    return fold(fold(np.zeros(1, dtype=np.uint64), seed), purpose)


def uniform(key: UInt64) -> Float64:
    """Return float64 draws strictly inside (0, 1), one for each key."""
    # 52 bits, since (2^53 - 1) + 0.5 would round up to 2^53 and so give a 1
    return ((key >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def lane(key: UInt64, purpose: Purpose) -> UInt32:
    """Return a uint32 stream start per session key, from which `scatter` makes that session's draws."""
    return (fold(key, purpose) >> np.uint64(32)).astype(np.uint32)


def scatter(lanes: UInt32, counters: NDArray[np.integer]) -> UInt32:
    """Return hashes of shape broadcast(lanes, counters): the draw numbered `counters` in each lane."""
    return mix32(lanes + counters.astype(np.uint32) * GOLDEN32)


def unit(hashes: UInt32) -> Float32:
    """Return float32 draws in [0, 1) with 24 bits, one for each hash."""
    return (hashes >> np.uint32(8)).view(np.int32).astype(np.float32) * np.float32(2.0**-24)


def symmetric(hashes: UInt32) -> Float32:
    """Return float32 draws in [-1, 1), one for each hash."""
    return hashes.view(np.int32).astype(np.float32) * np.float32(2.0**-31)


def log_odds(u: Float64) -> Float64:
    """Return log(u / (1 - u)): a standard logistic variate when `u` is uniform in (0, 1)."""
    return np.log(u) - np.log1p(-u)


def logistic(x: Float32) -> Float32:
    """Return 1 / (1 + exp(-x)) to within 0.0008, from +, * and / alone.

    Those operations round alike on every processor, where a vectorised exp does not; so the same seed makes
    the same clicks everywhere. tanh is its [5/4] Pade approximant, clipped where that reaches 1.
    """
    y = np.clip(x * np.float32(0.5), np.float32(-3.6), np.float32(3.6))
    t = y * y
    above = (t + np.float32(105)) * t
    above += np.float32(945)
    above *= y
    below = t * np.float32(15)
    below += np.float32(420)
    below *= t
    below += np.float32(945)
    above /= below
    above *= np.float32(0.5)
    above += np.float32(0.5)
    return above

"""Exactly once, as far as memory goes: an idempotent sink remembers keys, and refuses what it has seen.

Each memory has `first_time(key, now)`, which says whether a key is new and remembers it; `now` (s) must not go back.
`len(memory)` is the number of keys held. A memory that forgets lets duplicates through; a Bloom filter refuses
a few events that were never seen. A key that is missing (None, NaN, a tuple or a frozenset with a NaN) or can't be
hashed raises InputError: nobody knows whether two missing keys are the same. Such a call leaves no trace.
"""

import hashlib
import math
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from twoworlds.errors import InputError, require_number, require_one_of, require_whole, shown
from twoworlds.platform.stream.events import as_list, as_time, as_times, is_missing_key


def _require_key(key: Any) -> None:
    try:
        hash(key)
    except TypeError:
        raise InputError(
            f"key is {shown(key)}: it must be hashable, such as a number, a text or a tuple."
        ) from None
    if is_missing_key(key):
        raise InputError(f"key is {shown(key)}: every event must have one.")


class _Memory:
    """What the memories share: all arrivals are checked before the first is remembered, so that a call can be repeated.

    A memory adds `_take(key, now)`, which can't fail any more.
    """

    _now = -math.inf  # of the last arrival

    def first_time(self, key: Hashable, now: float) -> bool:
        """Tell whether `key` is new at `now`, and remember it."""
        return self.first_times([(key, now)])[0]

    def first_times(self, arrivals: Iterable[tuple[Hashable, float]]) -> list[bool]:
        """Tell the same of each arrival (key, time), one after the other."""
        pairs = as_list("arrivals", arrivals)
        for pair in pairs:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise InputError(f"arrivals hold {shown(pair)}: each must be (key, time).")
        latest, checked = self._now, []
        for key, time in pairs:
            self._require_key(key)
            now = as_time("now", time)
            if now < latest:
                raise InputError(
                    f"now is {now} after {latest}: events must come in order of processing time."
                )
            latest = now
            checked.append((key, now))
        self._now = latest
        return [self._take(key, now) for key, now in checked]

    def _require_key(self, key: Any) -> None:
        _require_key(key)


class Within(_Memory):
    """Remembers a key for `ttl` (s) after it was last seen, or after it was first seen if not `refresh`.

    A copy exactly `ttl` later is still refused. An infinite `ttl` never forgets.
    """

    def __init__(self, ttl: float, refresh: bool = True):
        self.ttl = require_number("ttl", ttl, 0, math.inf)
        self.refresh = require_one_of("refresh", refresh, (True, False))
        self._since: OrderedDict[Hashable, float] = OrderedDict()  # the oldest first

    def _take(self, key: Hashable, now: float) -> bool:
        while self._since and now - next(iter(self._since.values())) > self.ttl:
            self._since.popitem(last=False)
        new = key not in self._since
        if new or self.refresh:
            self._since[key] = now
            self._since.move_to_end(key)
        return new

    def __len__(self) -> int:
        return len(self._since)


class LastKeys(_Memory):
    """Remembers the `size` keys seen most recently (LRU): memory is bounded whatever the traffic.

    How long ago that was plays no part.
    """

    def __init__(self, size: int):
        self.size = require_whole("size", size, 1, 10**12)
        self._keys: OrderedDict[Hashable, None] = OrderedDict()

    def _take(self, key: Hashable, now: float) -> bool:
        new = key not in self._keys
        self._keys[key] = None
        self._keys.move_to_end(key)
        if len(self._keys) > self.size:
            self._keys.popitem(last=False)
        return new

    def __len__(self) -> int:
        return len(self._keys)


class Bloom(_Memory):
    """Remembers keys in `bits` bits by `hashes` hash functions: never forgets, sometimes remembers what never was.

    Bloom (1970); the hash functions are h1 + i h2 (Kirsch and Mitzenmacher 2006). Keys are numbers, texts, bytes, or
    tuples of these: what is hashed is how they are written, and only of these it is known that equal ones look alike.
    """

    def __init__(self, bits: int, hashes: int):
        self.bits = require_whole("bits", bits, 1, 10**10)
        self.hashes = require_whole("hashes", hashes, 1, 100)
        self._set, self._added = bytearray(self.bits // 8 + 1), 0

    def _require_key(self, key: Any) -> None:
        _require_key(key)
        _same_for_equals(key)

    def _take(self, key: Hashable, now: float) -> bool:
        digest = hashlib.blake2b(repr(_same_for_equals(key)).encode(), digest_size=16).digest()
        one, two = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big") | 1
        places = [(one + i * two) % self.bits for i in range(self.hashes)]
        new = any(not self._set[place >> 3] >> (place & 7) & 1 for place in places)
        for place in places:
            self._set[place >> 3] |= 1 << (place & 7)
        self._added += new
        return new

    def __len__(self) -> int:
        return self._added


def _same_for_equals(key: Hashable) -> Hashable:
    """Return one form of equal keys: 3, 3.0, True and NumPy's numbers differ in how they are written."""
    if isinstance(key, tuple):
        return tuple(map(_same_for_equals, key))
    key = key.item() if isinstance(key, np.generic) else key
    if type(key) not in (str, bytes, int, float, bool, type(None)):
        raise InputError(
            f"key is {shown(key)}: a Bloom filter takes numbers, texts, bytes, and tuples of these."
        )
    return int(key) if isinstance(key, (bool, float)) and key == key // 1 else key


Memory = Within | LastKeys | Bloom


def bloom_false_positives(keys: float, bits: float, hashes: int) -> float:
    """Return the chance that a Bloom filter holding `keys` keys takes a new one for seen: (1 - exp(-k n / m))^k."""
    keys, bits = require_number("keys", keys, 0, 1e300), require_number("bits", bits, 1, 1e300)
    hashes = require_whole("hashes", hashes, 1, 100)
    return (-math.expm1(-hashes * keys / bits)) ** hashes


def admitted(arrivals: Iterable[tuple[Hashable, float]], memory: Memory) -> np.ndarray:
    """Return for each arrival (key, time), in order of time, whether the sink takes it: a bool each.

    Raises InputError for an arrival that the memory can't use; then none of them is remembered.
    """
    if not isinstance(memory, Memory):
        raise InputError(f"memory is {shown(memory)}: it must be a Within, a LastKeys or a Bloom.")
    return np.array(memory.first_times(arrivals), dtype=bool)


def since_last_seen(keys: ArrayLike, times: ArrayLike) -> np.ndarray:
    """Return for each arrival how long ago its key was last seen (s), infinite for a key that is new.

    For whole columns of equal length; times must not go back, and every row must have a key.
    """
    # A plain list stays one of objects: NumPy would make texts of all its numbers, or floats of all its ids.
    if isinstance(keys, np.ma.MaskedArray):
        keys = keys.tolist()  # None where they are masked
    keys = keys if hasattr(keys, "dtype") else pd.Series(as_list("keys", keys), dtype=object)
    times = as_times("times", times)
    if keys.shape != times.shape:
        raise InputError(
            f"keys have shape {keys.shape} and times {times.shape}: both must be one column of equal length."
        )
    if (np.diff(times) < 0).any():
        raise InputError("times go back: events must come in order of processing time.")
    try:
        # Equal keys get equal numbers, whatever their type; missing ones get -1.
        number, distinct = pd.factorize(keys)
    except TypeError:
        raise InputError(
            f"keys are {shown(list(keys))}: each must be hashable, such as a number, a text or a tuple."
        ) from None
    # pandas takes tuples and sets with a NaN for keys, and for equal ones.
    holed = [
        at
        for at, key in enumerate(np.asarray(distinct, dtype=object))
        if isinstance(key, (tuple, frozenset)) and is_missing_key(key)
    ]
    missing = (number < 0) | np.isin(number, holed)
    if missing.any():
        first = np.asarray(keys, dtype=object)[missing.argmax()]
        raise InputError(
            f"keys are missing in {missing.sum()} rows (row {missing.argmax()} has {shown(first)}): "
            "every event must have one."
        )
    order = np.argsort(number, kind="stable")
    same = np.diff(number[order]) == 0
    ago = np.full(len(keys), np.inf)
    ago[order[1:]] = np.where(same, np.diff(times[order]), np.inf)
    return ago


def admitted_within(keys: ArrayLike, times: ArrayLike, ttl: float) -> np.ndarray:
    """Return what `admitted` says with the memory `Within(ttl)`, for columns as in `since_last_seen`."""
    require_number("ttl", ttl, 0, math.inf)
    ago = since_last_seen(keys, times)
    return (ago > ttl) | np.isinf(ago)

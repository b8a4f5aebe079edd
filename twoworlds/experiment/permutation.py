"""The test that needs no formula: shuffle the labels, and see how often chance does as much."""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import require_whole
from twoworlds.experiment.moments import Moments, are_whole, checked_values

#: Up to this many relabellings are all tried; beyond, some are drawn.
ALL_UP_TO = 50_000
#: Values shuffled at a time: bounds the memory to some tens of MB.
AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Permutation:
    """What shuffling said: the observed difference, those of the shuffles, p (two-sided), whether all were tried."""

    observed: float
    shuffled: NDArray[np.float64]
    p: float
    exact: bool


def permutation_test(
    control: ArrayLike, treatment: ArrayLike, shuffles: int = 10_000, seed: int = 0
) -> Permutation:
    """Return how the difference of means compares with its own under shuffled labels.

    control, treatment: one value a user. p is the share of relabellings with a difference at least as far from 0.
    Where there are few, all are tried, and p is exact; else `shuffles` are drawn and the data's own labelling counts
    as one of them, so p is never 0 (Phipson & Smyth 2010). A constant metric gives p = 1.
    """
    shuffles = require_whole("shuffles", shuffles, 1, 10_000_000)
    seed = require_whole("seed", seed, 0, 2**63)
    arms = [checked_values(control, "control"), checked_values(treatment, "treatment")]
    means = [Moments.of(arm, name).mean for arm, name in zip(arms, ("control", "treatment"), strict=True)]
    pool, size = np.concatenate(arms), len(arms[1])
    middle = np.partition(pool, len(pool) // 2)[len(pool) // 2]  # one of them: values near it lose no digit
    # Equal differences may differ by the rounding of the values, unless they are whole, and of sums: they count as
    # equal, and nothing else does.
    rounding = 0.0 if are_whole(pool) else 2 * abs(middle)
    pool -= middle  # a difference doesn't see it, and sums of small numbers round less
    close = np.finfo(float).eps * (rounding + 8 * np.abs(pool).sum() / min(map(len, arms)))
    exact = _are_few(len(arms[0]), size)
    sums = _all_sums(pool, size) if exact else _drawn_sums(pool, size, shuffles, seed)
    own, shuffled = (part / size - (pool.sum() - part) / len(arms[0]) for part in (pool[-size:].sum(), sums))
    far = int((np.abs(shuffled) >= abs(own) - close).sum())
    p = far / len(shuffled) if exact else (far + 1) / (shuffles + 1)
    return Permutation(means[1] - means[0], shuffled, p, exact)


def _are_few(control: int, treatment: int) -> bool:
    """Tell whether all relabellings can be tried; twice nine users have fewer than that, twice ten too many."""
    smaller = min(control, treatment)
    return smaller < 10 and math.comb(control + treatment, smaller) <= ALL_UP_TO


def _all_sums(pool: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return the sum of the treatment's values under every relabelling, by way of the smaller arm."""
    smaller = min(size, len(pool) - size)
    chosen = np.array(list(combinations(range(len(pool)), smaller)))
    sums = pool[chosen].sum(axis=1)
    return sums if smaller == size else pool.sum() - sums


def _drawn_sums(pool: NDArray[np.float64], size: int, shuffles: int, seed: int) -> NDArray[np.float64]:
    """Return the sum of the treatment's values under `shuffles` random relabellings."""
    rng = np.random.default_rng(seed)
    rows = max(1, AT_ONCE // len(pool))
    parts = []
    for start in range(0, shuffles, rows):
        many = np.tile(pool, (min(rows, shuffles - start), 1))
        parts.append(rng.permuted(many, axis=1, out=many)[:, :size].sum(axis=1))
    return np.concatenate(parts)

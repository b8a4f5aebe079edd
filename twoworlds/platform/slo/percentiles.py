"""Percentiles of a sample, and a summary of it that can be merged with others: percentiles themselves cannot."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from twoworlds.errors import (
    InputError,
    require_kind,
    require_number,
    require_row,
    require_whole,
    shown,
)

# Below this a latency counts as zero: its logarithm would need a bucket of its own for every halving.
SMALLEST = 1e-12
MOST = 10**18  # values that are zero
LARGEST = 1e300  # beyond, the value that a bucket stands for may be no float


def percentile(values: ArrayLike, share: float) -> float:
    """Return the smallest of the values that at least `share` of all do not exceed (nearest rank).

    values: (n,) numbers of 0 or more, in any order. share: 0 to 1; 0.99 is the p99. The result is always one of the
    values, unlike an interpolated quantile (definition 1 of Hyndman & Fan 1996, Sample Quantiles in Statistical
    Packages).
    """
    array = require_row("values", values, 0)
    return float(np.partition(array, rank(share, len(array)) - 1)[rank(share, len(array)) - 1])


def rank(share: float, count: int) -> int:
    """Return the place, 1 to `count`, of the nearest-rank percentile in the sorted values."""
    share = require_number("share", share, 0, 1)
    # 0.07 * 100 is 7.000000000000001: a hair of rounding must not move the rank by one.
    return min(count, max(1, math.ceil(share * count * (1 - 1e-14))))


@dataclass(frozen=True)
class Sketch:
    """A histogram with buckets that widen by a constant factor, so that each quantile is right within `error`.

    Bucket i holds the values in (γ^(i-1), γ^i] with γ = (1 + error) / (1 - error), and stands for 2 γ^i / (γ + 1),
    which is within the share `error` of each of them. Merging adds the counts, so the sketch of a union is the merged
    sketch, exactly (DDSketch: Masson, Rim & Lee, VLDB 2019, section 2.1, with unlimited buckets).
    """

    error: float = 0.01
    zeros: int = 0
    counts: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the error, in [0.0001, 0.5], and that buckets and counts can be those of values; else InputError."""
        object.__setattr__(self, "error", require_number("error", self.error, 1e-4, 0.5))
        object.__setattr__(self, "zeros", require_whole("zeros", self.zeros, 0, MOST))
        farthest = math.log(LARGEST) / self.log_gamma + 1
        for item in require_kind("counts", self.counts, Mapping).items():
            if not all(isinstance(x, Integral) for x in item) or abs(item[0]) > farthest or item[1] < 1:
                raise InputError(
                    f"counts holds {shown(item)}: each must be a bucket from -{farthest:.0f} to {farthest:.0f} and a "
                    "count of 1 or more, both whole."
                )

    @classmethod
    def of(cls, values: ArrayLike, error: float = 0.01) -> "Sketch":
        """Return the sketch of (n,) numbers from 0 to 1e300; of no numbers, an empty one."""
        array, empty = require_row("values", values, 0, LARGEST, empty=True), cls(error)
        positive = array[array > SMALLEST]
        buckets, counts = np.unique(
            np.ceil(np.log(positive) / empty.log_gamma).astype(int), return_counts=True
        )
        return cls(
            error, len(array) - len(positive), dict(zip(buckets.tolist(), counts.tolist(), strict=True))
        )

    @property
    def log_gamma(self) -> float:
        """The logarithm of the factor by which the buckets widen."""
        return math.log((1 + self.error) / (1 - self.error))

    @property
    def count(self) -> int:
        """How many values it has seen."""
        return self.zeros + sum(self.counts.values())

    def __or__(self, other: "Sketch") -> "Sketch":
        """Return the sketch of both samples together; both must have the same error."""
        if not isinstance(other, Sketch) or other.error != self.error:
            raise InputError(f"other is {shown(other)}: it must be a Sketch with the error {self.error:g}.")
        merged = Counter(self.counts) + Counter(other.counts)
        return Sketch(self.error, self.zeros + other.zeros, dict(sorted(merged.items())))

    def quantile(self, share: float) -> float:
        """Return the nearest-rank percentile, within the share `error` of the exact one."""
        left = rank(share, self._seen()) - self.zeros
        if left <= 0:
            return 0.0
        for bucket in sorted(self.counts):
            left -= self.counts[bucket]
            if left <= 0:
                break
        return 2 * math.exp(bucket * self.log_gamma) / (math.exp(self.log_gamma) + 1)

    def share_over(self, limit: float) -> float:
        """Return the share of values above `limit`, as if each bucket's values stood at its own value."""
        limit = require_number("limit", limit, 0, math.inf)
        middle = 2 / (math.exp(self.log_gamma) + 1)
        over = sum(n for b, n in self.counts.items() if middle * math.exp(b * self.log_gamma) > limit)
        return over / self._seen()

    def _seen(self) -> int:
        if not self.count:
            raise InputError("the sketch has seen 0 values: it must have seen at least one.")
        return self.count

"""Small summaries that can be merged: how many different users, and has this one been seen?"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_number, require_row, require_whole, shown


def bloom_false_positives(items: float, bits: float, hashes: int) -> float:
    """Return the chance that a Bloom filter claims to hold an item that it doesn't: (1 - exp(-k n / m))^k.

    items: n stored. bits: m. hashes: k. Bloom 1970, in the usual approximation by independent bits.
    """
    n = require_number("items", items, 0, 1e15)
    m = require_number("bits", bits, 1, 1e18)
    k = require_whole("hashes", hashes, 1, 1000)
    return (-math.expm1(-k * n / m)) ** k


def hyperloglog_error(registers: int) -> float:
    """Return the relative standard error of a HyperLogLog: 1.04 / sqrt(m) (Flajolet, Fusy, Gandouet & Meunier 2007)."""
    return 1.04 / math.sqrt(require_whole("registers", registers, 1, 2**30))


@dataclass(frozen=True, eq=False)
class Distinct:
    """A HyperLogLog: counts different ids in `registers` bytes; merged, it counts those of the union.

    Flajolet et al. 2007, with 64-bit hashes and the improved raw estimator of Ertl 2017, which is free of the bias
    that the first one has where it changes over from linear counting (up to 2.5 % near 2.5 m ids). What is left, about
    1/m of the number, is far less than the standard error.
    """

    registers: NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Check the registers, (a power of 2,): each holds the farthest first 1 bit of its hashes, 0 if it had none."""
        places = require_row("registers", self.registers)
        most = 65 - _bits(len(places))
        if not np.isin(places, np.arange(most + 1)).all():
            raise InputError(
                f"registers is {shown(self.registers)}: it must hold whole numbers from 0 to {most}."
            )
        object.__setattr__(self, "registers", places.astype(np.uint8))

    @classmethod
    def of(cls, ids: ArrayLike, registers: int = 16384) -> "Distinct":
        """Return the sketch of whole-number ids, (n,), repeats allowed. registers: a power of 2, 16 to 2^20."""
        size = require_whole("registers", registers, 16, 2**20)
        bits = _bits(size)
        try:
            array = np.asarray(ids)
        except ValueError:  # rows of unequal length
            array = np.empty((0, 0))
        if array.ndim != 1 or (len(array) and array.dtype.kind not in "iu") or np.ma.is_masked(ids):
            raise InputError(
                f"ids are {shown(ids)}: they must be whole numbers in one dimension, none missing."
            )
        hashed = _mixed(array.astype(np.uint64))
        rest = hashed << np.uint64(bits)
        # The place of the first 1 bit: log2 is exact enough for the leading bit of what is left of a hash.
        first = np.where(rest == 0, 64 - bits + 1, 64 - np.floor(np.log2(np.maximum(rest, 1).astype(float))))
        seen = np.zeros(size, dtype=np.uint8)
        np.maximum.at(seen, (hashed >> np.uint64(64 - bits)).astype(np.int64), first.astype(np.uint8))
        return cls(seen)

    def __or__(self, other: "Distinct") -> "Distinct":
        """Return the sketch of both sets together; both must have the same number of registers."""
        if not isinstance(other, Distinct) or len(other.registers) != len(self.registers):
            raise InputError(
                f"other is {shown(other)}: it must be a Distinct with {len(self.registers)} registers."
            )
        return Distinct(np.maximum(self.registers, other.registers))

    def estimate(self) -> float:
        """Return the estimated number of different ids (Ertl 2017, New cardinality estimation algorithms, alg. 6)."""
        m = len(self.registers)
        full = 65 - _bits(m)
        held = np.bincount(self.registers, minlength=full + 1)  # how many registers hold 0, 1 ... full
        # z is the sum of 2^-register over all, with what an empty or full one stands for.
        z = m * _tau(1 - held[full] / m)
        for count in held[full - 1 : 0 : -1]:
            z = (z + count) / 2
        z += m * _sigma(held[0] / m)
        return float(m * m / (2 * math.log(2) * z)) if z else math.inf


def _bits(size: int) -> int:
    """Return the bits of a hash that choose one of `size` registers."""
    if size < 16 or size > 2**20 or size & (size - 1):
        raise InputError(f"registers is {size}: it must be a power of 2, from 16 to 2^20.")
    return size.bit_length() - 1


def _sigma(x: float) -> float:
    """Return x + Σ x^(2^k) 2^(k-1) over k = 1, 2 ..: what empty registers, a share x, add."""
    if x == 1:
        return math.inf
    power, weight, before, total = x, 1.0, -1.0, x
    while total != before:
        power, before = power * power, total
        total, weight = total + power * weight, 2 * weight
    return total


def _tau(x: float) -> float:
    """Return (1 - x - Σ (1 - x^(2^-k))² 2^-k) / 3 over k = 1, 2 ..: what full registers, a share 1 - x, add."""
    root, weight, before, total = x, 1.0, -1.0, 1 - x
    while 0 < x < 1 and total != before:
        root, weight, before = math.sqrt(root), weight / 2, total
        total -= (1 - root) ** 2 * weight
    return total / 3 if 0 < x < 1 else 0.0


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a well-mixed 64-bit hash of each number (splitmix64: Steele, Lea & Flood 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))

"""Small summaries that can be merged: how many different users, and has this one been seen?"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_number, require_whole, shown


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

    Flajolet et al. 2007, with linear counting below 2.5 m; 64-bit hashes, so no correction for large counts.
    """

    registers: NDArray[np.uint8]

    @classmethod
    def of(cls, ids: ArrayLike, registers: int = 16384) -> "Distinct":
        """Return the sketch of whole-number ids, (n,), repeats allowed. registers: a power of 2, 16 to 2^20."""
        size = require_whole("registers", registers, 16, 2**20)
        if size & (size - 1):
            raise InputError(f"registers is {size}: it must be a power of 2.")
        try:
            array = np.asarray(ids)
        except ValueError:  # rows of unequal length
            array = np.empty((0, 0))
        if array.ndim != 1 or (len(array) and array.dtype.kind not in "iu"):
            raise InputError(f"ids are {shown(ids)}: they must be whole numbers in one dimension.")
        bits = size.bit_length() - 1
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
        """Return the estimated number of different ids."""
        m = len(self.registers)
        raw = _ALPHA.get(m, 0.7213 / (1 + 1.079 / m)) * m * m / np.sum(2.0 ** -self.registers.astype(float))
        empty = int(np.sum(self.registers == 0))
        return float(m * math.log(m / empty) if raw <= 2.5 * m and empty else raw)


_ALPHA = {16: 0.673, 32: 0.697, 64: 0.709}


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a well-mixed 64-bit hash of each number (splitmix64: Steele, Lea & Flood 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))

"""Freshness as age of information: how old is the newest thing that the reader knows?

An update generated at g and received at r makes the reader's knowledge r - g old at the moment r; from then on it
ages with the clock until a newer one comes. The age's graph is a sawtooth (Kaul, Yates & Gruteser, Real-time status:
how often should one update?, INFOCOM 2012).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_number, require_one_of, require_row

FARTHEST = 1e15  # beyond it the width of a tooth is lost in rounding


@dataclass(frozen=True)
class Sawtooth:
    """The age from the first reception to `end`: drops to `low` at `at`, and rises to `high` just before the next."""

    at: NDArray[np.float64]  # times at which newer knowledge arrives, (k,)
    low: NDArray[np.float64]  # age right after each, (k,)
    high: NDArray[np.float64]  # age right before the next one, or at the end, (k,)
    end: float

    @property
    def widths(self) -> NDArray[np.float64]:
        """How long each tooth lasts, (k,): from the times, since great ages may have lost it in rounding."""
        return np.diff(np.append(self.at, self.end))

    @property
    def mean(self) -> float:
        """The time-average age: the exact area under the teeth, divided by the time."""
        return float(np.sum(self.widths * (self.low + self.high) / 2) / np.sum(self.widths))

    @property
    def mean_peak(self) -> float:
        """The mean age right before newer knowledge arrives, over the complete teeth."""
        if len(self.high) < 2:
            raise InputError("the sawtooth has 1 tooth: a peak needs a second update that is received.")
        return float(np.mean(self.high[:-1]))

    def share_over(self, limit: float) -> float:
        """Return the share of the time in which the age is above `limit`."""
        limit = require_number("limit", limit, -math.inf, math.inf)
        over = np.clip(self.widths - np.clip(limit - self.low, 0, None), 0, None)
        return float(np.sum(over) / np.sum(self.widths))


def sawtooth(generated: ArrayLike, received: ArrayLike, end: float) -> Sawtooth:
    """Return the age's sawtooth from update times, in any order, all in one unit of time; (n,) each.

    An update that arrives after a newer one teaches nothing and is skipped. One received before it was generated
    (clocks disagree), or at `end` or after it (the future), gets a sentence: its age would be a wrong number.
    """
    made, got = (
        require_row(name, times, -FARTHEST, FARTHEST)
        for name, times in (("generated", generated), ("received", received))
    )
    if made.shape != got.shape:
        raise InputError(f"generated has {len(made)} times and received {len(got)}: each update needs both.")
    if (got < made).any():
        i = int(np.flatnonzero(got < made)[0])
        raise InputError(
            f"update {i} is received at {got[i]:g}, before it was generated at {made[i]:g}: the clocks must agree."
        )
    end = require_number("end", end, -FARTHEST, FARTHEST)
    if got.max() >= end:
        raise InputError(f"received holds {got.max():g}: it must lie before the end, {end:g}.")
    order = np.lexsort((-made, got))
    made, got = made[order], got[order]
    newest = np.maximum.accumulate(made)
    news = np.concatenate([[True], newest[1:] > newest[:-1]])
    at, made = got[news], made[news]
    return Sawtooth(at, at - made, np.append(at[1:], end) - made, end)


def periodic_age(period: float, delay: float) -> tuple[float, float]:
    """Return (mean, peak) age, an update each `period`, received `delay` later: delay + period/2, delay + period."""
    period = require_number("period", period, 1e-12, 1e12)
    delay = require_number("delay", delay, 0, 1e12)
    return delay + period / 2, delay + period


def queued_age(update_rate: float, service_rate: float, newest_first: bool = False) -> float:
    """Return the mean age when updates come at random (Poisson) and queue for one worker (exponential times).

    In turn (M/M/1, first come first served): (1 + 1/ρ + ρ²/(1-ρ)) / μ, smallest near ρ = 0.53; InputError at ρ ≥ 1
    (Kaul, Yates & Gruteser 2012, INFOCOM, eq. 17). `newest_first`: a new update pushes out the one in work:
    (1 + 1/ρ) / μ at any ρ (Kaul, Yates & Gruteser, Status updates through queues, CISS 2012).
    """
    rate = require_number("update_rate", update_rate, 1e-12, 1e12)
    mu = require_number("service_rate", service_rate, 1e-12, 1e12)
    load = rate / mu
    if require_one_of("newest_first", newest_first, (False, True)):
        return (1 + 1 / load) / mu
    if load >= 1:
        raise InputError(
            f"utilisation is {load:.3g}: a steady age needs less than 1, or the line grows without limit."
        )
    return (1 + 1 / load + load**2 / (1 - load)) / mu

"""Availability: what parts in a row, side by side, and in a quorum give together, and what the nines mean in minutes.

All of these assume that parts fail independently. Parts that share a rack, a release or a database do not: then
the truth lies below `parallel` and `k_of_n`, and can be as bad as the shared part.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc

from twoworlds.errors import require_number, require_row, require_whole

MINUTES_PER_DAY = 1440.0


def serial(availabilities: ArrayLike) -> float:
    """Return the availability (share of time) of a chain that needs every part: the product."""
    return float(np.prod(require_row("availabilities", availabilities, 0, 1)))


def parallel(availabilities: ArrayLike) -> float:
    """Return the availability of parts of which any one is enough: 1 - the product of what each is down."""
    return float(1 - np.prod(1 - require_row("availabilities", availabilities, 0, 1)))


def k_of_n(needed: int, parts: int, availability: float) -> float:
    """Return the chance that at least `needed` of `parts` equal, independent parts are up: the binomial tail."""
    parts = require_whole("parts", parts, 1, 10_000)
    needed = require_whole("needed", needed, 0, parts)
    up = require_number("availability", availability, 0, 1)
    return float(betainc(needed, parts - needed + 1, up)) if needed else 1.0


def downtime_min(availability: float, days: float = 30.0) -> float:
    """Return the minutes of downtime that an availability allows in `days`: 99.9 % of 30 days leave 43.2."""
    availability = require_number("availability", availability, 0, 1)
    return (1 - availability) * require_number("days", days, 0, 1e6, "days") * MINUTES_PER_DAY


def nines(availability: float) -> float:
    """Return the number of nines, -log10(1 - A): 3 for 99.9 %, infinite for 1."""
    down = 1 - require_number("availability", availability, 0, 1)
    # 1 - 0.999 is a hair more than 0.001: whoever cuts 2.9999999999999996 down to a whole number loses a nine.
    return round(math.log10(1 / down), 9) if down > 0 else math.inf

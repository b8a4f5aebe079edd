"""Times to feed a queue with: arrivals, and service of a given mean and variability."""

import math
from collections.abc import Callable

import numpy as np

from twoworlds.errors import InputError, require_number, require_one_of, require_whole
from twoworlds.platform.queueing.inputs import Floats, require_rng

MAX_CUSTOMERS = 100_000_000


def poisson_arrivals(rng: np.random.Generator, rate: float, customers: int) -> Floats:
    """Return the times of the first `customers` arrivals of a Poisson process of `rate`, shape (customers,)."""
    rate = require_number("rate", rate, 1e-12, 1e12)
    customers = require_whole("customers", customers, 1, MAX_CUSTOMERS)
    return np.cumsum(require_rng(rng).exponential(1 / rate, customers))


def service_times(
    rng: np.random.Generator, law: str, customers: int, mean: float = 1.0, cv2: float | None = None
) -> Floats:
    """Return times of a law with the given mean and CV² (variance / mean²), shape (customers,).

    law: "deterministic" (CV² 0), "exponential" (1), "gamma" (any), "lognormal" (any) or "hyperexponential" (1 or more;
    two phases with balanced means). `cv2`, at most 10,000, is needed by the last three, and has one value for the first
    two. Times are positive, but a gamma law of large CV² has most of its draws so near 0 that a float makes them 0.
    """
    require_one_of("law", law, [*FIXED_CV2, *FREE_CV2])
    customers = require_whole("customers", customers, 1, MAX_CUSTOMERS)
    mean, rng = require_number("mean", mean, 1e-12, 1e12), require_rng(rng)
    cv2 = None if cv2 is None else require_number("cv2", cv2, 0, 1e4)
    if law in FIXED_CV2:
        if cv2 not in (None, FIXED_CV2[law]):
            raise InputError(f"cv2 is {cv2:g}: the {law} law has {FIXED_CV2[law]:g}; choose another law.")
        return mean * (np.ones(customers) if law == "deterministic" else rng.exponential(1.0, customers))
    if cv2 is None:
        raise InputError(f"cv2 is None: the {law} law needs a number.")
    return mean * FREE_CV2[law](rng, cv2, customers)


def _gamma(rng: np.random.Generator, cv2: float, size: int) -> Floats:
    return rng.gamma(1 / cv2, cv2, size) if cv2 > 1e-30 else np.ones(size)  # no float tells these from 1


def _lognormal(rng: np.random.Generator, cv2: float, size: int) -> Floats:
    variance = math.log1p(cv2)
    return rng.lognormal(-variance / 2, math.sqrt(variance), size)


def _hyperexponential(rng: np.random.Generator, cv2: float, size: int) -> Floats:
    """Draw from two exponential phases that carry half of the work each (balanced means)."""
    if cv2 < 1:
        raise InputError(f"cv2 is {cv2:g}: the hyperexponential law has 1 or more.")
    rare = (1 - math.sqrt((cv2 - 1) / (cv2 + 1))) / 2
    phase = np.where(rng.random(size) < rare, rare, 1 - rare)
    return rng.exponential(1.0, size) / (2 * phase)


FIXED_CV2 = {"deterministic": 0.0, "exponential": 1.0}
FREE_CV2: dict[str, Callable[[np.random.Generator, float, int], Floats]] = {
    "gamma": _gamma,
    "lognormal": _lognormal,
    "hyperexponential": _hyperexponential,
}

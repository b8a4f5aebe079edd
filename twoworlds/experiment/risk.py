"""What "significant" is worth: how often it is false, how much it exaggerates, how often it has the wrong sign."""

import math
from typing import Literal

from scipy.special import ndtr, ndtri

from twoworlds.errors import InputError, require_inside, require_number, require_one_of


def false_positive_risk(
    success: float, *, alpha: float = 0.05, power: float = 0.8, wins: Literal["alpha/2", "alpha"] = "alpha/2"
) -> float:
    """Return the share of significant results whose idea does nothing: P(no effect | significant).

    success: share of ideas that truly work (the others do nothing). wins: which significant results count.
    "alpha/2": only improvements, so a useless idea passes with alpha / 2 (Kohavi, Deng & Vermeer 2022, table 2);
    "alpha": all of alpha, as in a one-sided test, or where either sign counts.
    It is not the p value, and not alpha: it needs `success`, which no single test knows.
    """
    require_one_of("wins", wins, ("alpha/2", "alpha"))
    success = require_number("success", success, 0, 1)
    alpha, power = require_inside("alpha", alpha, 0, 1), require_inside("power", power, 0, 1)
    false = (alpha / 2 if wins == "alpha/2" else alpha) * (1 - success)
    return false / (false + power * success)


def _signal(effect: float, se: float, alpha: float) -> tuple[float, float]:
    """Return (|effect| / se, critical z), checked."""
    if require_number("effect", effect, -1e300, 1e300) == 0:
        raise InputError("effect is 0: only an effect that is there can be exaggerated.")
    ratio = abs(float(effect)) / require_inside("se", se, 0, 1e300)
    if not 1e-12 <= ratio <= 1e12:
        raise InputError(f"effect is {effect:g}: it must be from 1e-12 to 1e12 times se, {se:g}.")
    # By the lower tail, where a small alpha isn't rounded away; below 1e-100 every chance would round to 0.
    return ratio, -float(ndtri(require_inside("alpha", alpha, 1e-100, 1) / 2))


def sign_error(effect: float, se: float, alpha: float = 0.05) -> float:
    """Return how often a significant estimate has the wrong sign (type S; Gelman & Carlin 2014), a share.

    effect: the true effect, se: the estimate's standard error; two-sided test at alpha.
    """
    d, z = _signal(effect, se, alpha)
    right, wrong = float(ndtr(d - z)), float(ndtr(-d - z))
    return wrong / (right + wrong)


def exaggeration(effect: float, se: float, alpha: float = 0.05) -> float:
    """Return the mean size of significant estimates over the true size (type M), a factor >= 1.

    Closed form for a normal estimate (Lu, Qiu & Deng 2019): E(|X| given |X| > z) / d for X ~ N(d, 1), d = effect/se.
    """
    d, z = _signal(effect, se, alpha)
    right, wrong = float(ndtr(d - z)), float(ndtr(-d - z))
    factor = (d * (right - wrong) + _density(z - d) + _density(z + d)) / (d * (right + wrong))
    return max(1.0, factor)  # of a huge effect rounding may leave a hair less


def _density(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def exaggeration_of_wins(effect: float, se: float, alpha: float = 0.05) -> float:
    """Return the mean of significant POSITIVE estimates over a positive true effect: what "we shipped +x %" means.

    A launch rule keeps only significant improvements, so no wrong signs are among them. InputError unless effect is
    positive.
    """
    d, z = _signal(effect, se, alpha)
    if effect < 0:
        raise InputError(f"effect is {effect:g}: it must be positive, for wins exaggerate an improvement.")
    return 1 + _density(z - d) / (d * float(ndtr(d - z)))

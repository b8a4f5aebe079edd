"""How many users, how many days, how small an effect: planning before the data are there.

All sizes are users PER ARM of two equal arms, unless the name says total; effects and sd are in the metric's unit.
alpha is two-sided everywhere: it is halved inside, never by the caller.
"""

import math
from typing import Literal

from scipy.optimize import brentq
from scipy.special import chdtr, ndtr, ndtri, stdtrit
from scipy.stats import nct

from twoworlds.errors import InputError, require_inside, require_number, require_one_of, require_whole

Null = Literal["pooled", "baseline"]

#: Users whom a formula may ask for; a real test has fewer, but one plan must be able to read another.
MOST = 1e30
#: Standard errors beyond which a noncentral t is its shift over a chi, to a millionth; scipy's own fails farther out.
FAR = 1000


def _z(alpha: float) -> float:
    """Return the critical value of a two-sided alpha; by the lower tail, where a small alpha isn't rounded away."""
    return -float(ndtri(require_inside("alpha", alpha, 0, 1) / 2))


def _two_z(alpha: float, power: float) -> tuple[float, float]:
    """Return the normal quantiles of a two-sided alpha and of the power."""
    alpha, power = require_inside("alpha", alpha, 0, 1), require_inside("power", power, 0, 1)
    if power <= alpha:
        raise InputError(f"power is {power:g}: it must be above alpha, {alpha:g}.")
    return _z(alpha), float(ndtri(power))


def _users(name: str, n: float) -> float:
    """Return a number of users as the formulas give it: not rounded, of a huge effect less than one."""
    return require_inside(name, n, 0, MOST)


def _effect(effect: float, sd: float) -> float:
    """Return |effect| / sd, checked."""
    if require_number("effect", effect, -1e300, 1e300) == 0:
        raise InputError("effect is 0: no number of users finds an effect that isn't there.")
    ratio = abs(float(effect)) / require_inside("sd", sd, 0, 1e300)
    if not 1e-12 <= ratio <= 1e12:
        raise InputError(f"effect is {effect:g}: it must be from 1e-12 to 1e12 times sd, {sd:g}.")
    return ratio


def sample_size(effect: float, sd: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return users per arm that find `effect` with `power`: 2 (z_(1-alpha/2) + z_power)² sd² / effect².

    Not rounded. The textbook form for large arms: it leaves out the chance of significance on the wrong side.
    """
    z, z_power = _two_z(alpha, power)
    return 2 * ((z + z_power) / _effect(effect, sd)) ** 2


def rule_of_thumb(effect: float, sd: float) -> float:
    """Return users per arm by 16 sd² / effect²: `sample_size` at 5 % and 80 %, where 15.7 became 16 (van Belle)."""
    return 16 / _effect(effect, sd) ** 2


def detectable(n: float, sd: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the minimum detectable effect of n users per arm: the effect that `sample_size` needs n for."""
    z, z_power = _two_z(alpha, power)
    return (z + z_power) * require_inside("sd", sd, 0, 1e300) * math.sqrt(2 / _users("n", n))


def power_of(effect: float, sd: float, n: float, *, alpha: float = 0.05) -> float:
    """Return the chance of p < alpha with n users per arm, either side, normal law; alpha where effect is 0."""
    z = _z(alpha)
    shift = (
        abs(require_number("effect", effect, -1e300, 1e300))
        / require_inside("sd", sd, 0, 1e300)
        * math.sqrt(_users("n", n) / 2)
    )
    return float(ndtr(shift - z) + ndtr(-shift - z))


def power_t(effect: float, sd: float, n: float, *, alpha: float = 0.05) -> float:
    """Return the power of the two-sample t test with n >= 2 users per arm (noncentral t, the exact side only).

    As R's power.t.test: significance on the wrong side is left out. alpha: above 1e-100.
    """
    df = 2 * (require_number("n", n, 2, MOST) - 1)
    t = -float(stdtrit(df, require_inside("alpha", alpha, 1e-100, 1) / 2))
    shift = _effect(effect, sd) * math.sqrt(n / 2)
    if shift > FAR:
        return float(chdtr(df, df * (shift / t) ** 2))
    return float(nct.sf(t, df, shift))


def sample_size_t(effect: float, sd: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return users per arm by the t test's own power: about z²/4 more than `sample_size`, one at 5 %; not rounded.

    At least 2: with fewer an arm has no spread to measure.
    """
    start = sample_size(effect, sd, alpha=alpha, power=power)
    alpha, power = float(alpha), float(power)
    if start > 5000:  # there the t and the normal law agree to a fraction of a user
        return start + _z(alpha) ** 2 / 4

    def missing(n: float) -> float:
        return power - power_t(effect, sd, n, alpha=alpha)

    if missing(2) <= 0:
        return 2.0
    enough = max(start, 4.0)
    while missing(enough) > 0:
        enough *= 2
    return float(brentq(missing, 2, enough, xtol=1e-9))


def _shares(base: float, change: float) -> tuple[float, float]:
    base = require_inside("base", base, 0, 1)
    change = require_number("change", change, -1, 1)
    if abs(change) < 1e-12:
        raise InputError(f"change is {change:g}: no number of users finds an effect that isn't there.")
    return base, require_inside("base + change", base + change, 0, 1)


def _spreads(p: float, q: float, null: Null) -> tuple[float, float]:
    """Return the standard deviation of a difference of two users: if nothing changes, and if it does."""
    require_one_of("null", null, ("pooled", "baseline"))
    middle = (p + q) / 2 if null == "pooled" else p
    return math.sqrt(2 * middle * (1 - middle)), math.sqrt(p * (1 - p) + q * (1 - q))


def sample_size_shares(
    base: float, change: float, *, null: Null = "pooled", alpha: float = 0.05, power: float = 0.8
) -> float:
    """Return users per arm to tell the share `base` from `base + change` (absolute, as a share); not rounded.

    null: the variance if nothing changes. "pooled": at the mean of both shares (R's power.prop.test; Fleiss).
    "baseline": at the base share (Evan Miller's calculator). They differ by some percent, with no bug in either.
    """
    z, z_power = _two_z(alpha, power)
    p, q = _shares(base, change)
    sd_null, sd_change = _spreads(p, q, null)
    if z * sd_null + z_power * sd_change <= 0:
        raise InputError(
            f"power is {power:g}: for so large a change it must be above {ndtr(-z * sd_null / sd_change):.3g}."
        )
    return ((z * sd_null + z_power * sd_change) / float(change)) ** 2


def detectable_shares(
    n: float, base: float, *, null: Null = "pooled", alpha: float = 0.05, power: float = 0.8
) -> float:
    """Return the smallest rise of the share `base` (absolute, as a share) that n users per arm find with `power`.

    The inverse of `sample_size_shares`, in the same convention `null`; a fall is the rise of 1 - base. power: from
    0.5, where a larger rise always needs fewer users. InputError where n are too few for any rise up to 1.
    """
    z, z_power = _two_z(alpha, require_number("power", power, 0.5, 1))
    n, base = _users("n", n), require_inside("base", base, 0, 1)

    def missing(change: float) -> float:
        sd_null, sd_change = _spreads(base, base + change, null)
        return ((z * sd_null + z_power * sd_change) / change) ** 2 - n

    high = 1 - base
    if missing(high) >= 0:
        raise InputError(
            f"n is {n:g}: for a rise from base {base:g} it must be above {n + missing(high):.6g}."
        )
    low = high / 2
    while missing(low) < 0:
        low, high = low / 2, low
    return float(brentq(missing, low, high, xtol=1e-300))


def power_shares(
    base: float, change: float, n: float, *, null: Null = "pooled", alpha: float = 0.05
) -> float:
    """Return the power of n users per arm for `sample_size_shares`' question, in the same convention."""
    p, q = _shares(base, change)
    sd_null, sd_change = _spreads(p, q, null)
    z = _z(alpha)
    return float(ndtr((abs(float(change)) * math.sqrt(_users("n", n)) - z * sd_null) / sd_change))


def days_needed(users_per_arm: float, users_per_day: float, *, arms: int = 2, share: float = 1.0) -> float:
    """Return days until each arm has its users; not rounded (the last day is a whole one: round up).

    users_per_day: users who come for the FIRST time since the start, a day (regulars are counted once); share: the
    part of them that this experiment gets.
    """
    gained = require_inside("users_per_day", users_per_day, 0, 1e15) * require_number("share", share, 1e-9, 1)
    needed = require_whole("arms", arms, 2, 1000) * _users("users_per_arm", users_per_arm)
    return needed / gained


def users_for_skew(skewness: float) -> float:
    """Return users per arm from which a mean's interval can be trusted: 355 skewness² (Kohavi et al. 2014, rule 7)."""
    return 355 * require_number("skewness", skewness, -1e6, 1e6) ** 2

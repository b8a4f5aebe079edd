"""08.4 how many users an arm."""

import math
from collections.abc import Callable
from numbers import Real

from scipy.special import ndtri

from twoworlds.chapters.c08_ab_tests.people import Z
from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.experiment import sample_size, sample_size_shares


def users_per_arm(base: float, lift: float, power: float) -> float:
    """Return users an arm to find a relative lift of the share `base`, two-sided 5 %, variances by Evan Miller."""
    return sample_size_shares(base, base * lift, null="baseline", power=power)


def conventions(base: float, change: float, power: float, alpha: float = 0.05) -> list[float]:
    """Return the sizes by all conventions in use: variances of both arms, at the base, at the mean; Fleiss's correction.

    change: in points (a share). Where 16 (80 % power) or 21 (90 %) belongs, by these factors as well.
    """
    other, middle = base + change, base + change / 2
    pooled, by_base = (
        sample_size_shares(base, change, null=null, power=power, alpha=alpha)
        for null in ("pooled", "baseline")
    )
    corrected = pooled / 4 * (1 + math.sqrt(1 + 4 / (pooled * abs(change)))) ** 2
    variances = [base * (1 - base), middle * (1 - middle), (base * (1 - base) + other * (1 - other)) / 2]
    sizes = [sample_size(change, math.sqrt(v), power=power, alpha=alpha) for v in variances]
    factor = {0.8: 16, 0.9: 21}.get(power) if alpha == 0.05 else None
    return [by_base, pooled, corrected, *sizes, *(factor * v / change**2 for v in variances if factor)]


def _by(factor: float, base: float, change: float) -> list[float]:
    """Return factor * variance / change², the variance at the base and at the mean of both shares."""
    return [factor * p * (1 - p) / change**2 for p in (base, base + change / 2)]


def _two(power: float) -> float:
    """Return the textbook's factor, 2 (1.96 + z)²."""
    return 2 * (Z + float(ndtri(power))) ** 2


#: What a slip gives by each convention (from base, lift, power), and the sentence; the first five are tested as such.
MISTAKES: tuple[tuple[str, Callable[[float, float, float], list[float]], str], ...] = (
    ("absolute", lambda b, r, p: conventions(b, r, p),
     "You took the lift for points. A lift of 25 % on a base of 20 % is 5 points: base * lift."),
    ("split twice", lambda b, r, p: conventions(b, b * r, p, 0.025),
     "Alpha is halved twice: a two-sided 5 % has its 2.5 % on each side already (z = 1.96, not 2.24)."),
    ("one-sided", lambda b, r, p: conventions(b, b * r, p, 0.1),
     "You used z = 1.645: that is a one-sided 5 %. Two-sided takes 1.96."),
    ("total", lambda b, r, p: [2 * n for n in conventions(b, b * r, p)],
     "That is the total of both arms: return the users of one."),
    ("half", lambda b, r, p: [n / 2 for n in conventions(b, b * r, p)],
     "That is half: the difference of two arms has both their variances, hence the 2 of the formula."),
    ("no power", lambda b, r, p: _by(2 * Z**2, b, b * r),
     "The power is missing: with 1.96 alone you would miss the effect every second time."),
    ("power turned round", lambda b, r, p: _by(2 * (Z - float(ndtri(p))) ** 2, b, b * r),
     "Your z of the power is negative: 80 % power takes ppf(0.8), not ppf(0.2)."),
    ("power itself", lambda b, r, p: _by(2 * (Z + p) ** 2, b, b * r),
     "You added the power itself: what adds up are z, so ppf(power)."),
    ("16 always", lambda b, r, p: _by(16, b, b * r),
     "The 16 belongs to 80 % power: in general it is 2 (1.96 + z_power)²."),
    ("not squared", lambda b, r, p: [n * b * r for n in _by(_two(p), b, b * r)],
     "Divide by the difference squared."),
    ("no variance", lambda b, r, p: [_two(p) * v / (b * r) ** 2 for v in (b, b * (1 + r / 2))],
     "A share's variance is p (1 - p), not p."),
    ("root", lambda b, r, p: [_two(p) * math.sqrt(v * (1 - v)) / (b * r) ** 2 for v in (b, b * (1 + r / 2))],
     "You put in the standard deviation: the formula takes the variance, p (1 - p)."),
    ("new share", lambda b, r, p: [_two(p) * b * (1 + r) * (1 - b * (1 + r)) / (b * r) ** 2],
     "Your variance is the new share's alone: take the base's, or the mean of both."),
)  # fmt: skip


def near(value: object, expected: float, base: float, lift: float, power: float) -> bool | str | None:
    """Accept what lies between the conventions, half a percent more or less for rounded z; name the known mistakes."""
    if not isinstance(value, Real):
        return None
    sizes = conventions(base, base * lift, power)
    if 0.995 * min(sizes) - 1 <= value <= 1.005 * max(sizes) + 1:
        return True
    off, sentence = min(
        (abs(value - size) / size, sentence)
        for _, sizes_by_mistake, sentence in MISTAKES
        for size in sizes_by_mistake(base, lift, power)
    )
    if off < 0.006:  # a rounded z, or a whole user where there are few
        return sentence[:1].lower() + sentence[1:]
    return f"the usual conventions give {min(sizes):,.0f} to {max(sizes):,.0f} users an arm."


def _first(sizes: Callable[[float, float, float], list[float]]) -> Callable[[float, float, float], float]:
    """Return the mistake by Evan Miller's variances."""
    return lambda base, lift, power: sizes(base, lift, power)[0]


SIZE = Exercise(
    id="08.4",
    title="How many users?",
    desk="platform",
    minutes=12,
    answer=users_per_arm,
    accepts=near,
    cases=[(0.2, 0.25, 0.8), (0.05, 0.05, 0.8), (0.04, 0.25, 0.95), (0.3, 0.1, 0.9)],
    returns="a number: users in each arm",
    wrongs=[Wrong(name, _first(sizes), sentence) for name, sizes, sentence in MISTAKES[:5]],
    hints=(
        "The bar stands 1.96 standard errors from 0, and the effect must stand another z_power above the bar.",
        "A user's variance is p (1 - p); the difference of two arms of n users has about 2 p (1 - p) / n.",
        "2 * p * (1 - p) * (1.96 + stats.norm.ppf(power))**2 / (base * lift)**2, with p the base or the mean of both shares",
    ),
    preload=("scipy.stats",),
)  # fmt: skip

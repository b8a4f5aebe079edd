"""08.4 how many users an arm."""

from scipy.special import ndtri

from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.experiment import sample_size, sample_size_shares


def users_per_arm(base: float, lift: float, power: float) -> float:
    """Return users an arm to find a relative lift of the share `base`, two-sided 5 %, variances by Evan Miller."""
    return sample_size_shares(base, base * lift, null="baseline", power=power)


def conventions(base: float, lift: float, power: float) -> list[float]:
    """Return the sizes by all conventions in use: null variance pooled or at the base, one variance, Kohavi's 16."""
    change = base * lift
    sizes = [sample_size_shares(base, change, null=null, power=power) for null in ("pooled", "baseline")]
    for p in (base, base + change / 2):
        sizes.append(sample_size(change, (p * (1 - p)) ** 0.5, power=power))
    other = base + change
    sizes.append(sample_size(change, ((base * (1 - base) + other * (1 - other)) / 2) ** 0.5, power=power))
    factor = 16 if power == 0.8 else 21 if power == 0.9 else None
    return [*sizes, factor * base * (1 - base) / change**2] if factor else sizes


def near(value: object, expected: float, base: float, lift: float, power: float) -> bool | str | None:
    """Accept everything between the conventions, a user more or less; name twice that, which is the total."""
    if not isinstance(value, (int, float)):
        return None
    sizes = conventions(base, lift, power)
    if min(sizes) - 1 <= value <= max(sizes) + 1:
        return True
    if 2 * min(sizes) - 2 <= value <= 2 * max(sizes) + 2:
        return "that is about twice as many: the users of both arms together. Return those of one arm."
    return f"the usual conventions give {min(sizes):,.0f} to {max(sizes):,.0f} users an arm."


def _by(base: float, change: float, alpha: float, power: float) -> float:
    return sample_size_shares(base, change, null="baseline", alpha=alpha, power=power)


def _no_power(base: float, lift: float, power: float) -> float:
    return 2 * base * (1 - base) * float(ndtri(0.975)) ** 2 / (base * lift) ** 2


SIZE = Exercise(
    id="08.4",
    title="How many users?",
    desk="platform",
    minutes=12,
    answer=users_per_arm,
    accepts=near,
    cases=[(0.2, 0.25, 0.8), (0.05, 0.05, 0.8), (0.04, 0.25, 0.95), (0.3, 0.1, 0.9)],
    returns="a number: users in each arm",
    wrongs=[
        Wrong("absolute", lambda b, r, p: _by(b, r, 0.05, p), "You took the lift for points. A lift of 25 % on a base "
              "of 20 % is 5 points: base * lift."),
        Wrong("split twice", lambda b, r, p: _by(b, b * r, 0.025, p), "Alpha is halved twice: a two-sided 5 % has its "
              "2.5 % on each side already (z = 1.96, not 2.24)."),
        Wrong("one-sided", lambda b, r, p: _by(b, b * r, 0.1, p), "You used z = 1.645: that is a one-sided 5 %. "
              "Two-sided takes 1.96."),
        Wrong("total", lambda b, r, p: 2 * users_per_arm(b, r, p), "That is the total of both arms: return the users "
              "of one."),
        Wrong("no power", _no_power, "The power is missing: with 1.96 alone you would miss the effect every second "
              "time."),
    ],
    hints=(
        "The bar stands 1.96 standard errors from 0, and the effect must stand another z_power above the bar.",
        "A user's variance is p (1 - p); the difference of two arms of n users has about 2 p (1 - p) / n.",
        "2 * p * (1 - p) * (1.96 + norm.ppf(power))**2 / (base * lift)**2, with p the base or the mean of both shares",
    ),
    preload=("scipy.stats",),
)  # fmt: skip

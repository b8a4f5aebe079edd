"""Two arms compared by their means: absolute, relative, paired."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from twoworlds.errors import InputError, require_inside, require_kind
from twoworlds.experiment.estimates import Estimate
from twoworlds.experiment.moments import Moments, are_whole, checked_values

#: A lift, or its error, above this says only that the control mean is next to nothing.
LARGEST = 1e100
#: Times its standard error: a control mean below that is 0 as far as anybody knows, mostly the rounding of 0.
NOTHING = 1e-6


def difference(control: Moments, treatment: Moments, *, pooled: bool = False) -> Estimate:
    """Return treatment mean - control mean, in the metric's unit.

    Without `pooled` Welch's test: each arm keeps its own variance, degrees of freedom by Satterthwaite (Welch 1947).
    With it Student's: one variance for both, n - 2 degrees. One user in an arm: se is nan, unless pooled.
    """
    gap = _checked(treatment, "treatment").mean - _checked(control, "control").mean
    if pooled:
        df = control.n + treatment.n - 2
        if df == 0:
            return Estimate(gap, math.nan)
        squares = sum(arm.var * (arm.n - 1) for arm in (control, treatment) if arm.n > 1)
        return Estimate(gap, math.sqrt(squares / df * (1 / control.n + 1 / treatment.n)), df)
    a, b = control.var / control.n, treatment.var / treatment.n
    return Estimate(gap, math.sqrt(a + b), _satterthwaite(a, control.n, b, treatment.n))


def _checked(arm: Moments, name: str) -> Moments:
    return require_kind(name, arm, Moments)


def _satterthwaite(a: float, n_a: int, b: float, n_b: int) -> float:
    """Return the degrees of freedom of a + b, two variances of means; inf where there is no spread."""
    if not a + b > 0:
        return math.inf
    share = a / (a + b)  # of the variance: squares of a and b themselves might leave the range of a float
    return 1 / (share**2 / (n_a - 1) + (1 - share) ** 2 / (n_b - 1))


def relative(control: Moments, treatment: Moments) -> Estimate:
    """Return the lift, treatment mean / control mean - 1, as a share, with its delta-method error.

    Var(T/C) is about var_T / (n_T C²) + T² var_C / (n_C C⁴): the second term is the control's own noise, which
    dividing by C lets in. Good while control.se is at most a tenth of control.mean; `fieller` needs no such thing.
    Degrees of freedom by Satterthwaite on the two terms. Raises InputError unless the control mean is positive (more
    than the rounding of 0).
    """
    ratio, a, b = _lift(control, treatment)
    return Estimate(ratio - 1, math.sqrt(a + b), _satterthwaite(a, control.n, b, treatment.n))


def fieller(control: Moments, treatment: Moments, level: float = 0.95) -> tuple[float, float]:
    """Return the interval (low, high) of the lift, as shares, that inverts the test of a ratio (Fieller 1954).

    Exact for normal means with known errors; with few users its t is an approximation. Where the control mean
    itself is not told from 0 at this level no bounded interval has the coverage: (-inf, inf). One user in an arm, or
    no spread in either (a constant metric), gives (nan, nan), as `relative` does.
    """
    ratio, a, b = _lift(control, treatment)
    level = require_inside("level", level, 0, 1)
    if not a + b > 0:
        return math.nan, math.nan
    t = float(stdtrit(_satterthwaite(a, control.n, b, treatment.n), (1 + level) / 2))
    g = (t * control.se / control.mean) ** 2
    if g >= 1:
        return -math.inf, math.inf
    half = t * math.sqrt(b * (1 - g) + a)
    return (ratio - half) / (1 - g) - 1, (ratio + half) / (1 - g) - 1


def fieller_p(control: Moments, treatment: Moments) -> float:
    """Return the p value of "no lift" that goes with `fieller`: below 1 - level just where its interval excludes 0.

    The larger of two: of "the means are equal", and of "the control mean is 0", while which stands any lift may be.
    """
    _, a, b = _lift(control, treatment)
    if not a + b > 0:
        return math.nan
    df = _satterthwaite(a, control.n, b, treatment.n)
    apart = abs(treatment.mean - control.mean) / math.hypot(control.se, treatment.se)
    above_0 = control.mean / control.se if control.se > 0 else math.inf
    return float(2 * stdtr(df, -min(apart, above_0)))


def _lift(control: Moments, treatment: Moments) -> tuple[float, float, float]:
    """Return treatment mean / control mean, and what each arm (control first) adds to its variance."""
    if _checked(control, "control").mean <= 0:
        raise InputError(f"control mean is {control.mean:g}: a lift must be relative to a positive mean.")
    ratio = _checked(treatment, "treatment").mean / control.mean
    parts = ratio * control.se / control.mean, treatment.se / control.mean
    if control.mean < NOTHING * control.se or max(abs(ratio), *map(abs, parts)) > LARGEST:
        raise InputError(
            f"control mean is {control.mean:g}: so near to 0 a lift says nothing, compare absolute means."
        )
    return ratio, parts[0] ** 2, parts[1] ** 2


def paired(before: ArrayLike, after: ArrayLike) -> Estimate:
    """Return the mean of after - before over the same users, with the paired t test's error; both shape (n,).

    Pairs go by place: an index plays no part. Where all differences are one number, but for the rounding that values
    of this size have, se is 0 and p nan.
    """
    x, y = checked_values(before, "before"), checked_values(after, "after")
    if x.shape != y.shape:
        raise InputError(f"after has shape {y.shape}: pairs must have the shape of before, {x.shape}.")
    with np.errstate(over="ignore"):  # Moments says a sentence
        gaps = y - x
    change = Moments.of(gaps, "after - before")
    se = 0.0 if change.n > 1 and _is_one_number(gaps, x, y) else change.se
    return Estimate(change.mean, se, change.n - 1 or math.nan)


def _is_one_number(gaps: np.ndarray, x: np.ndarray, y: np.ndarray) -> bool:
    """Tell whether y - x is the same for all pairs, as far as floats of their size can say; whole numbers are exact."""
    if are_whole(x) and are_whole(y):
        return bool(gaps.min() == gaps.max())
    noise = 4 * np.finfo(float).eps * np.maximum(np.abs(x), np.abs(y))
    return bool((gaps - noise).max() <= (gaps + noise).min())

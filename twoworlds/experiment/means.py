"""Two arms compared by their means: absolute, relative, paired."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from twoworlds.errors import InputError, require_inside
from twoworlds.experiment.estimates import Estimate
from twoworlds.experiment.moments import Moments


def difference(control: Moments, treatment: Moments, *, pooled: bool = False) -> Estimate:
    """Return treatment mean - control mean, in the metric's unit.

    Without `pooled` Welch's test: each arm keeps its own variance, degrees of freedom by Satterthwaite (Welch 1947).
    With it Student's: one variance for both, n - 2 degrees. One user in an arm: se is nan, unless pooled.
    """
    gap = treatment.mean - control.mean
    if pooled:
        df = control.n + treatment.n - 2
        if df == 0:
            return Estimate(gap, math.nan)
        squares = sum(arm.var * (arm.n - 1) for arm in (control, treatment) if arm.n > 1)
        return Estimate(gap, math.sqrt(squares / df * (1 / control.n + 1 / treatment.n)), df)
    a, b = control.var / control.n, treatment.var / treatment.n
    return Estimate(gap, math.sqrt(a + b), _satterthwaite(a, control.n, b, treatment.n))


def _satterthwaite(a: float, n_a: int, b: float, n_b: int) -> float:
    """Return the degrees of freedom of a + b, two variances of means; inf where there is no spread."""
    return (a + b) ** 2 / (a**2 / (n_a - 1) + b**2 / (n_b - 1)) if a + b > 0 else math.inf


def relative(control: Moments, treatment: Moments) -> Estimate:
    """Return the lift, treatment mean / control mean - 1, as a share, with its delta-method error.

    Var(T/C) is about var_T / (n_T C²) + T² var_C / (n_C C⁴): the second term is the control's own noise, which
    dividing by C lets in. Good while control.se is below a tenth of control.mean; `fieller` needs no such thing.
    Degrees of freedom by Satterthwaite on the two terms. Raises InputError unless the control mean is positive.
    """
    base = _positive(control)
    ratio = treatment.mean / base
    a = ratio**2 * control.var / control.n / base**2
    b = treatment.var / treatment.n / base**2
    return Estimate(ratio - 1, math.sqrt(a + b), _satterthwaite(a, control.n, b, treatment.n))


def fieller(control: Moments, treatment: Moments, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval (low, high) of the lift, as shares, if the means are normal (Fieller 1954).

    Where the control mean itself is not told from 0 at this level no bounded interval has the coverage:
    (-inf, inf). An arm without an error (one user) gives (nan, nan).
    """
    base, ratio = _positive(control), treatment.mean / control.mean
    a, b = control.var / control.n / base**2, treatment.var / treatment.n / base**2
    if math.isnan(a + b):
        return math.nan, math.nan
    df = _satterthwaite(ratio**2 * a, control.n, b, treatment.n)
    t = float(stdtrit(df, (1 + require_inside("level", level, 0, 1)) / 2))
    g = t**2 * a
    if g >= 1:
        return -math.inf, math.inf
    half = t * math.sqrt(b * (1 - g) + ratio**2 * a)
    return (ratio - half) / (1 - g) - 1, (ratio + half) / (1 - g) - 1


def _positive(control: Moments) -> float:
    if control.mean <= 0:
        raise InputError(f"control mean is {control.mean:g}: a lift must be relative to a positive mean.")
    return control.mean


def paired(before: ArrayLike, after: ArrayLike) -> Estimate:
    """Return the mean of after - before over the same users, with the paired t test's error; both shape (n,)."""
    x, y = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if x.shape != y.shape:
        raise InputError(f"after has shape {y.shape}: pairs must have the shape of before, {x.shape}.")
    change = Moments.of(y - x, "after - before")
    return Estimate(change.mean, change.se, change.n - 1 or math.nan)

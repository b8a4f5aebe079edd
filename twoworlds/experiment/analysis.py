"""A whole experiment in one table: every metric of every arm against the named control."""

import math
from collections.abc import Sequence

import pandas as pd

from twoworlds.errors import InputError
from twoworlds.experiment.means import difference, fieller, fieller_p, relative
from twoworlds.experiment.moments import Moments, by_arm

#: The control's standard error over its mean up to which the two methods all but agree. Changed over where they don't,
#: at a tenth, they alarm more often together (6.6 %) than either alone: a low control mean has a say in both.
ALIKE = 0.02
LIFT = ("lift", "lift_low", "lift_high", "lift_p")


def analyse(
    table: pd.DataFrame, metrics: Sequence[str], *, control: str, arm: str = "arm", level: float = 0.95
) -> pd.DataFrame:
    """Return one row for each arm but control and each metric, from a table with one row a user.

    Columns: arm, metric, n_control, n, control (mean), treatment (mean), difference, low, high, p (Welch), lift,
    lift_low, lift_high, lift_p (shares). p belongs to low and high, lift_p to lift_low and lift_high: the two tests
    may differ. Lifts are by the delta method (`relative`) while the control's standard error is at most a fiftieth of
    its mean; beyond, where that gets lopsided, by `fieller`: (-inf, inf) where the control's mean isn't
    told from 0. All four are nan where a lift says nothing: the control's mean isn't positive, or only by rounding.
    One user, one row: rows must be what was randomised. The control is named by the caller; the order of arms and
    rows is irrelevant.
    """
    arms = by_arm(table, metrics, control=control, arm=arm)
    base = arms.pop(control)
    rows = [_row(name, m, base[m], these[m], level) for name, these in arms.items() for m in metrics]
    return pd.DataFrame(rows)


def _row(arm: str, metric: str, base: Moments, these: Moments, level: float) -> dict[str, object]:
    gap = difference(base, these)
    row = {"arm": arm, "metric": metric, "n_control": base.n, "n": these.n, "control": base.mean}
    row |= {"treatment": these.mean, "difference": gap.value}
    row |= dict(zip(("low", "high"), gap.interval(level), strict=True)) | {"p": gap.p()}
    return row | dict(zip(LIFT, _lift(base, these, level), strict=True))


def _lift(base: Moments, these: Moments, level: float) -> tuple[float, float, float, float]:
    """Return the columns of LIFT, by the method that the control's noise allows."""
    try:
        lift = relative(base, these)
    except InputError:  # no lift here says nothing against the table's other metrics
        return (math.nan,) * 4
    if base.se > ALIKE * base.mean:
        return lift.value, *fieller(base, these, level), fieller_p(base, these)
    return lift.value, *lift.interval(level), lift.p()

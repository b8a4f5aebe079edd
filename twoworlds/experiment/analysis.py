"""A whole experiment in one table: every metric of every arm against the named control."""

import math
from collections.abc import Sequence

import pandas as pd

from twoworlds.experiment.means import difference, relative
from twoworlds.experiment.moments import by_arm


def analyse(
    table: pd.DataFrame, metrics: Sequence[str], *, control: str, arm: str = "arm", level: float = 0.95
) -> pd.DataFrame:
    """Return one row for each arm but control and each metric, from a table with one row a user.

    Columns: arm, metric, n_control, n, control (mean), treatment (mean), difference, low, high, p (Welch), lift,
    lift_low, lift_high, lift_p (shares, delta method; nan where the control mean isn't positive). p belongs to low
    and high, lift_p to lift_low and lift_high: the two tests may differ where the control is noisy. One user, one row:
    rows must be what was randomised. The control is named by the caller; the order of arms and rows is irrelevant.
    """
    arms = by_arm(table, metrics, control=control, arm=arm)
    base = arms.pop(control)
    rows = [_row(name, m, base[m], these[m], level) for name, these in arms.items() for m in metrics]
    return pd.DataFrame(rows)


def _row(arm: str, metric: str, base: object, these: object, level: float) -> dict[str, object]:
    gap = difference(base, these)
    row = {"arm": arm, "metric": metric, "n_control": base.n, "n": these.n, "control": base.mean}
    row |= {"treatment": these.mean, "difference": gap.value}
    row |= dict(zip(("low", "high"), gap.interval(level), strict=True)) | {"p": gap.p()}
    row |= dict.fromkeys(("lift", "lift_low", "lift_high", "lift_p"), math.nan)
    if base.mean > 0:
        lift = relative(base, these)
        row |= {"lift": lift.value} | dict(zip(("lift_low", "lift_high"), lift.interval(level), strict=True))
        row["lift_p"] = lift.p()
    return row

"""What a test needs to know of an arm: how many users, their mean, their variance. Parts that share no user add up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from twoworlds.errors import (
    InputError,
    require_kind,
    require_number,
    require_numeric,
    require_one_of,
    require_whole,
    shown,
)

#: Sums of floats are off by their rounding: this share of the sum of squares tells nothing about a variance. A sum that
#: runs from user to user (a loop, np.bincount) is off by up to EACH for one; longer ones are added up in parts.
ROUNDING, EACH, LONGEST = Fraction(1, 10**12), Fraction(1, 2**53), 10**9


@dataclass(frozen=True)
class Moments:
    """Size, mean and variance of one arm; one user, one value.

    n: users, at least 1. mean: in the metric's unit. var: sample variance (divided by n - 1), unit squared; nan
    where n is 1, since one user says nothing about spread. Raises InputError for what can't be an arm.
    """

    n: int
    mean: float
    var: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", require_whole("n", self.n, 1, 10**15, "users"))
        object.__setattr__(self, "mean", require_number("mean", self.mean, -1e300, 1e300))
        if self.n == 1:
            object.__setattr__(self, "var", math.nan)
            return
        object.__setattr__(self, "var", require_number("var", self.var, 0, 1e300))

    @classmethod
    def of(cls, values: ArrayLike, name: str = "values") -> "Moments":
        """Return the moments of the users' `values`, shape (n,), as floats; `name` is how errors call them.

        Whole numbers beyond 2**53 (ids, nanoseconds) lose their last digits; `of_sums` keeps them.
        """
        x = checked_values(values, name)
        with np.errstate(over="ignore", invalid="ignore"):  # past 1e300 __post_init__ says a sentence
            mean = float(x.mean())
            squares = x - mean
            # Not a dot product: BLAS would spread it over threads, which is slower on a busy machine.
            np.multiply(squares, squares, out=squares)
            var = float(squares.sum()) / max(len(x) - 1, 1)
        # The mean of a constant may be off by its last bit; a constant metric has variance 0, not 1e-33.
        if var <= 1e-24 * mean * mean and x.min() == x.max():
            return cls(len(x), float(x[0]), 0.0)
        return cls(len(x), mean, var)

    @classmethod
    def of_sums(cls, total: float, total_of_squares: float, n: int) -> "Moments":
        """Return the moments from the sum and the sum of squares of n users: what a pipeline keeps.

        Whole sums are exact. Sums of floats are rounded, and cancel where the mean is large against the spread: a
        spread below a millionth of the mean (or 1e-8 √n of it, where that is more: 1e-5 for 10^6 users, at most
        3e-4) can't be told from none, and var is 0. Less than none raises InputError.
        """
        n = require_whole("n", n, 2, 10**15, "users")
        mean = require_number("total", total, -1e150, 1e150) / n
        require_number("total_of_squares", total_of_squares, 0, 1e300)
        squares, least = _exact(total_of_squares), _exact(total) ** 2 / n
        rest = squares - least
        whole = _is_whole(total) and _is_whole(total_of_squares)
        noise = 0 if whole else max(ROUNDING, min(n, LONGEST) * EACH) * squares
        if rest < -noise:
            raise InputError(
                f"total_of_squares is {float(squares):.15g}: with n {n} and total {float(total):.15g} it must be at "
                f"least {float(least):.15g}."
            )
        return cls(n, mean, 0.0 if rest <= noise else float(rest / (n - 1)))

    @property
    def se(self) -> float:
        """Standard error of the mean, in the metric's unit; nan for one user."""
        return math.sqrt(self.var / self.n)

    def __add__(self, other: "Moments") -> "Moments":
        """Return the moments of both parts together (Chan, Golub & LeVeque 1979).

        No user may be in both: shards, countries, but not days, on which the same people come again. Added over days,
        a user counts as several and the error is far too small: sum each user's days first.
        """
        if not isinstance(other, Moments):
            return NotImplemented
        n, gap = self.n + other.n, other.mean - self.mean
        squares = _squares(self) + _squares(other) + gap * gap * self.n * other.n / n
        return Moments(n, self.mean + gap * other.n / n, squares / (n - 1))

    def __radd__(self, other: int) -> "Moments":
        """Return the moments themselves for 0 + moments, with which `sum` begins."""
        return self if isinstance(other, int) and other == 0 else NotImplemented


def _is_whole(number: float) -> bool:
    """Tell whether a sum is a whole number that nothing has rounded."""
    return isinstance(number, Integral) or (abs(number) <= 2**53 and number == math.floor(number))


def _exact(number: float) -> Fraction:
    """Return a number without rounding."""
    return Fraction(number.item() if hasattr(number, "item") else number)


def _squares(part: Moments) -> float:
    """Return the sum of squared deviations from the part's own mean."""
    return 0.0 if part.n == 1 else part.var * (part.n - 1)


def checked_values(values: ArrayLike, name: str) -> np.ndarray:
    """Return values as a float array of shape (n,), n >= 1, all finite."""
    x = require_numeric(name, values)
    if x.ndim != 1:
        raise InputError(f"{name} has shape {x.shape}: it must be one value a user, shape (n,).")
    if len(x) == 0:
        raise InputError(f"{name} is empty: an arm must have at least one user.")
    with np.errstate(over="ignore", invalid="ignore"):
        unfit = not math.isfinite(x.sum())
    if unfit and (bad := int((~np.isfinite(x)).sum())):
        raise InputError(f"{name} holds {bad} values that are NaN or infinite: decide what they mean first.")
    return x


def are_whole(values: np.ndarray) -> bool:
    """Tell whether all are whole numbers that floats hold without rounding, and their differences as well."""
    return bool(np.abs(values).max() <= 2**52 and (values == np.rint(values)).all())


def _column(table: pd.DataFrame, role: str, name: str) -> pd.Series:
    """Return the one column `name` of a table with rows."""
    if not len(require_kind("table", table, pd.DataFrame)):
        raise InputError("table has 0 rows: it must have one for each user.")
    require_one_of(role, name, list(table.columns))
    if list(table.columns).count(name) > 1:
        raise InputError(f"{role} is {name!r}: it must be the name of one column, and the table has several.")
    return table[name]


def split_arms(table: pd.DataFrame, control: str, arm: str = "arm") -> dict[str, np.ndarray]:
    """Return {arm name: places of its rows} the named control first, the others in the order of their names' text.

    Raises InputError if the column is missing, a user has no arm, control isn't there, or it is the only arm.
    """
    labels = _column(table, "arm", arm)
    if labels.isna().any():
        raise InputError(
            f"{arm} holds {int(labels.isna().sum())} missing values: each user must have an arm."
        )
    try:
        codes, names = pd.factorize(labels)
    except TypeError:
        raise InputError(f"{arm} holds {shown(labels.iloc[0])}: an arm must be a name or a number.") from None
    names = list(names)
    _require_apart(labels, names, arm)
    require_one_of("control", control, names)
    if len(names) < 2:
        raise InputError(f"{arm} holds only {control!r}: there must be at least one other arm.")
    order = [control, *sorted((name for name in names if name != control), key=str)]
    return {name: np.flatnonzero(codes == names.index(name)) for name in order}


def _require_apart(labels: pd.Series, names: list, arm: str) -> None:
    """Raise InputError where a column holds both truths and the numbers 0 or 1, which count as the same arm."""
    if labels.dtype != object:
        return
    for name in (name for name in names if name in (0, 1)):
        same = {isinstance(label, (bool, np.bool_)) for label in labels if label == name}
        if len(same) > 1:
            raise InputError(
                f"{arm} holds {int(name)} and {bool(name)}: an arm must have one name throughout."
            )


def _numbers(table: pd.DataFrame, metric: str) -> np.ndarray:
    """Return a metric's column as floats, missing values as NaN."""
    column = _column(table, "metric", metric)
    if column.dtype == object:  # there pd.NA is missing too, and yet no number
        column = column.where(column.notna(), math.nan)
    return require_numeric(metric, column)


def by_arm(
    table: pd.DataFrame, metrics: Sequence[str], *, control: str, arm: str = "arm"
) -> dict[str, dict[str, Moments]]:
    """Return {arm: {metric: Moments}} of a table with one row a user, control first.

    table: columns `arm` and the metrics. The rows may be in any order; a user must be one row (group by first).
    """
    listed = isinstance(metrics, (Sequence, pd.Index, np.ndarray)) and not isinstance(metrics, str)
    if not listed or getattr(metrics, "ndim", 1) != 1 or not len(metrics):
        raise InputError(f"metrics is {shown(metrics)}: it must be a list of one column or more.")
    rows = split_arms(table, control, arm)
    columns = {metric: _numbers(table, metric) for metric in metrics}
    return {
        name: {metric: Moments.of(values.take(places), metric) for metric, values in columns.items()}
        for name, places in rows.items()
    }

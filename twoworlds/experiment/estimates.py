"""An estimate and its standard error: test and interval follow from the two."""

import math
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

from twoworlds.errors import require_inside, require_number, require_one_of

ALTERNATIVES = ("two-sided", "greater", "less")


@dataclass(frozen=True)
class Estimate:
    """An estimated effect with its standard error.

    value, se: in the unit of the effect. df: degrees of freedom of se (Student's t); inf means the normal law.
    se 0 or nan (a constant metric, one user an arm): the value stands, and statistic, p and interval are nan,
    because data without spread can't say how far off the value may be. InputError for a negative se, a df below 1.
    """

    value: float
    se: float
    df: float = math.inf

    def __post_init__(self) -> None:
        for name, low in (("value", -1e300), ("se", 0), ("df", 1)):
            number, high = getattr(self, name), math.inf if name == "df" else 1e300
            if not (isinstance(number, float) and math.isnan(number)):
                object.__setattr__(self, name, require_number(name, number, low, high))

    def statistic(self, null: float = 0.0) -> float:
        """Return how many standard errors the value lies above `null`."""
        null = require_number("null", null, -1e300, 1e300)
        return (self.value - null) / self.se if self.se > 0 else math.nan

    def p(self, null: float = 0.0, alternative: str = "two-sided") -> float:
        """Return the p value: how often data at least as far out would come if the effect were `null`.

        alternative: which side counts as "far out": "two-sided", "greater" (above null) or "less".
        """
        require_one_of("alternative", alternative, ALTERNATIVES)
        t = self.statistic(null)
        if alternative == "two-sided":
            return float(2 * stdtr(self.df, -abs(t)))
        return float(stdtr(self.df, -t if alternative == "greater" else t))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the two-sided confidence interval (low, high): the effects that a test at 1 - level keeps."""
        half = self.margin(level)
        return self.value - half, self.value + half

    def margin(self, level: float = 0.95) -> float:
        """Return half the width of the interval."""
        level = require_inside("level", level, 0, 1)
        return float(stdtrit(self.df, (1 + level) / 2)) * self.se if self.se > 0 else math.nan


def se_until_touching(level: float = 0.95, ratio: float = 1.0) -> float:
    """Return the statistic of the difference at which two arms' own intervals just touch.

    ratio: one arm's standard error over the other's. With equal errors, 95 % intervals touch at 2.77 standard
    errors of the difference, long past 1.96 (Schenker & Gentleman 2001).
    """
    z = float(stdtrit(math.inf, (1 + require_inside("level", level, 0, 1)) / 2))
    ratio = require_inside("ratio", ratio, 0, 1e12)
    return z * (1 + ratio) / math.sqrt(1 + ratio**2)

"""Arms compared by counts: how many of n users did it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from twoworlds.errors import InputError, require_kind, require_number, require_one_of, require_whole
from twoworlds.experiment.estimates import ALTERNATIVES, Estimate
from twoworlds.experiment.moments import Moments


@dataclass(frozen=True)
class Count:
    """`hits` of `n` users did it; InputError unless 0 <= hits <= n and n >= 1."""

    hits: int
    n: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", require_whole("n", self.n, 1, 10**15, "users"))
        object.__setattr__(self, "hits", require_whole("hits", self.hits, 0, self.n, "users"))

    @property
    def share(self) -> float:
        """The share of users who did it."""
        return self.hits / self.n

    def moments(self) -> Moments:
        """Return the same arm as a metric of zeros and ones."""
        return Moments(self.n, self.share, self.share * (1 - self.share) * self.n / max(self.n - 1, 1))


def _counted(name: str, arm: Count) -> Count:
    return require_kind(name, arm, Count)


def difference_of_shares(control: Count, treatment: Count, *, pooled: bool) -> Estimate:
    """Return treatment share - control share with the normal law.

    pooled: the variance of both arms together. It is right under "no difference", so it belongs to the test (its
    square is the chi-square statistic). Without it each arm keeps its own, which belongs to the interval (Agresti,
    Categorical Data Analysis, 2.2-2.3). Good from some ten hits and misses in each arm; else `fisher_exact`.
    """
    p, q = (_counted(name, arm).share for name, arm in (("control", control), ("treatment", treatment)))
    if pooled:
        both = (control.hits + treatment.hits) / (control.n + treatment.n)
        var = both * (1 - both) * (1 / control.n + 1 / treatment.n)
    else:
        var = p * (1 - p) / control.n + q * (1 - q) / treatment.n
    return Estimate(q - p, math.sqrt(var))


def risk_ratio(control: Count, treatment: Count) -> Estimate:
    """Return the logarithm of treatment share / control share with its error (Katz et al. 1978).

    The logarithm because the ratio's own law is skewed: exp() of value and interval gives the ratio's. InputError
    where an arm has no hit: the logarithm has no value there.
    """
    if min(_counted("control", control).hits, _counted("treatment", treatment).hits) == 0:
        raise InputError("hits are 0 in one arm: a risk ratio needs at least one hit in each.")
    var = sum(1 / arm.hits - 1 / arm.n for arm in (control, treatment))
    return Estimate(math.log(treatment.share / control.share), math.sqrt(var))


def chi_square(arms: Sequence[Count], *, correction: bool = False) -> tuple[float, int, float]:
    """Return (statistic, degrees of freedom, p) of "all arms have the same share" (Pearson 1900), k >= 2 arms.

    correction: Yates' continuity correction (1934), which R's prop.test applies to two arms by default; of more
    than two it changes nothing. Where nobody or everybody did it in every arm: (nan, df, nan).
    """
    arms = [_counted("each of arms", arm) for arm in require_kind("arms", arms, Sequence)]
    if len(arms) < 2:
        raise InputError(f"arms has {len(arms)} arms: a comparison needs at least two.")
    require_one_of("correction", correction, (False, True))
    table = [[arm.hits, arm.n - arm.hits] for arm in arms]
    if not all(map(any, zip(*table, strict=True))):
        return math.nan, len(arms) - 1, math.nan
    found = stats.chi2_contingency(table, correction=correction)
    return float(found.statistic), int(found.dof), float(found.pvalue)


def fisher_exact(control: Count, treatment: Count, alternative: str = "two-sided") -> float:
    """Return the p value of Fisher's exact test (1935): all tables with these margins, none approximated.

    alternative: "greater" asks whether the treatment's share is larger. InputError above 10^9 users an arm, where
    its products leave 64 bits and `chi_square` is as good.
    """
    require_one_of("alternative", alternative, ALTERNATIVES)
    for name, arm in (("control", control), ("treatment", treatment)):
        require_number(f"{name}.n", _counted(name, arm).n, 1, 1e9, "users")
    table = [[arm.hits, arm.n - arm.hits] for arm in (treatment, control)]
    return float(stats.fisher_exact(table, alternative=alternative).pvalue)

"""Error budgets: what an objective allows to fail, how fast an incident spends it, and which alerts see that.

An error budget is 1 - objective, over a window of days. Burn rate: the share of requests that fail, divided by the
budget; at 1 the budget lasts exactly the window. After the Site Reliability Workbook (Google 2018), chapter 5.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_kind, require_number, require_row, require_whole

HOURS_PER_DAY = 24.0
SHORT_WINDOW = 1 / 12  # of the long one (Workbook, chapter 5)


@dataclass(frozen=True)
class Objective:
    """A promise: at least `target` (a share below 1) of requests are good over `days`."""

    target: float = 0.999
    days: float = 30.0

    def __post_init__(self) -> None:
        """Check both; raise InputError for a target of 1, which leaves no budget to divide by."""
        object.__setattr__(self, "target", require_number("target", self.target, 0, 1 - 1e-9))
        object.__setattr__(self, "days", require_number("days", self.days, 1e-3, 3660, "days"))

    @property
    def budget(self) -> float:
        """The share of requests that may fail."""
        return 1 - self.target

    @property
    def hours(self) -> float:
        """The objective's window in hours."""
        return self.days * HOURS_PER_DAY

    def burn_rate(self, error_share: float) -> float:
        """Return how many times faster than allowed the budget is spent while `error_share` of requests fail."""
        return require_number("error_share", error_share, 0, 1) / self.budget

    def spent(self, error_share: float, hours: float) -> float:
        """Return the share of the budget that `hours` at `error_share` spend (over 1: more than there was)."""
        return self.burn_rate(error_share) * require_number("hours", hours, 0, 1e6, "hours") / self.hours

    def hours_to_exhaust(self, burn_rate: float) -> float:
        """Return the hours in which a constant burn rate spends the whole budget; infinite at a burn rate of 0."""
        rate = require_number("burn_rate", burn_rate, 0, 1e12)
        return self.hours / rate if rate else np.inf


@dataclass(frozen=True)
class Alert:
    """Somebody is told when a window of `long_h` hours, and one a twelfth as long, both burn at `burn_rate` or more.

    The long window keeps small bursts from waking anybody, the short one ends the alert soon after the incident.
    """

    name: str
    long_h: float
    burn_rate: float

    def __post_init__(self) -> None:
        """Check the numbers; raise InputError for the first that is out of range."""
        object.__setattr__(self, "long_h", require_number("long_h", self.long_h, 1e-6, 1e6, "hours"))
        object.__setattr__(self, "burn_rate", require_number("burn_rate", self.burn_rate, 1e-9, 1e9))

    @property
    def short_h(self) -> float:
        """The short window in hours."""
        return self.long_h * SHORT_WINDOW

    def threshold(self, objective: Objective) -> float:
        """Return the share of errors at which a window counts as burning."""
        require_kind("objective", objective, Objective)
        # A hair less than the product: 1 - 0.999 is a hair more than 0.001, and 1.44 % must reach 14.4 x 0.1 %.
        return self.burn_rate * objective.budget * (1 - 1e-12)

    def budget_share(self, objective: Objective) -> float:
        """Return the share of the budget that is gone when it goes off: burn rate x window / objective's window."""
        return self.burn_rate * self.long_h / require_kind("objective", objective, Objective).hours

    def detected_after_s(self, objective: Objective, error_share: float) -> float:
        """Return the seconds from the start of a constant `error_share` to the alert; infinite if it never comes.

        The long window fills last: threshold / error share of it must be bad.
        """
        limit = self.threshold(objective)
        failing = require_number("error_share", error_share, 0, 1)
        return 3600 * self.long_h * limit / failing if failing >= limit else np.inf

    def firing(
        self, objective: Objective, errors: ArrayLike, requests: ArrayLike, step_h: float
    ) -> NDArray[np.bool_]:
        """Return, for each step, whether the alert is on. errors, requests: counts a step, (n,); step_h: hours.

        Windows are rounded to whole steps, at least one. A window without requests has no errors. What comes later
        changes no earlier step; a window that begins before the first step is taken as `error_share` says.
        """
        step = require_number("step_h", step_h, 1e-9, 1e6, "hours")
        limit = self.threshold(objective)
        long, short = (
            error_share(errors, requests, max(1, round(h / step))) for h in (self.long_h, self.short_h)
        )
        return (long >= limit) & (short >= limit)


def error_share(errors: ArrayLike, requests: ArrayLike, window: int) -> NDArray[np.float64]:
    """Return the share of failed requests in the `window` steps that end with each step, (n,).

    errors, requests: counts a step, (n,). Before the first step nothing had failed, and the traffic was the mean of
    the steps so far: as long as a window isn't full, the share so far counts for the part that is. No later step is
    looked at. 0 where nothing was asked.
    """
    bad, all_ = require_row("errors", errors, 0, 1e100), require_row("requests", requests, 0, 1e100)
    if bad.shape != all_.shape:
        raise InputError(f"errors have {len(bad)} steps and requests {len(all_)}: each step must have both.")
    if (bad > all_).any():
        step = int(np.argmax(bad > all_))
        raise InputError(
            f"errors[{step}] is {bad[step]:g}: of {all_[step]:g} requests no more may fail than came."
        )
    window = require_whole("window", window, 1, 10**9, "steps")
    above, below = _trailing(bad, window), _trailing(all_, window)
    share = np.divide(above, below, out=np.zeros(len(bad)), where=below > 0)
    return share * np.minimum(1, np.arange(1, len(bad) + 1) / window)


def _trailing(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Return the sum over the window that ends with each step, as far as it reaches back."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    end = np.arange(1, len(values) + 1)
    return total[end] - total[np.maximum(0, end - window)]


def burn_rate_for(budget_share: float, window_h: float, objective: Objective) -> float:
    """Return the burn rate that spends `budget_share` of the budget in `window_h` hours: 2 % in 1 h of 30 d is 14.4."""
    share = require_number("budget_share", budget_share, 0, 1)
    return (
        share
        * require_kind("objective", objective, Objective).hours
        / require_number("window_h", window_h, 1e-6, 1e6, "hours")
    )


#: The Workbook's table for 30 days: 2 % of the budget in an hour, 5 % in six hours, 10 % in three days.
ALERTS = (Alert("fast page", 1, 14.4), Alert("slow page", 6, 6), Alert("ticket", 72, 1))

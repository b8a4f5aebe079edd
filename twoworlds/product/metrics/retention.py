"""Who comes back: retention by cohort, without calling anybody lost whose day has not come; stickiness."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from twoworlds.errors import InputError, require_whole, shown
from twoworlds.product.metrics.log import Log, events, table

#: Days are counted from a first one; a date written as 20260302 is not such a count.
_FARTHEST_DAY = 1_000_000


def cohort_retention(
    activity: Log,
    users: Log,
    ages: Sequence[int] = (1, 7, 28),
    last_day: int | None = None,
    first_day: int | None = None,
) -> pd.DataFrame:
    """Return the share of each cohort active exactly `age` days after joining; nan where that day has not come.

    activity: columns user_id, day (whole), one or more rows for each day on which a user was active. users:
    user_id, joined_day, one row a user, also those who never came. last_day: the last day that is logged whole,
    by default the last one with activity; first_day: the first one, by default the first with activity. Cohorts: users
    who joined on the same day, from first_day to last_day; older accounts are left out, for their early days were not
    logged. Columns: users (the
    denominator: everyone who joined), then D1, D7 ... A cohort younger than the age is not lost: its value is
    unknown. It can't see what people came for.
    """
    if not isinstance(ages, Iterable):
        raise InputError(f"ages is {shown(ages)}: it must be a list of days.")
    sizes, counts, end = _returns(activity, users, last_day, first_day)
    cohorts = pd.DataFrame({"users": sizes})
    for age in ages:
        age = require_whole("age", age, 0, 100_000, "days")
        came = counts[age] if age in counts else pd.Series(0, index=sizes.index)
        cohorts[f"D{age}"] = (came / sizes).where(sizes.index + age <= end)
    return cohorts.rename_axis("joined_day")


def retention_curve(
    activity: Log, users: Log, last_day: int | None = None, first_day: int | None = None
) -> pd.DataFrame:
    """Return retention by age over all cohorts: index age (days); columns old_enough, active (users), retention.

    Arguments as in `cohort_retention`. Denominator: users of the cohorts whose day `age` has come
    (right-censoring: the others are left out, above and below the line). At high ages few cohorts are left, and
    they are the oldest.
    """
    sizes, counts, end = _returns(activity, users, last_day, first_day)
    ages = np.arange(end - sizes.index.min() + 1) if len(sizes) else np.arange(0)
    counts = counts.reindex(columns=ages, fill_value=0).to_numpy()
    come = sizes.index.to_numpy()[:, None] + ages <= end
    old_enough = (sizes.to_numpy()[:, None] * come).sum(axis=0)
    active = counts.sum(axis=0)  # nobody is active on a day that has not come
    curve = pd.DataFrame({"old_enough": old_enough, "active": active}, index=pd.Index(ages, name="age"))
    return curve.assign(retention=curve["active"] / curve["old_enough"])


def stickiness(activity: Log, last_day: int, window: int = 28) -> float:
    """Return DAU / MAU (a share): mean daily actives over users active at least once in `window` days to last_day.

    activity: columns user_id, day; repeats of a user's day count once. It is the share of the month's users who
    come on an average day. Whoever has left altogether drops out of the denominator too, so it can rise while
    people leave.
    """
    span = require_whole("window", window, 1, 365, "days")
    last = require_whole("last_day", last_day, -_FARTHEST_DAY, _FARTHEST_DAY)
    seen = events(activity, ["user_id", "day"], kinds={"day": "day"})
    first, final = seen.query("told_log", 'select min("day"), max("day") from told_log').fetchall()[0]
    if not first <= last - span + 1 or not last <= final:
        raise InputError(
            f"window is {span} days to day {last}: the log covers days {first:g} to {final:g} and must hold them all."
        )
    within = f'"day" between {last - span + 1} and {last}'
    query = f'select count(distinct (user_id, "day")), count(distinct user_id) from told_log where {within}'
    days, people = seen.query("told_log", query).fetchall()[0]
    return days / span / people if people else float("nan")


def _returns(
    activity: Log, users: Log, last_day: int | None, first_day: int | None
) -> tuple[pd.Series, pd.DataFrame, int]:
    """Return the cohorts' sizes, how many of each were active at each age, and the last day that is logged whole."""
    people = events(users, ["user_id", "joined_day"], key="user_id", kinds={"joined_day": "day"})
    joined = table(people.query("told_log", "select user_id, joined_day::bigint as joined from told_log"))
    joined = joined.set_index("user_id")
    active = events(activity, ["user_id", "day"], kinds={"day": "day"})
    seen = table(active.query("told_log", 'select distinct user_id, "day"::bigint as "day" from told_log'))
    first, last = int(seen["day"].min()), int(seen["day"].max())
    end = last if last_day is None else require_whole("last_day", last_day, -_FARTHEST_DAY, _FARTHEST_DAY)
    if first_day is not None:
        begin = require_whole("first_day", first_day, -_FARTHEST_DAY, _FARTHEST_DAY)
        if first < begin:
            raise InputError(
                f"activity begins on day {first}, before first_day {begin}: the log must begin there."
            )
        first = begin
    if last > end:
        raise InputError(
            f"activity goes to day {last}, after last_day {end}: events from the future have a wrong clock."
        )
    cohort = seen["user_id"].map(joined["joined"])
    if unknown := int(cohort.isna().sum()):
        raise InputError(f"activity has {unknown} rows of users who are not in users: each must be there.")
    age = (seen["day"].astype(int) - cohort).astype(int)
    if early := int((age < 0).sum()):
        raise InputError(
            f"activity has {early} rows from before the user joined: ages must be 0 days or more."
        )
    counts = pd.crosstab(cohort.astype(int), age)
    sizes = joined["joined"][joined["joined"].between(first, end)].value_counts().sort_index()
    return sizes, counts.reindex(sizes.index, fill_value=0), end

"""02.3: day-7 retention of those who are old enough."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from twoworlds.chapters.c02_engagement.exercises.near import of_shares
from twoworlds.course.exercise import Exercise, Wrong

Shares = dict[int, float]


def d7_retention(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    """Return for each joining day that is old enough the share of its users who were active exactly 7 days later."""
    old = users[users["joined_day"] + 7 <= last_day]
    merged = activity.merge(old, on="user_id")
    back = merged.loc[merged["day"] == merged["joined_day"] + 7, "user_id"]
    return old["user_id"].isin(back).groupby(old["joined_day"]).mean().to_dict()


def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    users = pd.DataFrame({"user_id": range(1, 14), "joined_day": [1, 1, 1, 1, 3, 3, 3, 4, 4, 6, 6, 6, 2]})
    seen = [
        (1, 1), (1, 8), (1, 8), (2, 1), (2, 5), (3, 1), (3, 9), (3, 7), (5, 3), (5, 10), (6, 3), (6, 10), (6, 10),
        (7, 5), (8, 4), (8, 9), (9, 4), (9, 11), (10, 6), (10, 8), (11, 6), (12, 6), (12, 10), (13, 2),
    ]  # fmt: skip
    return pd.DataFrame(seen, columns=["user_id", "day"]), users


def _small() -> tuple[pd.DataFrame, pd.DataFrame, int]:
    users = pd.DataFrame({"user_id": [1, 2, 3, 4, 5], "joined_day": [1, 1, 1, 1, 5]})
    return pd.DataFrame({"user_id": [1, 1, 2, 3, 5], "day": [1, 8, 8, 7, 5]}), users, 10


def _months() -> list[tuple[pd.DataFrame, pd.DataFrame, int]]:
    activity, users = _tables()
    # User 13, of day 2, never came back. On day 13 nobody was active, but it is logged.
    return [_small(), (activity, users, 11), (activity, users, 12), (activity, users, 13)]


def _by_actives(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    return d7_retention(activity, users[users["user_id"].isin(activity["user_id"])], last_day)


def _young_lost(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    return d7_retention(activity, users, last_day + 1000)


def _on(age: int) -> Callable[..., Shares]:
    """Return the retention of another age, over the cohorts whose day 7 is logged."""

    def shares(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
        old = users[users["joined_day"] + 7 <= last_day]
        merged = activity.merge(old, on="user_id")
        back = merged.loc[merged["day"] == merged["joined_day"] + age, "user_id"]
        return old["user_id"].isin(back).groupby(old["joined_day"]).mean().to_dict()

    return shares


def _counts(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    size = users.groupby("joined_day").size()
    return {day: share * size[day] for day, share in d7_retention(activity, users, last_day).items()}


def _of_all(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    return {day: count / len(users) for day, count in _counts(activity, users, last_day).items()}


def _last_seen(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    return d7_retention(activity, users, int(activity["day"].max()))


def _within(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    old = users[users["joined_day"] + 7 <= last_day]
    merged = activity.merge(old, on="user_id")
    age = merged["day"] - merged["joined_day"]
    back = merged.loc[(age >= 1) & (age <= 7), "user_id"]
    return old["user_id"].isin(back).groupby(old["joined_day"]).mean().to_dict()


def _rows(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    old = users[users["joined_day"] + 7 <= last_day]
    merged = activity.merge(old, on="user_id")
    back = merged[merged["day"] == merged["joined_day"] + 7].groupby("joined_day").size()
    size = old.groupby("joined_day").size()
    return (back.reindex(size.index, fill_value=0) / size).to_dict()


def _nobody_missing(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    shares = d7_retention(activity, users, last_day)
    return {day: share or np.nan for day, share in shares.items()}


def _or_later(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    old = users[users["joined_day"] + 7 <= last_day]
    merged = activity.merge(old, on="user_id")
    back = merged.loc[merged["day"] >= merged["joined_day"] + 7, "user_id"]
    return old["user_id"].isin(back).groupby(old["joined_day"]).mean().to_dict()


def _near(value: Shares, expected: Shares, *tables: object) -> bool | str | None:
    """Accept None for the young; name slips that are not among the known wrong answers."""
    said = {day: share for day, share in value.items() if share is not None and share == share}
    if said == expected:
        return True
    if any(isinstance(day, str) for day in value):
        return "the keys are text; they must be the days, as whole numbers."
    for other, sentence in _SLIPS.items():
        if _alike(said, other(*tables)):
            return sentence
    empty = sorted(set(expected) - set(said))
    if empty and not set(said) - set(expected) and expected[empty[0]] == 0:
        return f"the cohort of day {empty[0]} is old enough and nobody came back: that is 0, and not unknown."
    if set(expected) - set(value):
        day = min(set(expected) - set(value))
        return f"the cohort of day {day} is missing: its day 7 is logged, for the log ends on day last_day."
    if set(said) - set(tables[1]["joined_day"]):
        return "a cohort is who joined on that day (users), not who was first seen on it."
    return of_shares(said, expected)


def _alike(said: Shares, other: Shares) -> bool:
    return said.keys() == other.keys() and all(np.isclose(said[day], other[day]) for day in other)


# One function a slip, exactly what it returns.
_SLIPS = {
    _within: "you counted who came back within the week. Day-7 retention asks for day 7 itself.",
    _or_later: "you counted who came back on day 7 or later. Day-7 retention asks for day 7 itself.",
    _on(6): "you looked at joined_day + 6. Day 7 is seven days after the day of joining, which is day 0.",
    _counts: "those are counts: divide by everyone who joined on that day.",
    _of_all: "you divided by all users. Each cohort is divided by its own.",
    _last_seen: "the log ends on last_day, not on the last day with activity: a cohort is missing that is old enough.",
}


def _pending(activity: pd.DataFrame, users: pd.DataFrame, last_day: int) -> Shares:
    """Also right: the young cohorts stand there with a value that says unknown."""
    every = dict.fromkeys(sorted(set(users["joined_day"])), np.nan)
    return {int(day): value for day, value in {**every, **d7_retention(activity, users, last_day)}.items()}


D7 = Exercise(
    id="02.3",
    title="Day-7 retention",
    desk="product",
    minutes=10,
    answer=d7_retention,
    also_right=[_pending],
    accepts=_near,
    cases=_months,
    returns="a dict: joining day to the share that was active 7 days later",
    wrongs=[
        Wrong(
            "divided by actives",
            _by_actives,
            "You divided by users with some activity. Who joined and never came is part of the cohort, and of "
            "the loss.",
        ),
        Wrong(
            "the young are lost",
            _young_lost,
            "You gave a value to cohorts whose day 7 has not come. They are not lost, they are young: leave them "
            "out.",
        ),
        Wrong(
            "nobody is not unknown",
            _nobody_missing,
            "A cohort that is old enough and of which nobody came back has 0, not NaN: its day 7 is over.",
        ),
        Wrong(
            "rows",
            _rows,
            "You counted rows. Somebody who is active twice on day 7 is still one person.",
        ),
        Wrong(
            "day seven left out",
            lambda a, u, last: d7_retention(a, u, last - 1),
            "You left out the cohort whose day 7 is the last day: that day is logged, so it counts (<=).",
        ),
    ],
    hints=(
        "Which cohorts can have a day 7 at all? Begin with those.",
        "Denominator: all users of the cohort. Numerator: those with an activity on joined_day + 7, each once.",
        "old = users[users['joined_day'] + 7 <= last_day]; seen = activity.merge(old, on='user_id'); "
        "back = seen.loc[seen['day'] == seen['joined_day'] + 7, 'user_id']",
    ),
)

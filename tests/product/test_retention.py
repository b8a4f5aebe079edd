"""Retention: who is in the denominator, and whose day has not come."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.product import metrics as m
from twoworlds.world import World, simulate

USERS = pd.DataFrame({"user_id": [1, 2, 3, 4, 5], "joined_day": [1, 1, 3, 3, -9]})
ACTIVITY = pd.DataFrame({"user_id": [1, 2, 1, 3, 1, 5, 3, 3], "day": [1, 1, 2, 3, 8, 4, 4, 4]})


def test_cohorts_by_hand():
    table = m.cohort_retention(ACTIVITY, USERS, ages=(0, 1, 7))
    assert table.index.tolist() == [1, 3], "an account from before the log is no cohort"
    assert table["users"].tolist() == [2, 2]
    assert table["D0"].tolist() == [1.0, 0.5], "user 4 joined and never came: still in the denominator"
    assert table["D1"].tolist() == [0.5, 0.5], "two rows of one user's day count once"
    assert table["D7"][1] == 0.5
    assert np.isnan(table["D7"][3]), "day 10 has not come"


def test_a_day_that_came_without_anybody_is_zero_not_unknown():
    assert m.cohort_retention(ACTIVITY, USERS, ages=(5,))["D5"].tolist() == [0.0, 0.0]
    assert m.cohort_retention(ACTIVITY, USERS, ages=(7,), last_day=10)["D7"][3] == 0.0


def test_curve_leaves_the_young_out_of_both_sides():
    curve = m.retention_curve(ACTIVITY, USERS)
    assert curve["old_enough"].tolist() == [4, 4, 4, 4, 4, 4, 2, 2]
    assert curve["retention"][7] == 0.5


def test_curve_is_the_weighted_mean_of_the_cohorts():
    run = simulate(World(users=1500, seed=2), "production")
    seen = run.log()[["user_id", "day"]]
    cohorts, curve = m.cohort_retention(seen, run.users(), (1, 7)), m.retention_curve(seen, run.users())
    for age in (1, 7):
        old = cohorts[cohorts[f"D{age}"].notna()]
        assert np.average(old[f"D{age}"], weights=old["users"]) == pytest.approx(curve["retention"][age])


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 12)), min_size=1, max_size=60))
def test_against_counting_one_by_one(pairs):
    joined = {user: 1 + user for user in range(7)}
    pairs = [(user, max(day, joined[user])) for user, day in pairs]
    activity = pd.DataFrame(pairs, columns=["user_id", "day"])
    users = pd.DataFrame({"user_id": list(joined), "joined_day": list(joined.values())})
    table = m.cohort_retention(activity, users, (2,), last_day=12)
    first = min(day for _, day in pairs)
    for user, day in joined.items():
        if day >= first:
            assert table["D2"][day] == ((user, day + 2) in set(pairs))


@pytest.mark.parametrize(
    ("activity", "said"),
    [
        (ACTIVITY.assign(user_id=99), "rows of users who are not in users"),
        (pd.DataFrame({"user_id": [3], "day": [2]}), "before the user joined"),
        (ACTIVITY.iloc[:0], "log is empty"),
        (ACTIVITY.assign(day=ACTIVITY["day"] + 0.5), "day is 1.5 in some row: it must be a whole number"),
        (ACTIVITY.assign(day="3"), "day is VARCHAR"),
        (ACTIVITY.assign(day=pd.Timestamp("2026-03-02")), "day is TIMESTAMP"),
        (ACTIVITY.assign(day=20260302), "day is 20260302"),
        (ACTIVITY.assign(day=np.inf), "day is inf"),
    ],
)
def test_impossible_activity_is_told(activity, said):
    with pytest.raises(InputError, match=said):
        m.cohort_retention(activity, USERS)


def test_activity_after_the_last_day_is_told():
    with pytest.raises(InputError, match="after last_day 5"):
        m.retention_curve(ACTIVITY, USERS, last_day=5)


def test_other_wrong_input_is_told():
    with pytest.raises(InputError, match=r"joined_day is 1.5"):
        m.retention_curve(ACTIVITY, USERS.assign(joined_day=1.5))
    with pytest.raises(InputError, match="ages is 7: it must be a list of days"):
        m.cohort_retention(ACTIVITY, USERS, ages=7)
    with pytest.raises(InputError, match=r"day is 1.5"):
        m.stickiness(ACTIVITY.assign(day=1.5), 1, 1)


def test_days_may_be_counted_from_0():
    zero = ACTIVITY.assign(day=ACTIVITY["day"] - 1), USERS.assign(joined_day=USERS["joined_day"] - 1)
    assert m.retention_curve(*zero, last_day=7).equals(m.retention_curve(ACTIVITY, USERS))
    assert m.stickiness(zero[0], 7, 8) == m.stickiness(ACTIVITY, 8, 8)
    assert m.stickiness(zero[0].assign(day=0), 0, 1) == 1
    assert m.stickiness(zero[0].assign(day=np.int8(-128)), -128, 1) == 1, (
        "the smallest int8 has no positive twin"
    )


def test_a_user_listed_twice_is_told():
    with pytest.raises(InputError, match="repeat the user_id"):
        m.cohort_retention(ACTIVITY, pd.concat([USERS, USERS.iloc[:1]]))


def test_stickiness_is_daily_over_monthly():
    days = pd.DataFrame({"user_id": [1, 1, 1, 2], "day": [1, 2, 2, 4]})
    assert m.stickiness(days, last_day=4, window=4) == pytest.approx(3 / 4 / 2)
    run = simulate(World(users=1500, seed=2), "production")
    mean_daily = run.daily["actives"].mean()
    ever = (run.totals("active") > 0).sum()
    # The log has no row of a user whose every session was abandoned, so it may count a few fewer.
    assert m.stickiness(run.log(), 28) == pytest.approx(mean_daily / ever, rel=0.02)


def test_the_day_before_the_window_is_outside_it():
    days = pd.DataFrame({"user_id": [1, 2, 3, 3], "day": [1, 2, 3, 4]})
    assert m.stickiness(days, last_day=4, window=3) == pytest.approx(3 / 3 / 2)
    assert m.stickiness(days, last_day=3, window=2) == pytest.approx(2 / 2 / 2)


def test_a_window_that_the_log_does_not_cover_is_told():
    with pytest.raises(InputError, match="covers days 1 to 8"):
        m.stickiness(ACTIVITY, last_day=8, window=28)
    with pytest.raises(InputError, match="covers days 1 to 8"):
        m.stickiness(ACTIVITY, last_day=20, window=5)


def test_a_window_one_day_too_long_is_told():
    activity = pd.DataFrame({"user_id": [1, 1], "day": [1, 7]})
    assert m.stickiness(activity, 7, window=7) == pytest.approx(2 / 7)
    with pytest.raises(InputError, match="window is 8 days"):
        m.stickiness(activity, 7, window=8)


def test_a_first_day_on_which_nobody_came_keeps_its_cohort():
    users = pd.DataFrame({"user_id": [0, 1, 2, 3], "joined_day": [1, 1, 1, 2]})
    activity = pd.DataFrame({"user_id": [0, 3], "day": [2, 2]})
    assert m.cohort_retention(activity, users, ages=(0,)).index.tolist() == [2], "as if day 1 were not logged"
    table = m.cohort_retention(activity, users, ages=(0, 1), first_day=1)
    assert table["users"].tolist() == [3, 1]
    assert table["D0"].tolist() == [0, 1]
    assert table["D1"][1] == pytest.approx(1 / 3)
    assert m.retention_curve(activity, users, first_day=1)["old_enough"].tolist() == [4, 3]
    with pytest.raises(InputError, match="begins on day 2, before first_day 3"):
        m.cohort_retention(activity, users, first_day=3)

"""A run's tables agree with each other: what the daily table counts, the users' totals and the log hold."""

import numpy as np
import pandas as pd
import pytest

from twoworlds.errors import InputError
from twoworlds.world import World, simulate

WORLD = World(users=600, days=9)
RUN = simulate(WORLD, {"control": "production", "treatment": {1: "production", 4: "click_optimal"}})
LOG, HIDDEN = RUN.log(), RUN.hidden()


def test_the_log_adds_up_to_the_daily_table():
    days = LOG.groupby("day")
    for name, sums in {
        "impressions": days.size(),
        "clicks": days["clicked"].sum(),
        "likes": days["liked"].sum(),
        "surveys": days["survey"].count(),
        "watch_s": days["watch_s"].sum(),
    }.items():
        np.testing.assert_allclose(RUN.daily[name], sums, rtol=1e-5)
    np.testing.assert_allclose(RUN.daily["survey_mean"], days["survey"].mean().astype(float))


def test_the_sessions_add_up_to_the_daily_table():
    sessions = RUN.sessions()
    np.testing.assert_array_equal(RUN.daily["sessions"], sessions.groupby("day").size())
    lost = sessions.groupby("day")[["abandoned", "failed"]].sum().sum(axis=1)
    np.testing.assert_array_equal(RUN.daily["abandoned"], lost)
    np.testing.assert_array_equal(RUN.daily["actives"], sessions.groupby("day")["user_id"].nunique())
    assert sessions["session_id"].is_unique


def test_accounts_balance():
    daily = RUN.daily
    alive = np.array([RUN.totals("alive", day).sum() for day in daily["day"]])
    churned, new = daily["churned"].to_numpy(), daily["new"].to_numpy()
    np.testing.assert_array_equal(alive[1:], alive[:-1] - churned[:-1] + new[1:])
    assert daily["new"].sum() == ((RUN.users()["joined_day"] >= 1) & (RUN.users()["joined_day"] <= 9)).sum()


def test_hidden_rows_are_the_logs_rows_and_explain_its_values():
    pd.testing.assert_frame_equal(LOG[["session_id", "position"]], HIDDEN[["session_id", "position"]])
    assert not (LOG["clicked"] & ~HIDDEN["examined"]).any()
    value = HIDDEN["value"].where(LOG["clicked"]).groupby(LOG["day"]).mean()
    np.testing.assert_allclose(RUN.daily["value"], value, atol=1e-3)


def test_per_user_adds_up_and_takes_days():
    table = RUN.per_user()
    assert list(table["user_id"]) == list(range(600))
    for name in ("sessions", "abandoned", "impressions", "clicks", "likes", "surveys"):
        assert table[name].sum() == RUN.daily[name].sum()
    first, rest = RUN.per_user((1, 3)), RUN.per_user((4, 9))
    np.testing.assert_array_equal(table["clicks"], first["clicks"] + rest["clicks"])
    np.testing.assert_array_equal(RUN.per_user(9)["days_active"].astype(bool), table["active_last_day"])


def test_by_arm_adds_up_to_daily():
    arms = RUN.by_arm()
    assert arms.groupby("arm")["users"].first().sum() == 600
    for name in ("actives", "new", "churned", "clicks", "watch_s"):
        np.testing.assert_allclose(arms.groupby("day")[name].sum(), RUN.daily[name])


def test_the_log_is_ordered_and_the_arms_are_merged():
    keys = LOG[["day", "user_id", "session_id", "position"]]
    pd.testing.assert_frame_equal(keys, keys.sort_values(list(keys)), check_like=False)
    alone = simulate(WORLD, "production").log()
    control = RUN.users().query("arm == 'control'")["user_id"]
    pd.testing.assert_frame_equal(
        LOG[LOG["user_id"].isin(control)].reset_index(drop=True),
        alone[alone["user_id"].isin(control)].reset_index(drop=True),
    )


def test_users_and_videos_show_the_truth_only_on_request():
    assert list(RUN.users()) == ["user_id", "joined_day", "network", "arm"]
    assert {"churn", "taste_7"} <= set(RUN.users(hidden=True))
    assert "quality" not in RUN.videos()
    assert {"quality", "clickbait"} <= set(RUN.videos(hidden=True))
    assert LOG["video_id"].isin(RUN.videos()["video_id"]).all()


def test_videos_are_shown_only_while_on_offer():
    born = LOG["video_id"].map(RUN.videos().set_index("video_id")["born_day"])
    age = LOG["day"].astype(int) - born
    assert age.min() >= 0
    assert age.max() < 28


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: RUN.totals("revenue"), "column is 'revenue': it must be one of 'active'"),
        (lambda: RUN.totals("clicks", 10), "first day is 10"),
        (lambda: RUN.per_user((5, 4)), "last day is 4"),
        (lambda: simulate("flick", "production"), "world is 'flick'"),
        (lambda: simulate(WORLD, "produktion"), "policy is 'produktion'"),
        (lambda: simulate(WORLD, "production", chunk=0), "chunk is 0"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, said):
    with pytest.raises(InputError) as caught:
        call()
    assert said in str(caught.value)

"""The log's times and ids: sessions follow each other, events follow in a session, ids outlive a policy."""

import numpy as np

from twoworlds.world import World, simulate
from twoworlds.world.log import DAY_ONE

WORLD = World(users=500, days=8)
RUN = simulate(WORLD, "production")
LOG, SESSIONS = RUN.log(), RUN.sessions()


def test_times_lie_on_their_day():
    day = (SESSIONS["ts"] - np.datetime64(DAY_ONE)).dt.days + 1
    np.testing.assert_array_equal(day, SESSIONS["day"])
    assert SESSIONS["ts"].dt.hour.between(7, 22).all()
    assert str(LOG["ts"].dtype) == "datetime64[us]"
    assert DAY_ONE.astype("datetime64[D]").item().weekday() == 0


def test_events_of_a_session_follow_each_other_after_the_wait():
    steps = LOG.groupby("session_id")["ts"].diff().dropna()
    assert steps.min() >= np.timedelta64(2, "s")
    first = LOG[LOG["position"] == 1].set_index("session_id")
    opened = SESSIONS.set_index("session_id").loc[first.index]
    waited = (first["ts"] - opened["ts"]) / np.timedelta64(1, "ms")
    np.testing.assert_allclose(waited, opened["latency_ms"])


def test_watching_delays_the_next_event():
    same = LOG["session_id"].diff().shift(-1) == 0
    gap = -LOG["ts"].diff(-1)[same] / np.timedelta64(1, "s")
    np.testing.assert_allclose(gap, 2 + LOG["watch_s"][same], atol=1e-4)


def test_a_users_sessions_do_not_overlap():
    end = LOG.groupby("session_id")["ts"].max()
    served = SESSIONS[SESSIONS["session_id"].isin(end.index)].copy()
    served["end"] = served["session_id"].map(end)
    following = served.groupby("user_id")["ts"].shift(-1)
    assert (served["end"] < following)[following.notna()].all()


def test_session_ids_are_the_same_under_another_policy():
    other = simulate(WORLD, "random").sessions().query("day == 1")
    mine = SESSIONS.query("day == 1")
    np.testing.assert_array_equal(mine["session_id"], other["session_id"])

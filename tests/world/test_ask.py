"""Ask: each lever moves what it should, for the same users with the same luck."""

import numpy as np
import pandas as pd
import pytest

from twoworlds.errors import InputError
from twoworlds.world import World
from twoworlds.world.ask import RISKY, AskPolicy, simulate_ask

WORLD = World(users=4000, days=14)
BASE = simulate_ask(WORLD)


def shares(run, name):
    return run.log[name].mean(), len(run.log)


@pytest.mark.parametrize(
    ("change", "name", "sign"),
    [
        ({"model_quality": 0.9}, "completed", +1),
        ({"first_token_ms": 3000}, "abandoned", +1),
        ({"first_token_ms": 3000}, "completed", -1),
        ({"safety_threshold": 0.3}, "refused", +1),
        ({"safety_threshold": 0.3}, "unsafe", -1),
        ({"safety_threshold": 0.3}, "completed", -1),
    ],
)
def test_a_lever_moves_its_metric(change, name, sign):
    (before, n), (after, m) = shares(BASE, name), shares(simulate_ask(WORLD, AskPolicy().but(**change)), name)
    error = np.sqrt(before * (1 - before) / n + after * (1 - after) / m)
    assert sign * (after - before) > 4 * error


def test_unrelated_draws_do_not_move():
    other = simulate_ask(WORLD, AskPolicy(model_quality=0.2)).log
    columns = ["user_id", "conversation", "ts", "first_token_ms", "abandoned", "risky", "refused"]
    first, second = (log[log["day"] == 1][columns] for log in (BASE.log, other))
    pd.testing.assert_frame_equal(first, second)


def test_bad_replies_cost_users():
    bad = simulate_ask(WORLD, AskPolicy(model_quality=0.1, safety_threshold=4)).daily
    assert bad["actives"].iloc[-1] < 0.9 * BASE.daily["actives"].iloc[-1]


def test_the_daily_table_adds_up():
    by_day = BASE.log.groupby("day")
    np.testing.assert_array_equal(BASE.daily["conversations"], by_day.size())
    np.testing.assert_array_equal(BASE.daily["completed"], by_day["completed"].sum())
    thumbs = BASE.daily["thumbs_up"] + BASE.daily["thumbs_down"]
    np.testing.assert_array_equal(thumbs, by_day["thumb"].apply(lambda t: (t != 0).sum()))
    assert (BASE.daily["task_completion"] <= 1).all()


def test_thumbs_are_rare_and_risky_prompts_too():
    assert 0.01 < (BASE.log["thumb"] != 0).mean() < 0.05
    assert abs(BASE.log["risky"].mean() - RISKY) < 4 * np.sqrt(RISKY / len(BASE.log))


def test_what_excludes_each_other():
    log = BASE.log
    assert not (log["abandoned"] & (log["refused"] | log["completed"])).any()
    assert not (log["refused"] & (log["completed"] | log["unsafe"])).any()
    assert log.loc[log["unsafe"], "risky"].all()


def test_bad_levers_are_told():
    with pytest.raises(InputError, match="first_token_ms is 0"):
        AskPolicy(first_token_ms=0)
    with pytest.raises(InputError, match="lever is 'latency'"):
        AskPolicy().but(latency=3)

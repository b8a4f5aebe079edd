"""The days: chunks don't matter, luck is common, levers act, users may touch each other, and it is fast."""

import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from twoworlds.world.arms import as_arms, assign
from twoworlds.world.people import World
from twoworlds.world.policy import Policy
from twoworlds.world.run import simulate
from twoworlds.world.simulate import TOTALS, live
from twoworlds.world.truth import compare, truth

SMALL = World(users=700, days=10)
BASE = Policy()


def totals_of(run) -> dict[str, np.ndarray]:
    return {(name, day): run.totals(name, day) for name in TOTALS for day in range(1, run.world.days + 1)}


@pytest.mark.parametrize("interference", [0, 1])
@pytest.mark.parametrize("chunk", [1, 64, 699, 5000])
def test_results_do_not_depend_on_the_chunk(chunk, interference):
    world = SMALL.but(interference=interference, days=4 if chunk == 1 else 10)
    arms = {"a": "production", "b": {1: "random", 3: Policy(diversity=0.3)}}
    ours, theirs = simulate(world, arms), simulate(world, arms, chunk=chunk)
    pd.testing.assert_frame_equal(ours.daily, theirs.daily, check_exact=True)
    for key, values in totals_of(ours).items():
        np.testing.assert_array_equal(values, totals_of(theirs)[key])


def test_a_users_life_does_not_depend_on_how_many_others_there_are():
    few, many = simulate(SMALL, BASE), simulate(SMALL.but(users=1500), BASE)
    for name in TOTALS:
        np.testing.assert_array_equal(few.totals(name), many.totals(name)[: SMALL.users])


def test_unrelated_draws_do_not_move_when_a_policy_changes():
    base, changed = simulate(SMALL, BASE), simulate(SMALL, "click_optimal")
    for name in ("active", "alive", "sessions", "abandoned"):
        np.testing.assert_array_equal(base.totals(name, 1), changed.totals(name, 1))
    pd.testing.assert_frame_equal(base.users(hidden=True), changed.users(hidden=True))
    columns = ["session_id", "ts", "latency_ms"]
    first, second = (run.sessions().query("day == 1")[columns] for run in (base, changed))
    pd.testing.assert_frame_equal(first, second)
    keys = ["session_id", "position"]
    looks = base.hidden().merge(changed.hidden(), on=keys, suffixes=("", "_changed"))
    assert len(looks) > 1000
    assert (looks["examined"] == looks["examined_changed"]).all()


def test_a_change_late_in_a_plan_leaves_the_days_before_alone():
    base, changed = simulate(SMALL, BASE), simulate(SMALL, {1: BASE, 6: "random"})
    pd.testing.assert_frame_equal(
        base.daily[:5].drop(columns="habit"), changed.daily[:5].drop(columns="habit")
    )
    assert (base.daily["clicks"][5:] != changed.daily["clicks"][5:]).all()


def test_same_processor_or_not_the_same_world():
    """Without AVX and its like, numpy takes other code paths; the log must not show it."""
    code = (
        "from twoworlds.world import World, simulate; import pandas as pd;"
        "run = simulate(World(users=300, days=7), 'production');"
        "print([pd.util.hash_pandas_object(table).sum() for table in (run.log(), run.hidden())])"
    )
    plain = os.environ | {"NPY_DISABLE_CPU_FEATURES": "AVX512_ICL X86_V4 X86_V3"}
    outputs = []
    for environment in (os.environ, plain):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], env=environment, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]


LEVERS = [
    # lever, changed value, metric, days, the direction of the effect
    ("click_weight", 3, "clicks", 1, +1),
    ("click_weight", 3, "actives", 28, -1),
    ("watch_weight", 2, "watch_per_click", None, +1),
    ("value_weight", 2, "value", None, +1),
    ("value_weight", 2, "actives", 28, +1),
    ("clickbait_penalty", 1, "value", None, +1),
    ("clickbait_penalty", 1, "clicks", None, -1),
    ("model_quality", 0.9, "clicks", None, +1),
    ("model_quality", 0.9, "total_value", None, +1),
    ("latency_ms", 650, "abandonment", None, +1),
    ("latency_ms", 650, "clicks", None, -1),
    ("latency_ms", 650, "actives", 28, -1),
    ("feature_age_min", 600, "clicks", None, -1),
    ("retrain_days", 28, "clicks", (15, 28), -1),
    ("candidates", 84, "clicks", None, +1),
    ("diversity", 0.1, "value", None, +1),
    ("diversity", 0.1, "clicks", None, -1),
    ("exploration", 0.0, "value", (15, 28), -1),
    ("exploration", 0.3, "value", None, -1),
    ("broken_feature", 0.2, "clicks", None, -1),
    ("outage_share", 0.05, "impressions", None, -1),
    ("outage_share", 0.05, "actives", 28, -1),
    ("novelty", 0.5, "clicks", None, +1),
    ("mood_weight", 0.0, "clicks", None, -1),
]


@pytest.fixture(scope="module")
def lives():
    """Return a function that lives 8,000 users under production with one lever changed, once each."""
    world, runs = World(users=8000), {}

    def live_with(**change):
        key = tuple(change.items())
        if key not in runs:
            runs[key] = simulate(world, BASE.but(**change))
        return runs[key]

    return live_with


def test_every_lever_is_listed():
    assert {lever for lever, *_ in LEVERS} == set(vars(BASE))


@pytest.mark.parametrize(("lever", "value", "metric", "days", "sign"), LEVERS)
def test_a_lever_moves_its_metric(lives, lever, value, metric, days, sign):
    effect = compare(lives(), lives(**{lever: value}), metric, days)
    assert sign * effect.estimate > 4 * effect.se > 0


def test_a_novelty_effect_wears_off(lives):
    effects = [
        compare(lives(), lives(novelty=0.5), "clicks", days).relative for days in ((1, 4), (9, 12), (25, 28))
    ]
    assert effects[0] > 2 * effects[1] > 4 * abs(effects[2]) * 0.5


def test_some_diversity_is_better_than_none_and_than_much(lives):
    some, much = (compare(lives(), lives(diversity=d), "total_value") for d in (0.1, 0.9))
    assert some.estimate > 4 * some.se
    assert much.estimate < some.estimate - 4 * np.hypot(much.se, some.se)


def test_clicks_win_the_first_week_and_lose_the_eighth():
    world = World(users=4000, days=56)
    base, clicks = simulate(world, "value_optimal"), simulate(world, "click_optimal")
    first, last = (compare(base, clicks, "actives", days) for days in ((1, 2), (50, 56)))
    assert compare(base, clicks, "clicks", (1, 7)).relative > 0.5
    assert abs(first.relative) < 0.02
    assert last.relative < -0.15 < -4 * last.relative_se
    production = simulate(world, "production")
    lead = [compare(production, clicks, "clicks", days).relative for days in ((1, 7), (50, 56))]
    assert lead[0] > 0.15
    assert lead[1] < lead[0] / 2


def test_tastes_that_drift_make_old_training_worse():
    old, new = BASE.but(retrain_days=28), BASE
    still = truth(World(users=2000, taste_drift=0), new, old, "clicks")
    assert still.estimate == 0 == still.se
    drifting = truth(World(users=4000, taste_drift=0.05), new, old, "clicks")
    assert drifting.relative < -4 * drifting.relative_se


def test_interference_lets_a_treatment_touch_the_control():
    world = World(users=6000, days=14)
    arms = {"control": BASE, "treatment": BASE.but(click_weight=5)}
    for interference, touched in ((0, False), (1.0, True)):
        there = world.but(interference=interference)
        alone, beside = simulate(there, BASE), simulate(there, arms)
        control = (beside.users()["arm"] == "control").to_numpy()
        change = (beside.totals("value") - alone.totals("value"))[control]
        if not touched:
            assert (change == 0).all()
        else:
            assert change.mean() < -4 * change.std() / np.sqrt(control.sum())


def test_a_million_impressions_a_second_on_one_core():
    world = World(users=20_000, days=7)
    arms = as_arms(BASE)
    arm_of = assign(world, list(arms))
    best = 0.0
    for _ in range(3):
        start, impressions = time.process_time(), 0
        for _day, totals, _habit in live(world, arms, arm_of):
            impressions += sum(
                int(values.sum(dtype=float)) for name, values in totals.items() if name == "impressions"
            )
        best = max(best, impressions / (time.process_time() - start))
    assert best > 1e6


def test_a_world_of_one_user_and_one_day_lives():
    daily = simulate(World(users=1, days=1, newcomers=1), "production").daily
    assert daily["actives"].tolist() in ([0], [1])

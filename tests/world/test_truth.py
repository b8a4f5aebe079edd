"""The truth: common luck makes it sharp, its error is right, and it says what it is about."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.world import METRICS, Policy, World, compare, simulate, truth
from twoworlds.world.calibration import crn_ratio

BASE = Policy()
SMALL_CHANGES = [
    {"latency_ms": 350},
    {"model_quality": 0.72},
    {"clickbait_penalty": 0.05},
    {"feature_age_min": 70},
]
WORLD = World(users=8000)
RUN = simulate(WORLD, BASE)
CHANGED = simulate(WORLD, BASE.but(latency_ms=650))


@pytest.mark.parametrize("change", SMALL_CHANGES, ids=lambda change: next(iter(change)))
def test_common_luck_cuts_the_error_to_a_third_or_less(change):
    assert 0 < crn_ratio(RUN, simulate(WORLD, BASE.but(**change))) <= 1 / 3


def test_independent_runs_have_the_error_that_the_ratio_divides_by():
    """The denominator of that ratio, against what worlds of other seeds show."""
    actives = [simulate(World(users=1000, seed=seed), BASE).daily["actives"].iloc[-1] for seed in range(40)]
    one = simulate(World(users=1000), BASE).totals("active", 28)
    ratio = np.std(actives, ddof=1) / np.sqrt(1000 * np.var(one))
    assert abs(ratio - 1) < 4 / np.sqrt(2 * 39)


@pytest.mark.parametrize("metric", METRICS)
def test_the_error_is_the_spread_between_blocks_of_users(metric):
    """40 blocks of 200 users: the effect in each, weighted as the estimate weighs them."""
    effect = compare(RUN, CHANGED, metric)
    above, below = METRICS[metric]
    days = 28 if below is None else 1

    def parts(run):
        y = run.totals(above).reshape(40, -1).sum(axis=1) / days
        if below is None:
            return 40 * y
        x = run.totals(below).reshape(40, -1).sum(axis=1)
        return (y - y.sum() / x.sum() * x) / x.mean()

    spread = np.std(parts(CHANGED) - parts(RUN), ddof=1) / np.sqrt(40)
    assert abs(spread / effect.se - 1) < 4 / np.sqrt(2 * 39)


def test_base_and_changed_are_what_the_daily_tables_say():
    effect = compare(RUN, CHANGED, "clicks", (3, 7))
    assert effect.base == pytest.approx(RUN.daily["clicks"][2:7].mean())
    assert effect.changed == pytest.approx(CHANGED.daily["clicks"][2:7].mean())
    assert effect.estimate == pytest.approx(effect.changed - effect.base)
    assert effect.relative == pytest.approx(effect.changed / effect.base - 1)
    ctr = compare(RUN, CHANGED, "ctr")
    assert ctr.base == pytest.approx(RUN.daily["clicks"].sum() / RUN.daily["impressions"].sum())


def test_watch_share_is_what_the_log_says_of_each_click():
    run = simulate(World(users=400, days=9, seed=4), BASE)
    log = run.log().merge(run.videos()[["video_id", "length_s"]], on="video_id").query("clicked")
    by_day = (log["watch_s"] / log["length_s"]).groupby(log["day"]).mean()
    effect = compare(run, run, "watch_share", 9)
    assert effect.base == pytest.approx(by_day[9], rel=1e-5)
    assert compare(run, run, "watch_share").base == pytest.approx(
        (log["watch_s"] / log["length_s"]).mean(), rel=1e-5
    )


def test_relative_error_agrees_with_absolute_when_the_base_is_sure():
    effect = compare(RUN, CHANGED, "actives", 28)
    assert effect.relative_se == pytest.approx(effect.se / effect.base, rel=0.1)


def test_nothing_changed_nothing_found():
    effect = truth(World(users=300, days=5), BASE, BASE)
    assert (effect.estimate, effect.se, effect.relative) == (0, 0, 0)


def test_truth_is_the_comparison_of_two_runs():
    world = World(users=500, days=6)
    effect = truth(world, "production", "random", "clicks", 6)
    assert effect == compare(simulate(world, "production"), simulate(world, "random"), "clicks", 6)
    assert (effect.metric, effect.day) == ("clicks", 6)


def test_with_interference_the_error_comes_from_replicates():
    world = World(users=400, days=5, interference=0.5)
    effect = truth(world, "production", "random", "clicks", replicates=4)
    single = [
        compare(simulate(world.but(seed=s), "production"), simulate(world.but(seed=s), "random"), "clicks")
        for s in range(7, 11)
    ]
    estimates = [e.estimate for e in single]
    assert effect.estimate == pytest.approx(np.mean(estimates))
    assert effect.se == pytest.approx(np.std(estimates, ddof=1) / 2)


def test_bad_questions_are_told_in_a_sentence():
    with pytest.raises(InputError, match="metric is 'revenue': it must be one of 'actives'"):
        truth(WORLD, BASE, BASE, "revenue")
    with pytest.raises(InputError, match="first day is 29"):
        truth(WORLD, BASE, BASE, day=29)
    with pytest.raises(InputError, match="same users and days"):
        compare(RUN, simulate(World(users=10, days=2), BASE))


def test_a_ratio_without_a_denominator_is_not_a_number():
    silent = simulate(World(users=20, days=2), Policy(outage_share=1))
    assert np.isnan(compare(silent, silent, "ctr").base)

"""Chapter 05's models: stored grids against their builders, theory against lived weeks, the stories it tells."""

import numpy as np
import pytest

from twoworlds.chapters.c05_now import age, loop, mix, retrain, scene, theatre
from twoworlds.chapters.c05_now.exercises import plan
from twoworlds.course.grids import grid
from twoworlds.product.session import Memory, evening, play
from twoworlds.product.session.evenings import SEARCH_WEIGHT
from twoworlds.world import Policy, World, compare, simulate

# --- one user's theatre ---------------------------------------------------------------------------------------------


def at_the_end(delay_s=120, weight=0.6, story="bread, all evening"):
    return scene.model(scene.CLOCK[-1], delay_s, weight, story)


def test_the_clock_runs_from_two_minutes_to_eight():
    assert scene.CLOCK[0] == "19:58:00"
    assert scene.CLOCK[scene.SEARCH] == "20:00:00"
    assert scene.CLOCK[-1] == "20:09:30"


@pytest.mark.parametrize("delay_s", [1, 30, 60, 180, 600])
def test_the_first_slate_that_knows_is_the_first_that_counts_the_search(delay_s):
    r = at_the_end(delay_s)
    bread = r.played.session[0, :, scene.BREAD]
    jump = np.diff(bread) > SEARCH_WEIGHT / 2 ** (delay_s / 60 / scene.HALF_LIFE_MIN + 1)
    expected = 1 + int(np.argmax(jump)) if jump.any() else scene.SLATES
    assert r.first_known == expected


def test_ten_times_faster_is_no_slate_earlier():
    assert scene.slates_gained(30, 3) == 0
    assert scene.slates_gained(300, 30) == 9


def test_nothing_before_the_search_depends_on_the_story():
    shown = [at_the_end(story=story).played.topic[0, : scene.SEARCH] for story in scene.STORIES]
    assert all((other == shown[0]).all() for other in shown)


def test_quick_and_sure_is_wrong_about_the_aunt_and_right_about_the_wish():
    assert at_the_end(3, 0.8, "bread, for an aunt").worth < -0.1
    assert at_the_end(3, 0.8, "bread, all evening").worth > 0.1


def test_late_news_can_be_worse_than_none():
    assert at_the_end(3, 0.6, "bread, then tennis").worth > 0.1
    assert at_the_end(300, 0.6, "bread, then tennis").worth < 0


def test_the_belief_is_painted_in_proportion():
    r = at_the_end()
    column = theatre.belief(r, rows=1000)[:, 20]
    believed = r.played.believed[0, 20]
    assert np.bincount(column, minlength=8) / 1000 == pytest.approx(believed / believed.sum(), abs=2e-3)


# --- how old may a feature be? --------------------------------------------------------------------------------------


def test_age_grid_is_what_the_world_gives():
    world = World(users=age.USERS, days=age.DAYS, seed=age.SEED)
    runs = [simulate(world, Policy(feature_age_min=a)) for a in (0, world.intent_half_life_min)]
    table = grid("ch05_age").query("mood == 0.6 and stale == 0.5").set_index("metric")
    for metric in age.METRICS.values():
        effect = compare(*runs, metric, (age.DAYS - 6, age.DAYS))
        assert table.lost[metric] == pytest.approx(-effect.relative, abs=1e-6)


@pytest.mark.parametrize("mood", age.MOODS)
@pytest.mark.parametrize("metric", age.METRICS)
def test_the_loss_is_in_proportion_to_the_moods_that_changed(mood, metric):
    """The line goes through the lived weeks: within four standard errors, or 5 %, since habit bends it a little."""
    table = grid("ch05_age")
    rows = table[(table.mood == age.MOODS[mood]) & (table.metric == age.METRICS[metric])]
    r = age.model(60, 120, mood, 5)
    theory = r.at_worst[metric] * rows.stale.to_numpy()
    assert np.all(np.abs(theory - rows.lost) <= np.maximum(4 * rows.se, 0.05 * theory))


def test_only_age_over_half_life_counts_for_the_loss():
    assert age.changed(60, 120) == pytest.approx(age.changed(5040, 10080))
    assert age.changed(120, 120) == 0.5


def test_best_age_follows_the_two_thirds_law_where_the_loss_is_still_a_line():
    """Least of 12/sqrt(A) + c A has A^(3/2) = 6/c: a half-life eight times as long allows four times the age."""
    short, long = (age.model(60, h, "a little", 5).best_min for h in (1440, 10080))
    assert long / short == pytest.approx(7 ** (2 / 3), rel=0.12)


def test_what_moves_too_fast_is_not_worth_following():
    assert age.model(60, 15, "as at Flick", 1).best_min == age.AXIS_MIN[-1]
    assert age.model(60, 120, "as at Flick", 1).best_min < 120


# --- today against the last year ------------------------------------------------------------------------------------


def test_mix_grid_is_what_the_evenings_give():
    for segment in mix.SEGMENTS:
        people = evening(mix.WORLD, slates=mix.SLATES, wish_half_life_min=mix.SEGMENTS[segment])
        worth = [play(people, m).satisfaction.mean() for m in (Memory(0), Memory(0.6, 2, mix.DELAY_S))]
        r = mix.model(0.6, 2, 50)
        assert r.now(segment) == pytest.approx(worth[1] / worth[0] - 1, abs=1e-6)


def test_everybody_is_the_sum_of_the_segments():
    r = mix.model(0.7, 2, 30)
    parts = {"steady": 0.7, "restless": 0.3}
    gained = sum(parts[s] * r.base[s] * r.now(s) for s in parts)
    assert r.now("everybody") == pytest.approx(gained / sum(parts[s] * r.base[s] for s in parts))
    for share, segment in ((0, "steady"), (100, "restless")):
        assert mix.model(0.7, 2, share).now("everybody") == pytest.approx(r.now(segment))


def test_the_best_average_harms_the_steady_by_more_than_its_error():
    half = mix.model(0.5, 5, 50)
    weight, half_life, gain = half.best("everybody")
    table = grid("ch05_mix").set_index(["segment", "weight", "half_life_min"])
    row = table.loc["steady", weight, half_life]
    assert row.gain < -4 * row.se
    assert half.apart > gain


# --- the loop -------------------------------------------------------------------------------------------------------


def test_loop_grid_is_what_the_evenings_give():
    people = evening(loop.WORLD, slates=loop.SLATES, wish_half_life_min=loop.RESTLESS_MIN)
    late = Memory(loop.MEMORY.weight, loop.MEMORY.half_life_min, 120)
    worth = [play(people, m).satisfaction.mean() for m in (Memory(0), late)]
    stored = grid("ch05_loop").set_index("delay_s").gain[120]
    assert stored == pytest.approx(worth[1] / worth[0] - 1, abs=1e-6)


def test_waits_agree_with_draws():
    periods, n = (10, 30, 60, 30), 400_000
    draws = np.random.default_rng(8).uniform(0, periods, (n, 4)).sum(axis=1)
    delays, chances = loop.waiting(periods)
    assert chances.sum() == pytest.approx(1)
    assert chances @ delays == pytest.approx(sum(periods) / 2)
    assert chances @ delays == pytest.approx(draws.mean(), abs=4 * draws.std() / np.sqrt(n))
    p99 = loop.model(10, 30, 60, 0).p99 - loop.NETWORK_S
    late = np.mean(draws > p99)
    assert late == pytest.approx(0.01, abs=4 * np.sqrt(0.01 / n) + 0.0015)  # and half a second of rounding


def test_a_wait_of_none_is_none():
    delays, chances = loop.waiting((0, 0))
    assert delays.tolist() == [0]
    assert chances.tolist() == [1]


def test_every_stage_counts_once_in_the_mean():
    r = loop.model(10, 30, 60, 2)
    assert r.mean == 5 + loop.NETWORK_S + 15 + 30 + 60 + 15
    assert loop.model(10, 3, 60, 2).mean == r.mean - 13.5


# --- the open exercise ----------------------------------------------------------------------------------------------


def test_the_plan_streams_only_those_who_gain():
    result = plan.lived(plan.PLAN)
    assert result["machines"] == pytest.approx(12 * 0.3 / np.sqrt(15 / 60))
    assert result["steady"] == 0
    assert plan.good_enough(plan.PLAN, None) is True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"delay_s": 5}, "machines"),
        ({"steady": {"weight": 0.8, "half_life_min": 1}, "delay_s": 300}, "steady lose"),
        ({"restless": {"weight": 0.1, "half_life_min": 2}}, "everybody gains"),
        ({"delay_s": "soon"}, "delay_s is 'soon'"),
        ({"steady": {"weight": 2, "half_life_min": 1}}, "weight of the steady is 2"),
        ({"steady": 3}, "'steady' must be a dict"),
        ({"more": 3}, "the plan must be a dict"),
    ],
)
def test_a_plan_that_falls_short_is_told_why(change, words):
    assert words in plan.good_enough({**plan.PLAN, **change}, None)


# --- how often to retrain? ------------------------------------------------------------------------------------------


def test_retrain_grid_is_what_the_world_gives():
    world = World(users=retrain.USERS, days=retrain.DAYS, seed=retrain.SEED, taste_drift=0.01)
    runs = [simulate(world, Policy(retrain_days=days)) for days in (1, 7)]
    effect = compare(*runs, "clicks", retrain.WINDOW)
    assert retrain.lost(1.0, "clicks")[retrain.RETRAIN_DAYS.index(7)] == pytest.approx(
        -effect.relative, abs=1e-6
    )


def test_the_slower_the_drift_the_rarer_the_training():
    best = [retrain.RETRAIN_DAYS[retrain.model(1, drift, 5).best] for drift in retrain.DRIFTS]
    assert best == sorted(best, reverse=True)
    assert best[0] > best[-1]


def test_a_longer_cadence_never_loses_fewer_clicks():
    for drift in retrain.DRIFTS:
        assert (np.diff(retrain.lost(drift, "clicks")) > 0).all()

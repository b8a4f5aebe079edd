"""Chapter 01's models: stored grids against their builders, the search against brute force, the alarms."""

import pytest

from twoworlds.chapters.c01_users import interventions, knobs, lens, tuning, vignettes
from twoworlds.course.grids import grid
from twoworlds.platform.serving import Service
from twoworlds.world import Policy, compare, simulate


def test_incident_grid_is_what_the_world_gives():
    incident = lens.incidents()["The best week so far"]
    base, run = simulate(lens.WORLD, Policy()), simulate(lens.WORLD, lens.policy_of(incident, 1.0))
    result = lens.model(incident.title, 1.0, 28)
    assert result.now("actives") == pytest.approx(compare(base, run, "actives", (26, 28)).relative, abs=1e-6)
    assert result.now("value") == pytest.approx(compare(base, run, "value", (26, 28)).estimate, abs=1e-6)


def test_knob_curve_is_what_the_world_gives():
    base, run = simulate(tuning.WORLD, Policy()), simulate(tuning.WORLD, Policy(candidates=84))
    effect = compare(base, run, "actives", tuning.LAST_WEEK)
    assert tuning.curve("candidates")[84] == pytest.approx(1 + effect.relative, abs=1e-6)


def test_intervention_grid_is_what_the_world_gives():
    name, requests = "Less clickbait", interventions.TRAFFIC["a hit show"]
    base, run = (simulate(interventions.WORLD, interventions.policy(n, requests)) for n in (None, name))
    stored = interventions.model("Clicks", 28, "a hit show").effect(name)
    assert stored == pytest.approx(compare(base, run, "clicks", (22, 28)).relative, abs=1e-6)


def test_keyword_grid_is_what_the_builder_gives():
    stored, built = grid("ch01_keywords"), vignettes.build_keyword_matcher()
    assert stored["id"].tolist() == built["id"].tolist()
    assert stored["product"].to_numpy() == pytest.approx(built["product"].to_numpy(), abs=2e-3)


def test_service_grid_is_the_closed_form():
    table = grid("ch01_service")
    for row in table.sample(20, random_state=3).itertuples():
        service = Service(row.model_quality, int(row.candidates), int(row.replicas))
        assert row.felt_ms == pytest.approx(service.felt_ms(), abs=1e-5)
        assert row.p99_lost_ms == pytest.approx(tuning._p99(service), abs=1e-5)


def test_today_is_the_origin_of_the_search():
    today = tuning.outcome_of(tuning.TODAY)
    assert today.actives == 1
    assert today.machines == pytest.approx(Service().cost())


@pytest.mark.parametrize(("budget", "objective", "guardrail"), [(20, 100, 0), (60, 200, 2), (35, 300, 5)])
def test_each_desk_gets_the_best_that_its_limits_allow(budget, objective, guardrail):
    both, space = tuning.model(budget, objective, guardrail), tuning._space()
    assert both.product.machines <= budget
    assert both.platform.p99_lost_ms <= objective
    assert both.platform.actives >= 1 - guardrail / 100
    cheaper = space[(space.machines < both.platform.machines - 1e-9) & (space.p99_lost_ms <= objective)]
    assert (cheaper.actives < tuning._today() * (1 - guardrail / 100)).all()
    most = (
        space.actives[space.machines <= budget].max() / tuning._today() * max(tuning.free_factor().values())
    )
    assert both.product.actives >= most * (1 - tuning.INDIFFERENCE) - 1e-12


def test_free_knobs_save_machines_for_the_platform_too():
    """What raises active users buys guardrail, and guardrail buys machines."""
    alone, free = tuning.tune_platform(150, 0.01), tuning.tune_platform(150, 0.01, every_knob=True)
    assert free.machines < alone.machines - 1
    assert {knob: alone.knobs[knob] for knob in tuning.FREE} == {
        knob: tuning.TODAY[knob] for knob in tuning.FREE
    }
    assert free.actives >= 0.99


def test_the_solution_of_01_7_holds_when_it_is_lived():
    tuned = tuning.search(20, 150)
    setting = {k: v for k, v in tuned.knobs.items() if k != "replicas"}
    lived = compare(
        simulate(tuning.WORLD, Policy()),
        simulate(tuning.WORLD, Policy(**setting, latency_ms=tuned.felt_ms)),
        "actives",
        tuning.LAST_WEEK,
    )
    assert lived.relative > 0.05


def test_an_impossible_mandate_is_said():
    explorer = knobs.eight_knobs()
    assert (
        explorer.reading(tuning.Mandates(tuning.tune_product(1), None))
        == "No setting keeps within product's budget."
    )
    result = tuning.Mandates(tuning.tune_product(40), tuning.tune_platform(10, 0))
    assert explorer.reading(result).startswith("No setting keeps platform's promise")


def test_multiplied_curves_stay_near_the_lived_world():
    """The explorer multiplies curves as if knobs didn't interact; the text says that they do, a little."""
    base = simulate(tuning.WORLD, Policy())
    for tuned in (tuning.tune_product(40), tuning.tune_platform(150, 0.01)):
        setting = {k: v for k, v in tuned.knobs.items() if k != "replicas"}
        policy = Policy(**setting, latency_ms=tuned.felt_ms)
        lived = compare(base, simulate(tuning.WORLD, policy), "actives", tuning.LAST_WEEK).relative
        assert tuned.actives - 1 == pytest.approx(lived, abs=0.025)


def test_the_best_week_rings_nobodys_bell_at_first_and_products_later():
    early, late = (lens.model("The best week so far", 1.0, day) for day in (1, 28))
    assert not early.product_alarm
    assert not early.paging
    assert late.product_alarm
    assert not late.paging


def test_capacity_is_worth_nothing_until_the_peak_no_longer_fits():
    usual, show = (interventions.model("Clicks", 28, traffic) for traffic in interventions.TRAFFIC)
    assert abs(usual.effect("More capacity")) < 0.002
    assert show.effect("More capacity") > 0.02
    assert interventions.shed(Service(requests_per_s=400)) == 0
    assert interventions.shed(Service(requests_per_s=640)) > 0.05


def test_always_half_scores_a_quarter_on_cards_with_one_right_side():
    assert vignettes.score([0.5] * 4, [1, 0, 1, 0]).brier == 0.25
    assert vignettes.score([0.5] * 4, [0.5] * 4).brier == 0

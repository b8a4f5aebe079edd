"""Six incidents whose levers the simulated world has, and which differ from today's production."""

import pytest

from twoworlds.interview.incidents import load_incidents
from twoworlds.world import Policy

INCIDENTS = load_incidents()


def test_six_incidents_on_six_levers():
    assert len({incident.id for incident in INCIDENTS}) == len(INCIDENTS) == 6
    assert len({incident.lever.name for incident in INCIDENTS}) == 6


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda incident: incident.id)
def test_the_lever_exists_and_changes_production(incident):
    production = Policy()
    assert production.but(**{incident.lever.name: incident.lever.value}) != production


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda incident: incident.id)
def test_each_desk_sees_asks_and_does_something_else(incident):
    assert incident.product.first_question != incident.platform.first_question
    assert incident.product.first_action != incident.platform.first_action
    seen = [signal.metric for view in (incident.product, incident.platform) for signal in view.signals]
    assert len(set(seen)) == len(seen)
    assert any(signal.before != signal.after for signal in incident.product.signals)


def test_latency_and_age_on_the_dashboard_are_the_levers_own():
    by_lever = {incident.lever.name: incident for incident in INCIDENTS}
    for name, unit in (("latency_ms", "ms"), ("feature_age_min", "min")):
        signal = next(s for s in by_lever[name].platform.signals if s.unit == unit)
        assert (signal.before, signal.after) == (getattr(Policy(), name), by_lever[name].lever.value)

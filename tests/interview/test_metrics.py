"""Forty metrics: complete, varied, and not sorted by the stereotype."""

from collections import Counter
from itertools import pairwise

from twoworlds.interview.metrics import load_metrics

METRICS = load_metrics()
BY_ID = {metric.id: metric for metric in METRICS}


def test_forty_metrics_with_their_own_names_and_definitions():
    assert len(METRICS) == len(BY_ID) == 40
    assert len({m.name for m in METRICS}) == len({m.definition for m in METRICS}) == 40
    assert len({m.cannot_see for m in METRICS}) == 40


def test_drivers_and_desks_are_balanced():
    drivers, desks = Counter(m.driver for m in METRICS), Counter(m.desk for m in METRICS)
    assert all(10 <= drivers[driver] <= 16 for driver in ("user", "system", "both"))
    assert abs(desks["product"] - desks["platform"]) <= 3
    assert desks["both"] >= 5


def test_the_driver_does_not_decide_the_desk():
    pairs = Counter((m.driver, m.desk) for m in METRICS)
    assert pairs["user", "platform"] >= 3  # engineers are users too
    assert pairs["system", "product"] >= 2  # a slate's diversity needs no user to act


def test_readings_are_given_where_both_drive_and_differ():
    assert all((m.readings is not None) == (m.driver == "both") for m in METRICS)
    assert all(m.readings.product != m.readings.platform for m in METRICS if m.readings)


def test_ratios_have_both_parts():
    assert all((m.numerator is None) == (m.denominator is None) for m in METRICS)
    assert all(m.numerator for m in METRICS if m.unit == "share")


def test_all_directions_occur():
    assert {m.direction for m in METRICS} == {"up", "down", "target"}
    assert BY_ID["utilisation"].direction == "target"


def test_what_people_and_machines_move_together_is_marked_both():
    people_and_machines = "crash_free early_abandonment rebuffer_ratio fallback_rate ttft safety_precision"
    assert {BY_ID[name].driver for name in people_and_machines.split()} == {"both"}


def test_the_order_does_not_tell_the_driver():
    drivers = [m.driver for m in METRICS]
    assert sum(a == b for a, b in pairwise(drivers)) < 20

"""Objectives and what they are made of: percentiles, availability, error budgets, freshness, cost."""

from twoworlds.platform.slo.availability import downtime_min, k_of_n, nines, parallel, serial
from twoworlds.platform.slo.budget import ALERTS, Alert, Objective, burn_rate_for, error_share
from twoworlds.platform.slo.cost import cost_per_million, smallest_fleet
from twoworlds.platform.slo.freshness import Sawtooth, periodic_age, queued_age, sawtooth
from twoworlds.platform.slo.percentiles import Sketch, percentile
from twoworlds.platform.slo.sketches import Distinct, bloom_false_positives, hyperloglog_error

__all__ = [
    "ALERTS",
    "Alert",
    "Distinct",
    "Objective",
    "Sawtooth",
    "Sketch",
    "bloom_false_positives",
    "burn_rate_for",
    "cost_per_million",
    "downtime_min",
    "error_share",
    "hyperloglog_error",
    "k_of_n",
    "nines",
    "parallel",
    "percentile",
    "periodic_age",
    "queued_age",
    "sawtooth",
    "serial",
    "smallest_fleet",
]

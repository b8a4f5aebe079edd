"""Forty metrics to sort: does the number move because people act, or because machines run?"""

from dataclasses import dataclass

from twoworlds.interview.records import load


@dataclass(frozen=True)
class Readings:
    """The two ways to read one ambiguous metric."""

    product: str
    platform: str


@dataclass(frozen=True)
class Metric:
    """One metric with its definition.

    `driver` says what moves it: "user" (people decide), "system" (machines run) or "both".
    `desk` is who answers for it: "product", "platform" or "both". The two are not the same question:
    an engineer who files a ticket is a user, and a slate's diversity is the system's own doing.
    `direction` is "up", "down", or "target" where both too little and too much are bad.
    A ratio has `numerator` and `denominator`; otherwise both are None and `definition` says all.
    """

    id: str
    name: str
    definition: str
    numerator: str | None
    denominator: str | None
    unit: str
    driver: str
    desk: str
    direction: str
    cannot_see: str
    readings: Readings | None = None


def load_metrics() -> tuple[Metric, ...]:
    """Return the 40 metrics in their stored order, mixed by desk. Raises InputError if data are missing."""
    return load("ch01/metrics.json", tuple[Metric, ...])

"""Six incidents, each seen from both desks and each caused by one lever of the simulated world."""

from dataclasses import dataclass

from twoworlds.interview.records import load


@dataclass(frozen=True)
class Lever:
    """A field of the world's Policy and the value that the incident sets it to (the policy's own unit)."""

    name: str
    value: float


@dataclass(frozen=True)
class Signal:
    """A number on a dashboard, before and after.

    `source` is "scenario" for the story's own telemetry: made up by us and not a fact to quote.
    "simulated" marks a number that was read off a run of the world.
    """

    metric: str
    before: float
    after: float
    unit: str
    source: str


@dataclass(frozen=True)
class DeskView:
    """What one desk sees, asks first and does first."""

    signals: tuple[Signal, ...]
    first_question: str
    first_action: str


@dataclass(frozen=True)
class Incident:
    """One incident: the story, the user of the system, the lever that causes it, and two views of it."""

    id: str
    title: str
    story: str
    user: str
    lever: Lever
    product: DeskView
    platform: DeskView


def load_incidents() -> tuple[Incident, ...]:
    """Return the six incidents. Raises InputError if data are missing."""
    return load("ch01/incidents.json", tuple[Incident, ...])

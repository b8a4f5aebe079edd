"""One incident: whom it hits, what it takes from the error budget, and which alert sees it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.c03_tail.people import WEEK_HOURS, hit_by_incident
from twoworlds.chapters.words import rare_percent
from twoworlds.course.controls import Choice, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.platform.slo import ALERTS, Alert, Objective

LASTS_H = {
    "20 s": 20 / 3600, "45 s": 45 / 3600, "1 min": 1 / 60, "2 min": 2 / 60, "5 min": 5 / 60, "15 min": 0.25,
    "43 min": 43.2 / 60, "2 h": 2.0, "6 h": 6.0, "1 day": 24.0, "3 days": 72.0, "10 days": 240.0, "30 days": 720.0,
}  # fmt: skip
FAILS = (0.02, 0.05, 0.09, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0, 100.0)
TARGETS = {"99 %": 0.99, "99.9 %": 0.999, "99.99 %": 0.9999}
TICKS_H = {"10 s": 10 / 3600, "1 min": 1 / 60, "10 min": 1 / 6, "1 h": 1, "10 h": 10, "3 d": 72, "30 d": 720}
SPAN_H = (5 / 3600, 1500.0)
ROWS = {"incident": 3, **{alert.name: 2 - i for i, alert in enumerate(ALERTS)}}
LEAST_HIT = 0.0005  # %; fewer are drawn at the axis
HOURS = np.geomspace(10 / 3600, 720, 120)


@dataclass(frozen=True)
class Incident:
    """A share of requests fails for a time."""

    errors: float  # share of requests
    hours: float
    lasts: str
    objective: Objective
    on: dict[str, tuple[float, float] | None]  # alert -> hours from the start at which it goes on and off
    hit: float  # share of the week's visitors who meet a failure
    hit_by_length: np.ndarray  # the same for each of HOURS

    @property
    def spent(self) -> float:
        """The share of the month's budget that it takes."""
        return self.objective.spent(self.errors, self.hours)


def alarm(alert: Alert, objective: Objective, errors: float, hours: float) -> tuple[float, float] | None:
    """Return when an alert is on, in hours from the start of a constant share of errors; None if it never is.

    On when the long window holds enough (the short one then does too); off when the short one is clean enough.
    """
    start = alert.detected_after_s(objective, errors) / 3600
    if start >= hours * (1 - 1e-9):  # when it is over there is nothing left to wake anybody for
        return None
    return start, hours + alert.short_h * (1 - alert.threshold(objective) / errors)


def model(fails: float, lasts: str, target: str) -> Incident:
    """Return what an incident does; `fails` in % of requests."""
    objective, errors, hours = Objective(TARGETS[target]), fails / 100, LASTS_H[lasts]
    on = {alert.name: alarm(alert, objective, errors, hours) for alert in ALERTS}
    by_length = hit_by_incident(errors, HOURS)
    return Incident(errors, hours, lasts, objective, on, float(hit_by_incident(errors, hours)), by_length)


def _axes(product: Axes, platform: Axes) -> None:
    for ax in (product, platform):
        ax.set(xscale="log", xlim=SPAN_H, xlabel="Time since it began")
        ax.set_xticks(list(TICKS_H.values()), list(TICKS_H))
        ax.minorticks_off()
    product.set(yscale="log", ylim=(LEAST_HIT, 200), ylabel="Visitors hit so far, % of a week's")
    product.set_yticks([0.001, 0.01, 0.1, 1, 10, 100], ["0.001", "0.01", "0.1", "1", "10", "100"])
    names = ["Incident", *(f"{a.name.capitalize()}\n{_length(a.long_h)}" for a in ALERTS)]
    platform.set(ylim=(-0.6, 3.7))
    platform.set_yticks(list(ROWS.values()), names)
    platform.grid(False, axis="y")
    product.minorticks_off()


def draw(product: Axes, platform: Axes) -> Callable[[Incident], None]:
    """Left who is hit by an incident of any length, right the alerts as bars in time."""
    _axes(product, platform)
    (later,) = product.plot([], [], color=PRODUCT, linewidth=1, linestyle=":", animated=True)
    (line,) = product.plot([], [], color=PRODUCT, animated=True)
    (dot,) = product.plot([], [], "o", color=PRODUCT, markersize=10, markeredgecolor="white", animated=True)
    bars = {
        name: platform.plot(
            [],
            [],
            color=TRUTH if name == "incident" else PLATFORM,
            linewidth=11,
            solid_capstyle="butt",
            animated=True,
        )[0]
        for name in ROWS
    }
    never = {
        n: platform.text(SPAN_H[0] * 1.6, y, "", va="center", color=NEUTRAL, animated=True)
        for n, y in ROWS.items()
    }
    spent = platform.text(
        SPAN_H[1] / 1.4, 3.42, "", ha="right", va="center", fontweight="bold", animated=True
    )

    def update(r: Incident) -> None:
        so_far = r.hours >= HOURS
        later.set_data(HOURS, 100 * r.hit_by_length)
        line.set_data(HOURS[so_far], 100 * r.hit_by_length[so_far])
        dot.set_data([r.hours], [max(100 * r.hit, 1.15 * LEAST_HIT)])
        for name, span in {"incident": (SPAN_H[0], r.hours), **r.on}.items():
            bars[name].set_data(span or [], [ROWS[name]] * 2 if span else [])
            never[name].set_text("" if span else "never goes off")
        spent.set_text(f"{_budgets(r.spent)} month's budget")

    return update


def _budgets(spent: float) -> str:
    """Return how much of the month's budget in words: "0.35 % of the", "100 % of the", "2.3 times the"."""
    if spent >= 2:
        return f"{spent:,.0f} times the" if spent >= 10 else f"{spent:.2g} times the"
    return f"{100 * spent:.0f} % of the" if spent >= 0.995 else f"{rare_percent(spent)} of the"


def _length(hours: float) -> str:
    return f"{hours:g} h" if hours < 48 else f"{hours / 24:g} days"


def _ago(hours: float) -> str:
    """Return a length of time in words."""
    for unit, size in (("days", 24), ("h", 1), ("min", 1 / 60)):
        if hours >= 1.95 * size:
            return f"{hours / size:.3g} {unit}"
    return f"{hours * 3600:.0f} s"


def reading(r: Incident) -> str:
    """Say what it costs, whom it hits, and who is told when."""
    first = min((span[0], name) for name, span in r.on.items() if span) if any(r.on.values()) else None
    told = (
        f"the first to see it is the {first[1]}, after {_ago(first[0])}"
        if first
        else "no alert ever goes off"
    )
    week = "each" if r.hours > WEEK_HOURS else "a"
    return (
        f"{100 * r.errors:g} % fail for {r.lasts}: {_budgets(r.spent)} month's error budget, and "
        f"{rare_percent(r.hit)} of {week} week's visitors meet it; {told}."
    )


def prediction() -> Prediction:
    """Ask about an outage that is over before anybody's window has filled."""
    names = {alert.name: alert.name.capitalize() for alert in ALERTS}

    def told() -> str:
        on = model(100.0, "45 s", "99.9 %").on
        return next((names[name] for name in names if on[name]), "Nobody")

    return Prediction(
        id="03.7",
        question="The objective is 99.9 %. Every single request fails, for 45 seconds. Which alert goes off first?",
        answer=Choice("First alert", (*names.values(), "Nobody"), "Fast page"),
        truth=told,
    )


def spend_the_budget() -> Explorer:
    """Return the explorer: how much fails x how long x what was promised."""
    return Explorer(
        question="Spend the error budget: which alert sees which incident?",
        controls={
            "fails": Steps("Requests that fail", FAILS, 100.0, "%"),
            "lasts": Steps("For", tuple(LASTS_H), "45 s"),
            "target": Choice("Objective", tuple(TARGETS), "99.9 %"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "who meets it?", "platform": "who is told?"},
        presets={
            "Dead for 43 minutes": Preset("A bad release, found and rolled back.", {"lasts": "43 min"}),
            "A slow leak": Preset(
                "One shard in five hundred, since some Tuesday.", {"fails": 0.2, "lasts": "10 days"}
            ),
            "Just under": Preset("Nine in ten thousand, all month.", {"fails": 0.09, "lasts": "30 days"}),
            "Four nines": Preset(
                "Sales has promised one nine more.", {"fails": 1.0, "lasts": "5 min", "target": "99.99 %"}
            ),
        },
        prediction=prediction(),
    )

"""One incident, two dashboards, and a line that nobody's dashboard shows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.interview.incidents import Incident, load_incidents
from twoworlds.world import Policy, World, compare, simulate

SIZES = (0.25, 0.5, 1.0)
DAYS = 28
WORLD = World(users=30_000, days=DAYS, seed=21)
WATCHED = {"clicks": "Clicks", "watch_s": "Watch time", "actives": "Active users"}
# Satisfaction is the world's latent value of an opened video, -100 to +100 points: no dashboard has it.
SATISFACTION = "value"
PRODUCT_ALARM = 0.03  # what Flick's dashboard lets pass as an ordinary day

# What Groundwork watches: how to read it off a policy, the value that pages somebody, and how to say it.
SIGNALS: dict[str, tuple[Callable[[Policy], float], float, str]] = {
    "Time to first video": (lambda p: p.latency_ms, 400, "{:.0f} ms"),
    "Failed sessions": (lambda p: 100 * p.outage_share, 1, "{:.1f} %"),
    "Age of features": (lambda p: p.feature_age_min, 180, "{:.0f} min"),
    "Served with defaults": (lambda p: 100 * p.broken_feature, 50, "{:.0f} %"),
}


def incidents() -> dict[str, Incident]:
    """Return the incidents by title, in their stored order."""
    return {incident.title: incident for incident in load_incidents()}


def policy_of(incident: Incident, size: float) -> Policy:
    """Return production with `size` (0 to 1) of the incident's change to its lever."""
    name, today = incident.lever.name, getattr(Policy(), incident.lever.name)
    value = today + size * (incident.lever.value - today)
    return Policy().but(**{name: round(value) if isinstance(today, int) else value})


def build_grid() -> pd.DataFrame:
    """Live four weeks of each incident at each size: the change of each metric, by day.

    Columns: incident (id), size (share), metric, day, change (a share; for "value" points of 100; mean of up to
    three days ending that day).
    """
    base = simulate(WORLD, Policy())
    rows = []
    for incident in load_incidents():
        for size in SIZES:
            run = simulate(WORLD, policy_of(incident, size))
            for metric in (*WATCHED, SATISFACTION):
                for day in range(1, DAYS + 1):
                    effect = compare(base, run, metric, (max(1, day - 2), day))
                    rows.append(
                        (
                            incident.id,
                            size,
                            metric,
                            day,
                            effect.relative if metric in WATCHED else effect.estimate,
                        )
                    )
    return pd.DataFrame(rows, columns=["incident", "size", "metric", "day", "change"])


@dataclass(frozen=True)
class Lens:
    """One incident on one day, as both desks see it."""

    title: str
    day: int
    lines: dict[str, np.ndarray]  # metric -> change by day, as a share
    signals: dict[str, tuple[str, float]]  # name -> (value in words, share of the value that pages)

    def now(self, metric: str) -> float:
        """The change of a metric on the chosen day: a share, or for satisfaction hundredths of points."""
        return float(self.lines[metric][self.day - 1])

    @property
    def product_alarm(self) -> bool:
        """Whether something the product desk watches has fallen by more than its alarm."""
        return min(self.now(metric) for metric in WATCHED) < -PRODUCT_ALARM

    @property
    def paging(self) -> list[str]:
        """The platform's signals that page somebody."""
        return [name for name, (_, share) in self.signals.items() if share >= 1]


def model(incident: str, size: float, day: int) -> Lens:
    """Return both desks' view of an incident (its title), at a size (share of the full change), on a day."""
    chosen = incidents()[incident]
    table = grid("ch01_incidents")
    table = table[(table.incident == chosen.id) & (table["size"] == size)]
    lines = {metric: rows.change.to_numpy() for metric, rows in table.groupby("metric")}
    policy = policy_of(chosen, size)
    signals = {
        name: (words.format(read(policy)), read(policy) / page)
        for name, (read, page, words) in SIGNALS.items()
    }
    return Lens(incident, day, lines, signals)


def who_notices(day: int) -> pd.DataFrame:
    """Return one row an incident at full size: what each desk sees on `day`, and satisfaction (points)."""
    rows = {}
    for title in incidents():
        lens = model(title, 1.0, day)
        rows[title] = {
            "product alarm": lens.product_alarm,
            "platform pages": bool(lens.paging),
            "clicks, %": round(100 * lens.now("clicks"), 1),
            "active users, %": round(100 * lens.now("actives"), 1),
            "satisfaction, points": round(100 * lens.now(SATISFACTION)),
        }
    return pd.DataFrame(rows).T


def draw(product: Axes, platform: Axes) -> Callable[[Lens], None]:
    """Left lines over the days, right each signal as a share of the value that pages."""
    product.set(
        xlim=(0.5, DAYS + 9.5), ylim=(-32, 27), xlabel="Day of the incident", xticks=range(1, DAYS + 1, 3)
    )
    product.set_ylabel("Change, % (satisfaction: points)")
    product.axhspan(-100 * PRODUCT_ALARM, 100 * PRODUCT_ALARM, color="#F0F0F0", zorder=0)
    names = {**WATCHED, SATISFACTION: "Satisfaction\n(not logged)"}
    styles = {
        "clicks": ("-", PRODUCT),
        "watch_s": ("--", PRODUCT),
        "actives": (":", PRODUCT),
        SATISFACTION: ("-", TRUTH),
    }
    lines, ends = {}, {}
    for metric, (dash, colour) in styles.items():
        lines[metric] = product.plot([], [], dash, color=colour, animated=True)[0]
        ends[metric] = product.text(
            DAYS + 0.6, 0, names[metric], color=colour, va="center", fontsize=8.5, animated=True
        )
    cursor = product.axvline(1, color=NEUTRAL, linewidth=0.8, animated=True)
    rows = np.arange(len(SIGNALS))[::-1]
    platform.set(
        xlim=(0, 560), ylim=(-0.6, len(SIGNALS) - 0.4), xlabel="Share of the value that pages somebody, %"
    )
    platform.set_yticks(rows, list(SIGNALS))
    platform.axvline(100, color=NEUTRAL, linestyle=":")
    (dots,) = platform.plot(
        [], [], "o", color=PLATFORM, markersize=10, markeredgecolor="white", animated=True
    )
    (loud,) = platform.plot([], [], "o", color="none", markersize=17, markeredgecolor=TRUTH, animated=True)
    values = [
        platform.text(0, y + 0.22, "", ha="center", fontsize=9, color=PLATFORM, animated=True) for y in rows
    ]

    def update(r: Lens) -> None:
        places = _spread({metric: 100 * float(line[-1]) for metric, line in r.lines.items()})
        for metric, line in lines.items():
            line.set_data(np.arange(1, DAYS + 1), 100 * r.lines[metric])
            ends[metric].set_y(places[metric])
        cursor.set_xdata([r.day, r.day])
        shares = np.array([100 * share for _, share in r.signals.values()])
        dots.set_data(shares, rows)
        loud.set_data(shares[shares >= 100], rows[shares >= 100])
        for text, (words, _), x in zip(values, r.signals.values(), shares, strict=True):
            text.set_text(words)
            text.set_x(max(x, 30))

    return update


def _spread(places: dict[str, float], gap: float = 4.2) -> dict[str, float]:
    """Return label positions at least `gap` apart, in the order of the values."""
    order = sorted(places, key=places.get)
    spread = np.array([places[name] for name in order])
    spread = np.maximum.accumulate(spread - gap * np.arange(len(order))) + gap * np.arange(len(order))
    return dict(zip(order, spread - (spread.mean() - np.mean(list(places.values()))), strict=True))


def reading(r: Lens) -> str:
    """Say whose alarm rings, and what nobody's dashboard shows."""
    loudest = (
        min(WATCHED, key=r.now) if r.product_alarm else max(WATCHED, key=lambda metric: abs(r.now(metric)))
    )
    moved = f"{WATCHED[loudest].lower()} {100 * r.now(loudest):+.1f} %, {'an alarm' if r.product_alarm else 'no alarm'}"
    platform = (
        f"{r.paging[0].lower()} at {r.signals[r.paging[0]][0]} pages somebody"
        if r.paging
        else "every light is green"
    )
    points = f"{100 * r.now(SATISFACTION):+.0f}".replace("-0", "0").replace("+0", "0")
    return (
        f"“{r.title}”, day {r.day}. Product desk: {moved}. Platform desk: {platform}. "
        f"Satisfaction, which nobody logs: {points} points."
    )


def prediction() -> Prediction:
    """Ask for the desk whose alarm rings when the objective is lost."""

    def first_desk() -> str:
        lens = model("The best week so far", 1.0, 3)
        return {(True, True): "Both", (True, False): "Product", (False, True): "Platform"}.get(
            (lens.product_alarm, bool(lens.paging)), "Neither"
        )

    return Prediction(
        id="01.1",
        question="“The best week so far”: a tidied configuration loses one line of the ranker, the weight of what "
        "people will be glad of. Three days later, whose alarm has rung?",
        answer=Choice("Whose alarm?", ("Product", "Platform", "Both", "Neither"), "Product"),
        truth=first_desk,
    )


def role_lens() -> Explorer:
    """Return the explorer: incident x size x day."""
    titles = tuple(incidents())
    return Explorer(
        question="One incident, two dashboards: who sees it?",
        controls={
            "incident": Choice("Incident", titles, "The best week so far"),
            "size": Steps("Part of the full change", SIZES, 1.0),
            "day": Slider("Day of the incident", 1, DAYS, 1, 3, ""),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "what moves?", "platform": "what pages?"},
        presets={
            "The morning after": Preset("Four weeks later, somebody asks where everybody is.", {"day": 28}),
            "A renamed field": Preset(
                "Three requests in ten are served with defaults, as agreed.",
                {"incident": "Everyone is average", "day": 1},
            ),
            "A detour": Preset(
                "A quarter of a second more, on every call.", {"incident": "The detour", "day": 1}
            ),
        },
        prediction=prediction(),
    )

"""Five things that a quarter could be spent on, by what they do to people and what they take in machines."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.course.controls import Choice, Slider
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT
from twoworlds.platform.serving import Service
from twoworlds.world import Policy, World, compare, simulate

DAYS = 28
WORLD = World(users=60_000, days=DAYS, seed=31)
TRAFFIC = {"usual": 400.0, "a hit show": 640.0}  # requests in the busiest second
METRICS = {"Active users": "actives", "Clicks": "clicks", "Watch time": "watch_s"}

# name -> (what changes for people, what changes in the machines). A better model comes with the machines that it
# needs to run as busy as today's; a faster first video ranks ahead of time, so twice as often.
INTERVENTIONS: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    "A better model": ({"model_quality": 0.8}, {"model_quality": 0.8, "replicas": 24}),
    "150 ms less waiting": ({"latency_ms": 100}, {"replicas": 28}),
    "Fresh features": ({"feature_age_min": 5}, {"feature_age_min": 5}),
    "Less clickbait": ({"clickbait_penalty": 1}, {}),
    "More capacity": ({}, {"replicas": 21}),
}


def service(name: str, requests_per_s: float) -> Service:
    """Return the ranking service with an intervention in place."""
    return Service(requests_per_s=requests_per_s).but(**INTERVENTIONS[name][1])


def shed(service: Service, load: float | None = None) -> float:
    """Return the share of requests turned away at the peak: what exceeds 97 % of capacity."""
    load = service.utilisation() if load is None else load
    return max(0.0, 1 - 0.97 / load) if load > 0 else 0.0


def policy(name: str | None, requests_per_s: float) -> Policy:
    """Return what people meet: production, with an intervention (or None) and the overload of this traffic.

    The peak hours see a third of the day's sessions, so a third of the shed share fails over the day.
    """
    levers = dict(INTERVENTIONS[name][0]) if name else {}
    running = service(name, requests_per_s) if name else Service(requests_per_s=requests_per_s)
    # Ranking ahead of time doubles the requests and the machines alike: as busy as today.
    load = Service(requests_per_s=requests_per_s).utilisation() if name == "150 ms less waiting" else None
    slower = running.service_ms() - Service().service_ms()
    return Policy().but(
        **{"latency_ms": Policy().latency_ms + slower, **levers, "outage_share": shed(running, load) / 3}
    )


def build_grid() -> pd.DataFrame:
    """Live four weeks with each intervention at each traffic, against none.

    Columns: traffic, intervention, metric, day, change (share; mean of up to seven days ending that day), se.
    """
    rows = []
    for traffic, requests in TRAFFIC.items():
        base = simulate(WORLD, policy(None, requests))
        for name in INTERVENTIONS:
            run = simulate(WORLD, policy(name, requests))
            for metric in METRICS.values():
                for day in range(1, DAYS + 1):
                    effect = compare(base, run, metric, (max(1, day - 6), day))
                    rows.append((traffic, name, metric, day, effect.relative, effect.relative_se))
    return pd.DataFrame(rows, columns=["traffic", "intervention", "metric", "day", "change", "se"])


@dataclass(frozen=True)
class Ranking:
    """The five by their effect on one metric on one day."""

    metric: str
    day: int
    traffic: str
    names: tuple[str, ...]
    change: np.ndarray  # shares, in the order of names
    se: np.ndarray
    machines: np.ndarray  # added, in the order of names

    def effect(self, name: str) -> float:
        """Return the change that an intervention brings, as a share."""
        return float(self.change[self.names.index(name)])

    @property
    def best(self) -> str:
        """The intervention with the largest effect."""
        return self.names[int(np.argmax(self.change))]


def model(metric: str, day: int, traffic: str) -> Ranking:
    """Return the five effects on a metric (its name), on a day, at a traffic (its name)."""
    table = grid("ch01_interventions")
    chosen = table[(table.traffic == traffic) & (table.metric == METRICS[metric]) & (table.day == day)]
    chosen = chosen.set_index("intervention").loc[list(INTERVENTIONS)]
    today = Service().cost()
    machines = np.array([service(name, TRAFFIC[traffic]).cost() - today for name in INTERVENTIONS])
    return Ranking(
        metric, day, traffic, tuple(INTERVENTIONS), chosen.change.to_numpy(), chosen.se.to_numpy(), machines
    )


def draw(product: Axes, platform: Axes) -> Callable[[Ranking], None]:
    """The same five rows on both sides."""
    rows = np.arange(len(INTERVENTIONS))[::-1]
    for ax in (product, platform):
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.axvline(0, color=NEUTRAL, linewidth=0.8)
    product.set_yticks(rows, list(INTERVENTIONS))
    platform.set_yticks(rows, [])
    product.set(xlim=(-11, 11), xticks=range(-10, 11, 2), xlabel="Change against doing nothing, %")
    platform.set(xlim=(0, 20), xticks=range(0, 21, 5), xlabel="Machines added")
    effects = product.barh(rows, 0 * rows, height=0.55, color=PRODUCT, animated=True)
    errors = product.hlines(rows, 0 * rows, 0 * rows, color="#333333", linewidth=1.5, animated=True)
    costs = platform.barh(rows, 0 * rows, height=0.55, color=PLATFORM, animated=True)
    numbers = [platform.text(0, y, "", va="center", animated=True) for y in rows]

    def update(r: Ranking) -> None:
        errors.set_segments(
            [
                [(100 * (c - 2 * s), y), (100 * (c + 2 * s), y)]
                for c, s, y in zip(r.change, r.se, rows, strict=True)
            ]
        )
        for bar, change in zip(effects, r.change, strict=True):
            bar.set_width(100 * change)
        for bar, number, machines in zip(costs, numbers, r.machines, strict=True):
            bar.set_width(machines)
            number.set(x=machines + 0.3, text=f"{machines:.0f}")

    return update


def leaders(r: Ranking) -> list[str]:
    """Return the interventions that can't be told from the best one: within two standard errors of the difference."""
    best = int(np.argmax(r.change))
    close = r.change[best] - r.change <= 2 * np.hypot(r.se[best], r.se)
    return [
        name for name, near in sorted(zip(r.names, close, strict=True), key=lambda p: -r.effect(p[0])) if near
    ]


def reading(r: Ranking) -> str:
    """Say which one wins, what it costs, and which one comes last."""
    where = (
        f"{r.metric}, day {r.day}, {r.traffic} traffic"
        if r.traffic == "usual"
        else f"{r.metric}, day {r.day}, {r.traffic}"
    )
    first = leaders(r)
    if len(first) == len(r.names):
        return f"{where}: all five are equal; nobody's day is different yet."
    cost = dict(zip(r.names, r.machines, strict=True))
    worst = min(r.names, key=r.effect)
    wins = " and ".join(f"{name[0].lower() + name[1:]} ({cost[name]:.0f} machines)" for name in first[:2])
    return (
        f"{where}: {wins} {'wins' if len(first) == 1 else 'lead'} with {100 * r.effect(first[0]):+.1f} %; "
        f"{worst[0].lower() + worst[1:]} comes last with {100 * r.effect(worst):+.1f} %."
    )


def prediction() -> Prediction:
    """Ask for the winner before the run."""
    return Prediction(
        id="01.3",
        question="One quarter, one project, the usual traffic. Which of the five brings the most active users after "
        "four weeks?",
        answer=Choice("Winner", tuple(INTERVENTIONS), "A better model"),
        truth=lambda: model("Active users", 28, "usual").best,
    )


def five_interventions() -> Explorer:
    """Return the explorer: metric x day x traffic."""
    return Explorer(
        question="What is this quarter best spent on?",
        controls={
            "metric": Choice("Judged by", tuple(METRICS), "Active users"),
            "day": Slider("On day", 1, DAYS, 1, DAYS, ""),
            "traffic": Choice("Traffic", tuple(TRAFFIC), "usual"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "what do people do?", "platform": "what does it take?"},
        presets={
            "Day-one dashboard": Preset("The release party looks at clicks.", {"metric": "Clicks", "day": 1}),
            "After one week": Preset(
                "The weekly review looks at watch time.", {"metric": "Watch time", "day": 7}
            ),
            "A hit show": Preset(
                "Everybody comes at nine, and the peak no longer fits.", {"traffic": "a hit show"}
            ),
        },
        prediction=prediction(),
    )

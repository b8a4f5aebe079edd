"""Same config, fifty weeks: a number from people and a number from machines, measured again and again."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.chapters.c03_tail.story import SERVICE_MS
from twoworlds.course.controls import Choice, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.platform import queueing
from twoworlds.platform.slo import percentile
from twoworlds.world import Policy, World, simulate

WEEKS = 50
LOADS = (50, 70, 80, 90, 95)  # %
EVENTS = (10_000, 100_000, 1_000_000)  # impressions, and requests, in a week
USERS = {10_000: 180, 100_000: 1800, 1_000_000: 18_000}  # the world's users that see so many in a week
PRODUCT_METRICS = {"CTR": "ctr", "Watch time a click": "watch_per_click", "Active days": "actives"}
PLATFORM_METRICS = {"p99": "p99", "Mean time": "mean", "Utilisation": "busy"}


def build_product(events: dict[int, int] = USERS, number: int = WEEKS) -> pd.DataFrame:
    """Live so many weeks of other people and other videos with one policy.

    Columns: events, week, the product metrics, impressions.
    """
    rows = []
    for count, users in events.items():
        for week in range(number):
            daily = simulate(World(users=users, days=7, seed=3000 + week), Policy()).daily.sum()
            ctr, watch = daily["clicks"] / daily["impressions"], daily["watch_s"] / daily["clicks"]
            rows.append((count, week, ctr, watch, daily["actives"], daily["impressions"]))
    return pd.DataFrame(rows, columns=["events", "week", "ctr", "watch_per_click", "actives", "impressions"])


def build_platform() -> pd.DataFrame:
    """Serve fifty weeks with one config (M/M/1). Columns: load (%), events, week, p99, mean (ms), busy (share)."""
    rows = []
    for load in LOADS:
        for events in EVENTS:
            for week in range(WEEKS):
                rows.append(
                    (
                        load,
                        events,
                        week,
                        *_one_week(load / 100, events, np.random.default_rng([load, events, week])),
                    )
                )
    return pd.DataFrame(rows, columns=["load", "events", "week", "p99", "mean", "busy"])


def _one_week(load: float, events: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return (p99, mean response in ms, share of the time busy) of a line that is already in its steady state."""
    arrive = queueing.poisson_arrivals(rng, load, events)
    work = queueing.service_times(rng, "exponential", events)
    # What the first one finds in the steady state: nothing with chance 1 - load, else an exponential wait (M/M/1).
    found = rng.exponential(1 / (1 - load)) if rng.random() < load else 0.0
    served = queueing.fcfs(np.append(0, arrive), np.append(found, work))
    response = SERVICE_MS * served.response[1:]
    return percentile(response, 0.99), float(response.mean()), float(work.sum() / arrive[-1])


@dataclass(frozen=True)
class Weeks:
    """Fifty weeks of one number from each desk, each as a deviation from its own mean (shares)."""

    load: int
    events: int
    names: tuple[str, str]  # product metric, platform metric
    product: np.ndarray
    platform: np.ndarray
    expected: tuple[
        float | None, float | None
    ]  # standard deviation in theory, where there is a formula (shares)

    @property
    def spread(self) -> tuple[float, float]:
        """The standard deviation over the weeks, share of the mean: (product, platform)."""
        return float(self.product.std(ddof=1)), float(self.platform.std(ddof=1))


def mean_response_spread(load: float, events: int) -> float:
    """Return the relative standard deviation of the mean response time of `events` requests of an M/M/1 line.

    In squared service times, and with the response's mean 1 / (1 - ρ): the asymptotic variance of the waits (Whitt
    1989), that of the services, 1, and twice their covariance. With exponential services the latter is the derivative
    of the mean wait by the mean service, ρ(2 - ρ)/(1 - ρ)².
    """
    together = load * (2 - load) / (1 - load) ** 2
    return math.sqrt((queueing.asymptotic_variance(load) + 1 + 2 * together) / events) * (1 - load)


@cache
def _table(name: str) -> dict:
    keys = ["events"] if name == "ch03_weeks_product" else ["load", "events"]
    return dict(iter(grid(name).groupby(keys)))


def model(load: int, events: int, product: str, platform: str) -> Weeks:
    """Return fifty weeks at a load (%), with so many events a week, of two metrics by name."""
    people = _table("ch03_weeks_product")[(events,)]
    machines = _table("ch03_weeks_platform")[(load, events)]
    left, right = (
        rows[column].to_numpy() / rows[column].mean() - 1
        for rows, column in ((people, PRODUCT_METRICS[product]), (machines, PLATFORM_METRICS[platform]))
    )
    ctr = people["ctr"].mean()
    coins = math.sqrt((1 - ctr) / (ctr * people["impressions"].mean())) if product == "CTR" else None
    whitt = mean_response_spread(load / 100, events) if platform == "Mean time" else None
    return Weeks(load, events, (product, platform), left, right, (coins, whitt))


def draw(product: Axes, platform: Axes) -> Callable[[Weeks], None]:
    """Fifty dots a desk on the same scale; dashed, two standard deviations of the formula, where there is one."""
    artists = []
    for ax, colour in ((product, PRODUCT), (platform, PLATFORM)):
        ax.set(xlim=(0, 51), ylim=(-75, 75), yticks=range(-60, 61, 20), xlabel="Week")
        ax.axhline(0, color=NEUTRAL, linewidth=0.8)
        dots, beyond = (
            ax.plot([], [], marker, color=colour, markersize=5, linestyle="", animated=True)[0]
            for marker in "o^"
        )
        bands = [ax.plot([], [], "--", color=TRUTH, linewidth=1, animated=True)[0] for _ in range(2)]
        words = ax.text(50.5, 68, "", ha="right", va="center", color=colour, fontweight="bold", animated=True)
        words.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2})
        artists.append((dots, beyond, bands, words))
    product.set_ylabel("Away from its own mean, %")
    week = np.arange(1, WEEKS + 1)

    def update(r: Weeks) -> None:
        values = zip(artists, (r.product, r.platform), r.names, r.spread, r.expected, strict=True)
        for (dots, beyond, bands, words), away, name, spread, expected in values:
            off = 100 * np.abs(away) > 60
            dots.set_data(week[~off], 100 * away[~off])
            beyond.set_data(week[off], np.full(off.sum(), 60))
            for sign, band in zip((-2, 2), bands, strict=True):
                band.set_data([0, 51] if expected else [], [100 * sign * expected] * 2 if expected else [])
            words.set_text(f"{name}: ±{100 * spread:.2g} % (one sd)")

    return update


def reading(r: Weeks) -> str:
    """Say which of the two numbers wanders more."""
    people, machines = r.spread
    more, less, times = (
        (r.names[1], r.names[0], machines / people)
        if machines > people
        else (r.names[0], r.names[1], people / machines)
    )
    about = f"{more} wanders {times:.2g} times as much as {less}" if times > 1.15 else "both wander alike"
    return (
        f"Fifty weeks of {r.events:,} impressions and as many requests at {r.load} % load, always the same config: "
        f"{r.names[0]}: ±{100 * people:.2g} %, {r.names[1]}: ±{100 * machines:.2g} %; {about}."
    )


ANSWERS = ("CTR, by far", "CTR, a little", "Both alike", "p99, a little", "p99, by far")


def prediction() -> Prediction:
    """Put the claim that system metrics are deterministic to the test."""

    def truth() -> str:
        people, machines = model(90, 100_000, "CTR", "p99").spread
        return ANSWERS[int(np.searchsorted([1 / 2, 0.87, 1.15, 2], machines / people))]

    return Prediction(
        id="03.8",
        question="Fifty weeks, one config. Each week you measure CTR on 100,000 impressions, and the p99 of "
        "100,000 requests to a server that is 90 % busy. Which number wanders more from week to week?",
        answer=Choice("Which wanders more?", ANSWERS, ANSWERS[0]),
        truth=truth,
    )


def fifty_weeks() -> Explorer:
    """Return the explorer: load x size of the sample x which two numbers."""
    return Explorer(
        question="Same config, fifty weeks: which number stands still?",
        controls={
            "load": Steps("Load of the server", LOADS, 90, "%"),
            "events": Steps("Events a week", EVENTS, 100_000),
            "product": Choice("From people", tuple(PRODUCT_METRICS), "CTR"),
            "platform": Choice("From machines", tuple(PLATFORM_METRICS), "p99"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "fifty weeks of people", "platform": "fifty weeks of machines"},
        presets={
            "Half empty": Preset(
                "A quiet server, and ten times as many events.", {"load": 50, "events": 1_000_000}
            ),
            "Friday evening": Preset("Every week at its busiest.", {"load": 95}),
            "The mean instead": Preset("Somebody proposes a calmer number.", {"platform": "Mean time"}),
            "A small region": Preset("Ten thousand requests are all there are.", {"events": 10_000}),
        },
        prediction=prediction(),
    )

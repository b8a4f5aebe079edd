"""Chapter 00: the room works, one prediction, one explorer, one exercise."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.course.controls import Choice, Slider
from twoworlds.course.exercise import Bank, Exercise, Wrong
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT
from twoworlds.world import Policy, World, simulate

# --- one slider, two dashboards ---------------------------------------------------------------------------------

WORLD = World(users=2000, days=28, seed=7)


@cache
def _month() -> pd.DataFrame:
    return simulate(WORLD, Policy()).daily


@dataclass(frozen=True)
class Day:
    """What each desk counts on one day."""

    day: int
    people: int
    scored: int
    all_people: np.ndarray
    all_scored: np.ndarray


def day_model(day: int, candidates: int) -> Day:
    """Return people who came and videos that the ranker scored for them (one slate of candidates a session)."""
    month = _month()
    scored = month.sessions.to_numpy() * candidates
    people = month.actives.to_numpy()
    return Day(day, int(people[day - 1]), int(scored[day - 1]), people, scored)


def day_draw(product: Axes, platform: Axes) -> Callable[[Day], None]:
    """Two lines over the month, and the chosen day on both."""
    days = np.arange(1, WORLD.days + 1)
    for ax in (product, platform):
        ax.set(xlim=(0.5, WORLD.days + 0.5), xlabel="Day", xticks=range(1, 29, 3))
    product.set(ylim=(0, 800), ylabel="People who came")
    platform.set(ylim=(0, 220), ylabel="Videos scored, thousands")
    lines = [
        ax.plot(days, days * 0, color=c, animated=True)[0]
        for ax, c in ((product, PRODUCT), (platform, PLATFORM))
    ]
    dots = [_dot(product, PRODUCT), _dot(platform, PLATFORM)]

    def update(r: Day) -> None:
        lines[0].set_ydata(r.all_people)
        lines[1].set_ydata(r.all_scored / 1000)
        dots[0].set_data([r.day], [r.people])
        dots[1].set_data([r.day], [r.scored / 1000])

    return update


def day_reading(r: Day) -> str:
    """Say what both desks count."""
    return (
        f"On day {r.day}, {r.people:,} people open Flick; to serve them Groundwork scores {r.scored:,} videos, "
        f"{r.scored / r.people:,.0f} for each person."
    )


def one_day_two_counts() -> Explorer:
    """Return the explorer that proves the environment: a slider that moves a picture."""
    return Explorer(
        question="What does one day look like from each desk?",
        controls={
            "day": Slider("Day of the month", 1, 28, 1, 6, ""),
            "candidates": Slider("Videos scored for each slate", 14, 112, 14, 42, "candidates"),
        },
        model=day_model,
        draw=day_draw,
        reading=day_reading,
        panels={"product": "how many people?", "platform": "how much work?"},
        presets={
            "Monday": Preset("A quiet start of the week.", {"day": 8}),
            "Sunday, richer model": Preset(
                "The weekend, after somebody doubled the candidates.", {"day": 14, "candidates": 84}
            ),
        },
    )


# --- who feels 100 ms? ------------------------------------------------------------------------------------------

DELAYS_MS = tuple(range(0, 501, 50))
WHO = ("everybody", "fast network", "slow network")
OBJECTIVE_MS, ALLOWED = 1000, 0.05
_GRID_WORLD = World(users=60_000, days=28, seed=11)


def build_delay_grid() -> pd.DataFrame:
    """Live the month with each delay and without: change of active users by day and network (last seven days).

    Columns: delay_ms, who, day, change (share of active users, mean of the last 7 days), changed (share of people
    whose days on Flick in these 7 days are not the same).
    """
    base = simulate(_GRID_WORLD, Policy())
    network = base.users().network.to_numpy()
    groups = {
        "everybody": network != "",
        "fast network": network == "fast",
        "slow network": network == "slow",
    }
    rows = []
    for delay in DELAYS_MS:
        late = simulate(_GRID_WORLD, Policy().but(latency_ms=Policy().latency_ms + delay))
        for day in range(1, 29):
            span = (max(1, day - 6), day)
            before, after = base.totals("active", span), late.totals("active", span)
            for who, members in groups.items():
                change = after[members].sum() / before[members].sum() - 1
                came = (before[members] > 0).sum()
                rows.append((delay, who, day, change, (before != after)[members].sum() / came))
    return pd.DataFrame(rows, columns=["delay_ms", "who", "day", "change", "changed"])


@dataclass(frozen=True)
class Delay:
    """One delay, seen from both desks."""

    delay_ms: int
    who: str
    day: int
    days: np.ndarray
    change: np.ndarray  # share of active users, by day
    changed: float  # share of people whose week is not the same
    over: float  # share of this group's sessions that wait longer than the objective
    over_all: np.ndarray  # the same for each delay of the grid

    @property
    def lost(self) -> float:
        """The change on the chosen day, as a share."""
        return float(self.change[self.day - 1])


def share_over(limit_ms: float, latency_ms: float, who: str = "everybody") -> float:
    """Return the share of sessions whose first video takes longer than `limit_ms`.

    The world's wait is latency x (0.6 + 0.4 E) with E exponential of mean 1, times 2.5 on a slow network (15 % of
    people), so the share over the limit is exp(-(limit / latency - 0.6) / 0.4) for each of the two.
    """
    tail = {
        who: min(1.0, math.exp(-(limit_ms / (latency_ms * factor) - 0.6) / 0.4))
        for who, factor in (("fast network", 1.0), ("slow network", 2.5))
    }
    tail["everybody"] = 0.85 * tail["fast network"] + 0.15 * tail["slow network"]
    return tail[who]


def delay_model(delay_ms: int, who: str, day: int) -> Delay:
    """Return what an added delay does; the product side is a stored grid, the platform side a closed form."""
    table = grid("ch00_delay")
    rows = table[(table.delay_ms == delay_ms) & (table.who == who)].sort_values("day")
    over = np.array([share_over(OBJECTIVE_MS, Policy().latency_ms + d, who) for d in DELAYS_MS])
    return Delay(
        delay_ms, who, day, rows.day.to_numpy(), rows.change.to_numpy(), float(rows.changed.iloc[day - 1]),
        float(over[DELAYS_MS.index(delay_ms)]), over,
    )  # fmt: skip


def delay_draw(product: Axes, platform: Axes) -> Callable[[Delay], None]:
    """Left the days, right the objective."""
    product.set(xlim=(0.5, 28.5), ylim=(-3.6, 0.4), xlabel="Day since the release", xticks=range(1, 29, 3))
    product.set_ylabel("Active users against no delay, %")
    product.axhline(0, color=NEUTRAL, linewidth=0.8)
    platform.set(xlim=(-10, 510), yscale="log", ylim=(0.01, 130), xlabel="Added delay, ms")
    platform.set(ylabel="Sessions that wait over 1 s, %", yticks=(0.01, 0.1, 1, 10, 100))
    platform.set_yticklabels(("0.01", "0.1", "1", "10", "100"))
    platform.minorticks_off()
    platform.axhline(100 * ALLOWED, color=NEUTRAL, linestyle=":")
    platform.text(
        500, 100 * ALLOWED * 0.85, "objective: at most 5 % over 1 s", color=NEUTRAL, ha="right", va="top"
    )
    (left,) = product.plot([], [], color=PRODUCT, animated=True)
    (right,) = platform.plot([], [], color=PLATFORM, animated=True)
    left_dot, right_dot = _dot(product, PRODUCT), _dot(platform, PLATFORM)

    def update(r: Delay) -> None:
        left.set_data(r.days, 100 * r.change)
        right.set_data(DELAYS_MS, 100 * r.over_all)
        left_dot.set_data([r.day], [100 * r.lost])
        right_dot.set_data([r.delay_ms], [100 * r.over])

    return update


def delay_reading(r: Delay) -> str:
    """Say who feels it, and what the platform desk's objective says."""
    people = {
        "everybody": "users",
        "fast network": "users on a fast network",
        "slow network": "users on a slow network",
    }
    platform = _objective_words(r)
    if r.delay_ms == 0:
        return f"Without a delay nothing changes. {platform}"
    if r.lost > -0.00005:
        return f"By day {r.day}, +{r.delay_ms} ms has cost no active {people[r.who]} yet. {platform}"
    return (
        f"By day {r.day}, +{r.delay_ms} ms has cost {-100 * r.lost:.2f} % of active {people[r.who]}; "
        f"at equal luck 1 in {1 / r.changed:,.0f} has {'a different week' if r.day >= 7 else 'had other days'}. {platform}"
    )


def _objective_words(r: Delay) -> str:
    """Say how the objective stands; it counts all sessions, so for a group it is only a yardstick."""
    over = f"{100 * r.over:.1f} %"
    if r.who != "everybody":
        return f"Of their sessions {over} wait over 1 s; over all sessions 5 % may."
    return f"The objective {'holds' if r.over <= ALLOWED else 'is broken'}: {over} of sessions wait over 1 s."


def delay_prediction() -> Prediction:
    """Return the course's first prediction."""
    return Prediction(
        id="00.1",
        question="A release makes every first video 100 ms slower. Four weeks on, how many active users has it cost?",
        answer=Slider("Active users lost", 0, 5, 0.1, 2.0, "%"),
        truth=lambda: round(-100 * delay_model(100, "everybody", 28).lost, 2),
        place=lambda guess, result: (28, -guess),
        panel=0,
    )


def who_feels_100_ms() -> Explorer:
    """Return the explorer of the first scene."""
    return Explorer(
        question="Who feels 100 ms?",
        controls={
            "delay_ms": Slider("Added delay", 0, 500, 50, 100, "ms"),
            "who": Choice("Who", WHO, "everybody"),
            "day": Slider("Day since the release", 1, 28, 1, 28, ""),
        },
        model=delay_model,
        draw=delay_draw,
        reading=delay_reading,
        panels={"product": "do people still come?", "platform": "is the objective met?"},
        presets={
            "Release day": Preset("The release is out, and every dashboard is open.", {"day": 1}),
            "Slow network": Preset("The same release on an old phone in a train.", {"who": "slow network"}),
            "400 ms": Preset(
                "The size of a test that Google once ran for six weeks; Flick takes it harder.",
                {"delay_ms": 400},
            ),
        },
        prediction=delay_prediction(),
    )


# --- one exercise -------------------------------------------------------------------------------------------------


def relative_change(before: float, after: float) -> float:
    """Return the change from `before` to `after` as a share of `before`."""
    return (after - before) / before


RELATIVE = Exercise(
    id="00.1",
    title="How large is the loss?",
    desk="product",
    minutes=4,
    answer=relative_change,
    cases=[(1000, 997), (531, 530), (200, 150), (0.25, 0.3)],
    returns="a float: the change as a share of before",
    wrongs=[
        Wrong("absolute", lambda before, after: after - before,
              "That is the absolute change. Three people of a thousand and three of ten are not the same: divide by before."),
        Wrong("wrong base", lambda before, after: (after - before) / after,
              "You divided by after. A change is measured against where it started: divide by before."),
        Wrong("ratio", lambda before, after: after / before,
              "That is the ratio, 1 for no change. Subtract 1."),
        Wrong("unsigned", lambda before, after: abs(after - before) / before,
              "You lost the sign: a loss is negative. Take after minus before, without abs."),
        Wrong("percent", lambda before, after: 100 * (after - before) / before,
              "That is in percent. The course keeps shares, -0.003 rather than -0.3: leave out the factor of 100."),
    ],
    hints=(
        "What would you call a loss of three people: large or small? What else would you have to know?",
        "The change, divided by what was there before.",
        "return (after - before) / before",
    ),
)  # fmt: skip

exercises = Bank("00", [RELATIVE])

# --- helpers ------------------------------------------------------------------------------------------------------


def _dot(ax: Axes, colour: str) -> object:
    return ax.plot([], [], "o", color=colour, markersize=9, markeredgecolor="white", zorder=5, animated=True)[
        0
    ]


GRIDS = {"ch00_delay": build_delay_grid}
EXPLORERS = (one_day_two_counts, who_feels_100_ms)

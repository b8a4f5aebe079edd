"""Halve the effect, quadruple the users: and how long does it take to get them?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.chapters.c08_ab_tests.people import BRIGHT
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.experiment import detectable
from twoworlds.world import Policy, World, simulate

FIRST, DAYS = 2, 84  # on day 1 whoever has come has come on one day: no spread yet
WORLD = World(users=60_000, days=DAYS, seed=9)
METRICS = {"Clicks": "clicks", "Watch time": "watch_s", "Likes": "likes", "Active days": "active"}


def build_grid() -> pd.DataFrame:
    """Live a quarter with the old feed and with Bright covers.

    Columns: day, metric, seen (share of all users who have come by that day), cv (sd over mean of the total up to
    that day, users seen), lift (true, of that total).
    """
    old, new = simulate(WORLD, Policy()), simulate(WORLD, BRIGHT)
    rows = []
    for metric in METRICS.values():
        for day in range(FIRST, DAYS + 1):
            seen = old.totals("active", (1, day)) > 0
            before, after = old.totals(metric, (1, day)), new.totals(metric, (1, day))
            cv = before[seen].std() / before[seen].mean()
            rows.append((day, metric, seen.mean(), cv, after.sum() / before.sum() - 1))
    return pd.DataFrame(rows, columns=["day", "metric", "seen", "cv", "lift"])


@dataclass(frozen=True)
class Wait:
    """What can be seen by each day (k,): the least effect, Bright covers' own, and the users in the test."""

    metric: str
    day: int
    least: np.ndarray  # share
    truth: np.ndarray  # share
    users: np.ndarray

    def now(self, line: np.ndarray) -> float:
        """Return a line's value on the chosen day."""
        return float(line[self.day - FIRST])


def model(metric: str, day: int, users: int, share: int) -> Wait:
    """Return the minimum detectable lift (80 % power, 5 %) by day, of `share` % of `users`, half in each arm."""
    table = grid("ch08_days")
    rows = table[table.metric == METRICS[metric]]
    tested = rows.seen.to_numpy() * users * share / 100
    least = [detectable(n / 2, cv) for n, cv in zip(tested, rows.cv, strict=True)]
    return Wait(metric, day, np.array(least), rows.lift.to_numpy(), tested)


def _axes(product: Axes, platform: Axes) -> None:
    """Fix both panels."""
    product.set(xlim=(0, 86), ylim=(0.1, 100), yscale="log", xticks=range(0, 85, 14))
    product.set_yticks([0.1, 0.3, 1, 3, 10, 30], ["0.1", "0.3", "1", "3", "10", "30"])
    product.set(xlabel="Days of the test", ylabel="Lift, %")
    platform.set(xlim=(0, 86), ylim=(300, 4e7), yscale="log", xticks=range(0, 85, 14))
    platform.set(xlabel="Days of the test", ylabel="Users in the test")


def draw(product: Axes, platform: Axes) -> Callable[[Wait], None]:
    """Left the least effect by day with the true one in black, right the users by day."""
    days = np.arange(FIRST, DAYS + 1)
    _axes(product, platform)
    least = product.plot([], [], color=PRODUCT, animated=True)[0]
    true = product.plot([], [], color=TRUTH, linewidth=1.4, animated=True)[0]
    dot = product.plot([], [], "o", color=PRODUCT, markersize=9, markeredgecolor="white", animated=True)[0]
    hoped = product.plot([], [], ":", color=NEUTRAL, animated=True)[0]
    names = (
        "least that is seen in 4 tests of 5",
        "if every day from day 7 were new users",
        "Bright covers, the truth (its size)",
    )
    product.legend([least, hoped, true], names, loc="upper right", frameon=False)
    users = platform.plot([], [], color=PLATFORM, animated=True)[0]
    here = platform.plot([], [], "o", color=PLATFORM, markersize=9, markeredgecolor="white", animated=True)[0]
    need = platform.plot([], [], ":", color=PLATFORM, animated=True)[0]
    label = platform.text(
        85, 1e5, "needed for half the effect", color=PLATFORM, ha="right", va="bottom", animated=True
    )

    def update(r: Wait) -> None:
        least.set_data(days, 100 * r.least)
        hoped.set_data(days, 100 * r.least[7 - FIRST] * np.sqrt(7 / days))
        true.set_data(days[5:], 100 * np.abs(r.truth[5:]))  # from day 7: before, a rare metric is all noise
        dot.set_data([r.day], [100 * r.now(r.least)])
        users.set_data(days, r.users)
        here.set_data([r.day], [r.now(r.users)])
        need.set_data([0, 86], [4 * r.now(r.users)] * 2)
        label.set_y(4.3 * r.now(r.users))

    return update


def reading(r: Wait) -> str:
    """Say the least effect and the users now, and what twice the wait brings (or, late, what it has brought)."""
    other = 2 * r.day if 2 * r.day <= DAYS else r.day // 2
    least, users = (float(line[other - FIRST]) for line in (r.least, r.users))
    verb = "By" if other > r.day else "On"
    tense = "will be" if other > r.day else "was"
    return (
        f"{r.metric}, {r.day} days, {r.now(r.users):,.0f} users: the least lift seen in four tests of five is "
        f"{100 * r.now(r.least):.2g} %. {verb} day {other} it {tense} {100 * least:.2g} %, with {users:,.0f} users. "
        f"Bright covers does {100 * r.now(r.truth):+.1f} %: "
        f"{'enough' if abs(r.now(r.truth)) >= r.now(r.least) else 'not enough'}."
    )


def prediction() -> Prediction:
    """Ask what doubling the wait brings."""

    def gain() -> float:
        result = model("Clicks", 14, 60_000, 100)
        return 100 * (1 - result.least[28 - FIRST] / result.least[14 - FIRST])

    return Prediction(
        id="08.6",
        question="A fortnight's test on all users sees a lift of clicks of about 4 %. You let it run for another "
        "fortnight. By how much of itself does that least lift shrink (to 2 % would be by 50 %)?",
        answer=Slider("Shrinks by", 0, 60, 1, 30, "%"),
        truth=gain,
    )


def halve_the_effect() -> Explorer:
    """Return the explorer: metric x day x users x share."""
    return Explorer(
        question="How long must we wait?",
        controls={
            "metric": Choice("Metric", tuple(METRICS), "Clicks"),
            "day": Slider("Days of the test", FIRST, DAYS, 1, 14, ""),
            "users": Steps("Users of the app", (60_000, 600_000, 6_000_000), 60_000),
            "share": Steps("Given to this test", (5, 25, 100), 100, "%"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "what can be seen by when?", "platform": "where do the users come from?"},
        presets={
            "Be patient": Preset("Let it run for a quarter.", {"day": 84}),
            "Four in the queue": Preset("Four tests share the users.", {"share": 25}),
            "The rare metric": Preset("Likes are what we care about.", {"metric": "Likes"}),
            "People come back": Preset(
                "What the quarter is about: active days.", {"metric": "Active days", "day": 42}
            ),
        },
        prediction=prediction(),
    )

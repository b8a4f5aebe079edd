"""How many users to see a change? Each metric's noise, and the direction that it points in."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.course.controls import Choice, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT
from twoworlds.world import METRICS as WORLD_METRICS
from twoworlds.world import Policy, Run, World, compare, simulate

WORLD = World(users=40_000, days=28, seed=9)
DAYS = (1, 7, 14, 28)
METRICS = {
    "CTR": "ctr", "Watch time a click": "watch_per_click", "Survey stars": "survey_mean", "Days active": "actives",
    "Clicks": "clicks", "Watch time": "watch_s", "Likes": "likes",
}  # fmt: skip
CHANGES = {
    "Less clickbait": Policy(clickbait_penalty=1),
    "Clicks only": Policy(click_weight=1, watch_weight=0, value_weight=0),
    "100 ms slower": Policy(latency_ms=350),
    "A better model": Policy(model_quality=0.8),
}
ONE_PERCENT = "1 % of each"
USERS = (100_000, 1_000_000, 10_000_000, 100_000_000)
WIDEST = 1e8  # users: a bar ends there
NONE = 3  # an effect within so many standard errors of the simulation counts as none


def build_grid() -> pd.DataFrame:
    """Measure each metric's noise per user, and its true change under each policy, over the first `days` days.

    Columns: days, metric, cv (standard deviation of one user's part over the mean), and for each change its relative
    effect, 0 where the simulation can't tell it from none. The last row of each change: active users in week 4.
    """
    base = simulate(WORLD, Policy())
    runs = {name: simulate(WORLD, policy) for name, policy in CHANGES.items()}
    rows = []
    for days in DAYS:
        for title, metric in METRICS.items():
            effects = [compare(base, run, metric, (1, days)) for run in runs.values()]
            found = [e.relative if abs(e.relative) > NONE * e.relative_se else 0.0 for e in effects]
            rows.append((days, title, _cv(base, metric, days), *found))
    later = [compare(base, run, "actives", (22, 28)).relative for run in runs.values()]
    return pd.DataFrame([*rows, (28, "week 4", 0.0, *later)], columns=["days", "metric", "cv", *CHANGES])


def _cv(run: Run, metric: str, days: int) -> float:
    """Return the standard deviation of one user's part of a metric over the metric: delta method for ratios.

    Users are those who came at least once: only they can be in a test. Nobody's first visit depends on the policy, so
    they are the same under all, and so is the relative effect.
    """
    above, below = WORLD_METRICS[metric]
    came = run.totals("active", (1, days)) > 0
    y = run.totals(above, (1, days))[came]
    x = run.totals(below, (1, days))[came] if below else np.ones_like(y)
    ratio = y.sum() / x.sum()
    return float(np.std((y - ratio * x) / x.mean(), ddof=1) / ratio)


@dataclass(frozen=True)
class Need:
    """Users that each metric needs in each arm to see a change, in the order of METRICS."""

    change: str
    days: int
    users: int
    effect: np.ndarray  # true relative change of each metric
    need: np.ndarray  # users per arm; infinite without an effect
    later: float | None  # active users in week 4, relative change; None for a change of 1 %

    @property
    def fit(self) -> np.ndarray:
        """Tests that fit side by side on these users, each user in one."""
        return np.floor(self.users / (2 * self.need))


def model(change: str, days: int, users: int) -> Need:
    """Return the need for 80 % power at 5 %, two-sided: 16 σ²/δ² per arm, σ and δ relative to the mean."""
    table = grid("ch02_noise")
    rows = (
        table[(table["days"] == days) & table["metric"].isin(list(METRICS))]
        .set_index("metric")
        .loc[list(METRICS)]
    )
    one = change == ONE_PERCENT
    effect = np.full(len(rows), 0.01) if one else rows[change].to_numpy()
    cv = rows["cv"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        need = np.where(
            cv > 0, 16 * cv**2 / effect**2, np.inf
        )  # on day 1 whoever comes has one day: it can't move
    later = None if one else float(table.loc[table["metric"] == "week 4", change].item())
    return Need(change, days, users, effect, np.maximum(need, 2), later)


def draw(product: Axes, platform: Axes) -> Callable[[Need], None]:
    """The same rows on both sides: users needed, and tests that fit."""
    rows = np.arange(len(METRICS))[::-1]
    for ax in (product, platform):
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.grid(False, axis="y")
    product.set_yticks(rows, list(METRICS))
    platform.set_yticks(rows, [])
    product.set(
        xlim=(1, 2e10),
        xscale="log",
        xlabel="Users needed in each arm, of those who come",
        xticks=[10**k for k in range(0, 10, 2)],
    )
    platform.set(xlim=(0.5, 5e7), xscale="log", xlabel="Tests that fit side by side")
    needs = product.barh(rows, 0 * rows + 1, left=1, height=0.55, color=PRODUCT, animated=True)
    words = [product.text(1, y, "", va="center", fontsize=9, color="#333333", animated=True) for y in rows]
    fits = platform.barh(rows, 0 * rows + 1, left=0.5, height=0.55, color=PLATFORM, animated=True)
    numbers = [platform.text(1, y, "", va="center", fontsize=9, animated=True) for y in rows]

    def update(r: Need) -> None:
        for bar, text, need, effect in zip(needs, words, r.need, r.effect, strict=True):
            shown = min(need, WIDEST) if np.isfinite(need) else 1
            bar.set_width(shown - 1)
            text.set(
                x=1.4 * shown,
                text=f"{_short(need)}  ({100 * effect:+.1f} %)" if np.isfinite(need) else "none to see",
            )
        for bar, text, fit in zip(fits, numbers, r.fit, strict=True):
            bar.set_width(max(fit, 0.5) - 0.5)
            text.set(
                x=1.3 * max(fit, 0.5),
                text=f"{fit:,.0f}" if fit else "none fits",
                color=PLATFORM if fit else NEUTRAL,
            )

    return update


def _lower(name: str) -> str:
    return name if name == "CTR" else name.lower()


def _short(n: float) -> str:
    if n >= 1e6:
        return f"{n / 1e6:,.1f} M" if n < 1e8 else f"{n / 1e6:,.0f} M"
    return f"{n / 1e3:,.0f} k" if n >= 1e4 else f"{n:,.0f}"


def reading(r: Need) -> str:
    """Say which metric sees the change first, which way it points, and where people are in week 4."""
    names = list(METRICS)
    quick, days = int(np.argmin(r.need)), names.index("Days active")
    days_said = f"{r.days} {'day' if r.days == 1 else 'days'}"
    tests = f"{r.fit[quick]:,.0f} such test{'' if r.fit[quick] == 1 else 's'} fit on {_short(r.users)}"
    where = f"{_lower(names[quick])}, with {_short(r.need[quick])} users an arm ({tests})"
    first = f"{r.change}, {days_said}: it shows first in {where}"
    seen = np.isfinite(r.need[days])
    active = f"need {_short(r.need[days])}" if seen else "can't show it yet"
    if r.later is None:
        return f"{first}; days active {active}, likes need {_short(r.need[names.index('Likes')])}."
    return (
        f"{first}: {100 * r.effect[quick]:+.1f} %. Days active {active}"
        f"{f' and say {100 * r.effect[days]:+.1f} %' if seen else ''}. "
        f"In week 4 active users are {100 * r.later:+.1f} %."
    )


def how_many_users() -> Explorer:
    """Return the explorer: change x length of the test x users."""
    return Explorer(
        question="How many users to see it?",
        controls={
            "change": Choice("The change", (ONE_PERCENT, *CHANGES), ONE_PERCENT),
            "days": Steps("Days of the test", DAYS, 7),
            "users": Steps("Users there are", USERS, 1_000_000),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "how long until you know?", "platform": "how much can be tested?"},
        presets={
            "Less clickbait": Preset(
                "The metric that sees it first says: stop.", {"change": "Less clickbait"}
            ),
            "Clicks only": Preset("And here the same metric says: ship.", {"change": "Clicks only"}),
            "A tenth of a second": Preset(
                "Every first video comes 100 ms later.",
                {"change": "100 ms slower", "days": 28, "users": 10_000_000},
            ),
        },
        prediction=Prediction(
            id="02.7",
            question="A change of 1 % in every metric, one week. Which of these needs the fewest users to be seen?",
            answer=Choice(
                "Fewest users", ("CTR", "Survey stars", "Days active", "Clicks", "Likes"), "Clicks"
            ),
            truth=lambda: list(METRICS)[int(np.argmin(model(ONE_PERCENT, 7, 1_000_000).need))],
        ),
    )

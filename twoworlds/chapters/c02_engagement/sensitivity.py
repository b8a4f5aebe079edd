"""How many users to see a change? Each metric's noise, and the direction that it points in."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.chapters.words import percent, several
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
    "CTR": "ctr", "Watch share": "watch_share", "Survey stars": "survey_mean", "Days active": "actives",
    "Clicks": "clicks", "Watch time": "watch_s", "Likes": "likes",
}  # fmt: skip
CHANGES = {
    "Less clickbait": Policy(clickbait_penalty=1),
    "Clicks only": Policy(click_weight=1, watch_weight=0, value_weight=0),
    "100 ms slower": Policy(latency_ms=350),
    "A better model": Policy(model_quality=0.8),
}
ONE_PERCENT = "1 % of each"
USERS = (100_000, 1_000_000, 10_000_000)
NONE = 3  # an effect within so many standard errors of the simulation isn't seen


def build_grid() -> pd.DataFrame:
    """Measure each metric's noise per user, and its true change under each policy, over the first `days` days.

    Columns: days, came (the share of the accounts there are that come within them), metric, cv (standard deviation of
    one user's part over the mean), and for each change its relative effect, 0 where the simulation can't tell it from
    none. The last row: active users in week 4.
    """
    base = simulate(WORLD, Policy())
    runs = {name: simulate(WORLD, policy) for name, policy in CHANGES.items()}
    rows = []
    for days in DAYS:
        for title, metric in METRICS.items():
            effects = [compare(base, run, metric, (1, days)) for run in runs.values()]
            found = [e.relative if abs(e.relative) > NONE * e.relative_se else 0.0 for e in effects]
            rows.append((days, _came(base, days), title, _cv(base, metric, days), *found))
    later = [compare(base, run, "actives", (22, 28)).relative for run in runs.values()]
    last = (28, 0.0, "week 4", 0.0, *later)
    return pd.DataFrame([*rows, last], columns=["days", "came", "metric", "cv", *CHANGES])


def _came(run: Run, days: int) -> float:
    """Return the share of the accounts there are that come at least once in the first `days` days."""
    there = (run.users()["joined_day"] <= days).to_numpy()
    return float((run.totals("active", (1, days))[there] > 0).mean())


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
    users: int  # accounts there are
    came: float  # the share of them that come during the test
    effect: np.ndarray  # true relative change of each metric
    need: np.ndarray  # users per arm; infinite without an effect
    later: float | None  # active users in week 4, relative change; None for a change of 1 %

    @property
    def fit(self) -> np.ndarray:
        """Tests that fit side by side on those of the users who come, each user in one."""
        return np.floor(self.users * self.came / (2 * self.need))


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
    return Need(change, days, users, float(rows["came"].iloc[0]), effect, np.maximum(need, 2), later)


def draw(product: Axes, platform: Axes) -> Callable[[Need], None]:
    """The same rows on both sides: users needed, and tests that fit."""
    rows = np.arange(len(METRICS))[::-1]
    for ax in (product, platform):
        ax.set_ylim(-0.6, len(rows) - 0.4)
    product.set_yticks(rows, list(METRICS))
    platform.set_yticks(rows, [])
    product.set(
        xlim=(1, 3e10),
        xscale="log",
        xlabel="Users needed in each arm, of those who come",
        xticks=[10**k for k in range(0, 10, 2)],
    )
    platform.set(xlim=(0.5, 1e7), xscale="log", xlabel="Tests that fit side by side")
    dots = [
        ax.plot([], [], "o", color=color, markersize=9, markeredgecolor="white", animated=True)[0]
        for ax, color in ((product, PRODUCT), (platform, PLATFORM))
    ]
    words = [product.text(1, y, "", va="center", fontsize=9, color="#333333", animated=True) for y in rows]
    numbers = [platform.text(1, y, "", va="center", fontsize=9, animated=True) for y in rows]

    def update(r: Need) -> None:
        seen, fits = np.isfinite(r.need), r.fit > 0
        dots[0].set_data(r.need[seen], rows[seen])
        dots[1].set_data(r.fit[fits], rows[fits])
        for text, need, effect in zip(words, r.need, r.effect, strict=True):
            found = np.isfinite(need)
            said = f"{_short(need)}  ({100 * effect:+.2g} %)" if found else "none seen"
            text.set(x=2 * need if found else 1.5, text=said)
        for text, fit in zip(numbers, r.fit, strict=True):
            said = _short(fit) if fit else "none fits"
            text.set(x=2 * fit if fit else 0.7, text=said, color=PLATFORM if fit else NEUTRAL)

    return update


def _lower(name: str) -> str:
    return name if name == "CTR" else name.lower()


def _short(n: float) -> str:
    if n >= 1e6:
        return f"{n / 1e6:,.1f} M" if n < 1e7 else f"{n / 1e6:,.0f} M"
    if n >= 1e3:
        return f"{n / 1e3:,.0f} k" if n >= 1e4 else f"{n / 1e3:.1f} k"
    return f"{n:,.0f}"


def _says(r: Need, name: str) -> str:
    """Return what a metric says of the change, by name."""
    effect = r.effect[list(METRICS).index(name)]
    # Below a twentieth of a percent it says as little, whether the simulation can tell it from none or not.
    return f"{_lower(name)} {percent(effect, sign=True) if abs(effect) >= 0.0005 else 'next to nothing'}"


def reading(r: Need) -> str:
    """Say which metric sees the change first; then what else it takes, or which way the metrics and people go."""
    names = list(METRICS)
    quick = int(np.argmin(r.need))
    days = several(r.days, "day")
    fit = float(f"{r.fit[quick]:.2g}")  # a rule of thumb has no third digit
    tests = f"{'about ' * (fit > 99)}{_short(fit)} such {'test fits' if fit == 1 else 'tests fit'}"
    first = (
        f"{r.change}, {days}: it shows first in {_lower(names[quick])}, with {_short(r.need[quick])} users an arm "
        f"({tests} on {_short(r.users)} users)"
    )
    if r.later is None:
        active = r.need[names.index("Days active")]
        others = f"CTR needs {_short(r.need[0])}, days active " + (
            f"{_short(active)}" if np.isfinite(active) else "can't show it yet"
        )
        return f"{first}; {others}, likes {_short(r.need[names.index('Likes')])}."
    said = ", ".join(_says(r, name) for name in ("CTR", "Watch share"))
    return f"{first}. What they say: {said}. In week 4 active users are {percent(r.later, sign=True)}."


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
            "Clicks only": Preset("CTR, loudly, says: ship.", {"change": "Clicks only"}),
            "A better model": Preset(
                "The ranker knows tastes better. Who notices?", {"change": "A better model"}
            ),
            "A tenth of a second": Preset(
                "Every first video comes 100 ms later.",
                {"change": "100 ms slower", "days": 28, "users": 10_000_000},
            ),
        },
        prediction=Prediction(
            id="02.7",
            question="A change of 1 % in every metric, one week. One impression in nine is clicked; of a clicked video "
            "mostly between a third and nine tenths is watched; clicks and days differ widely between people. Which of "
            "these needs the fewest users to be seen?",
            answer=Choice("Fewest users", ("CTR", "Watch share", "Days active", "Clicks", "Likes"), "Clicks"),
            truth=lambda: list(METRICS)[int(np.argmin(model(ONE_PERCENT, 7, 1_000_000).need))],
        ),
    )

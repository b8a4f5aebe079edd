"""Five launches: what their tests said, and the quarter that followed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.chapters.c08_ab_tests.people import BRIGHT
from twoworlds.chapters.words import p_value
from twoworlds.course.controls import Choice, Slider
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PRODUCT, TRUTH
from twoworlds.experiment import analyse
from twoworlds.world import Policy, World, compare, simulate

LAUNCHES: dict[str, Policy] = {
    "Bright covers": BRIGHT,
    "A calmer feed": Policy(clickbait_penalty=0.5),
    "A new coat": Policy(novelty=0.3),
    "Features 5 minutes old": Policy(feature_age_min=5),
    "A quiet saving": Policy(candidates=36),
}
STORIES = {
    "Bright covers": "Rank a little more by taps, a little less by what people are glad of.",
    "A calmer feed": "A small penalty on clickbait.",
    "A new coat": "Larger pictures, another layout.",
    "Features 5 minutes old": "The ranker sees the session of five minutes ago, not of an hour ago.",
    "A quiet saving": "A seventh of the candidates is cut, to save machines.",
}
METRICS = {"clicks": "Clicks", "watch_s": "Watch time", "days_active": "Active days"}
TEST_DAYS, DAYS = 14, 84
TEST_WORLD = World(users=80_000, days=TEST_DAYS, seed=81)
QUARTER = World(users=40_000, days=DAYS, seed=82)


def build_tests() -> pd.DataFrame:
    """Run a fortnight's test of each launch, 40,000 users an arm, the same users for all.

    Columns: launch, and those of `analyse` (lifts are shares).
    """
    tables = []
    for name, policy in LAUNCHES.items():
        users = simulate(TEST_WORLD, {"control": Policy(), "treatment": policy}).per_user()
        tables.append(analyse(users, list(METRICS), control="control").assign(launch=name))
    return pd.concat(tables)[["launch", "metric", "n", "lift", "lift_low", "lift_high", "lift_p"]]


def build_quarter() -> pd.DataFrame:
    """Live the quarter with each launch for everybody, against none: the truth.

    Columns: launch, metric, day, change (share, of the week that ends that day), se.
    """
    base = simulate(QUARTER, Policy())
    rows = []
    for name, policy in LAUNCHES.items():
        run = simulate(QUARTER, policy)
        for metric in METRICS:
            for day in range(1, DAYS + 1):
                known = {"days_active": "actives"}.get(metric, metric)
                effect = compare(base, run, known, (max(1, day - 6), day))
                rows.append((name, metric, day, effect.relative, effect.relative_se))
    return pd.DataFrame(rows, columns=["launch", "metric", "day", "change", "se"])


@dataclass(frozen=True)
class Launch:
    """A launch: its test (metric -> lift, low, high, p) and the quarter's truth (metric -> change by day)."""

    name: str
    day: int
    test: dict[str, tuple[float, float, float, float]]
    quarter: dict[str, np.ndarray]

    def truth(self, metric: str) -> float:
        """Return the true change in the week that ends on the chosen day, a share."""
        return float(self.quarter[metric][self.day - 1])


def model(launch: str, day: int) -> Launch:
    """Return a launch's test and its quarter, looked at on a day."""
    tests, quarter = grid("ch08_tests"), grid("ch08_quarter")
    tests = tests[tests.launch == launch].set_index("metric")
    seen = {
        m: tuple(tests.loc[m, ["lift", "lift_low", "lift_high", "lift_p"]].astype(float)) for m in METRICS
    }
    lines = quarter[quarter.launch == launch]
    truth = {metric: lines.change[lines.metric == metric].to_numpy() for metric in METRICS}
    return Launch(launch, day, seen, truth)


def in_percent(three: tuple[float, float, float]) -> str:
    """Return a lift and its interval (shares) as "+4.8 % (+2.2 to +7.5)"."""
    lift, low, high = (100 * x for x in three)
    return f"{lift:+z.1f} % ({low:+z.1f} to {high:+z.1f})"


def launch_tests() -> pd.DataFrame:
    """Return the five tests as the board sees them: one row a launch, one column a metric, 95 % intervals."""
    rows = {name: model(name, DAYS).test for name in LAUNCHES}
    return pd.DataFrame({
        METRICS[m]: {name: in_percent(test[m][:3]) for name, test in rows.items()} for m in METRICS
    })  # fmt: skip


def _axes(test: Axes, quarter: Axes, rows: np.ndarray) -> None:
    """Fix both panels: metrics in rows on the left, days on the right."""
    test.set(xlim=(-15, 15), ylim=(-0.7, len(rows) - 0.3), xlabel="New over old, %")
    test.set_yticks(rows, list(METRICS.values()))
    test.axvline(0, color="#BBBBBB", linewidth=0.8)
    quarter.set(xlim=(0, DAYS + 1), ylim=(-13, 24), xticks=range(0, DAYS + 1, 14))
    quarter.set(xlabel="Day after the launch to everybody", ylabel="Change over the last 7 days, %")
    quarter.axhline(0, color="#BBBBBB", linewidth=0.8)


def draw(test: Axes, quarter: Axes) -> Callable[[Launch], None]:
    """Left the test's intervals with the day's truth in black, right the quarter."""
    rows = np.arange(len(METRICS))[::-1]
    _axes(test, quarter, rows)
    bars = test.hlines(rows, 0, 1, color=PRODUCT, linewidth=5, animated=True)
    dots = test.scatter(0 * rows, rows, s=80, color=PRODUCT, edgecolors="white", zorder=3, animated=True)
    truths = test.plot([], [], "|", color=TRUTH, markersize=22, markeredgewidth=2.2, animated=True)[0]
    test.text(14.6, -0.62, "black: the truth, week to that day", color=TRUTH, ha="right", fontsize=9)
    words = [test.text(0, y + 0.26, "", ha="center", fontsize=9, animated=True) for y in rows]
    lines = [quarter.plot([], [], dash, color=PRODUCT, animated=True)[0] for dash in ("--", "-.", "-")]
    quarter.legend(handles=lines, labels=list(METRICS.values()), loc="lower left", frameon=False, ncols=3)
    cursor = quarter.axvline(1, color=NEUTRAL, linewidth=0.8, animated=True)
    now = quarter.plot([], [], "o", color=TRUTH, markersize=6, animated=True)[0]

    def update(r: Launch) -> None:
        seen = 100 * np.array([r.test[m][:3] for m in METRICS])
        bars.set_segments([[(low, y), (high, y)] for (_, low, high), y in zip(seen, rows, strict=True)])
        dots.set_offsets(np.c_[seen[:, 0], rows])
        true = [100 * r.truth(m) for m in METRICS]
        truths.set_data(true, rows)
        for text, metric, x in zip(words, METRICS, seen[:, 0], strict=True):
            text.set(x=np.clip(x, -10, 10), text=p_value(r.test[metric][3]))
        for line, metric in zip(lines, METRICS, strict=True):
            line.set_data(np.arange(1, DAYS + 1), 100 * r.quarter[metric])
        cursor.set_xdata([r.day, r.day])
        now.set_data([r.day] * 3, true)

    return update


def reading(r: Launch) -> str:
    """Say what the test said of clicks and active days, and what is true on the chosen day."""
    said = []
    for metric in ("clicks", "days_active"):
        lift, low, high, p = r.test[metric]
        said.append(f"{METRICS[metric].lower()} {in_percent((lift, low, high))[:-1]}, {p_value(p)})")
    return (
        f"“{r.name}”. The test: {said[0]}, {said[1]}. The truth, week to day {r.day}: clicks "
        f"{100 * r.truth('clicks'):+z.1f} %, active days {100 * r.truth('days_active'):+z.1f} %."
    )


def prediction() -> Prediction:
    """Ask what is left of the clearest win of the five."""
    return Prediction(
        id="08.8",
        question="A new coat won its test more clearly than any other: clicks +8.6 % in the fortnight. Everybody gets "
        "it today. By how much are clicks up in the last week of the quarter?",
        answer=Slider("Clicks after 84 days", -10, 15, 0.5, 8, "%"),
        truth=lambda: 100 * model("A new coat", DAYS).truth("clicks"),
        place=lambda guess, result: (DAYS, guess),
        panel=1,
    )


def launch_review() -> Explorer:
    """Return the explorer: launch x day."""
    return Explorer(
        question="Ship, or don't?",
        controls={
            "launch": Choice("Launch", tuple(LAUNCHES), "A new coat"),
            "day": Slider("Day of the quarter", 7, DAYS, 1, DAYS, ""),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"test": "What the fortnight's test said", "quarter": "What the quarter brought"},
        presets={
            "The release party": Preset(
                "Two weeks after the launch.", {"launch": "Bright covers", "day": 14}
            ),
            "It loses its test": Preset(STORIES["A calmer feed"], {"launch": "A calmer feed"}),
            "The morning after": Preset(
                "The same launch, at the end of the quarter.", {"launch": "Bright covers"}
            ),
            "Nobody minds": Preset(STORIES["A quiet saving"], {"launch": "A quiet saving"}),
        },
        prediction=prediction(),
    )

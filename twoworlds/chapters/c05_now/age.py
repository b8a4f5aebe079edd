"""How old may a feature be? The share of moods that have changed since, what it costs, and what being quicker costs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.chapters.words import percent, span
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.platform.serving import STREAM_MACHINES
from twoworlds.world import Policy, World, compare, simulate

USERS, DAYS, SEED = 20_000, 28, 5
# How much of an evening's interest is mood: the world's intent_strength, where lasting taste is 1.
MOODS = {"a little": 0.3, "as at Flick": 0.6, "a lot": 1.0}
METRICS = {"clicks": "clicks", "active users": "actives", "satisfaction": "total_value"}
STALE = (0.25, 0.5, 0.75, 1.0)
AGES_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 10080)
HALF_LIVES_MIN = (15, 30, 60, 120, 480, 1440, 10080)
AXIS_MIN = np.geomspace(1, 10080, 241)
ENDS_MIN = AXIS_MIN[[0, -1]]
TICKS = {1: "1 min", 10: "10 min", 60: "1 h", 480: "8 h", 1440: "1 day", 10080: "1 week"}


def changed(age_min: float | np.ndarray, half_life_min: float) -> float | np.ndarray:
    """Return the share of moods that are out of date, drawn anew since a feature was made: 1 - 2^(-age / half-life).

    One in eight draws (the topics) gives the same mood again; `lost` is in proportion all the same.
    """
    return 1 - 2.0 ** (-np.asarray(age_min) / half_life_min)


def build_grid() -> pd.DataFrame:
    """Live four weeks with a share of stale moods, or with moods ignored, against none stale; the last week counts.

    Columns: mood (intent_strength), stale (share; empty where the ranker ignores moods), metric, lost (a share), se.
    """
    rows = []
    for mood in MOODS.values():
        world = World(users=USERS, days=DAYS, seed=SEED, intent_strength=mood)
        fresh = simulate(world, Policy(feature_age_min=0))
        for stale in (*STALE, None):
            # The age that gives this share; a hundred half-lives are as good as for ever.
            age = world.intent_half_life_min * -np.log2(max(1 - (stale or 0), 2.0**-100))
            policy = Policy(mood_weight=0) if stale is None else Policy(feature_age_min=age)
            run = simulate(world, policy)
            for metric in METRICS.values():
                effect = compare(fresh, run, metric, (DAYS - 6, DAYS))
                rows.append((mood, stale, metric, -effect.relative, effect.relative_se))
    return pd.DataFrame(rows, columns=["mood", "stale", "metric", "lost", "se"])


@dataclass(frozen=True)
class Ages:
    """What features of an age cost, under moods of a half-life. Losses are shares, machines are machines."""

    age_min: float
    half_life_min: float
    value: float  # machines that one percent of the active users is worth
    at_worst: dict[str, float]  # lost when every mood is out of date, by metric
    off: dict[str, float]  # lost when moods are ignored, by metric
    lived: dict[str, np.ndarray]  # lost at STALE, as simulated, by metric

    def lost(self, metric: str, age_min: float | np.ndarray) -> float | np.ndarray:
        """Return the loss at an age: all that can be lost, times the share of moods that are out of date."""
        return self.at_worst[metric] * changed(age_min, self.half_life_min)

    def bill(self, age_min: float | np.ndarray) -> float | np.ndarray:
        """Return machines for streaming, and for what is lost in active users."""
        return machines(age_min) + 100 * self.value * self.lost("active users", age_min)

    @property
    def bill_off(self) -> float:
        """The bill without the feature: no machines, and what is lost when moods are ignored."""
        return 100 * self.value * self.off["active users"]

    @property
    def best_min(self) -> float:
        """The age with the smallest bill, of those on the axis."""
        return float(AXIS_MIN[np.argmin(self.bill(AXIS_MIN))])

    @property
    def better_off(self) -> bool:
        """Whether no age has a smaller bill than no feature."""
        return self.bill_off < self.bill(self.best_min)

    @property
    def harmful_min(self) -> float:
        """The age from which on people are better served without the feature (active users); inf: never."""
        left = 1 - self.off["active users"] / self.at_worst["active users"]
        return float(-self.half_life_min * np.log2(left)) if left > 0 else np.inf


def machines(age_min: float | np.ndarray) -> float | np.ndarray:
    """Return the machines that keep features at this age: a quarter of the age takes twice as many."""
    return STREAM_MACHINES / np.sqrt(age_min)


def model(age_min: float, half_life_min: float, mood: str, value: float) -> Ages:
    """Return what an age costs: a half-life of moods, how much of an evening is mood, the price of 1 % active users."""
    table = grid("ch05_age")
    rows = table[table.mood == MOODS[mood]]
    aged, off = rows[rows.stale.notna()], rows[rows.stale.isna()].set_index("metric").lost
    lived = {name: aged.lost[aged.metric == metric].to_numpy() for name, metric in METRICS.items()}
    return Ages(
        age_min,
        half_life_min,
        value,
        {name: losses[-1] for name, losses in lived.items()},
        {name: float(off[metric]) for name, metric in METRICS.items()},
        lived,
    )


def draw(product: Axes, platform: Axes) -> Callable[[Ages], None]:
    """Left three losses over age, theory as lines and lived weeks as dots; right the bill; dotted: no feature."""
    for ax in (product, platform):
        ax.set(xscale="log", xlabel="Age of the session features")
        ax.set_xticks(list(TICKS), list(TICKS.values()))
    product.set(xlim=(0.9, 180_000), yscale="log", ylim=(0.003, 500), ylabel="Lost against fresh features, %")
    product.text(1.1, 230, "dotted: without the feature. small dots: lived weeks", va="center", fontsize=9)
    product.set_yticks((0.01, 0.1, 1, 10, 100), ("0.01", "0.1", "1", "10", "100"))
    platform.set(xlim=(0.9, 11_500), yscale="log", ylim=(0.1, 30_000), ylabel="Machines")
    platform.set_yticks((0.1, 1, 10, 100, 1000), ("0.1", "1", "10", "100", "1,000"))
    for ax in (product, platform):
        ax.minorticks_off()
    colours = {"satisfaction": TRUTH, "clicks": PRODUCT, "active users": "#A04000"}
    dot = {"linestyle": "", "marker": "o", "animated": True}
    lines, dots, here, offs, names = {}, {}, {}, {}, {}
    for name, colour in colours.items():
        lines[name] = product.plot([], [], color=colour, animated=True)[0]
        names[name] = product.text(13_000, 1, name, color=colour, va="center", fontsize=9, animated=True)
        offs[name] = product.plot(
            ENDS_MIN, (1, 1), color=colour, linewidth=0.9, linestyle=":", animated=True
        )[0]
        dots[name] = product.plot([], [], color=colour, markersize=4, **dot)[0]
        here[name] = product.plot([], [], color=colour, markersize=9, markeredgecolor="white", **dot)[0]
    platform.plot(AXIS_MIN, machines(AXIS_MIN), "--", color=NEUTRAL, label="stream")
    bill = platform.plot([], [], color=PLATFORM, label="stream + what is lost", animated=True)[0]
    off = platform.axhline(1, color=PLATFORM, linestyle=":", label="feature off: what is lost", animated=True)
    now = platform.plot([], [], color=PLATFORM, markersize=9, markeredgecolor="white", **dot)[0]
    best = platform.plot([], [], color=PLATFORM, markersize=8, **{**dot, "marker": "v"})[0]
    word = platform.text(9000, 1, "off", color=PLATFORM, ha="center", va="top", fontsize=9, animated=True)
    platform.legend(loc="upper right", title="triangle: smallest bill")

    def update(r: Ages) -> None:
        for name in colours:
            lines[name].set_data(AXIS_MIN, 100 * r.lost(name, AXIS_MIN))
            names[name].set_y(100 * r.lost(name, AXIS_MIN[-1]))
            offs[name].set_ydata([100 * r.off[name]] * 2)
            dots[name].set_data(*_dots(r, name))
            here[name].set_data([r.age_min], [100 * r.lost(name, r.age_min)])
        bill.set_data(AXIS_MIN, r.bill(AXIS_MIN))
        off.set_ydata([r.bill_off] * 2)
        now.set_data([r.age_min], [r.bill(r.age_min)])
        lowest = r.bill_off if r.better_off else r.bill(r.best_min)
        best.set_data([9000 if r.better_off else min(r.best_min, 9000)], [1.5 * lowest])
        word.set(y=0.85 * lowest, visible=r.better_off)

    return update


def _dots(r: Ages, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return (ages, losses in %) of the lived weeks: of the half-life they were lived with, and no other."""
    if r.half_life_min != World().intent_half_life_min:
        return np.empty(0), np.empty(0)
    # The last share, 1, is every age at which all moods are out of date: it stands at the right edge.
    ages = r.half_life_min * -np.log2(1 - np.array(STALE[:-1]))
    return np.append(ages, 10080), 100 * r.lived[name]


def reading(r: Ages) -> str:
    """Say what the age costs, what the bill is, and where it would be smallest."""
    cost = ", ".join(f"{percent(r.lost(name, r.age_min))} of {name}" for name in METRICS)
    best = "with the feature switched off" if r.better_off else f"at an age of {span(r.best_min)}"
    return (
        f"Features {span(r.age_min)} old, moods with a half-life of {span(r.half_life_min)}: "
        f"{percent(float(changed(r.age_min, r.half_life_min)))} of moods out of date, which costs {cost}. "
        f"The bill is {r.bill(r.age_min):.1f} machines; it is smallest {best} "
        f"({min(r.bill_off, r.bill(r.best_min)):.1f})."
    )


def won_by_the_minute() -> float:
    """Return what going from an hour to a minute brings at Flick, % of active users."""
    today = model(60, 120, "as at Flick", 5)
    return 100 * (today.lost("active users", 60) - today.lost("active users", 1))


def prediction() -> Prediction:
    """Ask what real time is worth."""
    return Prediction(
        id="05.4",
        question="At Flick moods last two hours (half-life), and session features are an hour old. If every mood that "
        "the ranker sees were out of date, 3 % of the active users would be gone after four weeks. Features are made a "
        "minute old instead of an hour: how many more active users are there?",
        answer=Slider("More active users", 0.0, 3.0, 0.1, 1.5, "%"),
        truth=won_by_the_minute,
    )


def how_old() -> Explorer:
    """Return the explorer: the age, how fast the thing moves, how much hangs on it, what a user is worth."""
    return Explorer(
        question="How old may a feature be?",
        controls={
            "age_min": Steps("Age of session features", AGES_MIN, 60, "min"),
            "half_life_min": Steps("Half-life of moods", HALF_LIVES_MIN, 120, "min"),
            "mood": Choice("Mood is", tuple(MOODS), "as at Flick"),
            "value": Slider("1 % active users is worth", 1, 20, 1, 5, "machines"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "what does age cost?", "platform": "what does youth cost?"},
        presets={
            "Real time": Preset("Every feature a minute old, because we can.", {"age_min": 1}),
            "Tastes, not moods": Preset(
                "The feature describes what lasts for a week. Yesterday's copy will do?",
                {"age_min": 480, "half_life_min": 10080},
            ),
            "Breaking news": Preset(
                "Interest is gone within minutes.", {"half_life_min": 15, "mood": "a lot"}
            ),
            "Too quick to follow": Preset(
                "It moves so fast, and a user is worth so little: how quick does it have to be?",
                {"half_life_min": 15, "value": 1},
            ),
        },
        prediction=prediction(),
    )

"""How old may a feature be? The share of moods that have changed since, what it costs, and what being quicker costs."""

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
TICKS = {1: "1 min", 10: "10 min", 60: "1 h", 480: "8 h", 1440: "1 day", 10080: "1 week"}


def changed(age_min: float | np.ndarray, half_life_min: float) -> float | np.ndarray:
    """Return the share of moods that have been drawn anew since a feature was made: 1 - 2^(-age / half-life)."""
    return 1 - 2.0 ** (-np.asarray(age_min) / half_life_min)


def build_grid() -> pd.DataFrame:
    """Live four weeks with a share of stale moods, against none; the last week counts.

    Columns: mood (intent_strength), stale (share), metric, lost (a share), se.
    """
    rows = []
    for mood in MOODS.values():
        world = World(users=USERS, days=DAYS, seed=SEED, intent_strength=mood)
        fresh = simulate(world, Policy(feature_age_min=0))
        for stale in STALE:
            # The age that gives this share; a million half-lives is as good as for ever.
            age = world.intent_half_life_min * -np.log2(max(1 - stale, 2.0**-100))
            run = simulate(world, Policy(feature_age_min=age))
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
    at_worst: dict[str, float]  # lost when every mood is unknown, by metric
    lived: dict[str, np.ndarray]  # lost at STALE, as simulated, by metric

    def lost(self, metric: str, age_min: float | np.ndarray) -> float | np.ndarray:
        """Return the loss at an age: all that can be lost, times the share of moods that have changed."""
        return self.at_worst[metric] * changed(age_min, self.half_life_min)

    def bill(self, age_min: float | np.ndarray) -> float | np.ndarray:
        """Return machines for streaming, and for what is lost in active users."""
        return machines(age_min) + 100 * self.value * self.lost("active users", age_min)

    @property
    def best_min(self) -> float:
        """The age with the smallest bill."""
        return float(AXIS_MIN[np.argmin(self.bill(AXIS_MIN))])


def machines(age_min: float | np.ndarray) -> float | np.ndarray:
    """Return the machines that keep features at this age: a quarter of the age takes twice as many."""
    return STREAM_MACHINES / np.sqrt(age_min)


def model(age_min: float, half_life_min: float, mood: str, value: float) -> Ages:
    """Return what an age costs: a half-life of moods, how much of an evening is mood, the price of 1 % active users."""
    table = grid("ch05_age")
    rows = table[table.mood == MOODS[mood]]
    lived = {name: rows.lost[rows.metric == metric].to_numpy() for name, metric in METRICS.items()}
    return Ages(age_min, half_life_min, value, {name: losses[-1] for name, losses in lived.items()}, lived)


def draw(product: Axes, platform: Axes) -> Callable[[Ages], None]:
    """Left three losses over age, theory as lines and lived weeks as dots; right the bill."""
    for ax in (product, platform):
        ax.set(xscale="log", xlim=(1, 10080), xlabel="Age of the session features")
        ax.set_xticks(list(TICKS), list(TICKS.values()))
    product.set(yscale="log", ylim=(0.01, 100), ylabel="Lost against fresh features, %")
    product.set_yticks((0.01, 0.1, 1, 10, 100), ("0.01", "0.1", "1", "10", "100"))
    platform.set(yscale="log", ylim=(0.1, 300), ylabel="Machines")
    platform.set_yticks((0.1, 1, 10, 100), ("0.1", "1", "10", "100"))
    for ax in (product, platform):
        ax.minorticks_off()
    colours = {"satisfaction": TRUTH, "clicks": PRODUCT, "active users": "#A04000"}
    lines, dots, here = {}, {}, {}
    for name, colour in colours.items():
        lines[name] = product.plot([], [], color=colour, label=name, animated=True)[0]
        dots[name] = product.plot([], [], "o", color=colour, markersize=4, animated=True)[0]
        here[name] = product.plot(
            [], [], "o", color=colour, markersize=9, markeredgecolor="white", animated=True
        )[0]
    product.legend(loc="lower right", title="lived weeks: small dots")
    platform.plot(AXIS_MIN, machines(AXIS_MIN), "--", color=NEUTRAL, label="streaming alone")
    bill = platform.plot([], [], color=PLATFORM, label="with what is lost", animated=True)[0]
    now = platform.plot([], [], "o", color=PLATFORM, markersize=9, markeredgecolor="white", animated=True)[0]
    best = platform.plot([], [], "v", color=PLATFORM, markersize=8, label="smallest bill", animated=True)[0]
    platform.legend(loc="upper right")

    def update(r: Ages) -> None:
        for name in colours:
            lines[name].set_data(AXIS_MIN, 100 * r.lost(name, AXIS_MIN))
            # The last share, 1, has no age: every mood is forgotten. It stands at the right edge.
            ages = r.half_life_min * -np.log2(1 - np.array(STALE[:-1]))
            dots[name].set_data([*ages, 10080], 100 * r.lived[name])
            here[name].set_data([r.age_min], [100 * r.lost(name, r.age_min)])
        bill.set_data(AXIS_MIN, r.bill(AXIS_MIN))
        now.set_data([r.age_min], [r.bill(r.age_min)])
        best.set_data([r.best_min], [1.45 * r.bill(r.best_min)])

    return update


def spoken(minutes: float) -> str:
    """Return a time in the unit that one would say it in."""
    for size, unit in ((1440, "days"), (60, "hours")):
        if minutes >= 1.5 * size:
            return f"{minutes / size:.2g} {unit}"
    return f"{minutes:.2g} minute{'' if minutes == 1 else 's'}"


def reading(r: Ages) -> str:
    """Say what the age costs, what the bill is, and where it would be smallest."""
    cost = ", ".join(f"{100 * r.lost(name, r.age_min):.2g} % of {name}" for name in METRICS)
    best = "never mind the age" if r.best_min >= AXIS_MIN[-1] else f"best at {spoken(r.best_min)}"
    return (
        f"Features {spoken(r.age_min)} old, moods with a half-life of {spoken(r.half_life_min)}: "
        f"{100 * changed(r.age_min, r.half_life_min):.2g} % of moods have changed, which costs {cost}. "
        f"The bill is {r.bill(r.age_min):.1f} machines; {best} ({r.bill(r.best_min):.1f})."
    )


def won_by_the_minute() -> float:
    """Return what going from an hour to a minute brings at Flick, % of active users."""
    today = how_old().at()
    return 100 * (today.lost("active users", 60) - today.lost("active users", 1))


def prediction() -> Prediction:
    """Ask what real time is worth."""
    return Prediction(
        id="05.4",
        question="At Flick moods last two hours (half-life), and session features are an hour old. Made a minute old "
        "instead, how many more active users are there after four weeks?",
        answer=Slider("More active users", 0.0, 10.0, 0.1, 3.0, "%"),
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
                "It moves so fast, and matters so little: why run after it?",
                {"half_life_min": 15, "value": 1},
            ),
        },
        prediction=prediction(),
    )

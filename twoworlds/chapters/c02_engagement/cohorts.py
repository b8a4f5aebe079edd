"""Who stays? Retention by cohort, and a collapse that is only the calendar."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.axes import Axes

from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import FAINT, NEUTRAL, PRODUCT, TRUTH
from twoworlds.world import World, simulate

WORLD = World(users=8000, days=56, seed=14)
COHORTS = 28  # the world's newcomers join on its first 28 days
AGES = (1, 3, 7, 14, 28)
DIVIDE = ("everyone who joined", "those old enough")


@cache
def _counts() -> tuple[np.ndarray, np.ndarray]:
    """Return the size of each cohort, (cohorts,), and how many of it were active at each age, (cohorts, ages)."""
    run = simulate(WORLD, "production")
    joined = run.users()["joined_day"].to_numpy()
    size = np.bincount(joined[joined > 0], minlength=COHORTS + 1)[1 : COHORTS + 1]
    active = np.zeros((COHORTS, WORLD.days))
    for day in range(1, WORLD.days + 1):
        came = joined[(run.totals("active", day) > 0) & (joined > 0)]
        cohort = np.bincount(came, minlength=COHORTS + 1)[1 : COHORTS + 1]
        for c in np.flatnonzero(cohort):
            active[c, day - (c + 1)] = cohort[c]
    return size, active


@dataclass(frozen=True)
class Retention:
    """Retention at one age, as it looks today."""

    today: int
    age: int
    divide: str
    cohort: np.ndarray  # retention of each cohort that has joined, %; the young stand at 0
    young: np.ndarray  # bool: its day has not come
    eventual: np.ndarray  # what each cohort will show in the end, %
    by_day: np.ndarray  # the headline number on each day up to the last, %; nan while nothing can be said
    truth: float  # the headline number of all cohorts, when all are old enough, %

    @property
    def headline(self) -> float:
        """The number on today's dashboard, %."""
        return float(self.by_day[self.today - 1])


def _headline(today: int, age: int, divide: str) -> float:
    size, active = _counts()
    joined = np.arange(1, COHORTS + 1)
    there, old = joined <= today, joined + age <= today
    below = size[there if divide == DIVIDE[0] else old].sum()
    return 100 * active[old, age].sum() / below if old.any() else np.nan


def model(today: int, age: int, divide: str) -> Retention:
    """Return D`age` retention as a dashboard shows it on day `today`."""
    size, active = _counts()
    there = np.arange(1, COHORTS + 1) <= today
    eventual = 100 * active[there, age] / size[there]
    young = np.arange(1, COHORTS + 1)[there] + age > today
    by_day = np.array([_headline(day, age, divide) for day in range(1, WORLD.days + 1)])
    return Retention(
        today,
        age,
        divide,
        np.where(young, 0, eventual),
        young,
        eventual,
        by_day,
        _headline(WORLD.days, age, DIVIDE[1]),
    )


def draw(product: Axes, headline: Axes) -> Callable[[Retention], None]:
    """Left each cohort as it looks today and as it will be; right the headline as the days pass."""
    product.set(
        xlim=(0, COHORTS + 1), ylim=(-3, 70), xlabel="Cohort: the day of joining", ylabel="Came back, %"
    )
    (later,) = product.plot([], [], "_", color=TRUTH, markersize=10, markeredgewidth=2, animated=True)
    (known,) = product.plot([], [], "o", color=PRODUCT, markersize=6, animated=True)
    (unknown,) = product.plot(
        [], [], "o", color="white", markersize=6, markeredgecolor=PRODUCT, animated=True
    )
    legend = product.text(0.5, 66, "", color=NEUTRAL, fontsize=9, va="center", animated=True)
    headline.set(
        xlim=(0, WORLD.days + 1),
        ylim=(-3, 70),
        xlabel="Day on which the dashboard is read",
        ylabel="Headline retention, %",
    )
    (line,) = headline.plot([], [], "-", color=FAINT, linewidth=2, animated=True)
    (past,) = headline.plot([], [], "-", color=PRODUCT, linewidth=2, animated=True)
    (here,) = headline.plot([], [], "o", color=PRODUCT, markersize=11, markeredgecolor="white", animated=True)
    silent = headline.text(
        2, 4, "nobody is old enough yet", color=PRODUCT, fontsize=9, va="center", animated=True
    )
    (true,) = headline.plot([], [], "--", color=TRUTH, linewidth=1.5, animated=True)

    def update(r: Retention) -> None:
        days = np.arange(1, len(r.cohort) + 1)
        later.set_data(days, r.eventual)
        known.set_data(days[~r.young], r.cohort[~r.young])
        unknown.set_data(
            days[r.young], r.cohort[r.young] if r.divide == DIVIDE[0] else np.full(r.young.sum(), np.nan)
        )
        hollow = "hollow: counted as lost" if r.divide == DIVIDE[0] else "no dot: too young"
        legend.set_text(f"filled: known;  {hollow};  black: in the end")
        silent.set_visible(bool(np.isnan(r.headline)))
        every = np.arange(1, WORLD.days + 1)
        line.set_data(every, r.by_day)
        past.set_data(every[: r.today], r.by_day[: r.today])
        here.set_data([r.today], [r.headline])
        true.set_data([0, WORLD.days + 1], [r.truth, r.truth])

    return update


def reading(r: Retention) -> str:
    """Say what the dashboard shows today, and what it will show."""
    if np.isnan(r.headline):
        return f"Day {r.today}: nobody joined {r.age} days ago, so nothing can be said of D{r.age} retention yet."
    waiting = int(r.young.sum())
    return (
        f"Day {r.today}, divided by {r.divide}: D{r.age} retention {r.headline:.0f} %. In the end it is "
        f"{r.truth:.0f} %. {waiting} of {len(r.young)} cohorts {'is' if waiting == 1 else 'are'} too young to say."
    )


def who_stays() -> Explorer:
    """Return the explorer: today x age x denominator."""
    return Explorer(
        question="Who stays, and who is only young?",
        controls={
            "today": Slider("Today is day", 2, WORLD.days, 1, 28),
            "age": Steps("Come back after, days", AGES, 7),
            "divide": Choice("Divided by", DIVIDE, DIVIDE[0]),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "which cohort is leaving?", "headline": "What does the headline do?"},
        presets={
            "A good month at last": Preset("Nothing has changed but the date.", {"today": 56}),
            "Only the old enough": Preset("The same day, the honest denominator.", {"divide": DIVIDE[1]}),
            "D28 on day 30": Preset(
                "Two cohorts speak for all.", {"age": 28, "today": 30, "divide": DIVIDE[1]}
            ),
        },
        prediction=Prediction(
            id="02.4",
            question="It is day 28. D7 retention of everyone who has joined so far stands a little above a fifth, "
            "and the last seven cohorts at zero. What will it be in the end, for all 28 cohorts?",
            answer=Slider("D7 retention in the end", 0, 60, 1, 20, "%"),
            truth=lambda: model(28, 7, DIVIDE[0]).truth,
            place=lambda guess, _: (56, guess),
            panel=1,
        ),
    )

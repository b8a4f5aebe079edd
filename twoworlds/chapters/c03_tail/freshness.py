"""How often should the list of trends be rebuilt? Updates queue like anything else, and a queued one is old news."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.words import percent, several
from twoworlds.course.controls import Choice, Slider, Steps, Toggle
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT
from twoworlds.platform import queueing
from twoworlds.platform.slo import Sawtooth, queued_age, sawtooth

UPDATES = 200_000  # simulated for each point
LOADS = tuple(round(0.05 * i, 2) for i in range(2, 20))  # all that the slider has
LINE = np.linspace(0.04, 0.975, 120)
WORK_MIN = 6.0  # mean time of one rebuild
CAPACITY = 60 / WORK_MIN  # rebuilds an hour


@cache
def simulated(load: float, newest_first: bool) -> Sawtooth:
    """Return the age's sawtooth of many updates through one worker with exponential times of mean 1."""
    rng = np.random.default_rng([round(1000 * load), int(newest_first)])
    made, work = np.cumsum(rng.exponential(1 / load, UPDATES)), rng.exponential(1, UPDATES)
    if newest_first:  # a new update pushes out the one in work: only those done in time ever arrive
        done = made + work
        arrives = np.append(done[:-1] <= made[1:], True)
        made, done = made[arrives], done[arrives]
    else:
        done = queueing.fcfs(made, work).done
    return sawtooth(made, done, done[-1] + 1e-9)


@cache
def outdated(load: float, newest_first: bool, half_life: float) -> float:
    """Return the share of reads whose trend is over since the update: the mean of 1 - 2^(-age / half-life)."""
    saw, rate = simulated(load, newest_first), np.log(2) / half_life
    kept = (np.exp(-rate * saw.low) - np.exp(-rate * saw.high)) / rate
    return 1 - float(np.sum(kept) / np.sum(saw.high - saw.low))


@dataclass(frozen=True)
class Freshness:
    """The mean age and what it costs, at each rate of rebuilds."""

    per_hour: float
    newest_first: bool
    age_min: float  # mean, now (theory)
    wrong: float  # share of sessions shown a trend that is over, now
    points_min: np.ndarray  # mean age at each of LOADS, simulated
    theory_min: np.ndarray  # the same at each of LINE
    wrong_at: np.ndarray  # share of such sessions at each of LOADS


def model(per_hour: float, half_life_min: float, newest_first: bool) -> Freshness:
    """Return what comes of so many rebuilds an hour, if a trend is over with chance 1/2 after the half-life."""
    load, half_life = per_hour / CAPACITY, half_life_min / WORK_MIN
    ages = np.array([simulated(at, newest_first).mean for at in LOADS])
    wrong = np.array([outdated(at, newest_first, half_life) for at in LOADS])
    theory = WORK_MIN * np.array([queued_age(at, 1, newest_first) for at in LINE])
    return Freshness(
        per_hour, newest_first, WORK_MIN * queued_age(load, 1, newest_first), float(wrong[LOADS.index(round(load, 2))]),
        WORK_MIN * ages, theory, wrong,
    )  # fmt: skip


def draw(product: Axes, platform: Axes) -> Callable[[Freshness], None]:
    """The rate along both panels: left the sessions that are shown a trend that is over, right the mean age."""
    for ax in (product, platform):
        ax.set(xlim=(0, 10.4), xticks=range(11), xlabel="Rebuilds asked for, an hour (the job can do 10)")
        ax.axvline(CAPACITY, color=NEUTRAL, linestyle=":")
    product.set(ylim=(0, 100), ylabel="Sessions shown a trend that is over, %")
    platform.set(ylim=(0, 130), ylabel="Mean age of the list, min")
    (line,) = platform.plot([], [], color=PLATFORM, linewidth=1.5, animated=True)
    (points,) = platform.plot([], [], "o", color=PLATFORM, markersize=5, animated=True)
    (wrong,) = product.plot([], [], "o-", color=PRODUCT, markersize=5, linewidth=1, animated=True)
    big = {"markersize": 11, "markeredgecolor": "white", "zorder": 5, "animated": True}
    (left,) = product.plot([], [], "o", color=PRODUCT, **big)
    (right,) = platform.plot([], [], "o", color=PLATFORM, **big)
    rates = CAPACITY * np.array(LOADS)

    def update(r: Freshness) -> None:
        line.set_data(CAPACITY * LINE, r.theory_min)
        points.set_data(rates, r.points_min)
        wrong.set_data(rates, 100 * r.wrong_at)
        left.set_data([r.per_hour], [100 * r.wrong])
        right.set_data([r.per_hour], [r.age_min])

    return update


def reading(r: Freshness) -> str:
    """Say how old the list is, and how many sessions are shown the past."""
    order = "a newer one replaces the one in work" if r.newest_first else "each waits its turn"
    return (
        f"{several(r.per_hour, 'rebuild')} an hour, {order}: the list is {r.age_min:.0f} min old on average, and "
        f"{percent(r.wrong)} of sessions are shown a trend that is over."
    )


ANSWERS = ("Much older", "A little older", "About the same", "A little younger", "Much younger")


def prediction() -> Prediction:
    """Ask what fewer rebuilds do."""

    def truth() -> str:
        ratio = model(5.0, 120, False).age_min / model(9.0, 120, False).age_min
        return ANSWERS[4 - int(np.searchsorted([0.6, 0.95, 1.05, 1.6], ratio))]

    return Prediction(
        id="03.5",
        question="The list of trends is rebuilt 9 times an hour; the job could do 10. Somebody turns it down to 5. "
        "The list becomes, on average,",
        answer=Choice("The list becomes", ANSWERS, "A little older"),
        truth=truth,
    )


def how_often_to_refresh() -> Explorer:
    """Return the explorer: rate x how long a trend lasts x order."""
    return Explorer(
        question="How often should the list of trends be rebuilt?",
        controls={
            "per_hour": Slider("Rebuilds", 1.0, 9.5, 0.5, 9.0, "an hour"),
            "half_life_min": Steps("Half of all trends last", (15, 60, 120, 480), 120, "min"),
            "newest_first": Toggle("A newer rebuild replaces the one in work", False),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "is it still true?", "platform": "how old is it?"},
        presets={
            "Turned down": Preset("The on-call engineer wants to sleep.", {"per_hour": 5.0}),
            "Once an hour": Preset("The batch team would do it overnight.", {"per_hour": 1.0}),
            "Newest first": Preset(
                "Who is overtaken is thrown away, even half done.", {"newest_first": True}
            ),
            "Breaking news": Preset(
                "Half of all trends are over after a quarter of an hour.", {"half_life_min": 15}
            ),
        },
        prediction=prediction(),
    )

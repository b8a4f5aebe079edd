"""Who answers the survey? More answers make it surer, not truer; weights repair what they know."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from scipy.special import ndtr

from twoworlds.chapters.c02_engagement.shelf import BIAS_TODAY, clicks, stars
from twoworlds.chapters.words import rare_percent
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH

ASKED = (50, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)
KNOWN = ("nothing", "how active", "the share watched", "share and likes", "the value itself")
STARS = np.arange(1, 6)


@cache
def _people() -> tuple[np.ndarray, np.ndarray]:
    """Return the value (-1..1) behind each click of four weeks, and the stars that it would get if all answered."""
    value = clicks()["value"].to_numpy(dtype=float)
    return value, stars(value, np.random.default_rng(4)).astype(int)


@cache
def _cells(known: str) -> np.ndarray:
    """Return the cell of each click: those that the weights can't tell apart share one."""
    table = clicks()
    of = {
        "how active": lambda: table.groupby("user_id")["clicked"].transform("size"),
        "the share watched": lambda: table["share"],
        "share and likes": lambda: table["share"],
        "the value itself": lambda: table["value"],
    }
    if known not in of:
        return np.zeros(len(table), dtype=np.int64)
    parts = 50 if known == "the value itself" else 10  # so narrow that nothing is left to know inside one
    part = (of[known]().rank(method="first", pct=True).to_numpy() * (parts - 0.001)).astype(np.int64)
    return part + parts * table["liked"].to_numpy() if known == "share and likes" else part


@dataclass(frozen=True)
class Survey:
    """A survey after clicks: what is heard, what all would have said."""

    asked: int
    answered: float
    known: str
    everybody: np.ndarray  # share of all clicks with 1..5 stars
    heard: np.ndarray  # the same of the answers, weighted
    said: float  # stars, weighted mean
    truth: float  # stars, all clicks
    half_width: np.ndarray  # of a 95 % interval, stars, at each of ASKED

    @property
    def error(self) -> float:
        """Half the width of the 95 % interval at the surveys asked."""
        return float(self.half_width[ASKED.index(self.asked)])

    @property
    def holds(self) -> float:
        """The share of such surveys whose 95 % interval holds the truth: their means are normal around `said`."""
        off = 1.96 * (self.said - self.truth) / self.error
        return float(ndtr(1.96 - off) - ndtr(-1.96 - off))


def model(bias: float, known: str, asked: int) -> Survey:
    """Return what a survey says when happy people answer more often (`bias`, log-odds per unit of value).

    The long-run answer is computed from every click's chance to answer; the interval is that of `asked` surveys.
    """
    value, given = _people()
    chance = 1 / (1 + np.exp(-bias * value))
    cell = _cells(known)
    size, heard = np.bincount(cell), np.bincount(cell, chance)
    weight = chance * (size / np.maximum(heard, 1e-12))[cell]
    shares = np.bincount(given, weight / weight.sum(), 6)[1:]
    mean, square = (np.bincount(cell, chance * given**k) / np.maximum(heard, 1e-12) for k in (1, 2))
    # Each cell's mean has the variance of its own answers; the cells' sizes are known from the log.
    variance = (size**2 * np.maximum(square - mean**2, 0) / np.maximum(heard, 1e-12)).sum() / len(given)
    return Survey(
        asked, asked * float(chance.mean()), known, np.bincount(given, minlength=6)[1:] / len(given), shares,
        float(shares @ STARS), float(given.mean()), 1.96 * np.sqrt(variance / np.array(ASKED)),
    )  # fmt: skip


def draw(product: Axes, platform: Axes) -> Callable[[Survey], None]:
    """Left the stars of those heard beside everybody's; right the estimate as surveys are added."""
    product.set(xlim=(0.4, 5.6), ylim=(0, 50), xticks=STARS, xlabel="Stars", ylabel="Share, %")
    bars = product.bar(STARS, [0] * 5, width=0.75, color=PRODUCT, alpha=0.75, animated=True)
    (all_of,) = product.plot([], [], "_", color=TRUTH, markersize=34, markeredgewidth=2.2, animated=True)
    product.text(0.5, 47, "bars: what you hear;  black: everybody", color=NEUTRAL, fontsize=9, va="center")
    platform.set(
        xlim=(40, 130_000),
        ylim=(2.9, 4.4),
        xscale="log",
        xlabel="Surveys shown",
        ylabel="Expected mean and 95 % interval, stars",
    )
    bars_error = platform.vlines(
        ASKED, [3] * len(ASKED), [3] * len(ASKED), color=PLATFORM, linewidth=2, animated=True
    )
    (means,) = platform.plot([], [], "o", color=PLATFORM, markersize=5, animated=True)
    (here,) = platform.plot(
        [], [], "o", color=PLATFORM, markersize=11, markeredgecolor="white", animated=True
    )
    (true,) = platform.plot([], [], "--", color=TRUTH, linewidth=1.5, animated=True)
    name = platform.text(
        120_000, 3.3, "everybody", color=TRUTH, ha="right", va="top", fontsize=9, animated=True
    )

    def update(r: Survey) -> None:
        for bar, share in zip(bars, r.heard, strict=True):
            bar.set_height(100 * share)
        all_of.set_data(STARS, 100 * r.everybody)
        bars_error.set_segments(
            [[(n, r.said - h), (n, r.said + h)] for n, h in zip(ASKED, r.half_width, strict=True)]
        )
        means.set_data(ASKED, [r.said] * len(ASKED))
        here.set_data([r.asked], [r.said])
        true.set_data([40, 130_000], [r.truth, r.truth])
        name.set_y(r.truth - 0.03)

    return update


def reading(r: Survey) -> str:
    """Say what the survey says, how sure it is, and how far off."""
    off = r.said - r.truth
    verdict = (
        f"{abs(off):.2f} too {'high' if off > 0 else 'low'}"
        if f"{r.said:.2f}" != f"{r.truth:.2f}"
        else "right"
    )
    return (
        f"{r.asked:,} surveys shown, {r.answered:,.0f} answered, weights know {r.known}: {r.said:.2f} ± {r.error:.2f} "
        f"stars. Everybody would say {r.truth:.2f}: {verdict}. "
        f"Of such intervals {rare_percent(r.holds)} hold the truth."
    )


def who_answers_the_survey() -> Explorer:
    """Return the explorer: how the happy answer x what the weights know x surveys shown."""
    return Explorer(
        question="Who answers the survey?",
        controls={
            "bias": Slider("Happy answer more (today: 2)", 0, 4, 0.5, BIAS_TODAY),
            "known": Choice("Weights know", KNOWN, "nothing"),
            "asked": Steps("Surveys shown", ASKED, 1000),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "who do you hear?", "platform": "what do more surveys buy?"},
        presets={
            "A hundred times as many": Preset("The research budget is generous this year.", {"asked": 100_000}),
            "Weigh by activity": Preset("Each level of activity speaks for its share, as in the handbook.",
                                        {"known": "how active", "asked": 10_000}),
            "Weigh by what they watched": Preset("A share watched is the best clue that the log has.",
                                                 {"known": "the share watched", "asked": 10_000}),
            "If you could": Preset("Weights that know the very thing that you wanted to measure.",
                                   {"known": "the value itself", "asked": 10_000}),
        },
        prediction=Prediction(
            id="02.5",
            question="A thousand surveys, sent at random after clicks, say a little over 3.6 stars on average. About "
            "every second is answered. You can afford a hundred times as many. What would everybody say, if everybody "
            "answered?",
            answer=Slider("Everybody's mean", 3.0, 4.4, 0.05, 3.65, "stars"),
            truth=lambda: model(BIAS_TODAY, "nothing", 1000).truth,
            place=lambda guess, r: (r.asked, guess),
            panel=1,
        ),
    )  # fmt: skip

"""Two intervals: what a dashboard draws, and what was asked."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.c08_ab_tests.people import people
from twoworlds.chapters.words import p_value
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.experiment import Estimate, Moments, difference

SHARES = (50, 20, 5)
TOUCH = 0.02  # clicks a user: less than a pixel or two of the picture


@dataclass(frozen=True)
class Pair:
    """Two arms with the true means behind them, and their difference."""

    control: Moments
    treatment: Moments
    truth: tuple[float, float]  # the true means, clicks a user
    users: int

    @property
    def effect(self) -> Estimate:
        """The estimated difference, clicks a user."""
        return difference(self.control, self.treatment)

    def own(self, level: float = 0.95) -> list[tuple[float, float]]:
        """Return each arm's own interval."""
        return [
            Estimate(arm.mean, arm.se, arm.n - 1).interval(level) for arm in (self.control, self.treatment)
        ]

    @property
    def gap(self) -> float:
        """How far the two arms' intervals lie apart, clicks a user; negative where they overlap."""
        (low_c, high_c), (low_t, high_t) = self.own()
        return max(low_t - high_c, low_c - high_t)

    @property
    def overlap(self) -> bool:
        """Whether the two arms' intervals have a point in common."""
        return self.gap <= 0


def model(lift: float, users: int, share: int, draw: int) -> Pair:
    """Return an experiment on `users` with `share` % in the treatment and a true lift in %; `draw` is its luck."""
    clicks = people()["clicks_old"]
    mean, var = float(clicks.mean()), float(clicks.var())
    means = (mean, mean * (1 + lift / 100))
    sizes = (users - users * share // 100, users * share // 100)
    luck = np.random.default_rng(draw).normal(size=2)
    arms = [Moments(n, m + z * math.sqrt(var / n), var) for n, m, z in zip(sizes, means, luck, strict=True)]
    return Pair(arms[0], arms[1], means, users)


def draw(product: Axes, platform: Axes) -> Callable[[Pair], None]:
    """Left the difference, right both arms with an interval of their own; black ticks are the truth."""
    product.set(xlim=(-2.4, 4.2), ylim=(0, 1), yticks=[], xlabel="Difference, clicks a user")
    product.axvline(0, color=NEUTRAL, linestyle=":")
    product.text(-0.04, 0.04, "no difference", rotation=90, ha="right", color="#555555")
    bar = product.plot([], [], color=PRODUCT, linewidth=5, solid_capstyle="butt", animated=True)[0]
    dot = product.plot([], [], "o", color=PRODUCT, markersize=10, markeredgecolor="white", animated=True)[0]
    true = product.plot([], [], "|", color=TRUTH, markersize=34, markeredgewidth=2, animated=True)[0]
    words = product.text(0, 0.7, "", ha="center", color=PRODUCT, animated=True)
    platform.set(xlim=(10, 16.8), ylim=(0, 1), xlabel="Clicks a user")
    platform.set_yticks([0.7, 0.3], ["control", "treatment"])
    shade = platform.axvspan(0, 0.1, color="#DCE9F3", animated=True)
    bars = platform.hlines([0.7, 0.3], 0, 1, color=PLATFORM, linewidth=5, animated=True)
    dots = platform.plot([], [], "o", color=PLATFORM, markersize=10, markeredgecolor="white", animated=True)[
        0
    ]
    truths = platform.plot([], [], "|", color=TRUTH, markersize=34, markeredgewidth=2, animated=True)[0]

    def update(r: Pair) -> None:
        (low_c, high_c), (low_t, high_t) = r.own()
        bar.set_data(r.effect.interval(), [0.5, 0.5])
        dot.set_data([r.effect.value], [0.5])
        true.set_data([r.truth[1] - r.truth[0]], [0.5])
        words.set(x=np.clip(r.effect.value, -1.6, 3.4), text=p_value(r.effect.p()))
        left, right = max(low_c, low_t), min(high_c, high_t)
        shade.set(x=left, width=max(right - left, 0), visible=r.overlap)
        bars.set_segments([[(low_c, 0.7), (high_c, 0.7)], [(low_t, 0.3), (high_t, 0.3)]])
        dots.set_data([r.control.mean, r.treatment.mean], [0.7, 0.3])
        truths.set_data(r.truth, [0.7, 0.3])

    return update


def _truth(r: Pair) -> str:
    """Return the end of the sentence on the true difference."""
    change = r.truth[1] - r.truth[0]
    return f": {change:+.2f}." if change else " is no difference."


def reading(r: Pair) -> str:
    """Say whether the arms' intervals overlap, and what the difference says."""
    low, high = r.effect.interval()
    arms = "just touch" if abs(r.gap) < TOUCH else "overlap" if r.overlap else "lie apart"
    zero = "holds 0" if low <= 0 <= high else "leaves 0 out"
    return (
        f"{r.users:,} users: the arms' own intervals {arms}; the interval of the difference, {low:+z.2f} to "
        f"{high:+z.2f} clicks a user, {zero}: {p_value(r.effect.p())}. The truth{_truth(r)}"
    )


def prediction() -> Prediction:
    """Ask for the p value of two intervals that touch."""
    return Prediction(
        id="08.5",
        question="Two arms of equal size, each drawn with its own 95 % interval. The two intervals just touch. "
        "What is the p value of the difference?",
        answer=Choice("p value", ("0.006", "0.02", "0.05", "0.1"), "0.05"),
        truth=lambda: "0.006",
    )


def two_intervals() -> Explorer:
    """Return the explorer: lift x users x share x draw."""
    return Explorer(
        question="The intervals overlap. So there is no difference?",
        controls={
            "lift": Slider("True lift of clicks", 0, 12, 1, 5, "%"),
            "users": Steps("Users", (20_000, 40_000, 80_000, 160_000), 40_000),
            "share": Steps("In the treatment", SHARES, 50, "%"),
            "draw": Slider("Luck of the draw", 1, 30, 1, 23),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "what was asked", "platform": "what the dashboard draws"},
        presets={
            "Just touching": Preset("By eye: a draw. By the difference?", {"users": 20_000, "draw": 9}),
            "One in twenty": Preset(
                "A careful ramp-up: one arm is small.", {"share": 5, "users": 80_000, "draw": 9}
            ),
            "A smaller lift": Preset(
                "Four times the users for half the effect.", {"lift": 3, "users": 160_000, "draw": 14}
            ),
        },
        prediction=prediction(),
    )

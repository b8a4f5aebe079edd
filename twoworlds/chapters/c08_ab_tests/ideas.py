"""A thousand ideas: of what passes the test, how much is real?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from scipy.special import ndtri

from twoworlds.course.controls import Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.experiment import false_positive_risk, sample_size

SUCCESS = np.linspace(0.01, 0.6, 60)
POWERS = np.linspace(0.2, 0.95, 76)
TESTS_A_YEAR = 26  # fortnights in a year, each with all users, at 5 % and 80 %


def carried(alpha: float, power: float) -> float:
    """Return the ideas that a year's users can test: a test of another alpha and power needs other users."""
    return TESTS_A_YEAR * sample_size(1, 1) / sample_size(1, 1, alpha=alpha, power=power)


@dataclass(frozen=True)
class Board:
    """A thousand ideas put to the test, and what a year's traffic makes of the same settings."""

    success: float
    power: float
    alpha: float
    true_wins: int
    false_wins: int
    risk: np.ndarray  # share of wins that are false, at each of SUCCESS
    wins: np.ndarray  # true wins a year, at each of POWERS
    duds: np.ndarray  # false wins a year, at each of POWERS

    @property
    def expected(self) -> float:
        """The share of wins that are false, in the long run."""
        return false_positive_risk(self.success, alpha=self.alpha, power=self.power)


def model(success: float, power: float, alpha: float) -> Board:
    """Return the fate of 1,000 ideas of which `success` % work, tested at `power` % and two-sided `alpha` %."""
    s, b, a = success / 100, power / 100, alpha / 100
    rng = np.random.default_rng(7)
    works, luck = rng.random(1000) < s, rng.normal(size=1000)
    z = float(ndtri(1 - a / 2))
    won = luck + np.where(works, z + float(ndtri(b)), 0) > z
    risk = np.array([false_positive_risk(x, alpha=a, power=b) for x in SUCCESS])
    tests = np.array([carried(a, x) for x in POWERS])
    wins, duds = tests * s * POWERS, tests * (1 - s) * a / 2
    return Board(s, b, a, int((won & works).sum()), int((won & ~works).sum()), risk, wins, duds)


def draw(product: Axes, platform: Axes) -> Callable[[Board], None]:
    """Left the false share of wins by success rate, right the wins a year by power."""
    product.set(xlim=(0, 60), ylim=(0, 100), xlabel="Ideas that work, %", ylabel="Wins that are false, %")
    risk = product.plot([], [], color=PRODUCT, animated=True)[0]
    level = product.axhline(5, color=NEUTRAL, linestyle=":", animated=True)
    alpha = product.text(59, 7, "alpha", ha="right", color="#555555", animated=True)
    seen = product.plot([], [], "o", color=TRUTH, markersize=8, markeredgecolor="white", animated=True)[0]
    words = product.annotate("1,000 ideas", (0, 0), xytext=(0, 10), textcoords="offset points", animated=True)
    platform.set(xlim=(18, 97), ylim=(0.01, 60), yscale="log", xlabel="Power, %")
    platform.set(ylabel="Wins a year", yticks=[0.1, 1, 10])
    platform.set_yticklabels(["0.1", "1", "10"])
    wins = platform.plot([], [], color=PLATFORM, animated=True)[0]
    duds = platform.plot([], [], "--", color=PLATFORM, animated=True)[0]
    dots = platform.plot([], [], "o", color=PLATFORM, markersize=8, markeredgecolor="white", animated=True)[0]
    labels = [platform.text(0, 0, name, color=PLATFORM, animated=True) for name in ("real", "false")]

    def update(r: Board) -> None:
        total = r.true_wins + r.false_wins
        share = 100 * r.false_wins / total if total else 0
        risk.set_data(100 * SUCCESS, 100 * r.risk)
        seen.set_data([100 * r.success], [share])
        words.xy = (100 * r.success, share)
        words.set_ha("right" if r.success > 0.4 else "left")
        words.xyann = (6, -14) if share > 85 else (0, 10)
        level.set_ydata([100 * r.alpha] * 2)
        alpha.set_y(100 * r.alpha + 2)
        wins.set_data(100 * POWERS, r.wins)
        duds.set_data(100 * POWERS, r.duds)
        here = [float(np.interp(r.power, POWERS, line)) for line in (r.wins, r.duds)]
        dots.set_data([100 * r.power] * 2, here)
        above = 1.3 if here[0] >= here[1] else 0.55
        for label, y, factor in zip(labels, here, (above, 0.715 / above), strict=True):
            label.set_position((min(100 * r.power + 1, 90), y * factor))

    return update


def reading(r: Board) -> str:
    """Say how many of the wins are false, and how many such tests a year has room for."""
    total, verb = r.true_wins + r.false_wins, "does" if r.false_wins == 1 else "do"
    return (
        f"{total} of 1,000 ideas win; {r.false_wins} of the wins {verb} nothing (in the long run "
        f"{100 * r.expected:.0f} % of wins), though alpha is {100 * r.alpha:g} %. If a usual test takes a fortnight "
        f"of all users, your traffic has room for {carried(r.alpha, r.power):.0f} such tests a year."
    )


def prediction() -> Prediction:
    """Ask for the false share of wins at a success rate that is usual in the industry."""
    return Prediction(
        id="08.3",
        question="One idea in ten works; the tests have 80 % power at the two-sided 5 % level. An idea has just won: "
        "p < 0.05, and clicks are up. How likely is it that it does nothing?",
        answer=Slider("Chance that the win is false", 0, 60, 1, 5, "%"),
        truth=lambda: 100 * false_positive_risk(0.1),
        place=lambda guess, result: (100 * result.success, guess),
    )


def a_thousand_ideas() -> Explorer:
    """Return the explorer: success rate x power x alpha."""
    return Explorer(
        question="An idea has won. Is it real?",
        controls={
            "success": Slider("Ideas that work", 2, 50, 1, 10, "%"),
            "power": Slider("Power", 20, 95, 5, 80, "%"),
            "alpha": Steps("Alpha, two-sided", (1, 5, 10), 5, "%"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "how many of our wins are false?", "platform": "what does the queue carry?"},
        presets={
            "Half of them work": Preset("A young product, where much is still easy.", {"success": 50}),
            "A mature product": Preset("One idea in thirty works.", {"success": 3}),
            "Clear the backlog": Preset("Everybody gets a test, and none gets many users.", {"power": 20}),
            "A stricter bar": Preset("Wins must be rarer by chance.", {"success": 3, "alpha": 1}),
        },
        prediction=prediction(),
    )

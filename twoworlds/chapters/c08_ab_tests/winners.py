"""Winners shrink: what the test promised, and what came."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.c08_ab_tests.people import Z, noise
from twoworlds.course.controls import Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import PLATFORM, PRODUCT, TRUTH

SIZES = (5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000)
IDEAS, SHOWN = 1000, 16
METRIC = "clicks_old"


def delivered(users: int, spread: float, works: float) -> float:
    """Return the truth behind all wins over what their tests promised, in the long run, a share.

    True lifts: a share `works` is normal around 0 with sd `spread`, the others are 0. A win: estimate above Z errors.
    Given a win, an estimate x of a working idea stands for a truth of x spread² / (spread² + noise²).
    """
    s = noise(METRIC, users)
    wide = np.hypot(spread, s)
    working = works * wide * np.exp(-((Z * s / wide) ** 2) / 2)
    duds = (1 - works) * s * np.exp(-(Z**2) / 2)
    return float(working * (spread / wide) ** 2 / (working + duds))


@dataclass(frozen=True)
class Year:
    """A year's thousand ideas: of those that won, the estimates and the truths (shares), and the long run by size."""

    users: int
    estimates: np.ndarray
    truths: np.ndarray
    curve: np.ndarray  # delivered share at each of SIZES

    @property
    def kept(self) -> float:
        """The truths of the winners over their estimates."""
        return float(self.truths.sum() / self.estimates.sum())


def model(users: int, spread: float, works: int, draw: int) -> Year:
    """Return 1,000 ideas tested with `users` an arm; `works` % of them have an effect, sd `spread` %."""
    rng, s = np.random.default_rng(draw), noise(METRIC, users)
    truth = np.where(rng.random(IDEAS) < works / 100, rng.normal(0, spread / 100, IDEAS), 0)
    estimate = truth + rng.normal(0, s, IDEAS)
    won = estimate > Z * s
    curve = np.array([delivered(n, spread / 100, works / 100) for n in SIZES])
    return Year(users, estimate[won], truth[won], curve)


def draw(product: Axes, platform: Axes) -> Callable[[Year], None]:
    """Left the first winners, estimate and truth; right what is delivered, by the size of the tests."""
    rows = np.arange(SHOWN)[::-1]
    product.set(xlim=(-6, 14), ylim=(-1, SHOWN + 2), yticks=[], xlabel="Lift of clicks, %")
    product.axvline(0, color="#BBBBBB", linewidth=0.8)
    lines = product.hlines(rows, 0, 1, color="#BBBBBB", linewidth=1.2, animated=True)
    promised = product.plot([], [], "o", color=PRODUCT, markersize=7, label="the test said", animated=True)[0]
    true = product.plot([], [], "o", color=TRUTH, markersize=5, label="the truth", animated=True)[0]
    product.legend(handles=[promised, true], loc="upper right", frameon=False, ncols=2)
    platform.set(
        xscale="log", xlim=(4000, 8e5), ylim=(0, 116), yticks=range(0, 101, 20), xlabel="Users an arm"
    )
    platform.set_ylabel("Delivered of what was promised, %")
    curve = platform.plot([], [], color=PLATFORM, animated=True)[0]
    here = platform.plot([], [], "o", color=TRUTH, markersize=9, markeredgecolor="white", animated=True)[0]
    words = platform.annotate("this year", (0, 0), textcoords="offset points", xytext=(0, 0), animated=True)

    def update(r: Year) -> None:
        k = min(SHOWN, len(r.estimates))
        x, y = 100 * r.estimates[:k], 100 * r.truths[:k]
        lines.set_segments([[(a, row), (b, row)] for a, b, row in zip(x, y, rows[:k], strict=True)])
        promised.set_data(x, rows[:k])
        true.set_data(y, rows[:k])
        curve.set_data(SIZES, 100 * r.curve)
        here.set_data([r.users], [max(100 * r.kept, 0)])
        words.xy = (r.users, max(100 * r.kept, 0))
        late = r.users > 200_000  # the curve rises: below it on the right, above it on the left
        words.set_ha("right" if late else "left")
        words.xyann = (-10, 4) if late else (9, -7)

    return update


def reading(r: Year) -> str:
    """Say how many won, what they promised and delivered, and how many of them hurt."""
    n, hurt = len(r.estimates), int((r.truths < 0).sum())
    return (
        f"{n} of 1,000 ideas won with {r.users:,} users an arm. Their tests promised {100 * r.estimates.mean():+.1f} % "
        f"each, the truth is {100 * r.truths.mean():+z.1f} %: {100 * r.kept:z.0f} % was delivered. "
        f"{hurt} of the winners {'does' if hurt == 1 else 'do'} harm."
    )


def prediction() -> Prediction:
    """Ask what the year's winners deliver."""
    return Prediction(
        id="08.4",
        question="Each winner passed a fair test with 20,000 users an arm and p < 0.05. Together the winners promise a "
        "rise of 100 million clicks. Among all ideas, true lifts lie around 0 with a standard deviation of 1 %; a test "
        "of this size has a standard error of 1.8 %. A holdback group measures what came. How much of the promise is "
        "there?",
        answer=Slider("Delivered", 0, 120, 5, 95, "%"),
        truth=lambda: 100 * delivered(20_000, 0.01, 1.0),
        place=lambda guess, result: (float(result.users), guess),
        panel=1,
    )


def winners_shrink() -> Explorer:
    """Return the explorer: users x spread x working ideas x draw."""
    return Explorer(
        question="Each test was fair. Why does the sum not come true?",
        controls={
            "users": Steps("Users an arm", SIZES, 20_000),
            "spread": Slider("Spread of true lifts", 0.5, 3.0, 0.5, 1.0, "%"),
            "works": Slider("Ideas that do anything", 10, 100, 10, 100, "%"),
            "draw": Slider("Year", 1, 20, 1, 7),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "the winners", "platform": "what the holdback finds"},
        presets={
            "Small tests": Preset("Everybody may test, briefly.", {"users": 5_000}),
            "Large tests": Preset("Few tests, each with many users.", {"users": 320_000}),
            "Mostly duds": Preset("Nine ideas in ten do nothing at all.", {"works": 10}),
        },
        prediction=prediction(),
    )

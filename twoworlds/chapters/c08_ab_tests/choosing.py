"""More data around the wrong number: users who choose for themselves, against users for whom lots are drawn."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.c08_ab_tests.people import people, true_lift
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import PLATFORM, PRODUCT, TRUTH
from twoworlds.experiment import Moments, relative

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
CHOOSE, LOTS = "they choose", "we draw lots"


def chances(who: str, pull: float) -> np.ndarray:
    """Return each user's chance to have the new feed: ½ by lot; by choice, the more active, the larger."""
    past = np.log1p(people()["before"])
    wish = pull * (past - past.mean()) / past.std() if who == CHOOSE else 0 * past
    return 1 / (1 + np.exp(-wish))


def compared(values: np.ndarray, other: np.ndarray, groups: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return (lift, low, high) of `values` with weights groups[0] over `other` with weights groups[1]."""
    new, old = (
        Moments.of_sums(x @ w, (x * x) @ w, int(w.sum()))
        for x, w in zip((values, other), groups, strict=True)
    )
    lift = relative(old, new)
    return np.array([lift.value, *lift.interval()])


@dataclass(frozen=True)
class Path:
    """The comparison at growing sizes: lifts with intervals (k, 3) of active days after and sessions before."""

    who: str
    sizes: np.ndarray
    after: np.ndarray
    before: np.ndarray
    truth: float


def model(who: str, users: int, pull: float, draw: int) -> Path:
    """Return both comparisons for `users` (drawn from the world's people, with replacement) and all smaller sizes."""
    rng, table, chance = np.random.default_rng(draw), people(), chances(who, pull)
    sizes = np.array([n for n in SIZES if n <= users])
    after, before = [], []
    for n in sizes:
        counts = rng.multinomial(n, np.full(len(chance), 1 / len(chance)))
        new = rng.binomial(counts, chance)
        groups = (new.astype(float), (counts - new).astype(float))
        after.append(compared(table["days_bright"], table["days_old"], groups))
        before.append(compared(table["before"], table["before"], groups))
    return Path(who, sizes, np.array(after), np.array(before), true_lift("days", "bright"))


def draw(product: Axes, platform: Axes) -> Callable[[Path], None]:
    """Intervals against size; the truth in black."""
    product.axhline(100 * true_lift("days", "bright"), color=TRUTH, linewidth=1.4, animated=True)
    product.text(1.5e7, -14, "the truth", color=TRUTH, ha="right", animated=True)
    platform.axhline(0, color=TRUTH, linewidth=1.4)
    platform.text(1.5e7, -43, "nothing has changed yet", color=TRUTH, ha="right")
    marks = []
    for ax, colour in ((product, PRODUCT), (platform, PLATFORM)):
        ax.set(xscale="log", xlim=(600, 1.7e7), xlabel="Users in the comparison")
        bars = ax.vlines([1], 0, 1, color=colour, linewidth=2.2, animated=True)
        dots = ax.plot([], [], "o", color=colour, markersize=6, animated=True)[0]
        marks.append((bars, dots))
    product.set(ylim=(-30, 110), ylabel="Active days, new over old, %")
    platform.set(ylim=(-90, 330), ylabel="Sessions the fortnight before, %")

    def update(r: Path) -> None:
        for (bars, dots), rows in zip(marks, (r.after, r.before), strict=True):
            rows = 100 * rows
            bars.set_segments([[(n, y[1]), (n, y[2])] for n, y in zip(r.sizes, rows, strict=True)])
            dots.set_data(r.sizes, rows[:, 0])

    return update


def _beside(apart: float) -> str:
    """Say how much more or less often one group came than the other, from a difference in %."""
    if abs(apart) < 0.5:
        return "as often as the others"
    return f"{abs(apart):.0f} % {'more' if apart > 0 else 'less'} often than the others"


def reading(r: Path) -> str:
    """Say the estimate with its interval, the truth, and what was different before."""
    (value, low, high), n = 100 * r.after[-1], r.sizes[-1]
    apart = 100 * r.before[-1, 0]
    end = "The interval holds the truth" if low <= 100 * r.truth <= high else "The interval misses the truth"
    return (
        f"{n:,} users, {r.who}: {value:+z.1f} % active days with Bright covers, 95 % interval {low:+z.1f} to "
        f"{high:+z.1f} %. {end}, {100 * r.truth:+.1f} %. Before anything had changed, those with the new feed came "
        f"{_beside(apart)}."
    )


def prediction() -> Prediction:
    """Ask for the effect behind the comparison of those who chose with those who did not."""
    return Prediction(
        id="08.1",
        question="In the open beta, users who have switched Bright covers on are active on over a third more days "
        "than those who have not. What does Bright covers do to active days if everybody gets it?",
        answer=Slider("Change of active days", -20, 60, 1, 10, "%"),
        truth=lambda: 100 * true_lift("days", "bright"),
        place=lambda guess, result: (float(result.sizes[-1]), guess),
    )


def wrong_number() -> Explorer:
    """Return the explorer: who decides x users x pull x draw."""
    return Explorer(
        question="Does more data bring you closer to the truth?",
        controls={
            "who": Choice("Who gets the new feed", (CHOOSE, LOTS), CHOOSE),
            "users": Steps("Users", SIZES, 10_000),
            "pull": Slider("Pull of the new on the active", 0.0, 1.0, 0.1, 0.5),
            "draw": Slider("Draw of users", 1, 20, 1, 1),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "what does the feed do?", "platform": "were they alike?"},
        presets={
            "Ten million users": Preset("Surely that settles it.", {"users": 10_000_000}),
            "A thousand lots": Preset(
                "A small comparison, but a fair one.", {"who": LOTS, "users": 1_000, "draw": 2}
            ),
            "Ten million lots": Preset("Fair, and large.", {"who": LOTS, "users": 10_000_000, "draw": 2}),
            "Only a little pull": Preset(
                "The active like new things just a bit more.", {"pull": 0.1, "users": 1_000_000}
            ),
        },
        prediction=prediction(),
    )

"""Shuffle the labels: the difference that was seen, against those that chance alone makes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.c08_ab_tests.people import CHANGES, people
from twoworlds.chapters.words import p_value, percent
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import FAINT, NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.experiment import Moments, difference, permutation_test

SHUFFLES, REPEATS = 1000, 400
EDGES = np.linspace(-21, 21, 43)  # clicks a user
P_EDGES = np.linspace(0, 1, 21)
TOP = 40  # %; a broken release goes beyond, and the rest would be a line on the floor


def experiment(change: str, users: int, draw: int) -> tuple[np.ndarray, np.ndarray]:
    """Return clicks in a fortnight of `users` with the old feed and of as many others with the change."""
    rng, table = np.random.default_rng([draw, users]), people()
    old, new = rng.integers(len(table["before"]), size=(2, users))
    return table["clicks_old"][old], table[f"clicks_{CHANGES[change]}"][new]


@dataclass(frozen=True)
class Shuffled:
    """One experiment under the permutation test, and the p values of 400 more of its kind (Welch)."""

    change: str
    observed: float  # clicks a user
    shuffled: np.ndarray
    p: float
    truth: float
    many: np.ndarray


@cache
def many_p(change: str, users: int) -> np.ndarray:
    """Return the p values of REPEATS experiments of the same size."""
    pairs = (experiment(change, users, 1000 + i) for i in range(REPEATS))
    return np.array([difference(Moments.of(old), Moments.of(new)).p() for old, new in pairs])


def model(change: str, users: int, draw: int) -> Shuffled:
    """Return the experiment number `draw` with `users` an arm under a change."""
    test = permutation_test(*experiment(change, users, draw), SHUFFLES, seed=draw)
    table = people()
    truth = float(table[f"clicks_{CHANGES[change]}"].mean() - table["clicks_old"].mean())
    return Shuffled(change, test.observed, test.shuffled, test.p, truth, many_p(change, users))


def draw(product: Axes, platform: Axes) -> Callable[[Shuffled], None]:
    """Left the shuffles and the difference seen, right the p values of many such experiments."""
    middle, width = (EDGES[1:] + EDGES[:-1]) / 2, EDGES[1] - EDGES[0]
    product.set(xlim=(-21, 21), ylim=(0, 33), xlabel="Difference, clicks a user in a fortnight", yticks=[])
    near = product.bar(middle, 0 * middle, width, color=FAINT, animated=True)
    far = product.bar(middle, 0 * middle, width, color=PRODUCT, animated=True)
    seen = product.plot([], [], color=PRODUCT, linewidth=2.4, animated=True)[0]
    truth = product.plot([], [], color=TRUTH, linewidth=1.6, animated=True)[0]
    words = product.text(0, 30.5, "", color=PRODUCT, animated=True)
    p_middle = (P_EDGES[1:] + P_EDGES[:-1]) / 2
    platform.set(
        xlim=(0, 1), ylim=(0, TOP), xlabel="p value (Welch) of 400 such experiments", ylabel="Share, %"
    )
    bars = platform.bar(p_middle, 0 * p_middle, 0.046, color=PLATFORM, animated=True)
    beyond_it = platform.text(0.06, 0.93 * TOP, "", color=PLATFORM, animated=True)
    platform.axhline(5, color=NEUTRAL, linestyle=":", zorder=3)
    platform.text(0.98, 7, "if the change does nothing", ha="right", color="#555555")

    def update(r: Shuffled) -> None:
        beyond = _beyond(r)
        heights = [
            100 * np.histogram(r.shuffled[part], EDGES)[0] / len(r.shuffled) for part in (beyond, ~beyond)
        ]
        for low, high, out, rest in zip(far, near, *heights, strict=True):
            low.set_height(out)
            high.set(y=out, height=rest)
        seen.set_data([r.observed] * 2, [0, 29.5])
        truth.set_data([r.truth] * 2, [0, 33])
        words.set(
            x=r.observed, ha="left" if r.observed > r.truth else "right", text=f" seen: {r.observed:+z.1f} "
        )
        for bar, count in zip(bars, np.histogram(r.many, P_EDGES)[0], strict=True):
            bar.set_height(100 * count / len(r.many))
        first = 100 * np.mean(r.many < P_EDGES[1])
        beyond_it.set_text(f"{first:.0f} %, beyond the picture" if first > TOP else "")

    return update


def _beyond(r: Shuffled) -> np.ndarray:
    """Tell which shuffles lie at least as far from 0 as what was seen: as many as the test counted, ties included."""
    far = round(r.p * (SHUFFLES + 1)) - 1  # the data's own labelling is one of the counted, and no shuffle
    beyond = np.zeros(SHUFFLES, bool)
    beyond[np.argsort(np.abs(r.shuffled))[SHUFFLES - far :]] = True
    return beyond


def _how_often(r: Shuffled) -> str:
    """Say in what part of the shuffles the difference was at least as far from 0."""
    beyond = np.mean(_beyond(r))
    return f"{percent(beyond)} of" if beyond else f"none of {SHUFFLES:,}"


def _clicks(change: float) -> str:
    """Return a true change, or "no difference"."""
    return f"{change:+.1f}" if change else "no difference"


def reading(r: Shuffled) -> str:
    """Say the difference, how often shuffled labels make as much, the truth, and how often such a test alarms."""
    return (
        f"Seen: {r.observed:+z.1f} clicks a user. If the labels meant nothing, a difference at least as far from 0 "
        f"would come in {_how_often(r)} shuffles: {p_value(r.p)}. The truth: {_clicks(r.truth)}. Of 400 "
        f"such experiments {100 * np.mean(r.many < 0.05):.0f} % have p < 0.05 (by Welch's formula)."
    )


def prediction() -> Prediction:
    """Ask for the alarms of a test that has nothing to find."""
    return Prediction(
        id="08.2",
        question="Four hundred experiments in which both arms get the very same feed. In what share of them is "
        "p below 0.5?",
        answer=Slider("Share with p < 0.5", 0, 100, 5, 10, "%"),
        truth=lambda: 100 * float(np.mean(many_p("nothing (A/A)", 100) < 0.5)),
    )


def shuffle_the_labels() -> Explorer:
    """Return the explorer: change x users x draw."""
    return Explorer(
        question="Could chance have done this?",
        controls={
            "change": Choice("The new feed is", tuple(CHANGES), "nothing (A/A)"),
            "users": Steps("Users an arm", (50, 100, 200, 400), 100),
            "draw": Slider("Experiment", 1, 40, 1, 1),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "one experiment, its labels shuffled", "platform": "four hundred of them"},
        presets={
            "A real discovery?": Preset("Nothing was changed, and yet.", {"users": 50, "draw": 30}),
            "A broken release": Preset(
                "Three sessions in ten fail. Surely a test sees that.", {"change": "a broken release"}
            ),
            "More users": Preset(
                "The same broken release, four times the users.", {"change": "a broken release", "users": 400}
            ),
            "Bright covers": Preset(
                "A real effect, far too few users.", {"change": "Bright covers", "users": 400}
            ),
        },
        prediction=prediction(),
    )

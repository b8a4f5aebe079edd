"""Not significant, so safe? The rule that rewards bad tests."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from scipy.special import ndtr

from twoworlds.chapters.c08_ab_tests.people import Z, noise, spread
from twoworlds.chapters.words import p_value
from twoworlds.course.controls import Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.experiment import Estimate, Guardrail, power_of

SIZES = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)
LINE = np.geomspace(SIZES[0], SIZES[-1], 61)
METRIC = "days_old"


def passes(harm: float, margin: float, users: float) -> tuple[float, float]:
    """Return the chance that a change with this harm is called safe: by "p > 0.05", and by the margin."""
    by_margin = float(ndtr((margin - harm) / noise(METRIC, users) - Z))
    return 1 - power_of(harm, spread(METRIC), users), by_margin


@cache
def along(harm: float, margin: float) -> np.ndarray:
    """Return both chances at each of LINE, (k, 2)."""
    return np.array([passes(harm, margin, users) for users in LINE])


@dataclass(frozen=True)
class Rail:
    """One guardrail's estimate, and the chance of both rules to call the change safe: now, and along LINE (k, 2)."""

    harm: float
    users: int
    rail: Guardrail
    now: tuple[float, float]
    chance: np.ndarray


def model(harm: float, margin: float, users: int, draw: int) -> Rail:
    """Return a test of a change that costs `harm` % of active days, judged with a margin in %; `draw` is its luck."""
    h, m, s = harm / 100, margin / 100, noise(METRIC, users)
    seen = Estimate(-h + s * float(np.random.default_rng(draw).normal()), s)
    return Rail(h, users, Guardrail(seen, m), passes(h, m, users), along(h, m))


def draw(product: Axes, platform: Axes) -> Callable[[Rail], None]:
    """Left the estimate with margin and truth, right the chance of either rule to let the change pass."""
    product.set(xlim=(-15, 12), ylim=(0, 1), yticks=[], xlabel="Active days, new over old, %")
    product.axvline(0, color=NEUTRAL, linestyle=":")
    beyond = product.axvspan(-15, -1, color="#FBE6D9", animated=True)
    words = product.text(0, 0.92, "beyond the margin ", ha="right", color=PRODUCT, animated=True)
    bar = product.plot([], [], color=PRODUCT, linewidth=5, solid_capstyle="butt", animated=True)[0]
    dot = product.plot([], [], "o", color=PRODUCT, markersize=10, markeredgecolor="white", animated=True)[0]
    true = product.plot([], [], "|", color=TRUTH, markersize=40, markeredgewidth=2.2, animated=True)[0]
    platform.set(
        xscale="log", xlim=(800, 1.25e6), ylim=(-3, 130), yticks=range(0, 101, 20), xlabel="Users an arm"
    )
    platform.set_ylabel("Chance to be called safe, %")
    lines = [platform.plot([], [], style, color=PLATFORM, animated=True)[0] for style in ("--", "-")]
    dots = platform.plot([], [], "o", color=PLATFORM, markersize=8, markeredgecolor="white", animated=True)[0]
    names = ("“p > 0.05, so safe”", "harm beyond the margin ruled out")
    platform.legend(handles=lines, labels=names, loc="upper right", frameon=False)

    def update(r: Rail) -> None:
        low, high = r.rail.effect.interval()
        margin = -100 * r.rail.margin
        beyond.set(x=-15, width=margin + 15)
        words.set_x(margin)
        bar.set_data([100 * low, 100 * high], [0.5, 0.5])
        dot.set_data([100 * r.rail.effect.value], [0.5])
        true.set_data([-100 * r.harm], [0.5])
        for line, chance in zip(lines, r.chance.T, strict=True):
            line.set_data(LINE, 100 * chance)
        dots.set_data([r.users] * 2, [100 * share for share in r.now])

    return update


def reading(r: Rail) -> str:
    """Say what each rule says of this test, and how often each lets such a change pass."""
    effect, rail = r.rail.effect, r.rail
    low, high = (100 * end for end in effect.interval())
    first = "not significant" if effect.p() > 0.05 else "significant"
    truth = f"{-100 * r.harm:.1f} %" if r.harm else "no harm"
    second = "ruled out" if rail.holds else "not ruled out"
    return (
        f"Active days {100 * effect.value:+z.1f} %, 95 % interval {low:+z.1f} to {high:+z.1f} %: {first} ("
        f"{p_value(effect.p())}), and a harm beyond {100 * rail.margin:g} % is {second}. The truth: "
        f"{truth}. “p > 0.05” passes such a change in {100 * r.now[0]:.0f} % of tests, the margin in "
        f"{100 * r.now[1]:.1f} %."
    )


def prediction() -> Prediction:
    """Ask how often the tempting rule passes a harmful change."""
    return Prediction(
        id="08.7",
        question="A change costs 2 % of active days, twice what was agreed as bearable. The test has 5,000 users an "
        "arm: a standard error of 1.9 %. The rule: “the guardrail is not significant, so it is safe”. In what share "
        "of such tests does it pass?",
        answer=Slider("Called safe", 0, 100, 5, 20, "%"),
        truth=lambda: 100 * passes(0.02, 0.01, 5_000)[0],
        place=lambda guess, result: (float(result.users), guess),
        panel=1,
    )


def safe_enough() -> Explorer:
    """Return the explorer: harm x margin x users x draw."""
    return Explorer(
        question="Not significant, so safe?",
        controls={
            "harm": Slider("True harm to active days", 0.0, 4.0, 0.5, 2.0, "%"),
            "margin": Slider("Margin that was agreed", 0.5, 3.0, 0.5, 1.0, "%"),
            "users": Steps("Users an arm", SIZES, 5_000),
            "draw": Slider("Luck of the draw", 1, 30, 1, 1),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "one test of the guardrail", "platform": "all such tests"},
        presets={
            "A tiny test": Preset("Quick, cheap, and everything passes.", {"users": 1_000}),
            "A large test": Preset("Both rules see the harm.", {"users": 100_000}),
            "Harmless": Preset("Nothing is wrong. Who says so?", {"harm": 0.0, "users": 20_000}),
            "Within the margin": Preset(
                "A real loss, smaller than agreed.", {"harm": 1.0, "margin": 2.0, "users": 500_000}
            ),
        },
        prediction=prediction(),
    )

"""From a tap to the slate that knows of it: where do the seconds go, and which of them are worth buying back?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.chapters.words import percent
from twoworlds.course.controls import Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import FAINT, PLATFORM, PRODUCT, TRUTH
from twoworlds.product.session import Memory, evening, play
from twoworlds.world import World

PEOPLE, SLATES, SLATE_S = 1_500, 60, 30
WORLD = World(users=PEOPLE, days=1, seed=7, intent_strength=1.0)
RESTLESS_MIN = 10.0
MEMORY = Memory(weight=0.6, half_life_min=2)  # of section 5: the best single setting where one tap is enough
DELAYS_S = (0, 5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600)
NETWORK_S = 1  # on the way and in the stream's own work, whatever the settings
MOST_S = 330  # the longest axis: every stage as slow as it goes
STAGES = ("phone gathers", "network", "stream fires", "cache is refreshed", "slates held ahead", "next slate")


def build_grid() -> pd.DataFrame:
    """Live half an hour of restless people's slates for each delay from tap to slate.

    Columns: delay_s, gain (satisfaction against last year alone, a share), se.
    """
    people = evening(WORLD, slates=SLATES, wish_half_life_min=RESTLESS_MIN, slate_s=SLATE_S)
    base = play(people, Memory(0)).satisfaction.mean(axis=1)
    rows = []
    for delay in DELAYS_S:
        worth = play(people, Memory(MEMORY.weight, MEMORY.half_life_min, delay)).satisfaction.mean(axis=1)
        ratio = worth.mean() / base.mean()
        rows.append((delay, ratio - 1, np.std(worth - ratio * base, ddof=1) / np.sqrt(PEOPLE) / base.mean()))
    return pd.DataFrame(rows, columns=["delay_s", "gain", "se"])


def waiting(periods_s: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return (delays in s, their chances) of a sum of even waits in [0, period): each period is cut into seconds.

    An even wait needs a tap that comes at any moment of the stage's period. The sum also needs clocks that run apart:
    stages that fire together, or a cache that is filled by this user's own reads, wait for less.
    """
    chances, middle = np.ones(1), 0.0
    for period in filter(None, periods_s):
        chances = np.convolve(chances, np.full(period, 1 / period))
        middle += 0.5
    return np.arange(len(chances)) + middle, chances


@dataclass(frozen=True)
class Loop:
    """A loop's stages by name: (mean, longest) wait, s. The delay from tap to slate, and what the feed gains by it."""

    stages: dict[str, tuple[float, float]]
    p99: float  # s; 99 taps in 100 are in a slate by then
    gain: float  # satisfaction of the restless against last year alone, over the delays that occur, a share

    @property
    def mean(self) -> float:
        """The mean delay from a tap to a slate that knows of it."""
        return sum(mean for mean, _ in self.stages.values())

    @property
    def p99_of_each(self) -> float:
        """The sum of the stages' own 99th percentiles, s: of an even wait it is 99 % of the longest."""
        return sum(most if most == mean else 0.99 * most for mean, most in self.stages.values())


def model(phone_s: int, trigger_s: int, cache_s: int, ahead: int) -> Loop:
    """Return the loop for the phone's batches, the stream's trigger, the cache's time to live, slates held ahead."""
    fixed = NETWORK_S + ahead * SLATE_S
    delays, chances = waiting((phone_s, trigger_s, cache_s, SLATE_S))
    p99 = fixed + float(delays[np.searchsorted(np.cumsum(chances), 0.99)])
    # The stored evenings wait for their next slate themselves: their delay is all the rest.
    table = grid("ch05_loop")
    delays, chances = waiting((phone_s, trigger_s, cache_s))
    gain = float(chances @ np.interp(fixed + delays, table.delay_s, table.gain))
    longest = phone_s, NETWORK_S, trigger_s, cache_s, ahead * SLATE_S, SLATE_S
    mean = phone_s / 2, NETWORK_S, trigger_s / 2, cache_s / 2, ahead * SLATE_S, SLATE_S / 2
    return Loop(dict(zip(STAGES, zip(mean, longest, strict=True), strict=True)), p99, gain)


def draw(product: Axes, platform: Axes) -> Callable[[Loop], None]:
    """Left what the delay costs restless people, right the stages one after the other."""
    table = grid("ch05_loop")
    product.set(xlim=(0, MOST_S), ylim=(0, 12), xlabel="Mean delay, tap to slate, s")
    product.set_ylabel("Satisfaction against last year alone, %")
    product.errorbar(
        table.delay_s + SLATE_S / 2, 100 * table.gain, yerr=200 * table.se, color=TRUTH, fmt="o-", markersize=3,
        elinewidth=1, linewidth=1, label="every tap equally late (± 2 standard errors)",
    )  # fmt: skip
    product.legend(loc="upper right")
    here = product.plot(
        [], [], "o", color=PRODUCT, markersize=10, markeredgecolor="white", zorder=5, animated=True
    )[0]
    rows = np.arange(len(STAGES))[::-1]
    platform.set(xlim=(0, MOST_S), ylim=(-0.6, len(STAGES) - 0.4), xlabel="Seconds since the tap")
    platform.set_yticks(rows, STAGES)
    longest = platform.barh(rows, 0 * rows, height=0.6, color=FAINT, animated=True, label="longest")
    mean = platform.barh(rows, 0 * rows, height=0.6, color=PLATFORM, animated=True, label="mean")
    late = platform.axvline(0, 0, 0.68, color=PLATFORM, linestyle=":", animated=True, label="p99, all stages")
    nothing = [
        platform.text(0, row, "0 s", color=PLATFORM, va="center", fontsize=9, animated=True) for row in rows
    ]
    platform.legend(loc="upper right")

    def update(r: Loop) -> None:
        start = 0.0
        for name, wide, bar, zero in zip(STAGES, longest, mean, nothing, strict=True):
            average, most = r.stages[name]
            for patch, width in ((wide, most), (bar, average)):
                patch.set(x=start, width=width)
            zero.set(x=start + 3, visible=most == 0)
            start += average
        late.set_xdata([r.p99, r.p99])
        here.set_data([r.mean], [100 * r.gain])

    return update


def reading(r: Loop) -> str:
    """Say how long the loop is, which stage is the longest, and what the feed gains."""
    name = max(STAGES, key=lambda stage: r.stages[stage][0])
    return (
        f"From tap to slate: {r.mean:.0f} s on average, {r.p99:.0f} s at the 99th percentile. The longest stage is "
        f"“{name}” with {r.stages[name][0]:.0f} s; the stream takes {r.stages['stream fires'][0]:.2g} s. "
        f"Restless people gain {percent(r.gain)} satisfaction against last year alone."
    )


def saved_by_the_stream() -> float:
    """Return the share of the mean delay that a stream ten times faster takes away, %."""
    today = the_loop().at()
    return 100 * (1 - the_loop().at(trigger_s=3).mean / today.mean)


def prediction() -> Prediction:
    """Ask what a faster stream does to the loop."""
    return Prediction(
        id="05.6",
        question="A phone sends its taps every 10 seconds. The stream adds them up every 30. A cache is refreshed "
        "every 60. The phone holds one slate ahead, and fetches one every 30. Now the stream is rebuilt and fires "
        "every 3 seconds. How much shorter is the way from a tap to a slate that knows of it, on average?",
        answer=Slider("Shorter by", 0, 100, 1, 50, "%"),
        truth=saved_by_the_stream,
    )


def the_loop() -> Explorer:
    """Return the explorer: the four stages that somebody chose."""
    return Explorer(
        question="From tap to slate: where do the seconds go?",
        controls={
            "phone_s": Steps("Phone sends every", (1, 5, 10, 30, 60), 10, "s"),
            "trigger_s": Steps("Stream fires every", (1, 3, 10, 30, 60), 30, "s"),
            "cache_s": Steps("Cache refreshed every", (0, 10, 30, 60, 120), 60, "s"),
            "ahead": Slider("Slates held ahead on the phone", 0, 3, 1, 1, ""),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "what do people notice?", "platform": "who holds the tap?"},
        presets={
            "Ten times the stream": Preset(
                "Three months of work: it fires every 3 s instead of 30.", {"trigger_s": 3}
            ),
            "Two settings": Preset(
                "A cache that is refreshed more often, smaller batches on the phone.",
                {"cache_s": 10, "phone_s": 5},
            ),
            "Nothing held ahead": Preset(
                "Each slate is fetched when needed; one was held so that nobody waits.",
                {"ahead": 0},
            ),
            "Everything now": Preset(
                "Every stage as quick as it goes.", {"phone_s": 1, "trigger_s": 1, "cache_s": 0, "ahead": 0}
            ),
        },
        prediction=prediction(),
    )
